// Small hands for the page: everything is updated in place, so that focus, open
// details and screen readers are left in peace.

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setData(node, name, value) {
  if (node.dataset[name] !== String(value)) node.dataset[name] = value;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

// Make `parent` hold one child an item, in order. A child is made once and then updated;
// it is moved only when its place is wrong, because moving takes the focus away.
export function reconcile(parent, items, keyOf, create, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    let child = known.get(key);
    known.delete(key);
    if (!child) {
      child = create(item);
      child.dataset.key = key;
    }
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
    update(child, item);
  });
  for (const gone of known.values()) gone.remove();
}

// Language tags such as FR NL beside a name.
export function setChips(node, codes) {
  reconcile(node, codes ?? [], (code) => code, makeChip, () => {});
}

function makeChip(code) {
  const chip = document.createElement("span");
  chip.className = "chip";
  chip.textContent = code.toUpperCase();
  return chip;
}

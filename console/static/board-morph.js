// Make a part of the page like another without replacing what stays: the focus, an open list
// and what somebody has chosen in it survive. Siblings are told apart by `data-key`.

const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.dataset.key ?? "" : "";

export function morph(from, to) {
  const focus = document.activeElement;
  children(from, to);
  if (focus?.isConnected && document.activeElement !== focus) focus.focus({ preventScroll: true });
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function children(from, to) {
  const keyed = new Map([...from.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let here = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    let found = keyOf(wanted) ? keyed.get(keyOf(wanted)) : here;
    if (found && !alike(found, wanted)) found = undefined;
    if (!found) {
      from.insertBefore(wanted, here);
      continue;
    }
    if (found === here) here = here.nextSibling;
    else from.insertBefore(found, here);
    node(found, wanted);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

function node(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  if (from.nodeName !== "SELECT") return children(from, to);
  const chosen = from.value;
  if (from.innerHTML === to.innerHTML) return;
  children(from, to);
  from.value = [...from.options].some((option) => option.value === chosen) ? chosen : "";
}

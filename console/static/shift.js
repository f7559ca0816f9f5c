// The form of a shift, where scripts run: its buttons answer in place, names are found while typing.

const form = document.getElementById("shift-form");
const status = document.getElementById("shift-status");
const words = form ? JSON.parse(form.dataset.words) : {};
const say = (text, values = {}) => (status.textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""));
let asked = 0; // answers come back in any order; only the last one counts

// Have the server do what a button of the form asks for, and put its answer in place.
async function act(verb, focus) {
  const number = ++asked;
  const body = new FormData(form);
  body.set("act", verb);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (number !== asked) return;
  if (!answer || answer.redirected) return void say(words.lost);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const people = page.getElementById("people");
  if (!people || number !== asked) return;
  const typing = document.activeElement?.id === "search" ? document.activeElement : null;
  const text = typing && [typing.value, typing.selectionStart];
  document.getElementById("people").replaceWith(document.adoptNode(people));
  dress();
  for (const name of ["ends", "next_day"]) {
    if (!verb.match(/longer|sooner/)) break;
    form.elements[name].value = page.getElementById(name).value;
    form.elements[name].checked = page.getElementById(name).checked;
  }
  if (text) {
    const box = document.getElementById("search");
    [box.value] = text;
    box.focus();
    box.setSelectionRange(text[1], text[1]);
  }
  focus?.();
}

const focusOn = (...ids) => () => {
  const found = ids.map((id) => document.getElementById(id)).find((each) => each && !each.disabled);
  (found ?? document.getElementById("people")).focus();
};

const acts = {
  add: (button) => [focusOn("search"), () => say(words.added, { name: button.dataset.name })],
  drop: (button) => [focusOn("search"), () => say(words.dropped, { name: button.dataset.name })],
  up: (button) => [focusOn(button.id, button.id.replace("up", "down")), () => say(words.moved)],
  down: (button) => [focusOn(button.id, button.id.replace("down", "up")), () => say(words.moved)],
  look: () => [focusOn("search"), () => {}],
  longer: (button) => [() => button.focus(), () => say(form.elements.ends.value)],
  sooner: (button) => [() => button.focus(), () => say(form.elements.ends.value)],
};

form?.addEventListener("click", async (event) => {
  const button = event.target.closest("button[name=act]");
  const does = button && acts[button.value.split(":")[0]];
  if (!does || button.value === "save") return;
  event.preventDefault();
  const [focus, tell] = does(button);
  if (button.value.startsWith("add")) document.getElementById("search").value = "";
  await act(button.value, focus);
  tell();
});

// Who is free depends on what is typed beside.
form?.addEventListener("change", (event) => {
  if (["service", "day", "weekdays", "since", "starts", "ends", "next_day", "languages"].includes(event.target.name)) act("look");
});

// The box that looks people up: the combobox of the ARIA practices, its list by the server.
let timer = 0;
let at = -1;
const box = () => document.getElementById("search");
const list = () => document.getElementById("found");

function dress() {
  const input = box();
  if (!input) return;
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "found"]]) {
    input.setAttribute(name, value);
  }
}

function close() {
  list().hidden = true;
  box().setAttribute("aria-expanded", "false");
  box().removeAttribute("aria-activedescendant");
  at = -1;
}

function mark(place) {
  const options = [...list().children];
  if (!options.length) return;
  at = (place + options.length) % options.length;
  options.forEach((each, n) => each.setAttribute("aria-selected", String(n === at)));
  options[at].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-activedescendant", options[at].id);
}

async function look() {
  const query = new URLSearchParams(new FormData(form));
  for (const name of ["csrf_token", "version", "back"]) query.delete(name);
  query.set("key", form.dataset.key);
  const text = box().value;
  const answer = await fetch(`${form.dataset.candidates}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || box().value !== text) return;
  const { people, fitting } = await answer.json();
  list().replaceChildren(...people.map(option));
  list().hidden = !people.length;
  box().setAttribute("aria-expanded", String(people.length > 0));
  at = -1;
  say(people.length ? words.found : words.none, { count: fitting, shown: people.length });
}

function option(person, n) {
  const item = Object.assign(document.createElement("li"), { id: `found-${n}`, role: "option" });
  item.setAttribute("aria-selected", "false");
  Object.assign(item.dataset, { id: person.id, name: person.name });
  const name = document.createElement("strong");
  name.textContent = `${person.name} `;
  item.append(name);
  for (const code of person.languages) {
    const tag = Object.assign(document.createElement("span"), { className: "lang", textContent: code });
    item.append(tag, " ");
  }
  const fit = Object.assign(document.createElement("span"), { className: person.free ? "fit" : "fit busy" });
  fit.textContent = `${person.service} · ${person.free ? "" : "! "}${person.note}`;
  item.append(fit);
  return item;
}

async function choose(item) {
  const { id, name } = item.dataset;
  close();
  box().value = "";
  await act(`add:${id}`, focusOn("search"));
  say(words.added, { name });
}

form?.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  clearTimeout(timer);
  if (!event.target.value.trim()) return close();
  timer = setTimeout(look, 180);
});

form?.addEventListener("keydown", (event) => {
  if (event.target.id !== "search") return;
  const open = !list().hidden;
  if (event.key === "Enter") {
    event.preventDefault(); // never saves from here
    const item = open && list().children[Math.max(at, 0)];
    if (item) choose(item);
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    if (open) mark(at + 1);
    else look().then(() => mark(0));
  } else if (event.key === "ArrowUp" && open) {
    event.preventDefault();
    mark(at < 0 ? -1 : at - 1);
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    close();
  }
});

form?.addEventListener("pointerdown", (event) => {
  if (event.target.closest("#found")) event.preventDefault(); // the box keeps the focus
});
form?.addEventListener("click", (event) => {
  const item = event.target.closest("#found [role=option]");
  if (item) choose(item);
});
form?.addEventListener("focusout", (event) => {
  if (event.target.id === "search" && list()) close();
});

if (form) dress();

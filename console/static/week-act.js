// What the week does with the server: send an act, show the page as it is now, say what happened.

const area = (id) => document.getElementById(id);
export const week = () => area("week");
export const words = () => JSON.parse(week().dataset.words);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const add = (to, tag, text, more = {}) => {
  const made = Object.assign(document.createElement(tag), more);
  made.textContent = text;
  to.append(made);
  return made;
};

// Send an act; returns what the server says, or null where it was refused and has been said.
export async function send(url, fields) {
  hush();
  week().ariaBusy = "true";
  try {
    const body = new FormData(area("week-act"));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    body.set("back", location.pathname + location.search);
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (answer.ok) return told;
    refuse(told.title, told.errors);
  } catch {
    refuse(words().lost, []);
  } finally {
    week().ariaBusy = "false";
  }
  return null;
}

// Send an act, then show the week as it is and put the focus on the shift it was about.
export async function act(url, fields) {
  const told = await send(url, fields);
  await refresh(told?.key);
  if (told) tell(told);
  return told;
}

export function hush() {
  area("week-alert").replaceChildren();
  area("week-status").replaceChildren();
}

function refuse(title, errors) {
  const box = add(area("week-alert"), "div", "", { className: "notice error" });
  add(box, "p", title);
  for (const error of errors) add(box, "p", error);
}

function tell(told) {
  const box = add(area("week-status"), "div", "", { className: "notice done week-told" });
  add(box, "p", told.words);
  for (const warning of told.warnings) add(box, "p", `${words().mind} ${warning}`, { className: "week-warning" });
  if (!told.change) return;
  const form = area("week-act").cloneNode(true);
  Object.assign(form, { id: "", hidden: false, action: `/changes/${told.change}/undo` });
  add(form, "input", "", { type: "hidden", name: "back", value: location.pathname + location.search });
  add(form, "button", words().undo, { className: "button plain small" });
  box.append(form);
}

// Say something to whoever does not see it; nothing on the page may move by it meanwhile.
export function narrate(text) {
  area("week-said").textContent = text;
}

const place = (element) => {
  const cell = element?.closest?.("td");
  return {
    id: element?.id,
    key: element?.closest?.(".shift")?.querySelector(".stop").id,
    service: cell?.parentElement.dataset.service,
    column: cell?.cellIndex,
  };
};

// Put the page as it is now in place of the one shown, without losing the focus.
export async function refresh(key) {
  const was = place(document.activeElement);
  if (key) Object.assign(was, { id: "", key: `s-${key}` });
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return void location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  week().replaceWith(document.adoptNode(page.getElementById("week")));
  document.dispatchEvent(new CustomEvent("week:shown"));
  const row = was.service && document.querySelector(`tr[data-service="${was.service}"]`);
  const next =
    (was.id && area(was.id)) ||
    (was.key && area(was.key)) ||
    row?.cells[was.column]?.querySelector(".stop, .add");
  next?.focus({ preventScroll: !key });
}

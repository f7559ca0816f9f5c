// “My call”: asks every two seconds how the talk stands, and acts without leaving the page.
// What is typed is never touched: only #room, which holds no field, is put in place anew.

const EVERY = 2000;
const PATIENCE = 8000; // an answer that takes longer counts as none
const TOLD_FOR = 8000; // what an act has brought is read by then; the next change takes it away
const RESTS_AFTER = 20 * 60_000; // a page that shows no talk must not keep its log-in alive

const live = document.getElementById("room-live");
const lost = document.getElementById("room-lost");
const rests = document.getElementById("room-rests");
const room = () => document.getElementById("room");

let touched = Date.now();
let told = Date.now();
let acts = 0; // an answer that was asked for before an act tells of the time before it
let timer;

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, EVERY);
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

async function ask(url, options) {
  const patience = new AbortController();
  const over = setTimeout(() => patience.abort(), PATIENCE);
  const answer = await fetch(url, { signal: patience.signal, ...options }).finally(() => clearTimeout(over));
  if (new URL(answer.url).pathname.startsWith("/login")) {
    location.reload(); // logged out meanwhile: the log-in page says so
    throw new Error("logged out");
  }
  return answer;
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return; // as soon as it is seen again, it looks
  const idle = !room().dataset.busy && Date.now() - touched > RESTS_AFTER;
  if (idle && rests.hidden) say(rests.textContent);
  rests.hidden = !idle;
  if (idle) return;
  const before = acts;
  try {
    const answer = await ask(live.dataset.url);
    if (!answer.ok) throw new Error(answer.status);
    const next = parsed(await answer.text()).getElementById("room");
    if (before === acts && show(next) && Date.now() - told > TOLD_FOR) notes([]);
    connected(true);
  } catch {
    connected(false);
  }
  later();
}

function connected(yes) {
  if (yes !== lost.hidden) say(yes ? live.dataset.back : lost.textContent);
  lost.hidden = yes;
}

function say(words) {
  document.getElementById("room-said").textContent = words;
}

function show(next) {
  const old = room();
  if (!next || next.dataset.seal === old.dataset.seal) return false;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(next);
  if (next.dataset.said !== old.dataset.said) say(next.dataset.said);
  if (focus) {
    const same = focus.dataset.key && next.querySelector(`[data-key="${CSS.escape(focus.dataset.key)}"]`);
    (same || next).focus({ preventScroll: true });
  }
  return true;
}

function notes(found) {
  told = Date.now();
  for (const old of document.querySelectorAll("main > .notice[role]")) old.remove(); // from before
  document.getElementById("room-notes").replaceChildren(...found);
}

function failed() {
  const box = Object.assign(document.createElement("p"), { className: "notice error" });
  box.setAttribute("role", "alert");
  box.textContent = live.dataset.failed;
  notes([box]);
}

async function act(form) {
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  acts += 1;
  try {
    const answer = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(answer.status);
    const page = parsed(await answer.text());
    acts += 1;
    notes(page.querySelectorAll("main > .notice[role]"));
    show(page.getElementById("room"));
    connected(true);
  } catch {
    acts += 1;
    failed();
  }
  button.removeAttribute("aria-disabled");
  delete form.dataset.sent; // it may be pressed again
  later();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-act]")) {
    const again = event.defaultPrevented; // sent already: a double tap
    event.preventDefault();
    if (!again) act(form);
  } else if (form.matches("[data-send]") && !lost.hidden) {
    event.preventDefault(); // what was typed would be lost with the page
    delete form.dataset.sent;
    lost.scrollIntoView({ block: "nearest" });
  }
});

for (const kind of ["pointerdown", "keydown", "scroll"]) {
  document.addEventListener(kind, () => {
    touched = Date.now();
    if (!rests.hidden) look();
  }, { passive: true });
}
document.addEventListener("visibilitychange", look);
window.addEventListener("online", look);
window.addEventListener("offline", () => connected(false));
later();

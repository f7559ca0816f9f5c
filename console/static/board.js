// The live board follows what happens: by a stream of events, or by asking every five seconds
// where it gets no stream. It counts the seconds itself, and says so when it is behind.

import { morph } from "./board-morph.js";

const ASK_EVERY = 5000;
const STREAM_AGAIN = 60000;
const BLIP = 4000; // so long a lost connection is no news
const SILENT = 40; // seconds; the server says something every fifteen
const SAY_EVERY = 30000;

const part = (id) => document.getElementById(id);
const board = part("board");
const words = JSON.parse(board.dataset.words);
const now = () => Date.now() / 1000;

let offset = Number(board.dataset.at) - now(); // the server's clock less ours
let shown = board.dataset.id;
let heard = now(); // when we last knew that the board is right, by our clock
let lost = false;
let over = false;
let asking = null;
let source = null;
let summary = board.dataset.summary;
let said = 0;

// --- time

export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function count() {
  const at = now() + offset;
  for (const each of board.querySelectorAll(".board-count")) {
    const { since, until } = each.dataset;
    const text = span(since ? at - Number(since) : Number(until) - at);
    if (each.textContent !== text) each.textContent = text;
  }
  freshness();
}

// --- whether it is up to date

function freshness() {
  const behind = over || now() - heard > SILENT || (lost && now() - heard > BLIP / 1000);
  document.body.classList.toggle("board-behind", behind);
  const box = part("board-stale");
  if (!behind) {
    box.hidden = true;
    return;
  }
  const time = new Date(heard * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  write(box, over ? words.over : words.stale.replace("{time}", time));
}

function right() {
  heard = now();
  lost = false;
  part("board-asof").textContent = asking ? words.asking : words.live;
  freshness();
}

function write(box, text) {
  box.hidden = false;
  if (box.textContent !== text) box.textContent = text;
}

// --- what is shown

function show(told) {
  offset = told.at - now();
  if (told.id !== shown) {
    shown = told.id;
    const made = document.createElement("template");
    made.innerHTML = told.html;
    const inside = board.contains(document.activeElement) && document.activeElement;
    const line = inside && inside.closest(".board-line")?.dataset.key;
    morph(board, made.content);
    if (inside && !inside.isConnected) board.querySelector(`[data-key="${line}"] h2`)?.focus({ preventScroll: true });
  }
  document.title = document.title.replace(/^(\(\d+\) )?/, told.waiting ? `(${told.waiting}) ` : "");
  summary = told.summary;
  right();
  count();
}

function say() { // a screen reader hears of it now and then, and only of what is new
  if (document.hidden || Date.now() - said < SAY_EVERY || part("board-summary").textContent === summary) return;
  said = Date.now();
  part("board-summary").textContent = summary;
}

// --- news

function listen() {
  source = new EventSource(board.dataset.stream);
  source.addEventListener("state", (event) => {
    stopAsking();
    show(JSON.parse(event.data));
  });
  source.addEventListener("beat", right);
  source.addEventListener("behind", () => (lost = true));
  source.addEventListener("over", () => ended());
  source.addEventListener("error", () => {
    lost = true;
    if (source.readyState !== EventSource.CLOSED || over) return; // it comes back by itself
    ask();
    setTimeout(() => over || listen(), STREAM_AGAIN);
  });
}

function ask() {
  if (asking || over) return;
  const once = async () => {
    try {
      const answer = await fetch(board.dataset.state, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) ended();
      else if (!answer.ok) lost = true;
      else if (asking) show(await answer.json());
    } catch {
      lost = true;
    }
  };
  asking = setInterval(once, ASK_EVERY);
  once();
}

function stopAsking() {
  clearInterval(asking);
  asking = null;
}

function ended() {
  over = true;
  stopAsking();
  source.close();
  freshness();
}

// --- acts

part("board-acts").addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const button = event.submitter;
  const body = new FormData(event.target);
  button.ariaBusy = "true";
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") return ended();
    const told = await answer.json();
    tell(told.said, answer.ok);
    show(told);
  } catch {
    tell(words.lost, false);
  } finally {
    button.ariaBusy = null;
  }
});

let hush = 0;
function tell(text, done) {
  const box = part("board-said");
  box.classList.toggle("done", done);
  box.classList.toggle("error", !done);
  box.hidden = false;
  box.textContent = text;
  clearTimeout(hush);
  hush = setTimeout(() => (box.hidden = true), 12000);
}

setInterval(count, 500);
setInterval(say, 2000);
document.addEventListener("visibilitychange", count);
part("board-reload").hidden = true;
listen();
right();

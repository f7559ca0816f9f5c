// The record as it fills: a card a call, newest first, and the callbacks, without numbers.

import { clone, reconcile, setChips, setData, setText, show } from "./dom.js";
import { counted, dayAndTime, duration, secondsBetween, t, time } from "./words.js";

const CALLS = 8;
const CALLBACKS = 8;

export function updateRecord(section, watch) {
  const calls = (watch?.calls ?? []).slice(0, CALLS);
  const callbacks = (watch?.callbacks ?? []).slice(0, CALLBACKS);
  show(section.querySelector("#no-calls"), !calls.length);
  reconcile(section.querySelector("#calls"), calls, (call) => call.id, createCall, (card, call) => fillCall(card, call, watch.at));
  show(section.querySelector("#callbacks-block"), callbacks.length > 0);
  reconcile(section.querySelector("#callbacks"), callbacks, (one) => one.id, createCallback, fillCallback);
}

function createCall() {
  const card = clone("call-card");
  card.querySelector(".steps").open = true;
  return card;
}

function fillCall(card, call, now) {
  const part = (selector) => card.querySelector(selector);
  setData(card, "outcome", call.outcome);
  setText(part(".call-at"), t("call.at", { time: time(call.received_at) }));
  setChips(part(".chips"), call.language ? [call.language] : []);
  setText(part(".outcome"), t(`outcome.${call.outcome}`));
  setText(part(".wait"), duration(call.wait_seconds ?? waitedUntil(call, now)));
  setText(part(".talk"), duration(call.talk_seconds ?? talkedUntil(call, now)));
  setText(part(".by"), call.responder || t(call.outcome === "in_progress" ? "call.nobody_yet" : "call.nobody"));
  setText(part(".service"), call.service ?? "");
  setText(part(".offers"), counted("call.offers", call.offers ?? 0));
  fillTimeline(part(".timeline"), call);
  foldWhenOlder(card);
}

// While the call goes on the record has no figures yet: the clock of the line runs them.
function waitedUntil(call, now) {
  return secondsBetween(call.received_at, call.answered_at ?? call.ended_at ?? now);
}

function talkedUntil(call, now) {
  return call.answered_at ? secondsBetween(call.answered_at, call.ended_at ?? now) : null;
}

function fillTimeline(timeline, call) {
  const events = (call.events ?? []).map((event, index) => ({ ...event, index }));
  reconcile(timeline, events, (event) => event.index, createEvent, (row, event) => {
    setData(row, "kind", event.kind);
    setText(row.children[0], `+${duration(secondsBetween(call.received_at, event.at))}`);
    setText(row.children[1], t(`event.${event.kind}`));
  });
}

function createEvent() {
  const row = document.createElement("li");
  row.append(document.createElement("span"), document.createElement("span"));
  return row;
}

// The newest call tells its steps; the one before folds up, once, and then does as one likes.
function foldWhenOlder(card) {
  if (card.previousElementSibling && !card.dataset.folded) {
    card.dataset.folded = "once";
    card.querySelector(".steps").open = false;
  }
}

function createCallback() {
  const row = document.createElement("li");
  row.append(...["state", "when", "tries"].map(named));
  return row;
}

function named(name) {
  const span = document.createElement("span");
  span.className = `callback-${name}`;
  return span;
}

function fillCallback(row, one) {
  const [state, when, tries] = row.children;
  setData(row, "state", one.state);
  setText(state, t(`callback_state.${one.outcome ?? one.state}`));
  setText(when, one.due_at ? t("callback.when", { time: dayAndTime(one.due_at) }) : "");
  setText(tries, counted("callback.attempts", one.attempts ?? 0));
}

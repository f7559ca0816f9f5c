// What people do with the phones: by mouse, by finger, by key.

import * as api from "./api.js";
import { complain, target } from "./phone.js";
import { t } from "./words.js";

const KEY = /^[0-9*#]$/;

export function listen(boards, { acted, remember }) {
  const run = async (card, work) => {
    complain(card, "");
    acted(card.dataset.number);
    try {
      await work(card.dataset.number);
    } catch (problem) {
      complain(card, t("phone.failed", { reason: problem.message }));
    }
    acted(card.dataset.number);
  };
  const does = actions(run, remember);
  boards.addEventListener("click", (event) => clicked(event, does));
  boards.addEventListener("change", (event) => changed(event, run));
  boards.addEventListener("submit", (event) => said(event, does));
  boards.addEventListener("keydown", (event) => typed(event, does));
  return does;
}

function actions(run, remember) {
  return {
    answer: (card) => run(card, api.answer),
    decline: (card) => run(card, api.decline),
    hangup: (card) => run(card, api.hangup),
    press: (card, digits) => run(card, async (number) => {
      remember(number, "Press", digits);
      flash(card, digits);
      await api.press(number, digits);
    }),
    speak: (card, text) => run(card, async (number) => {
      remember(number, "Voice", text);
      await api.speak(number, text);
    }),
    dial: (card, to = target(card)) => run(card, async (number) => {
      if (!to) throw new Error(t("phone.unknown_number"));
      await api.dial(number, to, card.querySelector(".withheld").checked);
    }),
  };
}

const phoneOf = (event) => event.target.closest(".phone");

function clicked(event, does) {
  const button = event.target.closest("button");
  const card = phoneOf(event);
  if (!button || !card) return;
  if (button.dataset.key) does.press(card, button.dataset.key);
  else if (Object.hasOwn(does, button.dataset.act ?? "")) does[button.dataset.act](card);
}

function changed(event, run) {
  const card = phoneOf(event);
  if (!card) return;
  if (event.target.matches(".behaviour")) {
    const behaviour = event.target.value;
    run(card, (number) => api.change(number, { behaviour }));
  }
}

function said(event, does) {
  const card = phoneOf(event);
  if (!card) return;
  event.preventDefault();
  const field = event.target.querySelector(".words");
  const text = field.value.trim();
  field.value = "";
  field.focus();
  if (text) does.speak(card, text);
}

// Digits press, Enter answers or dials, Escape hangs up or declines. A field or a button
// that has the focus keeps its own keys.
function typed(event, does) {
  const card = phoneOf(event);
  if (!card || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  const act = actFor(event, card);
  if (!act) return;
  event.preventDefault();
  act(does);
}

function actFor(event, card) {
  const { state, role } = card.dataset;
  if (KEY.test(event.key) && state === "talking") return (does) => does.press(card, event.key);
  if (event.key === "Escape") {
    if (state === "ringing") return (does) => does.decline(card);
    return state === "idle" ? null : (does) => does.hangup(card);
  }
  if (event.key !== "Enter" || event.target !== card || event.repeat) return null;
  if (state === "ringing") return (does) => does.answer(card);
  return state === "idle" && role === "caller" ? (does) => does.dial(card) : null;
}

function flash(card, digits) {
  const key = [...card.querySelectorAll(".key")].find((button) => button.dataset.key === digits);
  key?.classList.add("down");
  setTimeout(() => key?.classList.remove("down"), 180);
}

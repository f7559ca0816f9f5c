// One telephone on the wall: made once from its template, then updated in place.

import { clone, reconcile, setAttribute, setChips, setData, setText, show } from "./dom.js";
import { conversation, fillLog } from "./heard.js";
import { e164, isWithheld, shown } from "./numbers.js";
import { list, t } from "./words.js";

const COMPLAINT = 10_000; // ms
const COLOURS = 6; // receivers of callers differ, so that one recognises them again

export function createPhone(phone) {
  const card = clone("phone-card");
  const caller = phone.role === "caller";
  card.id = `phone-${phone.number.replace(/\D/g, "")}`;
  card.dataset.number = phone.number;
  card.dataset.role = phone.role;
  card.dataset.colour = caller ? hash(phone.number) % COLOURS : "house";
  card.querySelector(".name").id = `${card.id}-name`;
  card.setAttribute("aria-labelledby", `${card.id}-name`);
  if (!caller) settle(card);
  return card;
}

// A responder's phone does not dial: what it does when it rings stands in plain sight.
function settle(card) {
  const behaviour = card.querySelector(".does");
  const more = card.querySelector(".more");
  more.before(behaviour);
  more.remove();
  card.querySelectorAll("[data-for=caller], [data-act=dial]").forEach((node) => node.remove());
}

function hash(text) {
  return [...text].reduce((sum, character) => sum + character.charCodeAt(0), 0);
}

export function updatePhone(card, phone, scene) {
  const part = (selector) => card.querySelector(selector);
  const before = card.dataset.state;
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  setData(card, "state", phone.state);
  setData(card, "with", phone.talking_to?.length ? "someone" : "nobody");
  setText(part(".name"), phone.name || shown(phone.number));
  setText(part(".number"), shown(phone.number));
  setChips(part(".chips"), languagesOf(phone, scene));
  setText(part(".state"), stateWords(phone, scene.names));
  show(part(".duty"), scene.onDuty.has(phone.name));
  updateControls(card, phone, scene);
  updateHeard(card, phone, scene, before);
  keepFocus(card, focused);
}

function languagesOf(phone, scene) {
  return scene.onDuty.get(phone.name)?.languages ?? (phone.language ? [phone.language.slice(0, 2)] : []);
}

function stateWords(phone, names) {
  if (phone.state === "ringing") {
    const who = phone.caller_id_shown;
    return !who || isWithheld(who) ? t("phone.shows_withheld") : t("phone.shows", { who: shown(who) });
  }
  if (phone.talking_to?.length) {
    return t("phone.with", { who: list(phone.talking_to.map((number) => names.get(number) || shown(number))) });
  }
  return t(`state.${phone.state}`);
}

function updateControls(card, phone, scene) {
  const state = phone.state;
  const visible = {
    dial: state === "idle", answer: state === "ringing", decline: state === "ringing",
    hangup: state === "talking" || state === "dialling",
  };
  for (const button of card.querySelectorAll("[data-act]")) {
    const act = button.dataset.act;
    show(button, visible[act]);
    button.classList.toggle("next", act !== "hangup" && scene.next.act?.kind === act && scene.next.act.number === phone.number);
  }
  for (const key of card.querySelectorAll(".key")) {
    key.classList.toggle("next", scene.next.act?.number === phone.number && scene.next.act.digits === key.dataset.key);
  }
  show(card.querySelector(".keypad"), state === "talking");
  show(card.querySelector(".speak"), state === "talking" && phone.talking_to?.length > 0);
  updateChoices(card, phone, scene, state === "idle");
}

function updateChoices(card, phone, scene, idle) {
  const behaviour = card.querySelector(".behaviour");
  if (behaviour !== document.activeElement) behaviour.value = phone.behaviour ?? "manual";
  show(card.querySelector(".does"), idle || phone.role === "caller");
  if (phone.role !== "caller") return;
  show(card.querySelector(".switch"), idle);
  show(card.querySelector(".more"), idle);
  const choice = card.querySelector(".to");
  const lines = [...scene.lines, { number: "other" }];
  reconcile(choice, lines, (line) => line.number, () => document.createElement("option"), (option, line) => {
    setAttribute(option, "value", line.number);
    setText(option, line.number === "other" ? t("phone.other_number") : lineLabel(line));
  });
  show(card.querySelector(".other"), choice.value === "other");
  setText(card.querySelector("[data-act=dial]"), dialLabel(card));
}

function lineLabel(line) {
  return [shown(line.number), line.name].filter(Boolean).join(" · ");
}

function dialLabel(card) {
  const to = target(card);
  return t("phone.dial", { line: to ? shown(to) : "…" }).trim();
}

// Where this phone would call: a line, or the number typed under "another number".
export function target(card) {
  const choice = card.querySelector(".to").value;
  return choice === "other" ? e164(card.querySelector(".other-number").value) : choice;
}

function updateHeard(card, phone, scene, before) {
  const box = card.querySelector(".heard");
  const log = card.querySelector(".log");
  const lines = conversation(phone, scene.deeds(phone));
  const open = phone.state === "talking" || phone.state === "dialling";
  show(box, open || (phone.state === "idle" && lines.length > 0));
  if (before !== phone.state) box.open = open;
  setAttribute(log, "aria-live", scene.current === phone.number && open ? "polite" : "off");
  setAttribute(log, "aria-label", `${t("phone.heard")} – ${phone.name || shown(phone.number)}`);
  fillLog(log, lines);
}

// A button that goes away while it has the focus hands it to its phone: keys go on working.
function keepFocus(card, focused) {
  if (focused && !focused.checkVisibility()) card.focus({ preventScroll: true });
}

// What did not work is said for a while, and until the next deed.
export function complain(card, text) {
  const place = card.querySelector(".error");
  clearTimeout(place.fading);
  setText(place, text);
  if (text) place.fading = setTimeout(() => setText(place, ""), COMPLAINT);
}

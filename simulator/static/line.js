// The line as its own helpline sees it: open or closed, who waits, who is on duty.

import { clone, reconcile, setAttribute, setData, setText, show } from "./dom.js";
import { shown } from "./numbers.js";
import { counted, t } from "./words.js";

const BEADS = 12;

export function updateLines(container, lines, watched) {
  reconcile(container, lines, (line) => line.number, () => clone("line-card"), (card, line) => fill(card, line, watched));
}

function fill(card, line, watched) {
  const part = (name) => card.querySelector(`.${name}`);
  setText(part("line-name"), line.name || shown(line.number));
  setText(part("line-number"), shown(line.number));
  setData(card, "open", watched ? String(line.open) : "unknown");
  setData(card, "watched", watched);
  setText(part("line-sign"), watched ? t(line.open ? "line.open" : "line.closed") : "");
  setText(part("line-reason"), line.reason && t(`reason.${line.reason}`));
  show(part("line-reason"), Boolean(line.reason));
  show(part("line-waiting"), watched);
  fillWaiting(card, line.waiting ?? 0);
  fillDuty(card, line.on_duty ?? [], watched);
}

function fillWaiting(card, count) {
  setText(card.querySelector(".waiting-text"), counted("line.waiting", count));
  setData(card.querySelector(".line-waiting"), "count", Math.min(count, BEADS));
  const beads = Array.from({ length: Math.min(count, BEADS) }, (_, index) => index);
  reconcile(card.querySelector(".beads"), beads, (bead) => bead, () => document.createElement("i"), () => {});
}

function fillDuty(card, people, watched) {
  show(card.querySelector("h4"), watched);
  show(card.querySelector(".duty-nobody"), watched && !people.length);
  const key = (person) => `${person.name}|${person.service}`;
  reconcile(card.querySelector(".duty-list"), people, key, () => clone("duty-row"), (row, person) => {
    setData(row, "state", person.state);
    setText(row.querySelector(".duty-name"), person.name);
    const languages = (person.languages ?? []).map((code) => code.toUpperCase()).join(" ");
    setText(row.querySelector(".duty-service"), [person.service, languages].filter(Boolean).join(" · "));
    setText(row.querySelector(".duty-state"), t(`duty.${person.state}`));
    setAttribute(row.querySelector(".duty-service"), "title", person.service ?? "");
  });
}

// The week by mouse: carry a shift, pull at its end, carry a person. The server decides.

import { act, fill, narrate, words } from "./week-act.js";
import { clock, nameOf, put } from "./week-keys.js";

const FAR = 6; // pixels before a press becomes a drag
const STEP = 10; // pixels for a quarter of an hour
let drag = null;

const cellAt = (at) => {
  const cell = at?.closest("#grid tbody td");
  return cell?.querySelector(".add") ? cell : null;
};

const personOf = (link) => link.pathname.split("/").at(-1); // it leads to where they are replaced

// Each kind of drag: what it shows while it goes on, and what it does at its end.
const kinds = {
  shift: {
    over: (at) => cellAt(at),
    words: () => (drag.target ? nameOf(drag.target) : drag.name),
    end: () => drag.target !== drag.shift.closest("td") && put(drag.shift, drag.target),
  },
  edge: {
    over: () => drag.shift,
    words: (event) => {
      drag.longer = Math.round((event.clientY - drag.y) / STEP) * 15;
      return fill(words().ends, { time: clock(drag.from + drag.longer) });
    },
    end: () =>
      drag.longer &&
      act(`/shift/${drag.shift.dataset.key}/move`, { version: drag.shift.dataset.version, longer: drag.longer }),
  },
  person: {
    over: (at) => {
      const shift = at?.closest(".shift[data-key]");
      if (!shift || shift === drag.shift) return null;
      return at.closest(".who:has(a)") ?? shift;
    },
    words: () => drag.name,
    end: () => {
      const shift = drag.target.closest(".shift");
      const other = drag.target === shift ? "" : personOf(drag.target.querySelector("a"));
      return act(`/shift/${drag.shift.dataset.key}/swap/${drag.person}`, {
        version: drag.shift.dataset.version,
        with: `${shift.dataset.key}:${shift.dataset.version}:${other}`,
      });
    },
  },
};

document.addEventListener("pointerdown", (event) => {
  const shift = event.target.closest?.("#grid .shift[data-key]");
  if (!shift || event.pointerType !== "mouse" || event.button !== 0) return;
  const person = event.target.closest(".who:not(.stands-in) > a");
  const kind = event.target.closest(".edge") ? "edge" : person ? "person" : "shift";
  const [hour, minute] = shift.dataset.ends.split(":").map(Number);
  drag = { kind, shift, person: person && personOf(person), x: event.clientX, y: event.clientY, from: hour * 60 + minute };
  drag.name = (person ?? shift.querySelector(".stop")).textContent;
});

document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("#grid")) event.preventDefault(); // links have a drag of their own
});

function start() {
  drag.ghost = document.createElement("div");
  drag.ghost.className = "week-ghost";
  drag.ghost.ariaHidden = "true";
  document.body.append(drag.ghost);
  document.body.classList.add("dragging");
  drag.shift.classList.add("held");
  if (drag.kind === "person") narrate(fill(words().person, { name: drag.name }));
}

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.ghost) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    start();
  }
  const kind = kinds[drag.kind];
  drag.target?.classList.remove("target");
  drag.target = kind.over(document.elementFromPoint(event.clientX, event.clientY));
  drag.target?.classList.add("target");
  drag.ghost.textContent = kind.words(event);
  drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
  if (event.clientY < 60) scrollBy(0, -12);
  if (event.clientY > innerHeight - 60) scrollBy(0, 12);
});

function stop() {
  const { ghost, target, shift } = drag;
  ghost?.remove();
  target?.classList.remove("target");
  shift.classList.remove("held");
  document.body.classList.remove("dragging");
}

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const moved = Boolean(drag.ghost);
  stop();
  if (moved) {
    const swallow = (event) => (event.preventDefault(), event.stopPropagation());
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
    if (drag.target) kinds[drag.kind].end();
  }
  drag = null;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drag?.ghost) return;
  stop();
  drag = null;
  narrate(words().left);
});

export function begin() {
  for (const shift of document.querySelectorAll("#grid .shift[data-key]")) {
    const edge = document.createElement("span");
    edge.className = "edge";
    shift.append(edge);
  }
}

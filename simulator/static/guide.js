// The bar that leads: the way of a call, one sentence, and one button that does it.

import { setAttribute, setData, setText, show } from "./dom.js";
import { actionLabel } from "./hints.js";
import { t } from "./words.js";

const SMALL = matchMedia("(max-width: 43.99rem)"); // one column: the phone in use goes to its top
const PAUSE = 500; // ms: a second click in a hurry must not do the next step unread

export function guide(section, does) {
  const button = section.querySelector("#hint-do");
  let next = null;
  let readyAt = 0;
  button.addEventListener("click", () => {
    if (next?.act && performance.now() > readyAt) {
      readyAt = performance.now() + PAUSE;
      perform(next.act, does);
    }
  });
  return (scene) => {
    if (next && scene.next.key !== next.key) readyAt = Math.max(readyAt, performance.now() + PAUSE / 2);
    next = scene.next;
    fill(section, button, scene);
  };
}

function fill(section, button, scene) {
  const { next } = scene;
  setData(section, "step", next.step);
  setText(section.querySelector("#hint-text"), t(`hint.${next.key}`, next.values));
  markJourney(section, next.step);
  setText(button, next.act ? actionLabel(next, scene) : t("hint.loading"));
  setData(button, "kind", next.act?.kind ?? "");
  button.classList.toggle("stop", next.act?.kind === "hangup");
  button.classList.toggle("call", next.act?.kind !== "hangup");
  hideUnlessFocused(button, Boolean(next.act));
}

// Between two steps there is nothing to do: the button rests, but keeps the focus it has.
function hideUnlessFocused(button, wanted) {
  const held = !wanted && button === document.activeElement;
  show(button, wanted || held);
  setAttribute(button, "aria-disabled", String(!wanted));
}

function markJourney(section, current) {
  const steps = [...section.querySelectorAll(".journey li")];
  const reached = steps.findIndex((item) => item.dataset.step === current);
  steps.forEach((item, index) => {
    item.classList.toggle("done", index < reached);
    if (index === reached) setAttribute(item, "aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

function perform(act, does) {
  const card = document.querySelector(`.phone[data-number="${CSS.escape(act.number)}"]`);
  if (!card) return;
  does[act.kind](card, act.kind === "dial" ? act.to : act.digits);
  const { top } = card.getBoundingClientRect();
  if (SMALL.matches || top < 0 || top > innerHeight * 0.6) card.scrollIntoView({ block: "start", behavior: "smooth" });
}

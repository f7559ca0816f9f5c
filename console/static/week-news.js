// Whether somebody else has changed the week that is open: asked now and then, shown, not forced.

import { fill, refresh, week, words } from "./week-act.js";

const EVERY = 15_000;
const RESTS_AFTER = 20 * 60_000; // a page nobody looks at must not keep its log-in alive
let active = Date.now();

for (const kind of ["pointermove", "keydown", "scroll"]) {
  document.addEventListener(kind, () => (active = Date.now()), { passive: true });
}

async function ask() {
  if (document.hidden || Date.now() - active > RESTS_AFTER) return;
  const { version, change } = week().dataset;
  const answer = await fetch(`${version}?since=${change}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { who } = await answer.json();
  if (who.length && week().dataset.change === change) show(who.join(", "));
}

function show(who) {
  const said = fill(words().changed, { who });
  const old = document.querySelector(".week-newer");
  if (old?.firstChild.textContent === said) return;
  old?.remove();
  const box = document.createElement("div");
  box.className = "notice week-newer";
  box.setAttribute("role", "status");
  const text = document.createElement("span");
  const button = Object.assign(document.createElement("button"), { className: "button plain small", type: "button" });
  button.textContent = words().reload;
  button.addEventListener("click", async () => {
    document.querySelector("#grid tbody :is(.stop, .add)[tabindex='0']")?.focus(); // back to where they were
    box.remove();
    await refresh();
  });
  box.append(text, button);
  document.getElementById("main").append(box);
  text.textContent = said; // after it stands on the page, so that it is read out
}

document.addEventListener("week:shown", () => document.querySelector(".week-newer")?.remove());
document.addEventListener("visibilitychange", ask);
document.addEventListener("week:ask", ask);
setInterval(ask, EVERY);

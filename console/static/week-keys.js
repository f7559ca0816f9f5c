// The week by keyboard: arrow keys go through the table, one stop of it takes the Tab key.

import { act, fill, narrate, words } from "./week-act.js";

const table = () => document.getElementById("grid");
const seen = (cell) => cell.getClientRects().length > 0;
const cells = (row) => [...row.cells].slice(1).filter(seen);
const rows = () => [...table().tBodies[0].rows];
const stops = (cell) => {
  const found = [...cell.querySelectorAll(".stop, .add")];
  return found.length ? found : [cell];
};
let held = null; // { shift, row, column } while a shift is carried

const where = () => {
  const cell = document.activeElement.closest("#grid tbody td");
  return cell && { cell, row: cell.parentElement };
};

// Only one stop can be reached with the Tab key; the people of its shift follow it.
function rove(stop) {
  for (const each of table().querySelectorAll("tbody :is(a, td)")) each.tabIndex = -1;
  stop.tabIndex = 0;
  const shift = stop.closest(".shift");
  for (const each of shift?.querySelectorAll(".people a") ?? []) each.tabIndex = 0;
}

function go(stop) {
  if (!stop) return;
  rove(stop);
  stop.focus();
}

function upOrDown(by) {
  const { cell } = where();
  const column = rows().map((row) => row.cells[cell.cellIndex]).flatMap(stops);
  const now = document.activeElement.closest(".shift")?.querySelector(".stop") ?? document.activeElement;
  go(column[column.indexOf(now) + by]);
}

function sideways(cell) {
  if (!cell) return;
  const now = stops(where().cell).indexOf(document.activeElement);
  const there = stops(cell);
  go(there[Math.max(0, Math.min(now, there.length - 1))]);
}

function lengthen(minutes) {
  const shift = document.activeElement.closest(".shift[data-key]");
  if (!shift) return;
  act(`/shift/${shift.dataset.key}/move`, { version: shift.dataset.version, longer: minutes });
}

export function clock(minutes) {
  const inDay = ((minutes % (24 * 60)) + 24 * 60) % (24 * 60);
  return [Math.floor(inDay / 60), inDay % 60].map((n) => String(n).padStart(2, "0")).join(":");
}

export function nameOf(cell) {
  return fill(words().over, {
    service: cell.parentElement.cells[0].querySelector(".name").textContent,
    day: table().tHead.rows[0].cells[cell.cellIndex].querySelector(".day").textContent,
  });
}

function grab() {
  const shift = document.activeElement.closest(".shift[data-key]");
  if (!shift) return;
  held = { shift, cell: shift.closest("td") };
  shift.classList.add("held");
  held.cell.classList.add("target");
  narrate(words().grabbed);
}

function carry(by, down) {
  const line = rows();
  const row = line[line.indexOf(held.cell.parentElement) + down];
  const cell = row?.cells[held.cell.cellIndex + by];
  if (!cell || cell.tagName !== "TD" || !seen(cell) || !cell.querySelector(".add")) return;
  held.cell.classList.remove("target");
  held.cell = cell;
  cell.classList.add("target");
  cell.scrollIntoView({ block: "nearest" });
  narrate(nameOf(cell));
}

function letGo() {
  const { shift, cell } = held;
  shift.classList.remove("held");
  cell.classList.remove("target");
  held = null;
  return { shift, cell };
}

function drop() {
  const { shift, cell } = letGo();
  if (cell === shift.closest("td")) return narrate(words().left);
  narrate(words().moving);
  put(shift, cell);
}

export function put(shift, cell) {
  return act(`/shift/${shift.dataset.key}/move`, {
    version: shift.dataset.version,
    service_id: cell.parentElement.dataset.service,
    day: table().tHead.rows[0].cells[cell.cellIndex].dataset.day,
  });
}

const carried = {
  ArrowLeft: () => carry(-1, 0),
  ArrowRight: () => carry(1, 0),
  ArrowUp: () => carry(0, -1),
  ArrowDown: () => carry(0, 1),
  Enter: drop,
  Escape: () => (letGo(), narrate(words().left)),
};
const free = {
  ArrowLeft: () => sideways(cells(where().row)[cells(where().row).indexOf(where().cell) - 1]),
  ArrowRight: () => sideways(cells(where().row)[cells(where().row).indexOf(where().cell) + 1]),
  ArrowUp: () => upOrDown(-1),
  ArrowDown: () => upOrDown(1),
  Home: () => sideways(cells(where().row)[0]),
  End: () => sideways(cells(where().row).at(-1)),
  n: () => where().cell.querySelector(".add")?.click(),
  m: grab,
  "+": () => lengthen(30),
  "-": () => lengthen(-30),
  "?": () => document.getElementById("week-help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !where()) return;
  const does = (held ? carried : free)[event.key];
  if (!does && !held) return;
  if (held && event.key === "Tab") letGo();
  else event.preventDefault();
  does?.();
});

document.addEventListener("focusin", (event) => {
  if (held && !event.target.closest?.(".held")) letGo();
  const stop = event.target.closest?.("#grid tbody :is(.stop, .add)");
  if (stop) rove(stop);
});

// To a reader of the screen the table is one to move about in, as long as scripts run.
export function begin() {
  held = null;
  table().setAttribute("role", "grid");
  for (const cell of table().querySelectorAll("td")) cell.setAttribute("role", "gridcell");
  const aimed = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const first = aimed?.closest(".stop") ?? table().querySelector("tbody td.today :is(.stop, .add)");
  const stop = [first, ...table().querySelectorAll("tbody :is(.stop, .add)")].find((each) => each && seen(each));
  if (stop) rove(stop);
}

// The cords between the phones and the line, drawn behind the cards on a wide screen:
// dashed while it rings, straight while one listens, curled while two people talk.

import { reconcile, setAttribute } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = matchMedia("(min-width: 67.5rem)");
const STEP = 20; // pixels between two plugs on the line
const CURL = 4.2; // radius of a curl, in pixels
const PITCH = 7; // pixels a curl takes

export function drawCords(svg, phones) {
  const line = document.querySelector(".line-card");
  const cords = WIDE.matches && line ? phones.filter((phone) => phone.state !== "idle") : [];
  const origin = svg.getBoundingClientRect();
  const plugs = { caller: 0, responder: 0 };
  reconcile(svg, cords, (phone) => phone.number, () => document.createElementNS(SVG, "path"), (path, phone) => {
    const plug = plugs[phone.role]++;
    setAttribute(path, "class", `cord ${phone.state} ${phone.talking_to?.length ? "joined" : ""}`);
    setAttribute(path, "d", route(phone, line.getBoundingClientRect(), origin, plug));
  });
}

function route(phone, line, origin, plug) {
  const card = document.getElementById(`phone-${phone.number.replace(/\D/g, "")}`).getBoundingClientRect();
  const left = phone.role === "caller";
  const from = { x: (left ? card.right : card.left) - origin.x, y: card.top + 46 - origin.y };
  const to = { x: (left ? line.left : line.right) - origin.x, y: line.top + 46 + plug * STEP - origin.y };
  return phone.talking_to?.length ? curled(from, to) : straight(from, to);
}

function straight(from, to) {
  const middle = (from.x + to.x) / 2;
  return `M${round(from)}C${round({ x: middle, y: from.y })} ${round({ x: middle, y: to.y })} ${round(to)}`;
}

// A coiled cord: a small circle that rolls along the same curve.
function curled(from, to) {
  const points = along(from, to);
  const length = points.at(-1).length;
  const ease = (at) => Math.min(1, at / 12, (length - at) / 12); // plain at both plugs
  return points.map(({ x, y, length: at }, index) => {
    const angle = (at / PITCH) * 2 * Math.PI;
    const radius = CURL * Math.max(0, ease(at));
    return `${index ? "L" : "M"}${round({ x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) })}`;
  }).join("");
}

function along(from, to) {
  const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 3) + 12;
  const points = [];
  for (let index = 0; index <= count; index++) {
    const point = bezier(from, to, index / count);
    const last = points.at(-1);
    points.push({ ...point, length: last ? last.length + Math.hypot(point.x - last.x, point.y - last.y) : 0 });
  }
  return points;
}

function bezier(from, to, t) {
  const middle = (from.x + to.x) / 2;
  const u = 1 - t;
  const mix = (a, b, c, d) => u ** 3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t ** 3 * d;
  return { x: mix(from.x, middle, middle, to.x), y: mix(from.y, from.y, to.y, to.y) };
}

const round = ({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`;

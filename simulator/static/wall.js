// The phone wall: looks at the exchange a little more than once a second and shows it.

import { listen } from "./acts.js";
import { offerPhones } from "./adding.js";
import * as api from "./api.js";
import { drawCords } from "./cords.js";
import { reconcile, setText, show } from "./dom.js";
import { guide } from "./guide.js";
import { nextStep } from "./hints.js";
import { updateLines } from "./line.js";
import { createPhone, updatePhone } from "./phone.js";
import { updateRecord } from "./record.js";
import { follow, offer } from "./speech.js";
import { t } from "./words.js";

const CALM = 700; // ms between two looks
const KEEN = 200; // ms, for a moment after somebody did something
const LOST = 2000; // ms, while the simulator does not answer
const KEEN_FOR = 2500; // ms

const page = (id) => document.getElementById(id);
const memory = { deeds: new Map(), talked: new Set(), played: false, current: null, keenUntil: 0, timer: 0, latest: null };

const does = listen(page("boards"), { acted, remember });
const lead = guide(page("hint"), does);
offer(page("voice"));
offerPhones(page("add"), acted);
page("boards").addEventListener("focusin", (event) => {
  memory.current = event.target.closest(".phone")?.dataset.number ?? memory.current;
});
page("boards").addEventListener("input", (event) => {
  if (memory.latest && event.target.matches(".to, .other-number")) render(memory.latest);
});
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(memory.timer) : look()));
new ResizeObserver(() => memory.latest && drawCords(page("cords"), memory.latest.phones)).observe(page("boards"));
look();

async function look() {
  clearTimeout(memory.timer);
  const mine = (memory.turn = (memory.turn ?? 0) + 1); // a later look makes this one stale
  let pause = performance.now() < memory.keenUntil ? KEEN : CALM;
  try {
    const latest = await api.snapshot();
    if (mine !== memory.turn) return;
    render(latest);
    show(page("lost"), false);
  } catch (problem) {
    if (mine !== memory.turn) return;
    console.warn(problem);
    setText(page("lost"), t("page.lost"));
    show(page("lost"), true);
    pause = LOST;
  }
  if (!document.hidden) memory.timer = setTimeout(look, pause);
}

function acted(number) {
  memory.current = number;
  memory.keenUntil = performance.now() + KEEN_FOR;
  look();
}

// The exchange does not tell what was pressed and said: the page remembers its own.
function remember(number, verb, text) {
  const phone = memory.latest?.phones.find((one) => one.number === number);
  if (!phone?.call_sid) return;
  const deeds = memory.deeds.get(phone.call_sid) ?? [];
  deeds.push({ at: phone.heard?.at(-1)?.at ?? "", verb, text, mine: true });
  memory.deeds.set(phone.call_sid, deeds);
  render(memory.latest);
}

function render(latest) {
  memory.latest = latest;
  noteWhatHappens(latest.phones);
  const scene = sceneOf(latest);
  for (const role of ["caller", "responder"]) renderRack(role, scene);
  updateLines(page("lines"), scene.lines, Boolean(scene.watch));
  setText(page("watch-state"), watchWords(latest));
  updateRecord(page("record"), scene.watch);
  lead(scene);
  drawCords(page("cords"), latest.phones);
  follow(latest.phones);
}

function noteWhatHappens(phones) {
  memory.played ||= phones.some((phone) => phone.role === "caller" && phone.state === "talking");
  phones.filter((phone) => phone.talking_to?.length).forEach((phone) => memory.talked.add(phone.call_sid));
}

function renderRack(role, scene) {
  const phones = scene.phones.filter((phone) => phone.role === role);
  const rack = document.querySelector(`.rack[data-role=${role}]`);
  reconcile(rack, phones, (phone) => phone.number, createPhone, (card, phone) => updatePhone(card, phone, scene));
  show(document.querySelector(`[data-empty=${role}]`), !phones.length);
  const ringing = phones.some((phone) => phone.state === "ringing");
  document.querySelector(`.jump a[href="#${role}s"]`).classList.toggle("rings", ringing);
}

// One snapshot with what the page itself remembers: all that showing it needs.
function sceneOf(latest) {
  const lines = latest.watch?.lines?.length ? latest.watch.lines : latest.lines;
  const deeds = (phone) => memory.deeds.get(phone.call_sid) ?? [];
  const scene = {
    phones: latest.phones,
    watch: latest.watch,
    lines,
    names: new Map(latest.phones.map((phone) => [phone.number, phone.name])),
    onDuty: new Map(lines.flatMap((line) => line.on_duty ?? []).map((person) => [person.name, person])),
    deeds,
    pressed: (phone) => deeds(phone).filter((deed) => deed.verb === "Press").map((deed) => deed.text).join(""),
    talked: (phone) => memory.talked.has(phone.call_sid),
    played: memory.played,
    current: memory.current,
  };
  scene.next = nextStep(scene);
  return scene;
}

function watchWords(latest) {
  return latest.watch ? "" : t(latest.watch_state === "unreachable" ? "line.unreachable" : "line.unwatched");
}

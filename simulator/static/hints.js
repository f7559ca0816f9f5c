// What to do next, read from the state of things. Pure: a snapshot in, one step out.
//
// A step is {step, key, values, act}: where on the way of a call we are, the words, and
// the one action that leads on: {kind, number, digits?, to?}, or null when one just waits.

import { isSpokenTo } from "./heard.js";
import { languageName, t } from "./words.js";
import { shown } from "./numbers.js";

export function nextStep(scene) {
  return (
    someoneIsRungBack(scene) ??
    someoneDecides(scene) ??
    someoneRings(scene) ??
    someoneHasDecided(scene) ??
    someoneIsAsked(scene) ??
    someoneTalks(scene) ??
    someoneWaits(scene) ??
    startAgain(scene)
  );
}

const of = (scene, role) => scene.phones.filter((phone) => phone.role === role);
const byHand = (phone) => (phone.behaviour ?? "manual") === "manual";
const live = (phone) => phone.state === "talking";
const alone = (phone) => !phone.talking_to?.length;
const offered = (scene) => of(scene, "responder").filter((phone) => live(phone) && alone(phone) && byHand(phone));

const ringing = (scene, role) => of(scene, role).find((phone) => phone.state === "ringing" && byHand(phone));
const pickUp = (phone) => ({ kind: "answer", number: phone.number });

function someoneIsRungBack(scene) {
  const caller = ringing(scene, "caller");
  return caller ? step("answer", "answer_callback", { caller: caller.name }, pickUp(caller)) : null;
}

// Of several phones that ring, the one that was answered goes first: it is asked for a 1.
function someoneDecides(scene) {
  const taker = offered(scene).find((phone) => scene.pressed(phone).startsWith("1") && !scene.talked(phone));
  if (taker) return step("take", "connecting", { responder: taker.name });
  const undecided = offered(scene).find((phone) => !scene.pressed(phone) && !scene.talked(phone));
  return undecided ? step("take", "take", { responder: undecided.name }, pressOne(undecided)) : null;
}

function someoneRings(scene) {
  const responder = ringing(scene, "responder");
  return responder ? step("answer", "answer", { responder: responder.name }, pickUp(responder)) : null;
}

function someoneHasDecided(scene) {
  const phone = offered(scene)[0];
  if (!phone) return null;
  const values = { responder: phone.name };
  if (scene.talked(phone)) return step("record", "left", values, { kind: "hangup", number: phone.number });
  return step("take", "refused", values);
}

function someoneTalks(scene) {
  const caller = of(scene, "caller").find((phone) => live(phone) && !alone(phone));
  if (!caller) return null;
  const responder = scene.phones.find((phone) => caller.talking_to.includes(phone.number));
  const values = { caller: caller.name, responder: responder?.name ?? shown(caller.talking_to[0]) };
  return step("talk", "talk", values, { kind: "hangup", number: caller.number });
}

function someoneIsAsked(scene) {
  const caller = of(scene, "caller").find((phone) => live(phone) && alone(phone) && asksLanguage(scene, phone));
  if (!caller) return null;
  const language = languageName(mainLine(scene).languages[0]);
  return step("language", "menu", { language }, pressOne(caller));
}

function someoneWaits(scene) {
  const caller = of(scene, "caller").find((phone) => phone.state === "dialling" || live(phone));
  if (!caller) return null;
  if (caller.state === "dialling") return step("call", "dialling", { caller: caller.name, line: lineShown(scene) });
  return waiting(scene, caller);
}

// Only the record knows: without it one follows the voice.
function asksLanguage(scene, caller) {
  if ((mainLine(scene)?.languages ?? []).length < 2 || scene.pressed(caller)) return false;
  return Boolean(inProgress(scene)?.some((call) => call.state === "received" && !call.language));
}

function waiting(scene, caller) {
  const values = { caller: caller.name };
  const calls = inProgress(scene);
  if (calls && !calls.some((call) => call.state === "waiting")) return step("answer", "listen", values);
  const duty = mainLine(scene)?.on_duty;
  const nobody = duty && !duty.some((person) => person.state === "free" || person.state === "ringing");
  return step("answer", nobody ? "waiting_nobody" : "waiting", values);
}

function startAgain(scene) {
  const line = mainLine(scene);
  if (!line) return step("", "no_line", {});
  const caller = of(scene, "caller").find((phone) => phone.state === "idle" && byHand(phone));
  if (!caller) return step("call", "no_caller", {});
  const act = { kind: "dial", number: caller.number, to: line.number };
  if (scene.played) return step("record", "again", { line: lineShown(scene) }, act);
  const closed = line.open === false;
  const values = { caller: caller.name, line: lineShown(scene), reason: t(`reason.${line.reason ?? "closed"}`) };
  return step("call", closed ? "start_closed" : "start", values, act);
}

// A key pressed before the voice has begun is lost, as at the provider.
function pressOne(phone) {
  return isSpokenTo(phone) ? { kind: "press", number: phone.number, digits: "1" } : null;
}

const mainLine = (scene) => scene.lines[0];
const lineShown = (scene) => shown(mainLine(scene)?.number);
const inProgress = (scene) => scene.watch?.calls.filter((call) => call.outcome === "in_progress");

function step(name, key, values, act = null) {
  return { step: name, key, values, act };
}

// The words on the button of a step.
export function actionLabel(next, scene) {
  const { kind, digits } = next.act;
  if (kind === "answer") return t("hint.answer_do");
  if (kind === "press") return t("hint.press_do", { digits });
  if (kind === "hangup") return t("hint.talk_do");
  return t(scene.played ? "hint.again_do" : "hint.start_do", { line: lineShown(scene) });
}

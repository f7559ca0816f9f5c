// Reads aloud what the phones hear, in its own language, when one asks for it.

import { isSpeech } from "./heard.js";
import { language } from "./words.js";

let on = false;
const spokenUntil = new Map(); // number -> time of the last line seen

export function offer(button) {
  if (!("speechSynthesis" in window)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    button.setAttribute("aria-pressed", String(on));
    if (!on) speechSynthesis.cancel();
  });
}

// Called with every snapshot, also while silent: what was missed is not read afterwards.
export function follow(phones) {
  for (const phone of phones) {
    const heard = phone.heard ?? [];
    const since = spokenUntil.get(phone.number) ?? "";
    const fresh = heard.filter((line) => line.at > since);
    if (fresh.length) spokenUntil.set(phone.number, fresh.at(-1).at);
    if (on) fresh.filter(isSpeech).forEach(say);
  }
}

function say(line) {
  const utterance = new SpeechSynthesisUtterance(line.text);
  utterance.lang = line.language || language;
  const voice = voiceFor(utterance.lang);
  if (voice) utterance.voice = voice;
  speechSynthesis.speak(utterance);
}

// "fr-FR" takes the very voice, or another French one; Belgium's are rarely installed.
function voiceFor(wanted) {
  const voices = speechSynthesis.getVoices();
  const code = (voice) => voice.lang.replace("_", "-").toLowerCase();
  return (
    voices.find((voice) => code(voice) === wanted.toLowerCase()) ??
    voices.find((voice) => code(voice).startsWith(wanted.slice(0, 2).toLowerCase()))
  );
}

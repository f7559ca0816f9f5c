// What a phone hears, as lines of a conversation: the voice of the line, people, keys.

import { reconcile, setAttribute, setText } from "./dom.js";
import { t, time } from "./words.js";

const SHOWN = 60; // lines: longer calls keep their end
const SILENT = new Set(["pause", "redirect", "gather", "dial", "enqueue", "leave", "hangup"]);

// A phone remembers its earlier calls too; `since` is when the present or last one began.
function ofThisCall(heard, since) {
  const start = since ? Date.parse(since) : 0;
  return heard.filter((line) => Date.parse(line.at) >= start);
}

export function isSpeech(line) {
  return Boolean(line.text) && (line.verb === "Say" || line.verb === "Voice");
}

export function isSpokenTo(phone) {
  return ofThisCall(phone.heard ?? [], phone.call_started_at).some(isSpeech);
}

// What was heard, and between the lines what was pressed and said here (`deeds`, each
// stamped with the line it came after).
export function conversation(phone, deeds) {
  const audible = (line) => line.text || !SILENT.has(line.verb.toLowerCase());
  const lines = ofThisCall(phone.heard ?? [], phone.call_started_at).filter(audible);
  return [...lines, ...deeds]
    .map((line, index) => ({ line, index }))
    .sort((a, b) => (a.line.at < b.line.at ? -1 : a.line.at > b.line.at ? 1 : a.index - b.index))
    .map(({ line }) => line);
}

export function fillLog(log, lines) {
  const hidden = Math.max(0, lines.length - SHOWN);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const before = log.childElementCount;
  reconcile(log, withKeys(lines, hidden), (item) => item.key, createLine, (row, item) => fillLine(row, item.line));
  if (atEnd && log.childElementCount !== before) log.scrollTop = log.scrollHeight;
}

function withKeys(lines, hidden) {
  const twins = new Map();
  const items = lines.map((line) => {
    const same = `${line.at}|${line.verb}|${line.text}`;
    twins.set(same, (twins.get(same) ?? 0) + 1);
    return { key: `${same}|${twins.get(same)}`, line };
  });
  const more = { key: "more", line: { verb: "Note", text: t("phone.earlier", { count: hidden }) } };
  return hidden ? [more, ...items.slice(hidden)] : items;
}

function createLine() {
  const row = document.createElement("p");
  row.append(document.createElement("span"), document.createElement("small"));
  return row;
}

function fillLine(row, line) {
  const [text, tag] = row.children;
  setAttribute(row, "class", `said ${kindOf(line)}`);
  setText(text, words(line));
  if (line.language && isSpeech(line)) setAttribute(text, "lang", line.language);
  setText(tag, isSpeech(line) && !line.mine ? tagOf(line.language) : "");
  setAttribute(row, "title", time(line.at));
}

const tagOf = (language) => (language ?? "").slice(0, 2).toUpperCase();

function kindOf(line) {
  if (line.mine) return "mine";
  return line.verb === "Say" ? "line-voice" : line.verb === "Voice" ? "person" : "noise";
}

function words(line) {
  if (line.verb === "Say" || line.verb === "Voice" || line.verb === "Note") return line.text;
  if (line.verb === "Play" && line.text) return `♪ ${line.text}`;
  const key = `verb.${line.verb.toLowerCase()}`;
  return t(key, { digits: line.text, text: line.text });
}

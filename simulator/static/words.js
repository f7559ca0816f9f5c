// The page's words, in the page's language; and numbers, times and lists said its way.

const page = document.body.dataset;
const words = JSON.parse(page.words);

export const language = page.lang;

const locale = `${language}-BE`;

// t("hint.answer", {responder: "Alice"}); an unknown last part is shown as it is.
export function t(key, values = {}) {
  const [table, ...rest] = key.split(".");
  const name = rest.join(".");
  const text = words[table]?.[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, slot) => values[slot] ?? whole);
}

export function counted(stem, count) {
  const form = count === 0 ? "none" : count === 1 ? "one" : "many";
  return t(`${stem}_${form}`, { count });
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code);
  } catch {
    return code; // not a language code the browser knows
  }
}

export function list(names) {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}

// The line lives in Brussels; whoever watches from elsewhere sees its clock.
const clock = new Intl.DateTimeFormat(locale, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/Brussels",
});
const day = new Intl.DateTimeFormat(locale, {
  weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  timeZone: "Europe/Brussels",
});

export function time(iso) {
  return iso ? clock.format(new Date(iso)) : "";
}

export function dayAndTime(iso) {
  return iso ? day.format(new Date(iso)) : "";
}

// 75 -> "1:15". The unit is the minute, as on a telephone's display.
export function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function secondsBetween(from, to) {
  return from && to ? (new Date(to) - new Date(from)) / 1000 : null;
}

// What the page asks the simulator. Errors are told in the page's words.

import { t } from "./words.js";

export async function snapshot() {
  const answer = await fetch("wall.json", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(t("error.refused", { status: answer.status }));
  return answer.json();
}

export const dial = (number, to, withheld) => send("POST", number, "dial", { to, withheld });
export const answer = (number) => send("POST", number, "answer");
export const decline = (number) => send("POST", number, "decline");
export const hangup = (number) => send("POST", number, "hangup");
export const press = (number, digits) => send("POST", number, "press", { digits });
export const speak = (number, text) => send("POST", number, "speak", { text });
export const change = (number, settings) => send("PUT", number, "", settings);

async function send(method, number, verb, body = {}) {
  const path = `phones/${encodeURIComponent(number)}${verb && `/${verb}`}`;
  let reply;
  try {
    reply = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(t("error.network"));
  }
  if (!reply.ok) throw new Error(reason(reply.status));
}

function reason(status) {
  if (status === 404) return t("error.not_found");
  if (status === 409) return t("error.wrong_moment");
  return t("error.refused", { status });
}

"""``<Gather>``: keys, and words spoken, collected from the caller.

Rules: https://www.twilio.com/docs/voice/twiml/gather. ``timeout`` counts from the end of
the nested verbs and again from every key; the finish key is not part of ``Digits``; without
input the document goes on with the next verb.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import legs
from simulator.calls import Call, Step
from simulator.documents import VERBS, performs
from simulator.script import Script, wait
from simulator.twiml import Document, Verb

if TYPE_CHECKING:
    from simulator.exchange import Exchange

UNLIMITED = 10_000
CONFIDENCE = "0.9"


class _Input(Exception):  # noqa: N818 - a turn of the story, not an error
    """The caller presses a key or speaks while a nested verb is playing."""


@dataclass(frozen=True)
class _Rules:
    timeout: int
    finish: str
    most: int
    keys: bool
    speech: bool


@performs("Gather")
def gather(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Play what is nested, collect input, and send it to ``action``."""
    legs.answer(ex, call)
    call.keys.clear()
    call.spoken.clear()
    rules = _rules(verb)

    def started() -> bool:
        return bool((rules.keys and call.keys) or (rules.speech and call.spoken))

    try:
        with call.task_now.watch(started, _Input):
            for child in verb.children:
                yield from VERBS[child.name](ex, call, child, document)
    except _Input:
        pass
    if (yield from wait(rules.timeout, until=started)) and rules.speech and call.spoken:
        return _act(verb, document, (yield from _speech(call)))
    digits, finished = yield from _digits(call, rules)
    if not digits and not verb.flag("actionOnEmptyResult", default=False):
        return None
    result = {"Digits": digits, "FinishedOnKey": finished, "msg": "Gather End"}
    return _act(verb, document, result)


def _rules(verb: Verb) -> _Rules:
    inputs = verb.words("input") or ("dtmf",)
    return _Rules(
        timeout=verb.whole("timeout", 5, 1, 600),
        finish=verb.attrs.get("finishOnKey", "#"),
        most=verb.whole("numDigits", UNLIMITED, 1, UNLIMITED),
        keys="dtmf" in inputs,
        speech="speech" in inputs,
    )


def _digits(call: Call, rules: _Rules) -> Script[tuple[str, str]]:
    digits = ""
    while rules.keys and len(digits) < rules.most:
        if not call.keys:
            if not digits or not (yield from wait(rules.timeout, until=lambda: bool(call.keys))):
                break
            continue
        key = call.keys.pop(0)
        if key in rules.finish:
            return digits, key
        digits += key
    return digits, ""


def _speech(call: Call) -> Script[dict[str, str]]:
    start, end, _ = call.spoken[0]
    yield from wait((end - start).total_seconds())
    text = " ".join(words for _, _, words in call.spoken)
    return {"SpeechResult": text, "Confidence": CONFIDENCE}


def _act(verb: Verb, document: Document, result: dict[str, str]) -> Step:
    action = verb.attrs.get("action", "").strip()
    return Step(urljoin(document.url, action), verb.method(), result)

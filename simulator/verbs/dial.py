"""``<Dial>``: connect the caller to somebody else.

Rules: https://www.twilio.com/docs/voice/twiml/dial. Numbers ring together unless
``sequential``; the first to pick up silences the others, before any screening. After a
``<Dial>`` with ``action`` that document follows, without one the next verb.
"""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import dialling, legs
from simulator.calls import Call, HungUp, Step
from simulator.documents import performs
from simulator.script import Script
from simulator.twiml import Document, DocumentError, Verb
from simulator.verbs import conference
from simulator.verbs.dial_numbers import Outcome, ring
from simulator.verbs.dial_queue import take
from simulator.verbs.waiting import tell_and_forget

if TYPE_CHECKING:
    from simulator.exchange import Exchange

INVALID_CALLER_ID = 13214


@performs("Dial")
def dial(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Dial what the verb names and go on with its ``action``."""
    if not (verb.flag("answerOnBridge", default=False) and call.status == "ringing"):
        legs.answer(ex, call)
    _check_caller_id(ex, call, verb, document)
    outcome = Outcome("completed")
    try:
        yield from _connect(ex, call, verb, document, outcome)
    except HungUp:
        step = _action(verb, document, outcome)
        if step is not None:  # the provider still asks, and ignores the answer
            tell_and_forget(ex, call, step)
        raise
    return _action(verb, document, outcome)


def _connect(
    ex: "Exchange", call: Call, verb: Verb, document: Document, outcome: Outcome
) -> Script[None]:
    kinds = {noun.name: noun for noun in verb.children}
    if "Conference" in kinds:
        legs.answer(ex, call)
        outcome.status = "answered"
        yield from conference.join(ex, call, kinds["Conference"], verb, document)
    elif "Queue" in kinds:
        yield from take(ex, call, kinds["Queue"], verb, document, outcome)
    else:
        nouns = [noun for noun in verb.children if noun.text]
        if verb.text:
            nouns.append(Verb("Number", text=verb.text))
        yield from ring(ex, call, verb, nouns, document, outcome)


def _check_caller_id(ex: "Exchange", call: Call, verb: Verb, document: Document) -> None:
    shown = verb.attrs.get("callerId", "").strip()
    if not shown or shown in (call.from_, call.to):
        return
    if ex.numbers.by_number(dialling.e164(shown)) is None:
        raise DocumentError(INVALID_CALLER_ID, document.url)


def _action(verb: Verb, document: Document, outcome: Outcome) -> Step | None:
    url = verb.attrs.get("action", "").strip()
    if not url:
        return None
    return Step(urljoin(document.url, url), verb.method(), outcome.params())

"""``<Dial>`` of numbers: legs that ring, the one that answers, its screening, the bridge."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import dialling, documents, legs
from simulator.calls import EVENTS, Call, Progress, Step
from simulator.params import yes_no
from simulator.script import Script, afterwards, wait
from simulator.twiml import Document, Verb

if TYPE_CHECKING:
    from simulator.exchange import Exchange

BUFFER = 5  # seconds the provider adds to the timeout of a <Dial>
MOST = 10


@dataclass
class Outcome:
    """How a ``<Dial>`` went, filled in as it goes."""

    status: str
    party: Call | None = None
    bridged: bool | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def params(self) -> dict[str, str]:
        """Return what the ``action`` is told; no duration for a call nobody answered."""
        about = {"DialCallStatus": self.status} | self.extra
        if self.party is not None:
            about["DialCallSid"] = self.party.sid
            if self.party.answered_at is not None:
                about["DialCallDuration"] = str(self.party.duration)
        if self.bridged is not None:
            about["DialBridged"] = yes_no(self.bridged)
        return about


def ring(
    ex: "Exchange",
    call: Call,
    dial: Verb,
    nouns: list[Verb],
    document: Document,
    outcome: Outcome,
) -> Script[None]:
    """Ring the numbers together, or one after the other, and bridge the one that answers."""
    outcome.status, outcome.bridged = "failed", False
    nouns = nouns[:MOST]
    one_by_one = dial.flag("sequential", default=False)
    for group in [[noun] for noun in nouns] if one_by_one else [nouns]:
        if call.status == "in-progress":
            ex.hear(call, "Ringing")
        children = [_child(ex, call, dial, noun, document) for noun in group]
        with afterwards(partial(_let_go, ex, children)):
            yield from _attempt(ex, call, dial, children, outcome)
        if outcome.party is not None and outcome.party.answered_at is not None:
            return


def _attempt(
    ex: "Exchange", call: Call, dial: Verb, children: list[Call], outcome: Outcome
) -> Script[None]:
    timeout = dial.whole("timeout", 30, 1, 600) + BUFFER
    for child in children:
        dialling.place(ex, child, timeout)

    def settled() -> bool:
        return any(c.answered_at for c in children) or all(c.over for c in children)

    yield from wait(until=settled)
    winner = next((child for child in children if child.answered_at), None)
    outcome.party = winner or (children[-1] if children else None)
    if winner is None:
        outcome.status = _missed([child.status for child in children])
        return
    for other in children:
        if other is not winner:
            ex.end(other, "canceled")
    outcome.status = "completed"
    yield from _talk(ex, call, dial, winner, outcome)


def _talk(ex: "Exchange", call: Call, dial: Verb, party: Call, outcome: Outcome) -> Script[None]:
    yield from wait(until=lambda: party.ready or party.over or party.gone)
    if not party.ready:
        return
    legs.answer(ex, call)
    call.keys.clear()
    ex.bridge(call, party)
    outcome.bridged = True
    star = dial.flag("hangupOnStar", default=False)
    limit = dial.whole("timeLimit", 14_400, 1, 86_400)
    over = lambda: party.over or party.gone or (star and "*" in call.keys)  # noqa: E731
    yield from wait(limit, until=over)


def _missed(statuses: list[str]) -> str:
    for status in ("no-answer", "busy"):
        if status in statuses:
            return status
    return statuses[-1] if statuses else "failed"


def _let_go(ex: "Exchange", children: list[Call]) -> None:
    """End what is left of dialled legs; one that the REST API took away lives on."""
    for child in children:
        if not child.gone:
            ex.unbridge(child)
            ex.end(child, "completed" if child.answered_at else "canceled")


def _child(ex: "Exchange", call: Call, dial: Verb, noun: Verb, document: Document) -> Call:
    to = dialling.e164(noun.text) if noun.name == "Number" else noun.text
    shown = dial.attrs.get("callerId", "").strip() or call.from_
    child = Call(ex.account_sid, shown, to, "outbound-dial", ex.clock.now(), parent=call)
    child.send_digits = noun.attrs.get("sendDigits", "")
    child.detect = noun.attrs.get("machineDetection", "")
    child.progress = _progress(noun, document)
    url = noun.attrs.get("url", "").strip()
    screen = Step(urljoin(document.url, url), noun.method()) if url else None
    child.opening = lambda: _as_party(ex, child, screen)
    return child


def _progress(noun: Verb, document: Document) -> Progress | None:
    url = noun.attrs.get("statusCallback", "").strip()
    if not url:
        return None
    events = frozenset(noun.words("statusCallbackEvent")) & set(EVENTS) or {"completed"}
    method = noun.method("statusCallbackMethod")
    return Progress(urljoin(document.url, url), method, frozenset(events))


def _as_party(ex: "Exchange", child: Call, screen: Step | None) -> Script[None]:
    """Run the screening document; a party it does not hang up on may be bridged."""
    with afterwards(partial(_leave_dial, ex, child)):
        if screen is not None:
            yield from documents.run(ex, child, screen, documents.SCREENING)
        child.ready = True
        _poke_parent(ex, child)
        yield from wait()  # until the <Dial> ends this leg, or the REST API takes it away


def _leave_dial(ex: "Exchange", child: Call) -> None:
    if child.redirect is not None and not child.over:
        child.gone = True
        ex.unbridge(child)
    _poke_parent(ex, child)


def _poke_parent(ex: "Exchange", child: Call) -> None:
    ex.engine.poke(child.parent.task if child.parent else None)

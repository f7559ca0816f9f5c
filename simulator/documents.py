"""Documents fetched and performed, verb by verb."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from simulator import params
from simulator.calls import Call, Step
from simulator.script import Script, fetch
from simulator.transport import Request
from simulator.twiml import SCHEMA_WARNING, Document, DocumentError, Verb, parse, read

if TYPE_CHECKING:
    from simulator.exchange import Exchange

Performer: TypeAlias = Callable[["Exchange", Call, Verb, Document], Script[Step | None]]
VERBS: dict[str, Performer] = {}

# What each kind of document may hold; anything else is skipped with a warning.
_WAITING = frozenset({"Say", "Play", "Pause", "Redirect"})
CONTROL = frozenset({"Gather", "Hangup", "Reject", "Leave"})
MAIN = _WAITING | CONTROL | {"Dial", "Enqueue", "Record", "Sms", "Message"}
QUEUE_WAIT = _WAITING | {"Gather", "Hangup", "Leave"}
CONFERENCE_WAIT = _WAITING
SCREENING = _WAITING | {"Gather", "Hangup"}


def performs(name: str) -> Callable[[Performer], Performer]:
    """Register a function as the performer of the verb ``name``."""

    def register(performer: Performer) -> Performer:
        VERBS[name] = performer
        return performer

    return register


def run(ex: "Exchange", call: Call, step: Step, allowed: frozenset[str]) -> Script[None]:
    """Perform the document at ``step`` and those it leads to, until one runs out."""
    following: Step | None = step
    while following is not None:
        document = yield from load(ex, call, following)
        following = yield from _perform(ex, call, document, allowed)


def load(ex: "Exchange", call: Call, step: Step) -> Script[Document]:
    """Fetch the document at ``step``; :class:`DocumentError` names the address asked for."""
    if step.inline is not None:
        return _checked(ex, call, parse(step.inline.encode(), step.url, "POST"))
    about = params.of_call(call) | step.extra
    answer = yield from fetch(Request(step.url, step.method, about))
    if answer.status is not None and answer.status >= 400:
        ex.notice(11217, step.url, call.sid)
    try:
        return _checked(ex, call, read(answer, step.method))
    except DocumentError as error:
        raise DocumentError(error.code, step.url) from None


def _checked(ex: "Exchange", call: Call, document: Document) -> Document:
    for warning in document.warnings:
        ex.notice(SCHEMA_WARNING, document.url, call.sid, warning)
    return document


def _perform(
    ex: "Exchange", call: Call, document: Document, allowed: frozenset[str]
) -> Script[Step | None]:
    for position, verb in enumerate(document.verbs):
        if verb.name not in allowed or (verb.name == "Reject" and position):
            ex.notice(SCHEMA_WARNING, document.url, call.sid, f"<{verb.name}> may not stand here")
            continue
        following = yield from VERBS[verb.name](ex, call, verb, document)
        if following is not None:
            return following
    return None

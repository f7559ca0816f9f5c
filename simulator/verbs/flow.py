"""``<Redirect>``, ``<Hangup>``, ``<Reject>``, ``<Leave>``, and the text messages."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import legs
from simulator.calls import Call, HungUp, Step
from simulator.documents import performs
from simulator.script import Script
from simulator.twiml import Document, DocumentError, Verb

if TYPE_CHECKING:
    from simulator.exchange import Exchange

INVALID_URL = 11100


class Left(Exception):  # noqa: N818 - a turn of the story, not an error
    """The wait document of a queue says ``<Leave>``."""


@performs("Redirect")
def redirect(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Go on with another document; what follows is never reached.

    It answers the call like any verb but ``<Reject>``.
    """
    legs.answer(ex, call)
    if not verb.text:
        raise DocumentError(INVALID_URL, document.url)
    yield from ()
    return Step(urljoin(document.url, verb.text), verb.method())


@performs("Hangup")
def hang_up(ex: "Exchange", call: Call, _verb: Verb, _document: Document) -> Script[Step | None]:
    """End the call."""
    legs.answer(ex, call)
    ex.end(call, "completed")
    yield from ()
    raise HungUp


@performs("Reject")
def reject(ex: "Exchange", call: Call, verb: Verb, _document: Document) -> Script[Step | None]:
    """Refuse an inbound call without answering it; too late, it hangs up."""
    busy = verb.attrs.get("reason") == "busy"
    if call.status == "in-progress":
        ex.end(call, "completed")
    else:
        ex.end(call, "busy" if busy else "no-answer")
    yield from ()
    raise HungUp


@performs("Leave")
def leave(_ex: "Exchange", call: Call, _verb: Verb, _document: Document) -> Script[Step | None]:
    """Leave the queue; outside of one it does nothing."""
    yield from ()
    if call.member is not None:
        raise Left
    return None


@performs("Sms")
@performs("Message")
def message(_ex: "Exchange", _call: Call, _verb: Verb, _document: Document) -> Script[Step | None]:
    """Do nothing: text messages are sent over REST here."""
    yield from ()
    return None

"""Announcements into a conference, or to one of its participants."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import conferences
from simulator.conferences import Conference, Participant
from simulator.script import Script, fetch, wait
from simulator.transport import Request
from simulator.twiml import Document, DocumentError, read

if TYPE_CHECKING:
    from simulator.exchange import Exchange

UNKNOWN_LENGTH = 5.0


def announce(
    ex: "Exchange", conference: Conference, to: Participant | None, url: str, method: str
) -> None:
    """Fetch the document at ``url`` and play it to ``to``, or to everybody."""
    steps = _announcement(ex, conference, to, Request(url, method))
    ex.engine.spawn_script(f"voice:{conference.sid}", steps)


def _announcement(
    ex: "Exchange", conference: Conference, to: Participant | None, request: Request
) -> Script[None]:
    about = {
        "AccountSid": ex.account_sid,
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
    }
    if to is not None:
        about["CallSid"] = to.call.sid
    answer = yield from fetch(Request(request.url, request.method, about))
    try:
        document = read(answer, request.method)
    except DocumentError as error:
        ex.notice(error.code, request.url, to.call.sid if to else "")
        conferences.tell(ex, conference, "announcement-fail", to)
        return
    yield from _play(ex, conference, to, document)
    conferences.tell(ex, conference, "announcement-end", to)


def _play(
    ex: "Exchange", conference: Conference, to: Participant | None, document: Document
) -> Script[None]:
    for verb in document.verbs:
        hearers = [to] if to is not None else list(conference.participants.values())
        for participant in hearers:
            if verb.name == "Say":
                ex.hear(participant.call, "Say", verb.text, verb.attrs.get("language", ""))
            elif verb.name == "Play":
                ex.hear(participant.call, "Play", audio=urljoin(document.url, verb.text))
        if verb.name == "Say":
            yield from wait(ex.speaking_time(verb.text))
        elif verb.name in ("Play", "Pause"):
            yield from wait(verb.whole("length", int(UNKNOWN_LENGTH), 0, 600))

"""Plain replies, written out as TwiML.

Every webhook ends here, so the document is written by hand: a few microseconds where the
library's element tree takes a hundred. A test holds each verb against what the library
writes, attribute by attribute.
"""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from telephony import words
from telephony.replies import (
    Enqueue,
    Forward,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Redirect,
    Reply,
    Room,
    Say,
)

# The provider refuses a Say of more than 3000 characters in these voices (error 13521).
LONGEST_SPEECH = 3000
ROOM_EVENTS = "start end join leave"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def render(reply: Reply) -> str:
    """Return the document for ``reply``."""
    return f"{HEAD}<Response>{_all(reply)}</Response>"


def _all(verbs: tuple[Any, ...]) -> str:
    return "".join(_WRITERS[type(verb)](verb) for verb in verbs)


def _element(name: str, attributes: dict[str, str], inner: str = "") -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in sorted(attributes.items()))
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given} />"


def _say(verb: Say) -> str:
    voice = words.prompts(verb.language)
    spoken = {"voice": voice.voice, "language": voice.locale}
    return _element("Say", spoken, escape(verb.text[:LONGEST_SPEECH]))


def _play(verb: Play) -> str:
    return _element("Play", {}, escape(verb.url))


def _pause(verb: Pause) -> str:
    return _element("Pause", {"length": str(verb.seconds)})


def _gather(verb: Gather) -> str:
    attributes = {
        "action": verb.action,
        "input": "dtmf",
        "method": "POST",
        "timeout": str(verb.timeout),
    }
    if verb.digits is not None:
        # A single key is never the "finish" key: # counts too.
        attributes |= {"numDigits": str(verb.digits), "finishOnKey": ""}
    return _element("Gather", attributes, _all(verb.prompts))


def _redirect(verb: Redirect) -> str:
    return _element("Redirect", {"method": "POST"}, escape(verb.url))


def _hangup(_verb: Hangup) -> str:
    return _element("Hangup", {})


def _leave(_verb: Leave) -> str:
    return _element("Leave", {})


def _enqueue(verb: Enqueue) -> str:
    attributes = {
        "action": verb.action,
        "method": "POST",
        "waitUrl": verb.wait_url,
        "waitUrlMethod": "POST",
    }
    return _element("Enqueue", attributes, escape(verb.name))


def _room(verb: Room) -> str:
    conference = {
        "beep": "onEnter" if verb.beep else "false",
        "endConferenceOnExit": "true" if verb.ends else "false",
        "participantLabel": verb.label,
        "startConferenceOnEnter": "true",
        "statusCallback": verb.events_url,
        "statusCallbackEvent": ROOM_EVENTS,
        "statusCallbackMethod": "POST",
        "waitMethod": "POST",
        "waitUrl": verb.wait_url,
    }
    inner = _element("Conference", conference, escape(verb.name))
    return _element("Dial", {"action": verb.action, "method": "POST"}, inner)


def _forward(verb: Forward) -> str:
    attributes = {"callerId": verb.caller_id, "timeout": str(verb.timeout)}
    if verb.action is not None:
        attributes |= {"action": verb.action, "method": "POST"}
    screen = {} if verb.screen is None else {"method": "POST", "url": verb.screen}
    return _element("Dial", attributes, _element("Number", screen, escape(verb.number)))


_WRITERS: dict[type, Callable[[Any], str]] = {
    Say: _say,
    Play: _play,
    Pause: _pause,
    Gather: _gather,
    Redirect: _redirect,
    Hangup: _hangup,
    Leave: _leave,
    Enqueue: _enqueue,
    Room: _room,
    Forward: _forward,
}

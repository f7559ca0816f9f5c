"""Plain replies, written out as TwiML."""

from collections.abc import Callable
from typing import Any

from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as GatherElement

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


def render(reply: Reply) -> str:
    """Return the document for ``reply``."""
    response = VoiceResponse()
    for verb in reply:
        _WRITERS[type(verb)](response, verb)
    return str(response)


def _say(parent: Any, verb: Say) -> None:
    voice = words.prompts(verb.language)
    parent.say(verb.text[:LONGEST_SPEECH], voice=voice.voice, language=voice.locale)


def _play(parent: Any, verb: Play) -> None:
    parent.play(verb.url)


def _pause(parent: Any, verb: Pause) -> None:
    parent.pause(length=verb.seconds)


def _gather(parent: Any, verb: Gather) -> None:
    more: dict[str, Any] = {} if verb.digits is None else {"num_digits": verb.digits}
    if verb.digits is not None:
        more["finish_on_key"] = ""  # a single key is never the "finish" key: # counts too
    element: GatherElement = parent.gather(
        action=verb.action, input="dtmf", method="POST", timeout=verb.timeout, **more
    )
    for prompt in verb.prompts:
        _WRITERS[type(prompt)](element, prompt)


def _redirect(parent: Any, verb: Redirect) -> None:
    parent.redirect(verb.url, method="POST")


def _hangup(parent: Any, _verb: Hangup) -> None:
    parent.hangup()


def _leave(parent: Any, _verb: Leave) -> None:
    parent.leave()


def _enqueue(parent: Any, verb: Enqueue) -> None:
    parent.enqueue(
        verb.name,
        wait_url=verb.wait_url,
        wait_url_method="POST",
        action=verb.action,
        method="POST",
    )


def _room(parent: Any, verb: Room) -> None:
    dial: Dial = parent.dial(action=verb.action, method="POST")
    dial.conference(
        verb.name,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        participant_label=verb.label,
        status_callback=verb.events_url,
        status_callback_event=ROOM_EVENTS,
        status_callback_method="POST",
        wait_url=verb.wait_url,
        wait_method="POST",
    )


def _forward(parent: Any, verb: Forward) -> None:
    more: dict[str, Any] = {} if verb.action is None else {"action": verb.action, "method": "POST"}
    dial: Dial = parent.dial(caller_id=verb.caller_id, timeout=verb.timeout, **more)
    dial.number(verb.number)


_WRITERS: dict[type, Callable[[Any, Any], None]] = {
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

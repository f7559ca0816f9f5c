"""``<Say>``, ``<Play>`` and ``<Pause>``: what the caller hears, and for how long."""

import io
import wave
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import legs
from simulator.calls import Call, Step
from simulator.documents import performs
from simulator.script import Script, fetch, wait
from simulator.transport import Request
from simulator.twiml import Document, Verb

if TYPE_CHECKING:
    from simulator.exchange import Exchange

FOREVER = 1000  # the provider's loop="0" has a ceiling too
UNKNOWN_LENGTH = 5.0
KEY_SECONDS, W_SECONDS = 0.3, 0.5


@performs("Say")
def say(ex: "Exchange", call: Call, verb: Verb, _document: Document) -> Script[Step | None]:
    """Read the text aloud, ``loop`` times; 0 is for ever."""
    legs.answer(ex, call)
    for _ in range(_loops(verb)):
        ex.hear(call, "Say", verb.text, verb.attrs.get("language", ""))
        yield from wait(ex.speaking_time(verb.text))
        if not verb.text:
            break
    return None


@performs("Play")
def play(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Play an audio file, or keys (``digits``, each ``w`` half a second)."""
    legs.answer(ex, call)
    digits = verb.attrs.get("digits")
    if digits is not None:
        ex.hear(call, "Digits", digits)
        yield from wait(sum(W_SECONDS if d == "w" else KEY_SECONDS for d in digits))
        return None
    url = urljoin(document.url, verb.text)
    seconds = yield from audio_seconds(ex, call, url)
    if seconds is None:
        return None
    for _ in range(_loops(verb)):
        ex.hear(call, "Play", "", audio=url)
        yield from wait(max(seconds, 0.1))
    return None


@performs("Pause")
def pause(_ex: "Exchange", _call: Call, verb: Verb, _document: Document) -> Script[Step | None]:
    """Wait ``length`` seconds in silence; a first one leaves the call ringing, as observed."""
    yield from wait(verb.whole("length", 1, 0, 86_400))
    return None


def audio_seconds(ex: "Exchange", call: Call, url: str) -> Script[float | None]:
    """Return the length of an audio file, fetched once; ``None`` when it is not there."""
    known = ex.durations.get(url)
    if known is not None:
        return known
    answer = yield from fetch(Request(url, "GET"))
    if answer.status is None or not 200 <= answer.status < 300:
        ex.notice(answer.error or 11200, url, call.sid, "the audio could not be fetched")
        return None
    seconds = _wav_seconds(answer.body)
    ex.durations[url] = seconds
    return seconds


def _wav_seconds(body: bytes) -> float:
    try:
        with wave.open(io.BytesIO(body)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return UNKNOWN_LENGTH


def _loops(verb: Verb) -> int:
    return verb.whole("loop", 1, 0, FOREVER) or FOREVER

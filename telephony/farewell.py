"""Last words, each with a next step: closed, nobody there, waited too long."""

from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from routing.opening import next_opening
from routing.roster import Closure, Duty, Line
from telephony import paths, words
from telephony.desk import Step
from telephony.replies import Gather, Hangup, Reply, say
from telephony.speech import Spoken, Teller, in_text, keep_in_line, speak, teller

OFFER_SECONDS = 8


def unknown_line() -> Reply:
    """Say that the number is not ours, in every language we have."""
    return (*(say("unknown_line", language) for language in words.LANGUAGES), Hangup())


def closed_words(
    line: Line, closure: Closure | None, at: datetime, language: str, tell: Teller = in_text
) -> tuple[Spoken, ...]:
    """Say that the line is closed, why, and when it opens again."""
    names = closure.names if closure is not None else {}
    name = names.get(language) or next(iter(names.values()), "")
    about = (
        tell(line, "closed_for", language, name=name) if name else tell(line, "closed", language)
    )
    emergency = tell(line, "emergency", language)
    opens = next_opening(line, at)
    if opens is None:
        return about, emergency
    when = words.moment(opens, at.astimezone(ZoneInfo(line.timezone)), language)
    return about, tell(line, "reopens", language, when=when), emergency


def closed_in_all(
    line: Line, closure: Closure | None, at: datetime, tell: Teller = in_text
) -> Reply:
    """Say that the line is closed in each of its languages, and end the call."""
    spoken = [closed_words(line, closure, at, lang, tell) for lang in line.languages]
    return (*chain.from_iterable(spoken), Hangup())


def turn_away(step: Step, line: Line, call_id: str, language: str, duty: Duty) -> Reply:
    """Say why nobody answers now, and offer a callback where the line does so."""
    if duty.open:
        return offer_callback(step, line, call_id, language, nobody(step, line, language))
    closed = closed_words(line, duty.closure, step.at, language, teller(step))
    if not line.callback_when_closed:
        return (*closed, speak(step, line, "goodbye", language), Hangup())
    return offer_callback(step, line, call_id, language, closed)


def noted(step: Step, line: Line, language: str) -> Reply:
    """Say that a callback is noted, and end the call."""
    spoken = (speak(step, line, key, language) for key in ("callback_noted", "goodbye"))
    return (*spoken, Hangup())


def nobody(step: Step, line: Line, language: str) -> tuple[Spoken, ...]:
    """Say that nobody can answer now, and where there is help all the same."""
    return (
        speak(step, line, "nobody", language),
        speak(step, line, "emergency", language),
    )


def offer_callback(
    step: Step,
    line: Line,
    call_id: str,
    language: str,
    first: tuple[Spoken, ...] = (),
    offer: str = "callback_offer",
) -> Reply:
    """Say ``first``, offer a callback on key 1, and without a key say goodbye.

    The key counts from the first word on: who knows it need not listen to the end.
    """
    action = paths.call(step.desk, call_id, "key", language)
    spoken = (*first, speak(step, line, offer, language))
    keep_in_line(step, call_id, spoken)  # they may yet choose to wait on
    return (
        Gather(action, spoken, OFFER_SECONDS),
        speak(step, line, "ring_again", language),
        speak(step, line, "goodbye", language),
        Hangup(),
    )

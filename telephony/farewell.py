"""Last words, each with a next step: closed, nobody there, waited too long."""

from datetime import datetime
from zoneinfo import ZoneInfo

from routing.opening import next_opening
from routing.roster import Closure, Duty, Line
from telephony import paths, words
from telephony.desk import Step
from telephony.replies import Gather, Hangup, Reply, Say, say

OFFER_SECONDS = 8


def unknown_line() -> Reply:
    """Say that the number is not ours, in every language we have."""
    return (*(say("unknown_line", language) for language in words.LANGUAGES), Hangup())


def closed_words(
    line: Line, closure: Closure | None, at: datetime, language: str
) -> tuple[Say, ...]:
    """Say that the line is closed, why, and when it opens again."""
    if closure is not None:
        names = closure.names
        name = names.get(language) or next(iter(names.values()), "")
        first = say("closed_for", language, name=name) if name else say("closed", language)
    else:
        first = say("closed", language)
    opens = next_opening(line, at)
    if opens is None:
        return first, say("emergency", language)
    when = words.moment(opens, at.astimezone(ZoneInfo(line.timezone)), language)
    return first, say("reopens", language, when=when), say("emergency", language)


def closed_in_all(line: Line, closure: Closure | None, at: datetime) -> Reply:
    """Say that the line is closed in each of its languages, and end the call."""
    spoken = [text for lang in line.languages for text in closed_words(line, closure, at, lang)]
    return (*spoken, Hangup())


def turn_away(step: Step, line: Line, call_id: str, language: str, duty: Duty) -> Reply:
    """Say why nobody answers now, and offer a callback where the line does so."""
    if duty.open:
        return offer_callback(step, call_id, language, (say("nobody", language),))
    closed = closed_words(line, duty.closure, step.at, language)
    if not line.callback_when_closed:
        return (*closed, say("goodbye", language), Hangup())
    return offer_callback(step, call_id, language, closed)


def offer_callback(
    step: Step,
    call_id: str,
    language: str,
    first: tuple[Say, ...] = (),
    offer: str = "callback_offer",
) -> Reply:
    """Say ``first``, offer a callback on key 1, and without a key say goodbye.

    The key counts from the first word on: who knows it need not listen to the end.
    """
    action = paths.call(step.desk, call_id, "key", language)
    return (
        Gather(action, (*first, say(offer, language)), OFFER_SECONDS),
        say("ring_again", language),
        say("goodbye", language),
        Hangup(),
    )

"""The caller's way: greeted, asked for a language, in the line, in the room, goodbye."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from routing import states
from routing.duty import opening
from routing.roster import Line, Roster
from telephony import farewell, limit, paths, waits
from telephony.desk import Step
from telephony.hook import Hook
from telephony.pausing import to_be_reached
from telephony.replies import (
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Redirect,
    Reply,
)
from telephony.speech import Spoken, keep_in_line, speak, teller

MOVE_SECONDS = 4
MOVED_WITHIN = timedelta(seconds=8)
"""A caller who was claimed is in the room by then, or goes there by themselves."""

MENU_SECONDS = 5
WAIT_GAP_SECONDS = 1

Call = Row[Any]


def incoming(step: Step, hook: Hook) -> Reply:
    """Open the record of a new call and greet it; a repeated request opens nothing."""
    roster = step.book.by_number.get(hook.to)
    if roster is None:
        return farewell.unknown_line()
    line = roster.line
    is_open, closure = opening(line, step.at)
    only = line.languages[0] if len(line.languages) == 1 else line.numbers.get(hook.to)
    pending = None if is_open else "closed"
    call_id = record.open_call(
        step.connection,
        provider_sid=hook.sid,
        line_id=line.id,
        at=step.at,
        pending=pending,
        language=only,
    )
    if call_id is None:
        return _resume(step, hook, roster)
    if only:
        greeting = _greeting(step, line, (only,)) if is_open else ()
        keep_in_line(step, call_id, greeting)
        return (*greeting, *enter_line(step, roster, call_id, only))
    if not is_open and not line.callback_when_closed:
        record.move(step.connection, call_id, states.LEAVING, step.at)
        return farewell.closed_in_all(line, closure, step.at, teller(step))
    return menu(step, line, call_id, attempt=1)


def _greeting(step: Step, line: Line, languages: tuple[str, ...]) -> tuple[Spoken, ...]:
    """Return what is heard before anything else, where the line greets first."""
    if not line.greet_first:
        return ()
    return tuple(speak(step, line, "greeting", lang, line=line.name) for lang in languages)


def _resume(step: Step, hook: Hook, roster: Roster) -> Reply:
    """Answer a request for a call that is known: where it stands, it goes on."""
    call = record.by_sid(step.connection, hook.sid)
    if call is None or call.state == states.ENDED:
        return (Hangup(),)
    language = call.language or roster.line.languages[0]
    if call.state == states.RECEIVED and call.language is None:
        return menu(step, roster.line, call.id, attempt=1)
    if call.state == states.LEAVING:
        return last_words(step, roster, call)
    return into_queue(step, roster.line, call.id, language)


def without_recording(step: Step, hook: Hook, recording_id: str) -> Reply:
    """The provider could not fetch a recording: go on where the caller stands, in words."""
    step.desk.sounds.doubt(recording_id, step.at)
    call = record.by_sid(step.connection, hook.sid)
    if call is not None:
        record.note(step.connection, call.id, step.at, "recording_failed", recording_id)
    # Out of the queue first, if they are in it; then as if they had just come.
    return (Leave(), Redirect(step.desk.url(paths.INCOMING)))


def last_words(step: Step, roster: Roster, call: Call) -> Reply:
    """Say to a caller who leaves what they were to hear, once more."""
    language = call.language or roster.line.languages[0]
    if call.answered_at is not None and call.pending is None:
        return (speak(step, roster.line, "after_talk", language), Hangup())
    if call.pending == "callback":
        return farewell.noted(step, roster.line, language)
    duty = to_be_reached(step, roster, language)
    if call.language is None:
        return farewell.closed_in_all(roster.line, duty.closure, step.at, teller(step))
    if duty.responders:  # somebody has come since
        return rejoin(step, roster, call)
    return farewell.turn_away(step, roster.line, call.id, language, duty)


def menu(step: Step, line: Line, call_id: str, attempt: int) -> Reply:
    """Ask for a language, each in its own; at first, a line may greet in all of them."""
    greeting = _greeting(step, line, line.languages) if attempt == 1 else ()
    prompts = tuple(
        speak(step, line, "menu", language, line=line.name, key=key)
        for key, language in enumerate(line.languages, start=1)
    )
    action = paths.call(step.desk, call_id, "language", attempt=attempt)
    return (Gather(action, (*greeting, *prompts), MENU_SECONDS), Redirect(action))


def choose_language(step: Step, hook: Hook, call: Call, attempt: int) -> Reply:
    """Take the key of the menu: no sensible key, the menu once more, then the first one."""
    roster = step.book.by_id[call.line_id]
    line = roster.line
    if call.language is not None:
        return _resume(step, hook, roster)  # the same request again
    chosen = _chosen(line, hook.digits)
    if chosen is None and attempt < 2:
        return menu(step, line, call.id, attempt=attempt + 1)
    language = chosen or line.languages[0]
    record.amend(step.connection, call.id, language=language, seen_at=step.at)
    record.note(step.connection, call.id, step.at, "language", language)
    return enter_line(step, roster, call.id, language)


def _chosen(line: Line, digits: str | None) -> str | None:
    if digits is None or not digits.isascii() or not digits.isdigit():
        return None
    key = int(digits)
    return line.languages[key - 1] if 1 <= key <= len(line.languages) else None


def enter_line(step: Step, roster: Roster, call_id: str, language: str) -> Reply:
    """Put the caller into the line, or say why not and what can be done."""
    line, at = roster.line, step.at
    duty = to_be_reached(step, roster, language)
    if not duty.responders:
        pending = "nobody" if duty.open else "closed"
        record.move(step.connection, call_id, states.LEAVING, at, pending=pending)
        record.note(step.connection, call_id, at, pending, duty.reason)
        return farewell.turn_away(step, line, call_id, language, duty)
    until = at + timedelta(seconds=line.max_wait_seconds)
    record.move(
        step.connection,
        call_id,
        states.WAITING,
        at,
        waiting_at=at,
        wait_until=until,
        pending=None,
    )
    step.later("match", line.id)
    return into_queue(step, line, call_id, language)


def into_queue(step: Step, line: Line, call_id: str, language: str) -> Reply:
    """Have the provider keep the caller, hearing what :func:`wait` says."""
    return (
        Enqueue(
            name=f"line-{line.id}",
            wait_url=paths.call(step.desk, call_id, "wait", language, turn=0),
            action=paths.call(step.desk, call_id, "left", language),
        ),
    )


def wait(step: Step, call: Call, turn: int) -> Reply:
    """Say where the caller stands, then music; the provider comes back for the next turn."""
    record.touch(step.connection, call.id, step.at, "queue")
    roster = step.book.by_id[call.line_id]
    line, language = roster.line, call.language or roster.line.languages[0]
    if call.state != states.WAITING:
        return connecting(step, call, language)
    people = to_be_reached(step, roster, language).responders
    if not people:
        record.amend(step.connection, call.id, pending="nobody")
        nobody = farewell.nobody(step, line, language)
        return farewell.offer_callback(step, line, call.id, language, nobody)
    if step.at >= call.wait_until:
        return limit.too_long(step, line, call, language)
    spoken = waits.words_of(step, line, call, people, turn)
    keep_in_line(step, call.id, spoken)
    return (
        Gather(
            paths.call(step.desk, call.id, "key", language),
            (*spoken, Play(step.desk.url(paths.MUSIC))),
            WAIT_GAP_SECONDS,
        ),
        Redirect(paths.call(step.desk, call.id, "wait", language, turn=turn + 1)),
    )


def connecting(step: Step, call: Call, language: str) -> Reply:
    """A responder has taken the call and the caller is about to be moved; or it is over.

    A caller who is not moved soon leaves the queue by themselves, which needs no request
    of ours to the provider: the queue's action leads into the room.
    """
    line = step.book.by_id[call.line_id].line
    if call.state == states.CLAIMED and step.at - call.claimed_at > MOVED_WITHIN:
        # Out of the queue the action leads into the room, and if they are out, this does.
        return (Leave(), Redirect(paths.call(step.desk, call.id, "room", language)))
    if call.state in (states.CLAIMED, states.TALKING):
        again = paths.call(step.desk, call.id, "wait", language, turn=1)
        soon = speak(step, line, "connecting", language)
        return (soon, Pause(MOVE_SECONDS), Redirect(again))
    if call.state == states.FORWARDED:
        return limit.on_the_way(step, call, language)
    if call.state == states.LEAVING:
        return last_words(step, step.book.by_id[call.line_id], call)
    return (speak(step, line, "goodbye", language), Hangup())


def back_to_line(step: Step, call: Call) -> Reply:
    """Return to waiting from wherever the caller is."""
    roster = step.book.by_id[call.line_id]
    language = call.language or roster.line.languages[0]
    record.touch(step.connection, call.id, step.at, None)
    if call.state == states.LEAVING:
        return rejoin(step, roster, call)
    if call.state == states.FORWARDED:
        return limit.connect(step, roster.line, call, language)
    if call.state != states.WAITING:
        return connecting(step, call, language)
    record.amend(step.connection, call.id, pending=None)
    return _resume_waiting(step, roster.line, call, language)


def rejoin(step: Step, roster: Roster, call: Call) -> Reply:
    """Put a caller who was about to leave back into the line, at the place they had."""
    line, at = roster.line, step.at
    language = call.language or line.languages[0]
    duty = to_be_reached(step, roster, language)
    if not duty.responders:
        return farewell.turn_away(step, line, call.id, language, duty)
    until = at + timedelta(seconds=line.max_wait_seconds)
    since = call.waiting_at or at
    more = {"waiting_at": since, "wait_until": until, "pending": None}
    record.move(step.connection, call.id, states.WAITING, at, **more)
    step.later("match", line.id)
    return _resume_waiting(step, line, call, language)


def _resume_waiting(step: Step, line: Line, call: Call, language: str) -> Reply:
    """Go on waiting: a document heard in the queue may not enqueue its caller again."""
    if call.place == "queue":
        return (Redirect(paths.call(step.desk, call.id, "wait", language, turn=1)),)
    return into_queue(step, line, call.id, language)

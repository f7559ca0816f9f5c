"""Asking whether, and where, somebody wants to be called back.

Nothing is stored before the confirming key: 1 for the number the caller calls from, # for
one that they key in. What they keyed in is read back and can be corrected, which erases it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from callbacks import numbers, requests
from logging_db import calls as record
from routing import states
from routing.opening import end_of_openings
from telephony import calls, farewell, forwarding, limit, offers, paths, words
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Gather, Redirect, Reply, Say, say

CHOICE_SECONDS = 8
NUMBER_SECONDS = 6
CHECK_SECONDS = 6
TRIES = 3

Call = Row[Any]


def _language(step: Step, call: Call) -> str:
    return str(call.language or step.book.by_id[call.line_id].line.languages[0])


def key(step: Step, hook: Hook, call: Call) -> Reply:
    """Take a key pressed while waiting, or after being told that nobody can answer."""
    record.amend(step.connection, call.id, seen_at=step.at)
    if hook.digits == "1" and call.state in (states.WAITING, states.LEAVING):
        return ask_where(step, hook, call)
    line = step.book.by_id[call.line_id].line
    if hook.digits == limit.FORWARD_KEY and limit.may_be_forwarded(step, line, call):
        return forwarding.choose(step, call)
    return calls.back_to_line(step, call)


def ask_where(step: Step, hook: Hook, call: Call) -> Reply:
    """Ask for the number to ring; a withheld caller has only one way to give it."""
    if hook.own_number is None:
        return ask_number(step, call)
    language = _language(step, call)
    action = paths.call(step.desk, call.id, "callback", language)
    back = paths.call(step.desk, call.id, "back", language)
    return (Gather(action, (say("callback_choice", language),), CHOICE_SECONDS), Redirect(back))


def choice(step: Step, hook: Hook, call: Call) -> Reply:
    """Take the key: 1 this number, 2 another, anything else back to waiting."""
    if hook.digits == "1" and hook.own_number is not None:
        reply = _store(step, call, hook.own_number, "callback_choice")
        return reply or _noted(step, call)
    if hook.digits == "2":
        return ask_number(step, call)
    return calls.back_to_line(step, call)


def ask_number(step: Step, call: Call, attempt: int = 1, first: tuple[Say, ...] = ()) -> Reply:
    """Ask for a number, keyed in and ended with #."""
    record.touch(step.connection, call.id, step.at, None)
    language = _language(step, call)
    action = paths.call(step.desk, call.id, "number", language, attempt=attempt)
    back = paths.call(step.desk, call.id, "back", language)
    prompts = (*first, say("callback_number", language))
    return (Gather(action, prompts, NUMBER_SECONDS, digits=None), Redirect(back))


def number(step: Step, hook: Hook, call: Call, attempt: int) -> Reply:
    """Take the number that was keyed in."""
    keyed = hook.digits or ""
    if not keyed or "*" in keyed:
        return calls.back_to_line(step, call)
    language = _language(step, call)
    # The provider may tell which key ended the entry. An empty value is a time-out: the
    # confirming # was not pressed, so the number must not be kept.
    unconfirmed = hook.finished_on_key == ""
    where = numbers.dialable(keyed.removesuffix("#"))
    if where is None or unconfirmed:
        if attempt >= TRIES:
            return calls.back_to_line(step, call)
        first = () if unconfirmed else (say("callback_bad_number", language),)
        return ask_number(step, call, attempt + 1, first)
    return _store(step, call, where, "callback_number") or _read_back(step, call, language, where)


def _read_back(step: Step, call: Call, language: str, where: str) -> Reply:
    action = paths.call(step.desk, call.id, "check", language)
    spoken = say("callback_read_back", language, digits=words.digits(where))
    return (Gather(action, (spoken,), CHECK_SECONDS), *_noted(step, call))


def check(step: Step, hook: Hook, call: Call) -> Reply:
    """Take the key after a number was read back: 2 corrects it, * goes back to waiting."""
    if hook.digits not in ("2", "*"):
        return _noted(step, call)
    withdraw(step, call)
    fresh = record.get(step.connection, call.id) or call
    return ask_number(step, fresh) if hook.digits == "2" else calls.back_to_line(step, fresh)


def withdraw(step: Step, call: Call) -> None:
    """Take back the request of this call: its number is erased at once."""
    request = requests.of_call(step.connection, call.id)
    if request is not None and requests.withdraw(step.connection, request.id, step.at):
        record.amend(step.connection, call.id, pending="nobody")
        record.note(step.connection, call.id, step.at, "consent_withdrawn")


def _store(step: Step, call: Call, where: str, prompt: str) -> Reply | None:
    """Write request and consent; ``None`` when done, else what to say instead.

    A responder may have taken the call in the meantime: then the caller is about to talk
    to somebody, and nothing is kept.
    """
    language = _language(step, call)
    if call.state == states.WAITING and not record.move(
        step.connection, call.id, states.LEAVING, step.at
    ):
        return calls.connecting(step, call, language)
    # The key may be told after the end of the call: it was pressed all the same.
    late = call.state == states.ENDED and call.answered_at is None
    if not late and call.state not in (states.WAITING, states.LEAVING):
        return calls.connecting(step, call, language)
    consent = requests.Consent(
        language=language,
        wording=f"{prompt}.{language}",
        wording_sha256=words.fingerprint(prompt, language),
    )
    requests.ask(
        step.connection,
        step.desk.cipher,
        call=call,
        number=where,
        consent=consent,
        at=step.at,
        expires_at=_expires_at(step, call),
    )
    record.amend(step.connection, call.id, pending="callback", seen_at=step.at)
    if late:
        record.consented_late(step.connection, call.id)
    record.note(step.connection, call.id, step.at, "consent")
    offers.withdraw_all(step, call_id=call.id)
    return None


def _expires_at(step: Step, call: Call) -> datetime:
    """Return until when the number may be kept: long enough for the line to be open again."""
    line = step.book.by_id[call.line_id].line
    opened = end_of_openings(line, step.at, requests.KEEP_OPENINGS)
    return max(step.at + requests.KEEP, opened or step.at)


def _noted(step: Step, call: Call) -> Reply:
    return farewell.noted(step, step.book.by_id[call.line_id].line, _language(step, call))

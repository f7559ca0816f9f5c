"""A responder's number is proved: they pick up and key in what their screen shows.

The code is never spoken and stands in no address; a voicemail keys in nothing. So whoever
proves a number holds the telephone and has logged in.
"""

from typing import Any

from sqlalchemy import Row

from logging_db import number_checks as checks
from logging_db.rosters import Book
from routing.roster import Line
from telephony import paths, words
from telephony.desk import Step
from telephony.hook import Hook
from telephony.replies import Gather, Hangup, Redirect, Reply, say

MOST_ASKED = 2
"""How often we ask before we take it that nobody is there."""

CODE_SECONDS = 20

Check = Row[Any]


def line_of(book: Book, responder_id: str) -> Line | None:
    """Return the line in whose name a responder is rung: one of theirs, else any."""
    rosters = list(book.by_id.values())
    theirs = (r for r in rosters if any(responder_id in s.responders for s in r.shifts))
    chosen = next(theirs, next(iter(rosters), None))
    return chosen.line if chosen else None


def language_of(check: Check) -> str:
    """Return the language to speak, for which there are prompts."""
    return words.spoken((check.language,))


def answer(step: Step, hook: Hook, check: Check, attempt: int) -> Reply:
    """Somebody picked up: ask for the code; without one ask once more, then leave."""
    checks.adopt(step.connection, check.id, hook.sid)
    language = language_of(check)
    if check.state == checks.PROVED:
        return _last_words("verify_done", language)
    if check.closed_at is not None or check.expires_at <= step.at:
        return _last_words("verify_gone", language)
    if attempt > MOST_ASKED:
        return _last_words("verify_silent", language)
    line = line_of(step.book, check.responder_id)
    hello = say("verify_hello", language, line=line.name if line else "")
    again = paths.check(step.desk, check.id, "answer", language, attempt=attempt + 1)
    return (_gather(step, check, hello), Redirect(again))


def _gather(step: Step, check: Check, prompt: Any) -> Gather:
    action = paths.check(step.desk, check.id, "code", language_of(check))
    return Gather(action, (prompt,), CODE_SECONDS, checks.DIGITS)


def _last_words(key: str, language: str) -> Reply:
    return (say(key, language), Hangup())


def code(step: Step, hook: Hook, check: Check) -> Reply:
    """Compare the code; a wrong one may be tried again, :data:`checks.MOST_TRIES` in all."""
    checks.adopt(step.connection, check.id, hook.sid)
    language = language_of(check)
    cipher = step.desk.cipher
    found = checks.try_code(step.connection, cipher, check.id, hook.digits or "", step.at)
    if found != checks.RINGING:
        key = {checks.PROVED: "verify_done", checks.FAILED: "verify_failed"}
        return _last_words(key.get(found, "verify_gone"), language)
    silent = paths.check(step.desk, check.id, "answer", language, attempt=MOST_ASKED)
    return (_gather(step, check, say("verify_wrong", language)), Redirect(silent))


def status(step: Step, hook: Hook, check: Check) -> None:
    """Follow a status of the provider's: a call that is over proves nothing any more."""
    checks.adopt(step.connection, check.id, hook.sid)
    if hook.is_final:
        checks.fail(step.connection, check.id, step.at)

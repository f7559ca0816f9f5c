"""What a waiting caller is told: where they stand, what to expect, and what they may do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from logging_db import calls as record
from logging_db import waits
from routing.roster import Line, Responder
from routing.waiting import FEWEST_ON_DUTY, Place, estimate
from telephony import words
from telephony.desk import Step
from telephony.replies import Say
from telephony.speech import Spoken, speak

TOLD = "wait_told"
"""In the history, with the seconds that were told: whether it was kept can be looked up."""

Call = Row[Any]


def words_of(
    step: Step, line: Line, call: Call, people: Sequence[Responder], turn: int
) -> tuple[Spoken, ...]:
    """Return what a caller hears before the music of this ``turn``.

    ``people`` can be rung for them. The greeting and the estimate are heard once.
    """
    language = call.language or line.languages[0]
    ahead = record.people_before(step.connection, call)
    said: list[Spoken] = [speak(step, line, "welcome", language)] if turn == 0 else []
    said.append(Say(words.position(ahead, language), language))
    wait = expected(step, line, call, people, ahead) if turn == 0 else None
    if wait is not None:
        record.note(step.connection, call.id, step.at, TOLD, str(int(wait.total_seconds())))
        said.append(Say(words.expected(wait, language), language))
    return (*said, speak(step, line, "callback_hint", language))


def expected(
    step: Step, line: Line, call: Call, people: Sequence[Responder], ahead: int
) -> timedelta | None:
    """Return within which time somebody will mostly answer; ``None`` where nobody can tell.

    Nothing is told either to whom somebody who is free can take: they are being rung.
    """
    ids = [one.id for one in people]
    if not line.tell_wait or len(ids) < FEWEST_ON_DUTY:
        return None
    if len(ids) - waits.busy(step.connection, ids, call.id) > ahead:
        return None
    answers = waits.answers(step.connection, line.id, call.language, step.at)
    place = Place(ahead, len(ids), waits.first_since(step.connection, call))
    return estimate(answers, place, step.at, call.wait_until - step.at)

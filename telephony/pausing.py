"""Who is on duty and yet not rung, and what that means for those who call."""

from dataclasses import replace

from logging_db import pauses
from notices import requests as notices
from routing.duty import on_duty, standing_by
from routing.roster import Duty, Roster
from telephony.desk import Step

PAUSED = "paused"
"""Why there is nobody: those who are on duty pause, or were set aside."""


def missed(step: Step, responder_id: str) -> None:
    """Somebody missed an offer: after several in a row they are rung no more, and told so."""
    if pauses.missed_in_a_row(step.connection, responder_id) < pauses.MOST_MISSED:
        return
    pause_id = pauses.begin(step.connection, responder_id, pauses.MISSED, step.at)
    if pause_id:
        notices.set_aside(step.connection, pause_id, step.at)


def to_be_reached(step: Step, roster: Roster, language: str) -> Duty:
    """Return who can be rung for a caller: those on duty, or else those who stand by.

    Nobody who pauses. The roster says who is on duty; a pause is no part of it.
    """
    duty = on_duty(roster, step.at, language)
    behind = [one for one in standing_by(roster, step.at) if language in one.languages]
    away = pauses.of(step.connection, [one.id for one in (*duty.responders, *behind)])
    for people in (duty.responders, behind):
        left = tuple(one for one in people if one.id not in away)
        if left:
            return replace(duty, responders=left, reason=None)
    return replace(duty, responders=(), reason=duty.reason or PAUSED)

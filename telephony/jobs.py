"""What a worker does when the bell rings: shallow jobs, each safe to run twice."""

from collections.abc import Callable

from callbacks import requests
from logging_db import number_checks as checks
from telephony import arranging, code_calls, matching, moving, placing
from telephony.desk import Desk


def match(desk: Desk, line_id: str) -> None:
    """Offer the line's waiting work to its free responders."""
    with desk.step() as step:
        matching.run(step, line_id)


def expire(desk: Desk, callback_id: str) -> None:
    """Close a callback request whose time is over."""
    with desk.step() as step:
        requests.expire(step.connection, callback_id, step.at)


def expire_check(desk: Desk, check_id: str) -> None:
    """Close a check of a number whose time is over."""
    with desk.step() as step:
        checks.expire(step.connection, check_id, step.at)


JOBS: dict[str, Callable[[Desk, str], None]] = {
    "match": match,
    "place": placing.place,
    "drop": moving.drop,
    "move": moving.move,
    "tell": moving.tell,
    "hold": arranging.arrange,
    "ask_about_leg": moving.ask_about_leg,
    "verify": code_calls.place,
}


def run(desk: Desk, name: str, row_id: str) -> None:
    """Do the job ``name`` on a row; raise ``KeyError`` for a name that is not in :data:`JOBS`."""
    JOBS[name](desk, row_id)

"""Is it still so? Asked when a notice is about to be sent: the plan may have changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.rosters import Book
from logging_db.tables import absence_reports, pauses, substitution_proposals
from notices import holes, reminders
from notices.turns import turns
from routing.duty import zone_of
from routing.roster import Roster

PROPOSED = "proposed"


@dataclass(frozen=True)
class Now:
    """What there is to look at: the transaction, the rosters, the present."""

    connection: Connection
    book: Book
    at: datetime


def holds(now: Now, notice: Row[Any]) -> bool:
    """Tell whether a notice is still worth telling."""
    check = _CHECKS.get(notice.kind)
    return check is None or check(now, notice)


def _reminder(now: Now, notice: Row[Any]) -> bool:
    """The person still begins then, and still wants to be reminded."""
    wish = reminders.wishes(now.connection).get(notice.responder_id)
    if wish is None or notice.kind not in wish.kinds:
        return False
    begins = _begins(notice)
    return begins > now.at and _turn_begins(now, notice, begins)


def _turn_begins(now: Now, notice: Row[Any], begins: datetime) -> bool:
    roster = now.book.by_id.get(notice.params["line_id"])
    if roster is None:
        return False
    there = turns(roster, *_days_around(roster, begins))
    return any(turn.person == notice.responder_id and turn.begins == begins for turn in there)


def _changed(now: Now, notice: Row[Any]) -> bool:
    """They are in, or out, as it says. A turn may have grown together with the one before."""
    begins = _begins(notice)
    roster = now.book.by_id.get(notice.params["line_id"])
    if roster is None:
        return False
    there = any(
        turn.person == notice.responder_id and turn.begins <= begins < turn.ends
        for turn in turns(roster, *_days_around(roster, begins))
    )
    return there is bool(notice.params["what"] == "added")


def _days_around(roster: Roster, at: datetime) -> tuple[date, date]:
    """Return the local days whose shifts may reach ``at``; two before, for joined ones."""
    today = at.astimezone(zone_of(roster.line.timezone)).toordinal()
    return date.fromordinal(today - 2), date.fromordinal(today)


def _hole(now: Now, notice: Row[Any]) -> bool:
    roster = now.book.by_id.get(notice.params["line_id"])
    return roster is not None and holes.is_open(roster, _begins(notice), notice.params["missing"])


def _open_report(now: Now, notice: Row[Any]) -> bool:
    query = select(absence_reports.c.settled_at).where(
        absence_reports.c.id == notice.params["report_id"]
    )
    row = now.connection.execute(query).one_or_none()
    return bool(row is not None and row.settled_at is None)


def _pauses_still(now: Now, notice: Row[Any]) -> bool:
    query = select(pauses.c.ended_at).where(pauses.c.id == notice.params["pause_id"])
    row = now.connection.execute(query).one_or_none()
    return bool(row is not None and row.ended_at is None)


def _open_proposal(now: Now, notice: Row[Any]) -> bool:
    query = select(substitution_proposals.c.state).where(
        substitution_proposals.c.id == notice.params["proposal_id"]
    )
    return bool(now.connection.execute(query).scalar_one_or_none() == PROPOSED)


def _begins(notice: Row[Any]) -> datetime:
    return datetime.fromisoformat(notice.params["begins"])


_CHECKS: dict[str, Callable[[Now, Row[Any]], bool]] = {
    "remind_day": _reminder,
    "remind_hour": _reminder,
    "hole": _hole,
    "cannot": _open_report,
    "proposed": _open_proposal,
    "changed": _changed,
    "set_aside": _pauses_still,
    "set_aside_you": _pauses_still,
}

"""Days on which a line stays closed: holidays, and what else may come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from logging_db.tables import closures, lines
from planning.holidays import Proposal
from planning.hours import today_of
from planning.ledger import Ledger
from planning.objections import Objection, Refused, refuse

LONGEST_RANGE = 92  # days
LONGEST_NAME = 80
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Closed:
    """A closure as it stands: its names by language; whether it came from a federation file."""

    id: str
    day: date
    names: Mapping[str, str]
    from_file: bool


def of_line(connection: Connection, line_id: str) -> list[Closed]:
    """Return a line's closures, by day."""
    query = select(closures).where(closures.c.line_id == line_id).order_by(closures.c.day)
    return [
        Closed(row.id, row.day, row.names, row.origin == "file")
        for row in connection.execute(query)
    ]


def add(
    ledger: Ledger, line_id: str, first: date, last: date, names: Mapping[str, str]
) -> list[date]:
    """Close a line on the days from ``first`` to ``last``; return those that are new.

    ``names`` are by language, one for each that the line speaks. Days that are closed
    already keep the name that they have.
    """
    today = today_of(ledger.connection, line_id, ledger.at)
    wrong = [*_range_faults(first, last, today), *_name_faults(ledger.connection, line_id, names)]
    if wrong:
        raise Refused(wrong)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return _insert(ledger, line_id, [Proposal(day, names) for day in days])


def accept(ledger: Ledger, line_id: str, proposals: Sequence[Proposal]) -> list[date]:
    """Close a line on proposed days that are still to come; return those that are new."""
    today = today_of(ledger.connection, line_id, ledger.at)
    coming = [each for each in proposals if each.day >= today]
    if not coming:
        raise refuse("closures_none_chosen")
    return _insert(ledger, line_id, coming)


def remove(ledger: Ledger, closure_id: str) -> Objection | None:
    """Open the line again on a closed day; return what should be known of it.

    What is over stays on record.
    """
    query = select(closures).where(closures.c.id == closure_id)
    row = ledger.connection.execute(query).one_or_none()
    if row is None:
        raise refuse("closure_gone")
    if row.day < today_of(ledger.connection, row.line_id, ledger.at):
        raise refuse("closure_is_over", day=row.day)
    ledger.delete(closures, [closure_id])
    ledger.details["day"] = row.day.isoformat()
    if row.origin != "file":
        return None
    return Objection("closure_from_file", {"day": row.day}, hard=False)


def _insert(ledger: Ledger, line_id: str, wanted: Sequence[Proposal]) -> list[date]:
    closed = {each.day for each in of_line(ledger.connection, line_id)}
    new = [each for each in wanted if each.day not in closed]
    if not new:
        raise refuse("closed_already", day=wanted[0].day)
    ledger.insert_many(
        closures,
        [
            {"line_id": line_id, "day": each.day, "names": dict(each.names), "origin": "hand"}
            for each in new
        ],
    )
    days = sorted(each.day for each in new)
    ledger.details |= {"day": days[0].isoformat(), "days": len(days)}
    if len(days) > 1:
        ledger.details["last"] = days[-1].isoformat()
    return days


def _range_faults(first: date, last: date, today: date) -> list[Objection]:
    if first < today:
        return [Objection("closure_in_the_past", {"day": first})]
    if last < first:
        return [Objection("closure_backwards", {"first": first, "last": last})]
    if (last - first).days >= LONGEST_RANGE:
        return [Objection("closure_too_long", {"most": LONGEST_RANGE})]
    if last > today + FARTHEST:
        return [Objection("weekly_too_far", {"day": last})]
    return []


def _name_faults(connection: Connection, line_id: str, names: Mapping[str, str]) -> list[Objection]:
    query = select(lines.c.languages).where(lines.c.id == line_id)
    spoken = connection.execute(query).scalar_one()
    wrong = [
        Objection("closure_without_name", {"language": language})
        for language in spoken
        if not names.get(language, "").strip()
    ]
    if any(len(name) > LONGEST_NAME for name in names.values()):
        wrong.append(Objection("closure_name_too_long", {"most": LONGEST_NAME}))
    return wrong

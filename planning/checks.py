"""Looking over a change before it is kept: what would be wrong with the roster afterwards.

The rows are written first and the roster is read back as everybody would see it; if anything
is wrong the transaction is taken back. So there is one truth, and nothing half-done remains.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import select

from logging_db.rosters import Book, read_book
from logging_db.tables import responders
from planning.findings import Finding
from planning.ledger import Ledger
from planning.objections import Detail, Objection, Refused
from planning.weekly_checks import weekly_findings
from routing.duty import Occurrence, occurrences, zone_of
from routing.engagements import Engagement, engagements, overlaps
from routing.opening import joined, openings
from routing.roster import Line, Roster

DAY = timedelta(days=1)


def look_over(ledger: Ledger) -> tuple[Objection, ...]:
    """Refuse a change that leaves the roster wrong; return what else should be known.

    Raises :class:`~planning.objections.Refused` with all hard objections.
    """
    found = [finding.objection for finding in findings(ledger)]
    hard = [objection for objection in found if objection.hard]
    if hard:
        raise Refused(hard)
    return tuple(found)


def findings(ledger: Ledger) -> list[Finding]:
    """Return everything that speaks against the shifts that a change has touched."""
    found = [*weekly_findings(ledger), *_gone(ledger)]
    touched = _touched(ledger)
    if not touched:
        return found
    days = sorted({day for _, day in touched})
    first, last = days[0], days[-1]
    book = read_book(ledger.connection, first - 2 * DAY, last + 3 * DAY)
    for roster in book.by_id.values():
        for day in days:
            for on in occurrences(roster, day):
                if on.shift.id in ledger.moved:
                    found += _hours(roster.line, on)
                if (on.shift.id, day) in touched:
                    found += _of_shift(roster, on)
    return [*found, *_clashes(book, touched, (first, last))]


def _touched(ledger: Ledger) -> set[tuple[str, date]]:
    """Return the shifts that the change wrote to, each with its day."""
    ids: set[str] = set()
    found: set[tuple[str, date]] = set()
    for image in ledger.images:
        values = image.after or {}
        if image.table == "shifts":
            ids.add(image.id)
            weekly, day = ((image.before or {}).get(name) for name in ("weekly_id", "weekly_day"))
            if image.after is None and weekly and day:
                # What was decided for that day is gone: the weekly shift holds there again.
                found.add((weekly, date.fromisoformat(day)))
        elif "shift_id" in values:
            ids.add(values["shift_id"])
    for row in ledger.shift_rows(ids):
        if row.day is not None and not row.cancelled:
            found.add((row.id, row.day))
    return found


def _of_shift(roster: Roster, on: Occurrence) -> Iterator[Finding]:
    people = [roster.responders[p] for p in on.shift.responders if p in roster.responders]
    spoken = {language for person in people for language in person.languages}
    for language in on.shift.languages:
        if people and language not in spoken:
            details: dict[str, Detail] = {**_where(on), "language": language}
            yield Finding(Objection("nobody_speaks", details, hard=False), on.shift.id)
    for person in people:
        for absence in roster.absences.get(person.id, ()):
            if absence.starts_at < on.ends and on.begins < absence.ends_at:
                details = {**_where(on), "who": person.name}
                objection = Objection("is_absent", details, hard=False)
                yield Finding(objection, on.shift.id, person.id)


def _hours(line: Line, on: Occurrence) -> Iterator[Finding]:
    """Object to a shift that begins or ends while the line is closed."""
    for closure in line.closures:
        if closure.day == on.day:
            name = closure.names.get("fr") or next(iter(closure.names.values()), "")
            details: dict[str, Detail] = {**_where(on), "name": name}
            yield Finding(Objection("closed_that_day", details), on.shift.id)
            return
    last = on.ends.astimezone(zone_of(line.timezone)).date()
    opens = joined(list(openings(line, on.day - DAY, last)))
    begun = any(begins <= on.begins < ends for begins, ends in opens)
    ended = any(begins < on.ends <= ends for begins, ends in opens)
    if not (begun and ended):
        yield Finding(Objection("outside_hours", _where(on)), on.shift.id)


def _clashes(
    book: Book, touched: Collection[tuple[str, date]], days: tuple[date, date]
) -> Iterator[Finding]:
    """Object to people who would be in two shifts at once, on whatever lines."""
    everything: Iterable[Engagement] = (
        engagement
        for roster in book.by_id.values()
        for engagement in engagements(roster, days[0] - DAY, days[1] + DAY)
    )
    for earlier, later in overlaps(everything):
        for own, other in ((later, earlier), (earlier, later)):
            if (own.on.shift.id, own.on.day) in touched:
                yield _clash(book, own, other)
                break


def _clash(book: Book, own: Engagement, other: Engagement) -> Finding:
    people = next(iter(book.by_id.values())).responders
    details: dict[str, Detail] = {
        **_where(own.on),
        "who": people[own.person].name if own.person in people else "?",
        "other_service": other.on.shift.service,
        "other_starts": other.on.shift.starts,
        "other_ends": other.on.shift.ends,
    }
    return Finding(Objection("two_shifts_at_once", details), own.on.shift.id, own.person)


def _gone(ledger: Ledger) -> Iterator[Finding]:
    """Object to people who no longer answer, or never did."""
    new = [
        (image.after["responder_id"], image.after.get("shift_id", ""))
        for image in ledger.images
        if image.table in ("assignments", "substitutions") and not image.before and image.after
    ]
    if not new:
        return
    query = select(responders.c.id, responders.c.name, responders.c.active)
    known = {row.id: row for row in ledger.connection.execute(query)}
    for person, shift_id in new:
        row = known.get(person)
        if row is None or not row.active:
            details: dict[str, Detail] = {"who": row.name if row else "?"}
            yield Finding(Objection("no_longer_answers", details), shift_id, person)


def _where(on: Occurrence) -> dict[str, Detail]:
    return {
        "service": on.shift.service,
        "day": on.day,
        "starts": on.shift.starts,
        "ends": on.shift.ends,
    }

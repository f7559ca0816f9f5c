"""Looking over a change before it is kept: what would be wrong with the roster afterwards.

The rows are written first and the roster is read back as everybody would see it; if anything
is wrong the transaction is taken back. So there is one truth, and nothing half-done remains.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from logging_db.rosters import Book, read_book
from logging_db.tables import responders, shifts
from planning.findings import Finding
from planning.ledger import Ledger, restored
from planning.objections import Detail, Objection, Refused
from planning.week_fits import OpenDays
from planning.week_taken import engaged
from planning.weekly_checks import weekly_findings
from routing.duty import Occurrence, occurrences, part
from routing.engagements import Engagement, engagements, overlaps
from routing.roster import Roster
from routing.wall import span, zone_of

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
    placed = ledger.moved | _of_other_service(ledger)
    days = sorted({day for _, day in touched})
    first, last = days[0], days[-1]
    book = read_book(ledger.connection, first - 2 * DAY, last + 3 * DAY)
    for roster in book.by_id.values():
        is_open = OpenDays(roster.line)
        for day in days:
            todays = list(occurrences(roster, day))
            found += _twins(todays, placed)
            for on in todays:
                if on.shift.id in ledger.moved:
                    found += _hours(is_open, on)
                    found += _promises(ledger, roster, on)
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
    """Warn of people who are absent, and of languages that nobody speaks at some time of it."""
    held = engaged(roster.line, on)
    for language in on.shift.languages:
        if any(not _is_spoken(roster, held, language, at) for at in {one.begins for one in held}):
            details: dict[str, Detail] = {**_where(on), "language": language}
            yield Finding(Objection("nobody_speaks", details, hard=False), on.shift.id)
    away = [one.person for one in held if _is_away(roster, one)]
    for person in dict.fromkeys(away):
        details = {**_where(on), "who": roster.responders[person].name}
        yield Finding(Objection("is_absent", details, hard=False), on.shift.id, person)


def _is_spoken(roster: Roster, held: Iterable[Engagement], language: str, at: datetime) -> bool:
    """Tell whether somebody speaks it at an instant, or nobody stands there who could."""
    there = [one.person for one in held if one.begins <= at < one.ends]
    people = [roster.responders[person] for person in there if person in roster.responders]
    return not people or any(language in person.languages for person in people)


def _is_away(roster: Roster, one: Engagement) -> bool:
    return one.person in roster.responders and any(
        absence.starts_at < one.ends and one.begins < absence.ends_at
        for absence in roster.absences.get(one.person, ())
    )


def _hours(is_open: OpenDays, on: Occurrence) -> Iterator[Finding]:
    """Object to a shift that begins or ends while the line is closed."""
    if is_open.holds(on.day, on.begins, on.ends):
        return
    closure = is_open.closure(on.day)
    if closure is None:
        yield Finding(Objection("outside_hours", _where(on)), on.shift.id)
        return
    name = closure.names.get("fr") or next(iter(closure.names.values()), "")
    yield Finding(Objection("closed_that_day", {**_where(on), "name": name}), on.shift.id)


def _of_other_service(ledger: Ledger) -> set[str]:
    """Return the shifts that the change gave to another service."""
    return {
        image.id
        for image in ledger.images
        if image.table == "shifts" and image.before and image.after
        if image.before["service_id"] != image.after["service_id"]
    }


def _twins(todays: Iterable[Occurrence], placed: Collection[str]) -> Iterator[Finding]:
    """Warn of a shift that is put beside one of the same service and times.

    It may be meant, but in a file rows of the same service and times are one shift: what is
    written out of the two does not come in again as it was.
    """
    alike: defaultdict[Hashable, list[Occurrence]] = defaultdict(list)
    for on in todays:
        alike[on.shift.service, on.shift.starts, on.shift.ends].append(on)
    for same in alike.values():
        new = [on for on in same if on.shift.id in placed]
        if new and len(same) > 1:
            objection = Objection("same_shift_twice", _where(new[-1]), hard=False)
            yield Finding(objection, new[-1].shift.id)


def _promises(ledger: Ledger, roster: Roster, on: Occurrence) -> Iterator[Finding]:
    """Warn of substitutions that end, or are cut, because their shift has other times now."""
    before = _as_it_was(ledger, on)
    if before is None:
        return
    for image in ledger.images:
        row = image.before or {}
        if image.table == "substitutions" and not image.after and row["shift_id"] == on.shift.id:
            people = _pair(roster, row["responder_id"], row["instead_of"])
            objection = Objection("week_ends_substitution", {**_where(on), **people}, hard=False)
            yield Finding(objection, on.shift.id)
    for each in on.shift.substitutions:
        was, now = part(before, each), part(on, each)
        # Who stands in for all of a shift still does, however long it is.
        whole = was == (before.begins, before.ends) and now == (on.begins, on.ends)
        if now[1] - now[0] < was[1] - was[0] and not whole:
            starts, ends = (at.astimezone(zone_of(on.zone)).time() for at in now)
            times: dict[str, Detail] = {"part_starts": starts, "part_ends": ends}
            people = _pair(roster, each.responder, each.instead_of)
            details = {**_where(on), **people, **times}
            yield Finding(Objection("substitution_is_cut", details, hard=False), on.shift.id)


def _as_it_was(ledger: Ledger, on: Occurrence) -> Occurrence | None:
    """Return a dated shift with the times that it had before the change; nothing if it is new."""
    first = next((one for one in ledger.images if one.id == on.shift.id), None)
    if first is None or first.before is None or first.before["day"] is None:
        return None  # nor is there a day of a weekly one
    row = restored(shifts, first.before)
    shift = replace(on.shift, day=row["day"], starts=row["starts"], ends=row["ends"])
    times = span(row["day"], shift.starts, shift.ends, zone_of(row["zone"]))
    return Occurrence(shift, row["day"], *times, row["zone"])


def _pair(roster: Roster, who: str, instead_of: str) -> dict[str, Detail]:
    known = roster.responders
    return {
        "who": known[who].name if who in known else "?",
        "instead_of": known[instead_of].name if instead_of in known else "?",
    }


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

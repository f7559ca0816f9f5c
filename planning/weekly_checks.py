"""What would be wrong with the standing week after a change: hours, people, languages."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from logging_db.rosters import Book, read_book
from planning.findings import Finding
from planning.ledger import Ledger
from planning.objections import Detail, Objection
from planning.week_fits import OpenDays, missing_time
from routing.engagements import engagements, overlaps
from routing.roster import Line, Roster, Shift
from routing.wall import span, zone_of

DAY = timedelta(days=1)
WEEK = 7 * DAY
AHEAD = 8 * WEEK  # so far dated shifts are looked at


def weekly_findings(ledger: Ledger) -> list[Finding]:
    """Return everything that speaks against the weekly shifts that a change has touched."""
    touched = _touched(ledger)
    if not touched:
        return []
    today = ledger.at.date()  # a day of margin more or less finds nothing wrong
    since = min((day for day in touched.values() if day), default=today)
    first = max(today, since)
    book = read_book(ledger.connection, first - 2 * DAY, first + AHEAD + 3 * DAY)
    found: list[Finding] = []
    for roster in book.by_id.values():
        for shift in roster.shifts:
            if shift.id in touched and not _is_over(shift, today):
                if shift.id in ledger.moved:
                    found += _hours(roster.line, shift, today)
                found += _languages(roster, shift, today)
    return [*found, *_in_pattern(book, touched, today), *_on_days(book, touched, first)]


def _touched(ledger: Ledger) -> dict[str, date | None]:
    """Return the shifts of standing weeks that the change wrote to, with their first days."""
    ids = set()
    for image in ledger.images:
        values = image.after or {}
        if image.table == "shifts":
            ids.add(image.id)
        elif "shift_id" in values:
            ids.add(values["shift_id"])
    return {
        row.id: row.since
        for row in ledger.shift_rows(ids)
        if row.weekday is not None and row.template_id is None
    }


def _is_over(shift: Shift, today: date) -> bool:
    return shift.until is not None and shift.until <= today


def first_day(shift: Shift, today: date) -> date:
    """Return the first local day from today on at which a weekly shift can begin."""
    first = max(today, shift.since or today)
    return first + ((shift.weekday or 0) - first.weekday()) % 7 * DAY


def _hours(line: Line, shift: Shift, today: date) -> Iterator[Finding]:
    """Object to a weekly shift that begins or ends while the line is closed by its hours."""
    is_open = OpenDays(replace(line, closures=()))
    zone = shift.zone or line.timezone
    day = first_day(shift, today)
    if missing_time(day, shift.starts, shift.ends, zone) is not None:
        day += WEEK
    times = span(day, shift.starts, shift.ends, zone_of(zone))
    if not is_open.holds(day, *times):
        yield Finding(Objection("outside_hours", _where(shift, day)), shift.id)


def _languages(roster: Roster, shift: Shift, today: date) -> Iterator[Finding]:
    people = [roster.responders[p] for p in shift.responders if p in roster.responders]
    spoken = {language for person in people for language in person.languages}
    for language in shift.languages:
        if people and language not in spoken:
            details = _where(shift, first_day(shift, today)) | {"language": language}
            yield Finding(Objection("nobody_speaks", details, hard=False), shift.id)


def _in_pattern(book: Book, touched: Mapping[str, object], today: date) -> Iterator[Finding]:
    """Object to people who would be in two weekly shifts at once, on whatever lines."""
    weekly = [
        (roster.line, shift)
        for roster in book.by_id.values()
        for shift in roster.shifts
        if shift.weekday is not None and not _is_over(shift, today)
    ]
    names = _names(book)
    done: set[tuple[str, str]] = set()
    for line, own in weekly:
        if own.id not in touched:
            continue
        people = set(own.responders)
        for other_line, other in weekly:
            both = people.intersection(other.responders) & names.keys()
            if not both or other.id == own.id or (other.id, own.id) in done:
                continue
            done.add((own.id, other.id))
            day = meeting((line, own), (other_line, other), today)
            for person in sorted(both) if day else ():
                details = _where(own, day or today) | {"who": names[person]} | _other(other)
                objection = Objection("two_weekly_shifts_at_once", details)
                yield Finding(objection, own.id, person)


def meeting(one: tuple[Line, Shift], other: tuple[Line, Shift], today: date) -> date | None:
    """Return the first day of ``one`` at which two weekly shifts run at the same time.

    Only the patterns count, not what was decided for single days. The week after is looked at
    as well: on a night of a clock change a shift may have no length.
    """
    (line, own), (other_line, theirs) = one, other
    zone, other_zone = (
        zone_of(shift.zone or of.timezone) for of, shift in ((line, own), (other_line, theirs))
    )
    for apart in (-DAY, 0 * DAY, DAY):
        first = max(today, own.since or today, (theirs.since or today) - apart)
        day = first + ((own.weekday or 0) - first.weekday()) % 7 * DAY
        if (day + apart).weekday() != theirs.weekday:
            continue
        for own_day in (day, day + WEEK):
            if _ended(own, own_day) or _ended(theirs, own_day + apart):
                break
            begins, ends = span(own_day, own.starts, own.ends, zone)
            other_begins, other_ends = span(own_day + apart, theirs.starts, theirs.ends, other_zone)
            if begins < other_ends and other_begins < ends:
                return own_day
    return None


def _ended(shift: Shift, day: date) -> bool:
    return shift.until is not None and shift.until <= day


def _on_days(book: Book, touched: Mapping[str, object], first: date) -> Iterator[Finding]:
    """Warn of dated shifts of the coming weeks in which somebody would be at the same time."""
    names = _names(book)
    everything = (
        each
        for roster in book.by_id.values()
        for each in engagements(roster, first - DAY, first + AHEAD)
    )
    for pair in overlaps(everything):
        for own, other in (pair, pair[::-1]):
            here, there = own.on.shift, other.on.shift
            if own.person in names and here.id in touched and there.weekday is None:
                details = _where(here, own.on.day) | _other(there) | {"who": names[own.person]}
                objection = Objection("weekly_meets_dated", details, hard=False)
                yield Finding(objection, here.id, own.person)


def _names(book: Book) -> dict[str, str]:
    rosters = book.by_id.values()
    return {one.id: one.name for roster in rosters for one in roster.responders.values()}


def _where(shift: Shift, day: date) -> dict[str, Detail]:
    return {"service": shift.service, "day": day, "starts": shift.starts, "ends": shift.ends}


def _other(shift: Shift) -> dict[str, Detail]:
    return {
        "other_service": shift.service,
        "other_starts": shift.starts,
        "other_ends": shift.ends,
    }

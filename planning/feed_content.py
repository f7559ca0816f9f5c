"""What a private calendar says: the duties of a responder, or the shifts of a service.

One event a stint, from four weeks back to 26 weeks ahead. Names of people stand in it, never
a number. Everything comes from the roster at one version, so that the same version gives the
same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy import Connection, func, select

from logging_db.rosters import Book, read_book
from logging_db.tables import lines, responders, roster_changes
from planning.calendar_feed import FeedEntry, feed
from planning.feed_stints import DAY, Stint, identity, open_places, stints, worked
from planning.feeds import Address
from planning.objections import sentences
from routing.duty import Occurrence, Piece, zone_of
from routing.roster import PartnerService, Roster

BEHIND, AHEAD = timedelta(weeks=4), timedelta(weeks=26)
ALARMS = (timedelta(days=1), timedelta(hours=1))
FALLBACK_ZONE = "Europe/Brussels"  # where there is no line yet


@dataclass(frozen=True)
class Edition:
    """All that a calendar is made of, out of the database.

    ``zone`` is that of its times, ``name`` of whom or what it is, ``link`` leads to the
    console; ``first`` and ``last`` are the local days on which its shifts begin.
    """

    address: Address
    name: str
    book: Book
    zone: ZoneInfo
    first: date
    last: date
    link: str
    changed_at: datetime

    def say(self, code: str, **details: str | int) -> str:
        """Return a sentence in the language of the calendar."""
        return sentences(self.address.language)[code].format(**details)

    def title(self, roster: Roster, on: Occurrence) -> str:
        """Return the title of a shift."""
        return self.say("feed_title", line=roster.line.name, service=on.shift.service.upper())

    def about(self, on: Occurrence, *told: str) -> str:
        """Return the description of an event: its service, what is told, languages, a link."""
        spoken = Locale.parse(self.address.language).languages
        wanted = ", ".join(spoken.get(code, code) for code in on.shift.languages)
        languages = self.say("feed_languages", languages=wanted) if wanted else ""
        service = next(s for s in self.book.services.values() if s.code == on.shift.service)
        link = self.say("feed_link", link=self.link)
        named = service_name(service, self.address.language)
        return "\n".join(filter(None, (named, *told, languages, link)))


def service_name(service: PartnerService, language: str) -> str:
    """Return the name of a service in a language, in another where it has none in this."""
    return service.names.get(language) or next(iter(service.names.values()), service.code.upper())


def edition(connection: Connection, address: Address, at: datetime, link: str) -> Edition:
    """Read what the calendar of an address is made of at ``at``."""
    query = select(lines.c.timezone).order_by(lines.c.number).limit(1)
    zone = zone_of(connection.execute(query).scalar() or FALLBACK_ZONE)
    today = at.astimezone(zone).date()
    first, last = today - BEHIND, today + AHEAD
    book = read_book(connection, first - 3 * DAY, last + 3 * DAY)
    if address.owner.kind == "responder":
        who = select(responders.c.name).where(responders.c.id == address.owner.id)
        name = connection.execute(who).scalar_one()
    else:
        name = service_name(book.services[address.owner.id], address.language)
    changed = connection.execute(select(func.max(roster_changes.c.at))).scalar()
    changed_at = max(changed or address.created_at, address.created_at)
    return Edition(address, name, book, zone, first, last, link, changed_at)


def written(of: Edition) -> bytes:
    """Return the calendar; the same edition gives the same bytes."""
    if of.address.owner.kind == "responder":
        entries, name = _of_person(of, of.address.owner.id), of.say("feed_of_person", name=of.name)
    else:
        code = of.book.services[of.address.owner.id].code
        entries, name = _of_service(of, code), of.say("feed_of_service", service=of.name)
    language = of.address.language
    return feed(entries, name=name, zone=of.zone, language=language, stamp=of.changed_at)


def _of_person(of: Edition, person: str) -> Iterator[FeedEntry]:
    for roster in of.book.by_id.values():
        around = _by_day(roster, of.first - DAY, of.last + DAY)
        for own in _within(around, of.first, of.last):
            if own.person != person:
                continue
            near = _within(around, own.on.day - DAY, own.on.day + DAY)
            others = [s for s in near if s.begins < own.ends and own.begins < s.ends]
            yield _duty(of, roster, own, others)


def _by_day(roster: Roster, first: date, last: date) -> dict[date, list[Stint]]:
    found: dict[date, list[Stint]] = {}
    for stint in stints(roster, first, last):
        found.setdefault(stint.on.day, []).append(stint)
    return found


def _within(around: dict[date, list[Stint]], first: date, last: date) -> Iterator[Stint]:
    for n in range((last - first).days + 1):
        yield from around.get(first + n * DAY, ())


def _duty(of: Edition, roster: Roster, own: Stint, others: list[Stint]) -> FeedEntry:
    # Those of the same shift first, then whoever else answers the line at that time.
    near = sorted(others, key=lambda one: (one.on != own.on, one.begins))
    people = dict.fromkeys(stint.person for stint in near if stint.person != own.person)
    named = ", ".join(_named(roster, person) for person in people)
    told = of.say("feed_with", people=named) if named else of.say("feed_alone")
    number = "" if own.number == 1 else f".{own.number}"
    return FeedEntry(
        uid=f"{identity(own.on)}.{own.person}{number}@permanence",
        summary=of.title(roster, own.on),
        description=of.about(own.on, told),
        location="",
        begins=own.begins,
        ends=own.ends,
        # The version of a shift goes back to 1 where a day of a weekly shift is decided on its
        # own, and an absence does not raise it; the roster's own version only ever grows.
        sequence=of.book.version,
        modified=of.changed_at,
        alarms=ALARMS,
    )


def _named(roster: Roster, person: str) -> str:
    found = roster.responders[person]
    return f"{found.name} ({found.service.upper()})"


def _of_service(of: Edition, code: str) -> Iterator[FeedEntry]:
    for roster in of.book.by_id.values():
        for of_shift in worked(roster, of.first, of.last):
            if of_shift[0].on.shift.service == code:
                yield _shift(of, roster, of_shift)


def _shift(of: Edition, roster: Roster, of_shift: list[Piece]) -> FeedEntry:
    on, missing = of_shift[0].on, open_places(of_shift)
    people = dict.fromkeys(person for piece in of_shift for person in piece.places if person)
    title = of.title(roster, on)
    if people:
        title += ": " + ", ".join(roster.responders[person].name for person in people)
    if missing:
        needed = on.shift.needed
        title = of.say("feed_title_open", title=title, open=missing, needed=needed)
    return FeedEntry(
        uid=f"{identity(on)}@permanence",
        summary=title,
        description=of.about(on, *_who_when(of, roster, of_shift)),
        location="",
        begins=on.begins,
        ends=on.ends,
        sequence=of.book.version,
        modified=of.changed_at,
    )


def _who_when(of: Edition, roster: Roster, of_shift: list[Piece]) -> Iterator[str]:
    """Return a line for each part of a shift in which others answer."""
    zone = zone_of(of_shift[0].on.zone)
    for piece in of_shift:
        names = [roster.responders[p].name for p in dict.fromkeys(piece.places) if p]
        yield of.say(
            "feed_people",
            starts=f"{piece.begins.astimezone(zone):%H:%M}",
            ends=f"{piece.ends.astimezone(zone):%H:%M}",
            people=", ".join(names) or of.say("feed_nobody"),
        )

"""A person's shifts and requests as pages show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from sqlalchemy import Connection, select

from console import languages, own_words
from console.own_asks import Ask, asks, names_of, people_of, service_name
from console.own_books import AHEAD, BACK, long_book
from logging_db.rosters import Book
from logging_db.tables import absences
from planning.own import Stint, stints
from planning.own_reports import Report, open_reports
from planning.proposals import PROPOSED, WITHDRAWN, Proposal, of_asker, to_person

State = Literal["past", "now", "coming"]
Day = date
DAY = own_words.DAY


@dataclass(frozen=True)
class Card:
    """A shift of somebody's: when, where, with whom, and what was said of it."""

    stint: Stint
    service: str
    stands_in_for: str
    state: State
    soon: str
    elsewhere: str = ""  # the line and the service, as far as they do not go without saying
    report: Report | None = None
    asked: tuple[Proposal, ...] = ()

    @property
    def key(self) -> str:
        """How the shift is named in addresses."""
        return str(self.stint.key)

    @property
    def day(self) -> Day:
        """The local day on which it begins."""
        return own_words.wall(self.stint.begins, self.stint.on.zone).date()

    @property
    def day_words(self) -> str:
        """The day, written out."""
        return own_words.day_words(self.day)

    @property
    def times(self) -> str:
        """From when to when."""
        zone = self.stint.on.zone
        begins, ends = (own_words.wall(at, zone) for at in (self.stint.begins, self.stint.ends))
        return own_words.span_words(begins.time(), ends.time())

    @property
    def part(self) -> dict[str, str]:
        """From when to when, for an address, where it is not all of the shift."""
        if self.stint.whole:
            return {}
        starts, _dash, ends = self.times.partition("–")
        return {"starts": starts, "ends": ends}

    @property
    def over_night(self) -> bool:
        """Whether it ends on the next day."""
        zone = self.stint.on.zone
        return own_words.wall(self.stint.ends, zone).date() > self.day


@dataclass(frozen=True)
class Sheet:
    """All that a person's page shows. ``weeks`` are the shifts after the next one."""

    coming: tuple[Card, ...]
    past: tuple[Card, ...]
    to_them: tuple[Ask, ...]
    by_them: tuple[Ask, ...]
    away: tuple[tuple[datetime, datetime], ...]
    weeks: tuple[tuple[str, tuple[Card, ...]], ...]

    @property
    def next(self) -> Card | None:
        """The shift that runs, or the next one."""
        return self.coming[0] if self.coming else None


def sheet(connection: Connection, person: str, at: datetime, language: str) -> Sheet:
    """Return a person's shifts of the weeks before and after ``at``, and their requests."""
    book = long_book(connection, at)
    today = languages.local(at).date()
    since = today - DAY
    own = stints(book, person, today - BACK, today + AHEAD)
    said = open_reports(connection, person, since)
    made = [each for each in of_asker(connection, person, since) if each.state != WITHDRAWN]
    told = [each for each in to_person(connection, person, since) if each.state == PROPOSED]
    instead = {stint.stands_in_for for stint in own} - {None}
    names = names_of(connection, book, {each for each in instead if each})
    cards = [_card(book, stint, at, language, names) for stint in own]
    cards = [_with_what_was_said(card, said, made) for card in cards]
    coming = tuple(card for card in cards if card.state != "past")
    return Sheet(
        coming=coming,
        past=tuple(card for card in reversed(cards) if card.state == "past"),
        to_them=tuple(asks(connection, book, told, at, language)),
        by_them=tuple(asks(connection, book, made, at, language)),
        away=tuple(_away(connection, person, at)),
        weeks=tuple(_by_week(coming[1:], today)),
    )


def card_of(book: Book, stint: Stint, at: datetime, language: str) -> Card:
    """Return one shift of somebody's, by itself."""
    return _card(book, stint, at, language, {})


def _card(book: Book, stint: Stint, at: datetime, language: str, names: dict[str, str]) -> Card:
    state: State = "past" if stint.ends <= at else "now" if stint.begins <= at else "coming"
    service = service_name(book, stint.on.shift.service, language)
    return Card(
        stint=stint,
        service=service,
        elsewhere=_elsewhere(book, stint, service),
        stands_in_for=names.get(stint.stands_in_for or "", ""),
        state=state,
        soon="" if state == "past" else own_words.how_soon(stint, at),
    )


def _elsewhere(book: Book, stint: Stint, service: str) -> str:
    """Return where a shift is, if it is not on the only line and for the own service."""
    own = people_of(book).get(stint.person)
    line = stint.line.name if len(book.by_id) > 1 else ""
    theirs = service if own is None or own.service != stint.on.shift.service else ""
    return " · ".join(filter(None, (line, theirs)))


def _with_what_was_said(card: Card, said: Sequence[Report], made: Sequence[Proposal]) -> Card:
    key = card.stint.key
    report = next((each for each in said if each.key == key), None)
    asked = tuple(each for each in made if each.key == key and each.state == PROPOSED)
    return replace(card, report=report, asked=asked)


def _away(connection: Connection, person: str, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    query = select(absences.c.starts_at, absences.c.ends_at).where(
        absences.c.responder_id == person, absences.c.ends_at > at
    )
    for row in connection.execute(query.order_by(absences.c.starts_at)):
        yield row.starts_at, row.ends_at


def _by_week(cards: Sequence[Card], today: Day) -> Iterator[tuple[str, tuple[Card, ...]]]:
    for monday, found in groupby(cards, key=lambda card: card.day - card.day.weekday() * DAY):
        yield own_words.week_words(monday, today), tuple(found)

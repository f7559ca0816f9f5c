"""Requests to stand in, as pages show them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from console import own_words
from logging_db.rosters import Book
from logging_db.tables import responders, users
from planning.proposals import Proposal
from planning.proposals_free import Wanted
from routing.duty import Occurrence, span, zone_of
from routing.roster import Responder, Roster, Shift


@dataclass(frozen=True)
class Ask:
    """A request to stand in, with the names of both; ``line`` is empty if its shift is gone."""

    proposal: Proposal
    who: str
    other: str
    line: str = ""
    service: str = ""

    @property
    def when(self) -> str:
        """When it is."""
        return own_words.proposal_words(self.proposal)

    @property
    def day_words(self) -> str:
        """The day, written out."""
        return own_words.day_words(self.proposal.day)

    @property
    def times(self) -> str:
        """From when to when."""
        return own_words.span_words(self.proposal.starts, self.proposal.ends)


def asks(
    connection: Connection, book: Book, found: Collection[Proposal], at: datetime, language: str
) -> list[Ask]:
    """Return requests with their names and places; those whose time is over are left out."""
    if not found:
        return []
    people = {p.instead_of for p in found} | {p.responder_id for p in found}
    names = names_of(connection, book, people)
    shifts = {
        shift.id: (roster, shift) for roster in book.by_id.values() for shift in roster.shifts
    }
    listed = []
    for each in found:
        place = shifts.get(each.key.shift_id)
        if place is None or not _is_over(*place, each, at):
            who, other = names.get(each.instead_of, "?"), names.get(each.responder_id, "?")
            line = place[0].line.name if place else ""
            service = service_name(book, place[1].service, language) if place else ""
            listed.append(Ask(each, who, other, line, service))
    return listed


def _is_over(roster: Roster, shift: Shift, proposal: Proposal, at: datetime) -> bool:
    zone = shift.zone or roster.line.timezone
    times = span(proposal.day, shift.starts, shift.ends, zone_of(zone))
    on = Occurrence(shift, proposal.day, *times, zone)
    wanted = Wanted.within(on, (proposal.starts, proposal.ends))
    return (wanted.ends if wanted else on.ends) <= at


def people_of(book: Book) -> dict[str, Responder]:
    """Return everybody who answers, by id; every roster knows them all."""
    return {} if not book.by_id else dict(next(iter(book.by_id.values())).responders)


def names_of(connection: Connection, book: Book, people: Iterable[str]) -> dict[str, str]:
    """Return people's names by id, of those who no longer answer too."""
    known = people_of(book)
    names = {person: known[person].name for person in people if person in known}
    gone = set(people) - set(names)
    if gone:
        query = select(responders.c.id, responders.c.name).where(responders.c.id.in_(gone))
        names |= {row.id: row.name for row in connection.execute(query)}
    return names


def service_name(book: Book, code: str, language: str) -> str:
    """Return what a service is called in a language, else in one that it has."""
    for service in book.services.values():
        if service.code == code:
            return service.names.get(language) or next(iter(service.names.values()), code)
    return code


def logs_in(connection: Connection, people: Collection[str]) -> set[str]:
    """Return those of ``people`` who have an account of their own, and so can be told."""
    linked = users.c.responder_id.in_(people) & users.c.active
    return set(connection.execute(select(users.c.responder_id).where(linked)).scalars())

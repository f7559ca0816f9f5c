"""Reminders: a day and an hour before somebody's turn begins, as they wish.

They are written down some hours ahead and go out at their minute. So a turn that is planned
within the last day gets only the later one, and one that was missed comes no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from logging_db.rosters import Book
from logging_db.tables import responders, users
from notices.kinds import EMAIL, SMS
from notices.outbox import Draft
from notices.people import spoken
from notices.turns import Turn, turns
from routing.duty import zone_of
from routing.roster import Roster

AHEAD = timedelta(hours=6)
"""How long before its minute a reminder is written down."""


@dataclass(frozen=True)
class Lead:
    """A kind of reminder: how long before the turn, and how late it may still come."""

    kind: str
    before: timedelta
    grace: timedelta


LEADS = (
    Lead("remind_day", timedelta(hours=24), timedelta(hours=2)),
    Lead("remind_hour", timedelta(hours=1), timedelta(minutes=30)),
)


@dataclass(frozen=True)
class Wish:
    """How a responder wants to be reminded."""

    kinds: frozenset[str]
    by_sms: bool
    has_user: bool
    language: str

    def channel(self, *, texts: bool) -> str | None:
        """Return how they can be reached: without an e-mail address, by SMS if that is sent."""
        if texts and (self.by_sms or not self.has_user):
            return SMS
        return EMAIL if self.has_user else None


def wishes(connection: Connection) -> dict[str, Wish]:
    """Return the wishes of all active responders."""
    query = (
        select(responders, users.c.language)
        .outerjoin(users, (users.c.responder_id == responders.c.id) & users.c.active)
        .where(responders.c.active)
        .order_by(users.c.created_at.desc(), users.c.id.desc())  # of several, the first counts
    )
    return {
        row.id: Wish(
            kinds=frozenset(lead.kind for lead in LEADS if row._mapping[lead.kind]),
            by_sms=row.remind_by == SMS,
            has_user=row.language is not None,
            language=row.language or spoken(row.languages),
        )
        for row in connection.execute(query)
    }


def upcoming(roster: Roster, at: datetime) -> list[Turn]:
    """Return the turns about which somebody may have to be reminded around ``at``."""
    today = at.astimezone(zone_of(roster.line.timezone)).date()
    return turns(roster, today - timedelta(days=2), today + timedelta(days=2))


def reminders(connection: Connection, book: Book, at: datetime, *, texts: bool) -> Iterator[Draft]:
    """Yield the reminders of the next hours; ``texts``: whether any may go by SMS."""
    wished = wishes(connection)
    for roster in book.by_id.values():
        for turn in upcoming(roster, at):
            wish = wished.get(turn.person)
            channel = wish.channel(texts=texts) if wish else None
            if wish is None or channel is None:
                continue
            for lead in LEADS:
                if lead.kind in wish.kinds and at < turn.begins - lead.before <= at + AHEAD:
                    yield _draft(turn, lead, wish, channel)


def _draft(turn: Turn, lead: Lead, wish: Wish, channel: str) -> Draft:
    due_at = turn.begins - lead.before
    return Draft(
        key=f"{lead.kind}:{turn.line_id}:{turn.begins:%Y%m%dT%H%M}:{turn.person}",
        kind=lead.kind,
        channel=channel,
        responder_id=turn.person,
        language=wish.language,
        params={
            "line_id": turn.line_id,
            "line": turn.line,
            "begins": turn.begins.isoformat(),
            "ends": turn.ends.isoformat(),
            "zone": turn.zone,
        },
        due_at=due_at,
        expires_at=due_at + lead.grace,
    )

"""Asking one person "will you stand in for me?": a substitution once they accept.

What is asked is a time, and that is what is agreed: were the shift moved meanwhile, nobody
is held to hours that they never saw. Changes stand in a queue (``planning.ledger``), so of
two who accept at once the first one wins and the other is told.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.rosters import read_book
from logging_db.tables import responders, substitution_proposals
from planning import checks
from planning.keys import ShiftKey, row_of
from planning.ledger import Ledger
from planning.objections import refuse
from planning.own import DAY, Stint
from planning.own_reports import describe, key_now, settle_of_shift
from planning.proposals_free import Wanted, held_throughout, refuse_taken_up, still_holds
from planning.substitutions import Part, substitute

PROPOSED, ACCEPTED, DECLINED, WITHDRAWN = "proposed", "accepted", "declined", "withdrawn"
_made = substitution_proposals.c


@dataclass(frozen=True)
class Proposal:
    """What was asked. ``starts`` and ``ends`` are wall times of the shift's zone."""

    id: str
    key: ShiftKey
    shift_id: str
    day: date
    instead_of: str
    responder_id: str
    starts: time
    ends: time
    state: str
    proposed_at: datetime


def propose(ledger: Ledger, stint: Stint, responder_id: str, during: Part) -> str:
    """Ask somebody to stand in for a person's stretch or a part of it; return the id.

    ``during`` are wall times within the shift; ``None`` is where the stretch begins or ends.
    """
    wanted = Wanted.of(stint, during)
    if wanted.ends <= ledger.at:
        raise refuse("shift_is_over", day=stint.on.day)
    if responder_id == stint.person:
        raise refuse("stand_in_for_oneself")
    if not held_throughout(stint, wanted):
        starts, ends = Wanted(stint.on, stint.begins, stint.ends).wall
        raise refuse("part_outside_own", starts=starts, ends=ends)
    for other in of_asker(ledger.connection, stint.person, stint.on.day):
        same = other.key == stint.key and other.responder_id == responder_id
        if same and other.state == PROPOSED:
            raise refuse("asked_already", who=name_of(ledger.connection, responder_id))
    book = read_book(ledger.connection, stint.on.day - 2 * DAY, stint.on.day + 3 * DAY)
    if not still_holds(book, wanted, stint.person):
        raise refuse("part_given_away")
    refuse_taken_up(book, wanted, responder_id, name_of(ledger.connection, responder_id))
    describe(ledger, stint)
    starts, ends = wanted.wall
    return ledger.insert(
        substitution_proposals,
        shift_id=stint.on.shift.id,
        day=stint.on.day,
        instead_of=stint.person,
        responder_id=responder_id,
        starts=starts,
        ends=ends,
        state=PROPOSED,
        proposed_at=ledger.at,
        settled_at=None,
    )


def accept(ledger: Ledger, proposal_id: str, person: str) -> list[str]:
    """Let ``person`` stand in, as they were asked to; return the proposals that fall away.

    Refuses what was settled, what somebody else took, a shift that is gone, moved or over,
    and a person who is taken up elsewhere or absent then. Nothing has changed then.
    """
    row = _open_row(ledger.connection, proposal_id)
    if row.responder_id != person:
        raise refuse("proposal_gone")
    key = key_now(ledger.connection, row.shift_id, row.day)
    wanted, version = _as_agreed(ledger, row, key)
    who = name_of(ledger.connection, person)
    book = read_book(ledger.connection, row.day - 2 * DAY, row.day + 3 * DAY)
    if not still_holds(book, wanted, row.instead_of):
        raise refuse("proposal_taken", who=name_of(ledger.connection, row.instead_of))
    refuse_taken_up(book, wanted, person, who)
    substitute(ledger, key, version, row.instead_of, person, wanted.part)
    ledger.update(substitution_proposals, proposal_id, state=ACCEPTED, settled_at=ledger.at)
    ledger.details |= {"who": who, "instead_of": name_of(ledger.connection, row.instead_of)}
    ledger.details |= {"service": wanted.on.shift.service, "day": row.day.isoformat()}
    ledger.details |= {"starts": f"{row.starts:%H:%M}", "ends": f"{row.ends:%H:%M}"}
    checks.look_over(ledger)
    return _let_fall(ledger, wanted, row)


def _as_agreed(ledger: Ledger, row: Row[Any], key: ShiftKey) -> tuple[Wanted, int]:
    """Return the time that was asked for in the shift as it is now, and its version."""
    shift = row_of(ledger.connection, key.shift_id)
    if shift is None or shift.cancelled:
        raise refuse("proposal_shift_gone", day=row.day)
    if key.day is None and shift.day != row.day:
        raise refuse("proposal_shift_moved", day=row.day)
    wanted = Wanted.in_row(shift, row.day, (row.starts, row.ends))
    if wanted is None:
        raise refuse("proposal_shift_moved", day=row.day)
    if wanted.ends <= ledger.at:
        raise refuse("shift_is_over", day=row.day)
    return wanted, shift.version


def _let_fall(ledger: Ledger, wanted: Wanted, row: Row[Any]) -> list[str]:
    """Withdraw what else was asked for that time; settle "I can't" where nothing is left."""
    # An occurrence of a weekly shift has got a row of its own by now.
    key = key_now(ledger.connection, row.shift_id, row.day)
    shift = row_of(ledger.connection, key.shift_id)
    fallen = []
    for other in of_asker(ledger.connection, row.instead_of, row.day):
        if other.state != PROPOSED or other.key != key or shift is None:
            continue
        theirs = Wanted.in_row(shift, other.day, (other.starts, other.ends))
        if theirs is None or theirs.meets(wanted):
            _settle(ledger, other.id, WITHDRAWN)
            fallen.append(other.id)
    book = read_book(ledger.connection, row.day - 2 * DAY, row.day + 3 * DAY)
    whole = shift and Wanted.in_row(shift, row.day, (shift.starts, shift.ends))
    if whole and not still_holds(book, whole, row.instead_of, throughout=False):
        settle_of_shift(ledger, row.instead_of, key)
    return fallen


def decline(ledger: Ledger, proposal_id: str, person: str) -> None:
    """Say no for the person who was asked."""
    row = _open_row(ledger.connection, proposal_id)
    if row.responder_id != person:
        raise refuse("proposal_gone")
    _note(ledger, row)
    _settle(ledger, proposal_id, DECLINED)


def withdraw(ledger: Ledger, proposal_id: str, person: str | None = None) -> None:
    """Ask no longer: for the ``person`` who asked, or for anybody where none is named."""
    row = _open_row(ledger.connection, proposal_id)
    if person is not None and row.instead_of != person:
        raise refuse("proposal_gone")
    _note(ledger, row)
    _settle(ledger, proposal_id, WITHDRAWN)


def _note(ledger: Ledger, row: Row[Any]) -> None:
    ledger.details |= {
        "who": name_of(ledger.connection, row.responder_id),
        "instead_of": name_of(ledger.connection, row.instead_of),
        "day": row.day.isoformat(),
        "starts": f"{row.starts:%H:%M}",
        "ends": f"{row.ends:%H:%M}",
    }


def _settle(ledger: Ledger, proposal_id: str, state: str) -> None:
    ledger.update(substitution_proposals, proposal_id, state=state, settled_at=ledger.at)


def _open_row(connection: Connection, proposal_id: str) -> Row[Any]:
    """Return a proposal that waits for an answer; say how it was settled where it does not."""
    query = select(substitution_proposals).where(_made.id == proposal_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise refuse("proposal_gone")
    if row.state != PROPOSED:
        raise refuse(f"proposal_{row.state}_already")
    return row


def name_of(connection: Connection, person: str) -> str:
    """Return a responder's name; refuse one whom nobody knows."""
    query = select(responders.c.name).where(responders.c.id == person)
    name = connection.execute(query).scalar_one_or_none()
    if name is None:
        raise refuse("person_unknown")
    return str(name)


def of_asker(connection: Connection, person: str, since: date | None = None) -> list[Proposal]:
    """Return what a person has asked, for shifts from a day on, the next shift first."""
    return _proposals(connection, _made.instead_of == person, since)


def to_person(connection: Connection, person: str, since: date | None = None) -> list[Proposal]:
    """Return what a person was asked, as :func:`of_asker`."""
    return _proposals(connection, _made.responder_id == person, since)


def all_open(connection: Connection, since: date) -> list[Proposal]:
    """Return every proposal that waits for an answer."""
    return _proposals(connection, _made.state == PROPOSED, since)


def _proposals(connection: Connection, which: Any, since: date | None) -> list[Proposal]:
    query = select(substitution_proposals).where(which)
    if since is not None:
        query = query.where(_made.day >= since)
    rows = connection.execute(query.order_by(_made.day, _made.proposed_at, _made.id)).all()
    return [
        Proposal(
            id=row.id,
            key=key_now(connection, row.shift_id, row.day),
            shift_id=row.shift_id,
            day=row.day,
            instead_of=row.instead_of,
            responder_id=row.responder_id,
            starts=row.starts,
            ends=row.ends,
            state=row.state,
            proposed_at=row.proposed_at,
        )
        for row in rows
    ]

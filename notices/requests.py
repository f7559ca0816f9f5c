"""What people tell each other through the roster: called within the transaction that did it.

Each returns how many people will be told: with 0 nobody has an address, and somebody should
be rung.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from logging_db.cipher import FieldCipher, notice_place
from logging_db.columns import new_id
from logging_db.rosters import read_book
from logging_db.tables import absence_reports, lines, pauses, substitution_proposals
from notices import links, outbox
from notices.outbox import Draft
from notices.people import Reader, coordinators, name_of, user, user_of
from notices.times import When, when_of
from notices.turns import DAY, Turn, turns

CHANGES_AHEAD = timedelta(days=7)
"""Changes of what lies further ahead are found in the calendar in time."""

SETTLES = timedelta(minutes=5)
"""A coordinator who tries things out is given time to end where they began."""

WORTH_TELLING = timedelta(hours=12)
"""That somebody is not rung any more is of use on the same day."""

HOME = "Europe/Brussels"

What = Literal["added", "removed"]


def cannot(connection: Connection, report_id: str, at: datetime) -> int:
    """Tell the coordinators that a responder said "I can't" (``absence_reports``)."""
    query = select(absence_reports).where(absence_reports.c.id == report_id)
    report = connection.execute(query).one()
    when = when_of(connection, report.shift_id, report.day)
    if when is None:
        return 0
    params = when.params() | {
        "report_id": report_id,
        "who": name_of(connection, report.responder_id),
    }
    told = coordinators(connection, but=report.responder_id)
    return _put_all(connection, "cannot", report_id, params, told, when, at)


def proposed(connection: Connection, proposal_id: str, at: datetime) -> int:
    """Ask the person whom a proposal is made to (``substitution_proposals``)."""
    return _about(connection, "proposed", proposal_id, at)


def withdrawn(connection: Connection, proposal_id: str, at: datetime) -> int:
    """Tell the person who was asked that nobody need stand in; nothing if they never knew."""
    if outbox.take_back(connection, f"proposed:{proposal_id}:", at):
        return 0
    return _about(connection, "withdrawn", proposal_id, at)


def accepted(connection: Connection, proposal_id: str, at: datetime) -> int:
    """Tell who had asked, and the coordinators, that somebody stands in."""
    return _about(connection, "accepted", proposal_id, at)


def declined(connection: Connection, proposal_id: str, at: datetime) -> int:
    """Tell who had asked, and the coordinators, that the person asked cannot."""
    return _about(connection, "declined", proposal_id, at)


def _about(connection: Connection, kind: str, proposal_id: str, at: datetime) -> int:
    query = select(substitution_proposals).where(substitution_proposals.c.id == proposal_id)
    row = connection.execute(query).one()
    when = when_of(connection, row.shift_id, row.day, row.starts, row.ends)
    if when is None:
        return 0
    params = when.params() | {
        "proposal_id": proposal_id,
        "who": name_of(connection, row.instead_of),
        "other": name_of(connection, row.responder_id),
    }
    told = _readers(connection, kind, row)
    return _put_all(connection, kind, proposal_id, params, told, when, at)


def _readers(connection: Connection, kind: str, proposal: Row[Any]) -> list[Reader]:
    if kind in ("proposed", "withdrawn"):
        asked = user_of(connection, proposal.responder_id)
        return [asked] if asked else []
    asker = user_of(connection, proposal.instead_of)
    others = coordinators(connection, but=proposal.responder_id)
    unique = {reader.user_id: reader for reader in (*([asker] if asker else []), *others)}
    return list(unique.values())


def _put_all(
    connection: Connection,
    kind: str,
    about: str,
    params: dict[str, Any],
    told: Iterable[Reader],
    when: When,
    at: datetime,
) -> int:
    drafts = [_draft(kind, about, params, reader, (at, when.ends)) for reader in told]
    return sum(outbox.put(connection, draft) for draft in drafts if at < when.ends)


def _draft(
    kind: str, about: str, params: dict[str, Any], reader: Reader, holds: tuple[datetime, datetime]
) -> Draft:
    """Return what tells one reader of a thing, once; it holds from, and until."""
    return Draft(
        key=f"{kind}:{about}:{reader.user_id}",
        kind=kind,
        user_id=reader.user_id,
        language=reader.language,
        params=params,
        due_at=holds[0],
        expires_at=holds[1],
    )


def roster_changed_for(
    connection: Connection, responder_id: str, when: When | None, what: What, at: datetime
) -> int:
    """Tell a responder that a coordinator put them into a shift, or took them out.

    Only for what begins within :data:`CHANGES_AHEAD`. What was done and undone within
    :data:`SETTLES` is not told; several changes go into one mail. ``when`` is that of
    :func:`notices.times.when_of`, asked for while the shift is there.
    """
    reader = user_of(connection, responder_id)
    if reader is None or when is None or not at < when.begins <= at + CHANGES_AHEAD:
        return 0
    about = f"changed:{responder_id}:{when.line_id}:{when.begins:%Y%m%dT%H%M}:"
    opposite = "removed" if what == "added" else "added"
    if outbox.take_back(connection, about + opposite, at):
        return 0
    draft = Draft(
        key=f"{about}{what}:{at:%Y%m%dT%H%M%S}",
        kind="changed",
        responder_id=responder_id,
        language=reader.language,
        params=when.params() | {"what": what},
        due_at=at + SETTLES,
        expires_at=when.begins,
    )
    return int(outbox.put(connection, draft))


Duties = Mapping[tuple[str, str], Sequence[Turn]]
"""Who stands by when in the next days, by person and line, in order of time."""


def duties(connection: Connection, at: datetime) -> Duties:
    """Return the duties as they are, to be compared by :func:`duties_changed` with later ones."""
    first, last = (at - DAY).date(), (at + CHANGES_AHEAD + DAY).date()
    book = read_book(connection, first - DAY, last + 2 * DAY)
    found: defaultdict[tuple[str, str], list[Turn]] = defaultdict(list)
    for roster in book.by_id.values():
        for turn in turns(roster, first, last):
            found[turn.person, turn.line_id].append(turn)
    return found


def duties_changed(
    connection: Connection, before: Duties, at: datetime, but: str | None = None
) -> int:
    """Tell whoever stands by at other times than ``before``; not ``but``, who changed it."""
    after = duties(connection, at)
    pairs: tuple[tuple[What, Duties, Duties], ...] = (
        ("removed", before, after),
        ("added", after, before),
    )
    return sum(
        roster_changed_for(connection, turn.person, _when(turn), what, at)
        for what, these, those in pairs
        for turn in _only_in(these, those)
        if turn.person != but
    )


def _only_in(these: Duties, those: Duties) -> Iterator[Turn]:
    """Return the times, and parts of times, in which people stand by here and not there."""
    for key, own in these.items():
        for turn in own:
            left: Turn | None = turn
            for other in those.get(key, ()):
                if left is None or other.ends <= left.begins or left.ends <= other.begins:
                    continue
                if left.begins < other.begins:
                    yield replace(left, ends=other.begins)
                left = replace(left, begins=other.ends) if other.ends < left.ends else None
            if left is not None:
                yield left


def _when(turn: Turn) -> When:
    return When(turn.line_id, turn.line, turn.begins, turn.ends, turn.zone)


def set_aside(connection: Connection, pause_id: str, at: datetime) -> int:
    """Tell the coordinators, and the person, that somebody is not rung any more (``pauses``)."""
    query = select(pauses.c.responder_id).where(pauses.c.id == pause_id)
    responder_id = str(connection.execute(query).scalar_one())
    params = {"pause_id": pause_id, "who": name_of(connection, responder_id)}
    own = user_of(connection, responder_id)
    told = [("set_aside", reader) for reader in coordinators(connection, but=responder_id)]
    told += [("set_aside_you", own)] if own else []
    holds = at, at + WORTH_TELLING
    drafts = [_draft(kind, pause_id, params, reader, holds) for kind, reader in told]
    return sum(outbox.put(connection, draft) for draft in drafts)


def invitation(
    connection: Connection,
    cipher: FieldCipher,
    user_id: str,
    link: str,
    at: datetime,
    expires_at: datetime,
) -> int:
    """Send a new user the address where they choose a password.

    It lies sealed in the outbox and is erased there when it was sent. An earlier one that
    was not sent yet is taken back.
    """
    return _link(connection, cipher, "invitation", user_id, link, (at, expires_at))


def reset(
    connection: Connection,
    cipher: FieldCipher,
    user_id: str,
    link: str,
    at: datetime,
    expires_at: datetime,
) -> int:
    """Send a user the address where they choose another password; as :func:`invitation`."""
    return _link(connection, cipher, "reset", user_id, link, (at, expires_at))


def _link(
    connection: Connection,
    cipher: FieldCipher,
    kind: str,
    user_id: str,
    link: str,
    holds: tuple[datetime, datetime],
) -> int:
    reader = user(connection, user_id)
    if reader is None:
        return 0
    at, expires_at = holds
    outbox.take_back(connection, f"{kind}:{user_id}:", at)
    draft = Draft(
        key=f"{kind}:{user_id}:{new_id()}",
        kind=kind,
        user_id=user_id,
        language=reader.language,
        params={},
        due_at=at,
        expires_at=expires_at,
    )
    sealed = links.seal(cipher, link, notice_place(draft.id))
    times = {"begins": expires_at.isoformat(), "ends": expires_at.isoformat()}
    params = {"sealed_link": sealed, "zone": _zone(connection)} | times
    return int(outbox.put(connection, replace(draft, params=params)))


def _zone(connection: Connection) -> str:
    """Return the zone in which to tell a time that belongs to no line."""
    query = select(lines.c.timezone).order_by(lines.c.number).limit(1)
    return connection.execute(query).scalar_one_or_none() or HOME

"""Load what waits and who is free on a line, match them, and write the offers."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from callbacks import requests
from logging_db import calls as record
from logging_db import offers as book
from logging_db import pauses, wrapping
from logging_db.calls import ALONE
from logging_db.columns import UtcDateTime
from logging_db.tables import calls, lines, offers
from routing import shares, states
from routing.duty import on_duty, standing_by
from routing.matching import FAIR_SHARE, Free, Match, Policy, Work, match
from routing.roster import Line, Responder, Roster
from telephony.desk import Step

SEEN_WITHIN = timedelta(seconds=60)
"""A caller in the queue asks for the next wait document about twice a minute."""

# Built once: a line is matched twice a second and with every ring of the bell.
_LOCKED = select(lines.c.id).where(lines.c.id == bindparam("line")).with_for_update(key_share=True)
_WAITING = select(
    calls.c.id,
    calls.c.language,
    calls.c.waiting_at,
    calls.c.front,
    calls.c.wanted_responder_id,
    calls.c.wanted_until,
).where(
    calls.c.line_id == bindparam("line"),
    calls.c.ended_at.is_(None),
    calls.c.state == states.WAITING,
    # Whoever was not heard of for longer may be on their way elsewhere.
    calls.c.seen_at > bindparam("seen_after", type_=UtcDateTime()),
)
_PAST = select(
    offers.c.call_id,
    offers.c.callback_id,
    offers.c.responder_id,
    offers.c.state,
    offers.c.offered_at,
    offers.c.closed_at,
).where(
    or_(
        offers.c.call_id.in_(bindparam("calls", expanding=True)),
        offers.c.callback_id.in_(bindparam("callbacks", expanding=True)),
    )
)
_BUSY = select(offers.c.responder_id).where(
    offers.c.responder_id.in_(bindparam("people", expanding=True)), offers.c.open
)
_LAST = (
    select(offers.c.responder_id, func.max(offers.c.closed_at).label("closed_at"))
    .where(
        offers.c.responder_id.in_(bindparam("people", expanding=True)),
        offers.c.closed_at > bindparam("since", type_=UtcDateTime()),
    )
    .group_by(offers.c.responder_id)
)


def run(step: Step, line_id: str) -> list[str]:
    """Offer the line's waiting work to its free responders; return the offers' ids.

    One transaction a line: the line's row is locked, so that two workers never decide over
    the same snapshot.
    """
    step.connection.execute(_LOCKED, {"line": line_id})
    roster = step.book.by_id.get(line_id)
    work = _work(step, line_id) if roster else []
    if not work or roster is None:
        return []
    away = pauses.under_way(step.connection)
    people = tuple(one for one in on_duty(roster, step.at).responders if one.id not in away)
    behind = tuple(one for one in standing_by(roster, step.at) if one.id not in away)
    spoken = {language for one in people for language in one.languages}
    work = [replace(item, unattended=item.language not in spoken) for item in work]
    found = match(work, _free(step, roster, people, behind), step.at, _policy(roster.line))
    if found:
        book.lock_pace(step.connection)  # lines that share people write their offers in turn
    made = [_offer(step, line_id, one, work) for one in found]
    return [offer_id for offer_id in made if offer_id]


def _policy(line: Line) -> Policy:
    after = timedelta(seconds=line.backup_after_seconds) if line.backup else None
    return Policy(line.policy, line.ring_at_once, after)


def _work(step: Step, line_id: str) -> list[Work]:
    seen_after = step.at - SEEN_WITHIN
    waiting = step.connection.execute(_WAITING, {"line": line_id, "seen_after": seen_after}).all()
    due = requests.due(step.connection, line_id, step.at)
    if not waiting and not due:
        return []
    past = _past_offers(step, [row.id for row in waiting], [row.id for row in due])
    return [_call(row, past(row.id), step.at) for row in waiting] + [
        _callback(row, past(row.id)) for row in due
    ]


def _past_offers(step: Step, call_ids: Sequence[str], callback_ids: Sequence[str]) -> Any:
    """Return a function: work id → how many ring for it, and who was rung until when."""
    ids = {"calls": call_ids, "callbacks": callback_ids}
    rows = step.connection.execute(_PAST, ids)
    ringing: defaultdict[str, list[str]] = defaultdict(list)
    offered: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for row in rows:
        work_id = row.call_id or row.callback_id
        if row.state == states.WITHDRAWN:
            continue  # nobody missed it: it was taken back
        if row.state == states.OFFERED:
            ringing[work_id].append(row.responder_id)
        over = row.closed_at or row.offered_at
        before = offered[work_id].get(row.responder_id)
        offered[work_id][row.responder_id] = max(over, before) if before else over
    return lambda work_id: (ringing[work_id], offered[work_id])


Past = tuple[list[str], dict[str, datetime]]


def _call(row: Any, past: Past, at: datetime) -> Work:
    """Return a call as work; for a while only whoever it was sent to is rung for it.

    What they missed or declined before it was sent to them does not count.
    """
    ringing, offered = past
    wanted = row.wanted_responder_id if row.wanted_until and at < row.wanted_until else None
    if wanted in offered and offered[wanted] <= row.wanted_until - ALONE and wanted not in ringing:
        offered = {one: over for one, over in offered.items() if one != wanted}
    return Work(
        id=row.id,
        language=row.language,
        arrived=row.waiting_at,
        ringing=len(ringing),
        offered=offered,
        front=row.front,
        wanted=wanted,
        wanted_rings=wanted in ringing,
    )


def _callback(row: Any, past: Past) -> Work:
    return Work(
        id=row.id,
        language=row.language,
        arrived=row.asked_at,
        is_call=False,
        ringing=len(past[0]),
        offered=past[1],
        promised=row.expires_at,
    )


def _free(
    step: Step, roster: Roster, people: Sequence[Responder], behind: Sequence[Responder]
) -> list[Free]:
    """Return who may be rung of ``people``, on duty, and of those who stand by ``behind`` them.

    They are neither busy nor in their wrap-up.
    """
    everybody = list(dict.fromkeys((*people, *behind)))
    ids = [person.id for person in everybody]
    busy = set(step.connection.execute(_BUSY, {"people": ids}).scalars())
    writing = wrapping.until(step.connection, ids, step.at)
    last = _last_offers(step, ids)
    load = _loads(step, roster)
    return [
        Free(
            id=person.id,
            languages=person.languages,
            order=order,
            idle_since=last.get(person.id),
            service=person.service,
            load=load.get(person.service, 0.0),
            backup=order >= len(people),
        )
        for order, person in enumerate(everybody)
        if person.id not in busy and person.id not in writing
    ]


def _loads(step: Step, roster: Roster) -> Mapping[str, float]:
    """Return what each service took for its hours, where the line shares by that."""
    if roster.line.policy != FAIR_SHARE:
        return {}
    taken = step.connection.execute(
        select(offers.c.responder_id, func.count())
        .where(
            offers.c.line_id == roster.line.id,
            offers.c.state == states.TAKEN,
            offers.c.offered_at >= shares.since(roster, step.at),
        )
        .group_by(offers.c.responder_id)
    )
    services: Counter[str] = Counter()
    for responder_id, count in taken:
        if responder_id in roster.responders:  # else they have left
            services[roster.responders[responder_id].service] += count
    return shares.loads(services, shares.hours_on_duty(roster, step.at))


def _last_offers(step: Step, responder_ids: Sequence[str]) -> Mapping[str, datetime]:
    """Return when an offer of somebody's last ended, by person."""
    asked = {"people": responder_ids, "since": step.at - timedelta(days=1)}
    ended = step.connection.execute(_LAST, asked)
    return {row.responder_id: row.closed_at for row in ended}


def _offer(step: Step, line_id: str, found: Match, work: Sequence[Work]) -> str | None:
    is_call = next(item.is_call for item in work if item.id == found.work_id)
    offer_id = book.open_offer(
        step.connection,
        line_id=line_id,
        responder_id=found.responder_id,
        at=step.at,
        call_id=found.work_id if is_call else None,
        callback_id=None if is_call else found.work_id,
    )
    if offer_id is None:
        return None  # taken up by another line in this very moment
    slot = book.next_slot(step.connection, step.at, step.desk.calls_per_second)
    leg_id = book.plan_leg(step.connection, offer_id, "responder", slot)
    if is_call:
        record.note(step.connection, found.work_id, step.at, "offered", offer_id)
    step.later("place", leg_id)
    return offer_id

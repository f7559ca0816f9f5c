"""Who sits in a room, or on the way to it, for nobody: conditions for the sweep."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
)

from logging_db.tables import calls, legs, offers
from routing import states

Moment = BindParameter[datetime]


def misplaced(gone: Moment) -> ColumnElement[bool]:
    """Return what holds of a live call whose caller is to be elsewhere.

    They are claimed but not moved, or in a room that everybody else left before ``gone``.
    """
    others = legs.alias("others")
    theirs = offers.alias("theirs")
    in_room = and_(
        others.c.state == states.ANSWERED,
        others.c.ended_at.is_(None),
        theirs.c.state == states.TAKEN,
    )
    somebody = exists(
        select(others.c.id)
        .join(theirs, theirs.c.id == others.c.offer_id)
        .where(theirs.c.call_id == calls.c.id, or_(in_room, others.c.ended_at > gone))
    )
    left_behind = and_(calls.c.state == states.TALKING, ~somebody)
    elsewhere = calls.c.state.in_((states.WAITING, states.LEAVING))
    return or_(
        calls.c.state == states.CLAIMED,
        and_(calls.c.place == "room", or_(elsewhere, left_behind)),
    )


def alone(gone: Moment) -> Select[Any]:
    """Select the legs of those who wait for somebody who was gone before ``gone``.

    Whoever is there for a caller is alone when the caller is gone; somebody rung back, when
    all others are.
    """
    taken = offers.alias("taken")
    moved_on = and_(offers.c.call_id.is_not(None), _room(taken).is_distinct_from(_room(offers)))
    for_caller = and_(
        legs.c.party != "caller", or_(calls.c.ended_at <= gone, moved_on, _callee_gone(gone))
    )
    for_callee = and_(legs.c.party == "caller", _all_gone(gone))
    return (
        select(legs.c.id)
        .join(offers, offers.c.id == legs.c.offer_id)
        .outerjoin(calls, offers.c.call_id == calls.c.id)
        .outerjoin(taken, taken.c.id == calls.c.offer_id)
        .where(
            legs.c.ended_at.is_(None),
            legs.c.state == states.ANSWERED,
            offers.c.state == states.TAKEN,
            or_(for_caller, for_callee),
        )
    )


def _room(offer: FromClause) -> ColumnElement[Any]:
    return func.coalesce(offer.c.room_id, offer.c.id)


def _callee_gone(gone: Moment) -> ColumnElement[bool]:
    callee = legs.alias("callee")
    return exists(
        select(callee.c.id).where(
            callee.c.offer_id == _room(offers),
            callee.c.party == "caller",
            callee.c.ended_at <= gone,
        )
    )


def _all_gone(gone: Moment) -> ColumnElement[bool]:
    host, others, theirs = legs.alias("host"), legs.alias("company"), offers.alias("room")
    left = exists(
        select(host.c.id).where(
            host.c.offer_id == offers.c.id,
            host.c.party == "responder",
            host.c.ended_at <= gone,
        )
    )
    somebody = exists(
        select(others.c.id)
        .join(theirs, theirs.c.id == others.c.offer_id)
        .where(
            theirs.c.callback_id == offers.c.callback_id,
            _room(theirs) == offers.c.id,
            theirs.c.state == states.TAKEN,
            others.c.party != "caller",
            others.c.state == states.ANSWERED,
        )
    )
    return and_(left, ~somebody)

"""What “My call” shows: the talk as it is now, or what there is to do between two talks."""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from console import room_words
from console.languages import language
from console.office import office
from logging_db import live, pauses, room_after, rooms, wrapping
from logging_db.rooms import GuestNow, RoomNow, Talk
from routing import presence

ALMOST = timedelta(seconds=60, microseconds=-1)


@dataclass(frozen=True)
class CallPage:
    """One responder's call. ``cut_off`` is the offer whose caller they may still bring back."""

    room: RoomNow | None
    line: str
    ringing: bool
    paused: bool
    cut_off: str | None
    writing_until: datetime | None
    talks: tuple[Talk, ...]

    @property
    def seal(self) -> str:
        """By what a page knows again what it shows; the same as long as nothing has changed."""
        told = repr((astuple(self), language()))
        return sha256(told.encode()).hexdigest()[:16]

    @property
    def writing_to(self) -> datetime | None:
        """The full minute at which writing up is over: earlier would be said too early."""
        until = self.writing_until
        return until and (until + ALMOST).replace(second=0, microsecond=0)

    @property
    def here(self) -> tuple[GuestNow, ...]:
        """Who was brought in and is not gone again."""
        return tuple(each for each in self._guests if each.state != "over")

    @property
    def gone(self) -> tuple[GuestNow, ...]:
        """Who did not come, or is gone: the last one of each, unless they are here again."""
        here = {_who(each) for each in self.here}
        last = {_who(each): each for each in self._guests if each.state == "over"}
        return tuple(each for who, each in last.items() if who not in here)

    @property
    def talking(self) -> tuple[GuestNow, ...]:
        """Who is in the talk beside the caller and the responder."""
        return tuple(each for each in self.here if each.state == "talking")

    @property
    def rings(self) -> bool:
        """Whether somebody is being rung: one after the other."""
        return len(self.talking) < len(self.here)

    @property
    def full(self) -> bool:
        """Whether nobody more may be brought in."""
        return len(self.talking) >= rooms.MOST_GUESTS

    @property
    def mood(self) -> str:
        """How the page looks: ``talk``, ``held``, ``turn`` (something to do), ``calm``."""
        if self.room is not None:
            return "held" if self.room.held else "talk"
        return "turn" if self.ringing or self.cut_off else "calm"

    @property
    def said(self) -> str:
        """What a screen reader says when something has changed."""
        return room_words.summary(self)

    @property
    def _guests(self) -> tuple[GuestNow, ...]:
        return self.room.guests if self.room else ()


def _who(guest: GuestNow) -> tuple[str, str]:
    known = guest.contact_id or guest.responder_id
    return guest.kind, known or ("" if guest.kind == "number" else guest.leg_id)


def call_page(connection: Connection, responder_id: str, *, others: bool = True) -> CallPage:
    """Return one responder's call; ``others``: with the talks that they may take over."""
    at = office().clock()
    room = rooms.now(connection, responder_id)
    mine = live.presences(connection, [responder_id], [responder_id], at)[responder_id]
    free = room is None
    found = rooms.talks(connection) if free and others else []
    return CallPage(
        room=room,
        line=_line(connection, room, at) if room else "",
        ringing=free and mine.state == presence.OFFERED,
        paused=bool(pauses.of(connection, [responder_id])),
        cut_off=room_after.cut_off(connection, responder_id) if free else None,
        writing_until=wrapping.until(connection, [responder_id], at).get(responder_id),
        talks=tuple(each for each in found if each.responder_id != responder_id),
    )


def _line(connection: Connection, room: RoomNow, at: datetime) -> str:
    roster = office().rosters.load(connection, at).by_id.get(room.line_id)
    return roster.line.name if roster else ""


def is_busy(connection: Connection, responder_id: str) -> bool:
    """Tell whether somebody talks, or has something to do about a talk: a page hints at it."""
    if rooms.now(connection, responder_id) is not None:
        return True
    if room_after.cut_off(connection, responder_id) is not None:
        return True
    at = office().clock()
    return responder_id in wrapping.until(connection, [responder_id], at)

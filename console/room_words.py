"""What “My call” says: how somebody stands in a talk, and why an act is not possible."""

from typing import TYPE_CHECKING

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from console import languages
from console.numbers_words import REFUSALS
from logging_db.rooms import GuestNow, RoomNow

if TYPE_CHECKING:
    from console.room_view import CallPage

REFUSED: dict[str, LazyString] = {
    "not_there": _l("That is not possible any more: the talk is over, or the caller has left."),
    "full": _l("Three others are in the talk already. Send one of them away first."),
    "one_rings": _l("Somebody is being rung already. Wait for them, or stop ringing first."),
    "no_contact": _l("This contact is no longer offered. Choose another."),
    "busy": _l("Not possible: there is another call on that telephone. Try somebody else."),
    "no_colleague": _l("This person no longer answers. Choose somebody else."),
    "self": _l("They are in this talk already."),
    "alone": _l("Nobody would be left with the caller. Bring somebody in first, or end the talk."),
    "gone": _l("Too late: the caller has hung up, or somebody else has them."),
    **REFUSALS,
}

WHY: dict[str, LazyString] = {
    "left": _l("has left"),
    "busy": _l("is busy"),
    "no-answer": _l("did not answer"),
    "declined": _l("said no"),
    "canceled": _l("is no longer rung"),
    "failed": _l("could not be reached"),
}

NUMBER, SOMEBODY = _l("The number you keyed in"), _l("Somebody")


def why_not(code: str) -> str:
    """Return why an act was refused, and what to do."""
    return str(REFUSED.get(code, REFUSED["not_there"]))


def name_of(guest: GuestNow) -> str:
    """Return what a guest is called; a number is not shown."""
    return guest.name or str(NUMBER if guest.kind == "number" else SOMEBODY)


def guest_words(guest: GuestNow, room: RoomNow) -> str:
    """Return how it stands with a guest."""
    if guest.state == "over":
        return str(WHY.get(guest.why or "", WHY["failed"]))
    if guest.state == "talking":
        return str(_("talks to you alone") if room.held_there else _("is in the talk"))
    if guest.state == "greeted":
        return str(_("has picked up …"))
    return str(_("rings …") if guest.state == "ringing" else _("is about to be rung …"))


def caller_words(room: RoomNow) -> str:
    """Return how it stands with the caller."""
    if room.leaving:
        return str(_("You are leaving the talk"))
    if not room.caller_present:
        return str(_("The caller is not in the talk"))
    if room.held:
        there = room.held_there
        return str(_("The caller is on hold") if there else _("Putting the caller on hold …"))
    return str(_("Bringing the caller back …") if room.held_there else _("The caller hears you"))


def summary(page: "CallPage") -> str:
    """Return everything in a sentence or two, to be read aloud when it changes."""
    if page.room is not None:
        told = [caller_words(page.room)]
        shown = (*page.here, *page.gone[-1:])
        told += [f"{name_of(each)} {guest_words(each, page.room)}" for each in shown]
        return " ".join(each if each.endswith("…") else f"{each}." for each in told)
    if page.ringing:
        return str(_("Your telephone rings"))
    if page.cut_off:
        return str(_("The talk is over. The caller still listens."))
    if page.writing_to:
        until = languages.clock_time(page.writing_to)
        return str(_("You are writing up until %(time)s", time=until))
    return str(_("No talk right now"))

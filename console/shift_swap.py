"""Two people of two shifts trade places, or one goes over to another shift."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from console.forms import Answer, whole
from console.office import office
from console.person import needs
from console.shift_acts import details, version, with_shift, words_of
from console.shift_making import done, make, said, wants_json
from console.week_books import Found, find, key_of
from console.week_cover import days_of
from console.week_grid import folded
from console.week_words import came_from, shift_words, week_url
from planning.keys import ShiftKey
from planning.ledger import Ledger
from planning.objections import Refused
from planning.swaps import Stand, swap
from routing.duty import occurrences

pages = Blueprint("shift_swap", __name__)

SHOWN = 20


@dataclass(frozen=True)
class Offer:
    """A place in another shift: ``value`` is how a form names it, ``who`` stands there."""

    value: str
    who: str
    languages: tuple[str, ...]
    shift: str


@pages.route("/shift/<key>/swap/<person>", methods=["GET", "POST"])
@needs("coordinator")
def page(key: str, person: str) -> Answer:
    """Show with whom a person could trade places in this week, and have them do so."""

    def answer(found: Found) -> Answer:
        if person not in found.shift.responders:
            abort(404)
        if request.method == "GET" or "with" not in request.form:
            return _shown(found, person)
        try:
            return _swap(found, key, person)
        except Refused as error:
            if wants_json():
                raise
            return _shown(found, person, tuple(said(error.objections)), 422)

    return with_shift(key, answer)


def _swap(found: Found, key: str, person: str) -> Answer:
    one = Stand(ShiftKey.parse(key), version(), person)
    other = _parsed(request.form["with"])
    with office().read() as connection:
        there = find(connection, other.key)

    def trade(ledger: Ledger) -> None:
        swap(ledger, one, other)

    known = found.roster.responders
    who = known[person].name if person in known else "?"
    told = details(found) | {"who": who}
    told |= {f"other_{name}": value for name, value in details(there).items()}
    kind = "person_moved"
    words = _("%(who)s goes over to %(shift)s.", who=who, shift=words_of(there))
    if other.person:
        kind = "swapped"
        name = known[other.person].name if other.person in known else "?"
        told |= {"other": name}
        words = _("%(who)s and %(other)s have traded places.", who=who, other=name)
    made = make(kind, found.line.id, trade, **told)
    with office().read() as connection:
        now = find(connection, found.key)
    url = week_url(found.line.id, found.day, came_from(), str(now.key))
    return done(made, words, url, key=str(now.key))


def _parsed(value: str) -> Stand:
    """Return the place that a form names: key, version, and the person who stands there."""
    key, number, person = ([*value.split(":"), "", ""])[:3]
    return Stand(ShiftKey.parse(key), whole(number) or 0, person)


def _shown(
    found: Found, person: str, errors: tuple[str, ...] = (), status: int = 200
) -> tuple[str, int]:
    text = request.values.get("search", "")
    words = folded(text).split()
    fitting = [
        each
        for each in _offers(found, person)
        if all(word in folded(f"{each.who} {each.shift}") for word in words)
    ]
    known = found.roster.responders.get(person)
    page = render_template(
        "shift_swap.html",
        found=found,
        person_id=person,
        name=known.name if known else "?",
        offers=fitting[:SHOWN],
        fitting=len(fitting),
        search=text,
        errors=errors,
        back=came_from() or week_url(found.line.id, found.day, "", str(found.key)),
    )
    return page, status


def _offers(found: Found, person: str) -> Iterator[Offer]:
    """Return the places of the week's other shifts: people to trade with, then room to go to."""
    at = office().clock()
    rooms = []
    for day in days_of(found.week.monday):
        for on in occurrences(found.roster, day):
            if on.ends <= at or person in on.shift.responders:
                continue
            shift = on.shift
            name = f"{key_of(shift, on.day)}:{shift.version}"
            words = shift_words(shift.service, on.day, shift.starts, shift.ends)
            replaced = {each.instead_of for each in shift.substitutions}
            if len(shift.responders) < shift.needed:
                rooms.append(Offer(f"{name}:", "", (), words))
            for each in shift.responders:
                if each in found.roster.responders and each not in replaced:
                    other = found.roster.responders[each]
                    yield Offer(f"{name}:{each}", other.name, other.languages, words)
    yield from rooms

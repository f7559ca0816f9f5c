"""Somebody is ill: who stands in for them, in all of a shift or in part, or all of their day."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import time

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from console import languages
from console.forms import Answer, whole
from console.office import office
from console.person import needs
from console.shift_acts import details, version, with_shift, words_of
from console.shift_making import done, make, said, wants_json
from console.shift_people import Place, candidates
from console.week_books import Found, find, key_of, names_of
from console.week_words import came_from, shift_words, span_words, week_url
from planning.keys import ShiftKey
from planning.ledger import Ledger
from planning.objections import Refused
from planning.own_reports import settle_of_shift
from planning.substitutions import Part, substitute
from routing.duty import part
from routing.engagements import Engagement
from routing.roster import Substitution

pages = Blueprint("shift_replace", __name__)

BAD, CONFLICT = 422, 409


@dataclass(frozen=True)
class Other:
    """Another shift of the same person on the same day, as a form names it."""

    name: str
    words: str


@pages.route("/shift/<key>/replace/<person>", methods=["GET", "POST"])
@needs("coordinator")
def page(key: str, person: str) -> Answer:
    """Show who could stand in for a person, and put whoever is chosen in their place."""

    def answer(found: Found) -> Answer:
        if person not in _people(found):
            abort(404)
        chosen = request.form.get("who", "") if request.method == "POST" else ""
        if not chosen:
            return _shown(found, person)
        try:
            return _replace(found, key, person, chosen)
        except Refused as error:
            if wants_json():
                raise
            with office().read() as connection:  # it may be another shift by now
                now = find(connection, found.key)
            status = CONFLICT if now.shift != found.shift else BAD
            return _shown(now, person, said(error.objections), status)

    return with_shift(key, answer)


def _replace(found: Found, key: str, person: str, chosen: str) -> Answer:
    during = _during()
    others = [_parsed(name) for name in request.form.getlist("also")]

    def stand_in(ledger: Ledger) -> None:
        substitute(ledger, ShiftKey.parse(key), version(), person, chosen, during)
        for other, other_version in others:
            substitute(ledger, other, other_version, person, chosen)
        if during == (None, None):  # arranged: they need not come any more
            for each in (found.key, *(other for other, _version in others)):
                settle_of_shift(ledger, person, each)

    people = found.roster.responders
    names = {who: people[who].name if who in people else "?" for who in (person, chosen)}
    told = details(found) | {"who": names[chosen], "instead_of": names[person]}
    if during != (None, None):
        told |= {"during": span_words(during[0] or found.shift.starts,
                                      during[1] or found.shift.ends)}  # fmt: skip
    if others:
        told |= {"also": str(len(others))}
    made = make("substituted", found.line.id, stand_in, **told)
    words = _(
        "%(who)s stands in for %(other)s: %(shift)s.",
        who=names[chosen],
        other=names[person],
        shift=words_of(found),
    )
    with office().read() as connection:
        now = find(connection, found.key)
    url = week_url(found.line.id, found.day, came_from(), str(now.key))
    return done(made, words, url, key=str(now.key))


def _shown(
    found: Found, person: str, errors: Sequence[str] = (), status: int = 200
) -> tuple[str, int]:
    times = _during()
    try_part = Substitution("", person, "", *times)
    on = found.occurrence
    place = Place(
        week=found.week,
        line=found.line,
        span=part(on, try_part),
        service=found.shift.service,
        languages=_lost_languages(found, person),
    )
    text = request.values.get("search", "")
    without = set(_people(found))
    best, fitting = candidates(place, text, without, languages.language())
    with office().read() as connection:
        names = names_of(connection, found.roster, set(_people(found)))
    page = render_template(
        "shift_replace.html",
        found=found,
        person=found.roster.responders.get(person),
        name=names.get(person, "?"),
        person_id=person,
        assigned=person in found.shift.responders,
        times=times,
        place=place,
        candidates=best,
        fitting=fitting,
        search=text,
        others=_others(found, person),
        also=request.values.getlist("also"),
        errors=errors,
        over=on.ends <= office().clock(),
        back=came_from() or week_url(found.line.id, found.day, "", str(found.key)),
    )
    return page, status


def _people(found: Found) -> list[str]:
    """Return everybody who can be replaced in a shift: assigned, or standing in."""
    return [*found.shift.responders, *(each.responder for each in found.shift.substitutions)]


def _lost_languages(found: Found, person: str) -> tuple[str, ...]:
    """Return what the shift would lack without a person: languages that only they speak.

    What the shift wants, else what the line speaks.
    """
    known = found.roster.responders
    rest = {
        language
        for each in found.shift.responders
        if each != person and each in known
        for language in known[each].languages
    }
    wanted = found.shift.languages or found.line.languages
    mine = known[person].languages if person in known else ()
    return tuple(each for each in wanted if each not in rest and each in mine)


def _others(found: Found, person: str) -> list[Other]:
    """Return the person's other shifts on that day, on whatever line."""
    at = office().clock()
    here = found.key
    return [
        Other(f"{key_of(each.on.shift, each.on.day)}:{each.on.shift.version}", _words(each))
        for each in found.week.engaged.get(person, ())
        if each.on.day == found.day
        and each.on.ends > at
        and key_of(each.on.shift, each.on.day) != here
        and (each.begins, each.ends) == (each.on.begins, each.on.ends)
    ]


def _words(each: Engagement) -> str:
    shift = each.on.shift
    return shift_words(shift.service, each.on.day, shift.starts, shift.ends)


def _parsed(name: str) -> tuple[ShiftKey, int]:
    key, _colon, number = name.partition(":")
    return ShiftKey.parse(key), whole(number) or 0


def _during() -> Part:
    """Return the part that is asked for; an empty field means the shift's own time."""
    times: list[time | None] = []
    for name in ("starts", "ends"):
        wanted: time | None = None
        with suppress(ValueError):
            wanted = time.fromisoformat(request.values.get(name, ""))
        times.append(wanted)
    return times[0], times[1]

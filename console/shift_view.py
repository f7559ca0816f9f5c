"""What the page of a shift shows beside its fields: people, candidates, what others have done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _

from console import languages
from console.forms import UNPROCESSABLE, Answer
from console.office import office
from console.shift_form import ShiftForm
from console.shift_people import Candidate, Place, candidate, candidates
from console.week_books import Found, Week, find, names_of, week_of
from console.week_cards import Card, card
from console.week_grid import service_name
from console.week_words import joined, language_name, span_words, week_url
from planning.keys import ShiftKey
from routing.duty import pieces
from routing.roster import Roster

CONFLICT = 409


@dataclass(frozen=True)
class Sheet:
    """What a form of a shift stands on. ``found`` is ``None`` for one that does not exist yet.

    ``names`` are those of everybody in the shift and on the form.
    """

    week: Week
    roster: Roster
    names: Mapping[str, str]
    found: Found | None = None

    def name(self, person: str) -> str:
        """Return a person's name, that of somebody who no longer answers too."""
        known = self.roster.responders.get(person)
        return known.name if known else self.names.get(person, "?")

    @property
    def service_names(self) -> dict[str, str]:
        """The services' names by code."""
        language = languages.language()
        return {
            each.code: service_name(each, language) for each in self.week.book.services.values()
        }

    def offers(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return what a form offers: services and languages."""
        language = languages.language()
        services = sorted(
            ((each.id, service_name(each, language)) for each in self.week.book.services.values()),
            key=lambda each: each[1].casefold(),
        )
        wanted = dict.fromkeys((*self.roster.line.languages, *self._own_languages()))
        return services, [(code, language_name(code)) for code in wanted]

    def _own_languages(self) -> tuple[str, ...]:
        return self.found.shift.languages if self.found else ()


def sheet_of(key: ShiftKey) -> Sheet:
    """Return what the form of a shift stands on; refuse a key that names nothing."""
    with office().read() as connection:
        found = find(connection, key)
        shift = found.shift
        involved = {*shift.responders, *(each.responder for each in shift.substitutions)}
        involved.update(request.values.getlist("people"))
        names = names_of(connection, found.roster, involved)
    return Sheet(found.week, found.roster, names, found)


def new_sheet(line_id: str, day: date) -> Sheet:
    """Return what the form of a new shift stands on; 404 where there is no such line."""
    with office().read() as connection:
        week = week_of(connection, day)
        rosters = week.book.by_id
        roster = rosters.get(line_id) if line_id else next(iter(rosters.values()), None)
        if roster is None:
            abort(404)
        names = names_of(connection, roster, set(request.values.getlist("people")))
    return Sheet(week, roster, names)


@dataclass(frozen=True)
class Chosen:
    """Somebody chosen on the form; ``known`` is ``None`` for who no longer answers."""

    id: str
    name: str
    known: Candidate | None


@dataclass(frozen=True)
class Difference:
    """A field of the shift: as it is now, and as it was typed."""

    label: str
    now: str
    typed: str


def place_of(sheet: Sheet, form: ShiftForm) -> Place:
    """Return what the form looks for: languages that none of its people speaks come first."""
    roster, services = sheet.roster, sheet.week.book.services
    spoken = {
        each
        for person in form.people.data
        if person in roster.responders
        for each in roster.responders[person].languages
    }
    service = services.get(form.service.data or "")
    found = sheet.found
    return Place(
        week=sheet.week,
        line=roster.line,
        span=form.times(roster.line.timezone),
        service=service.code if service else "",
        languages=tuple(each for each in form.languages.data or () if each not in spoken),
        but=(found.shift.id, found.day) if found else None,
    )


def shown(sheet: Sheet, form: ShiftForm, status: int = 200, **more: Any) -> Answer:
    """Render the page of a shift."""
    place = place_of(sheet, form)
    text = form.search.data or ""
    best, fitting = candidates(place, text, set(form.people.data), languages.language())
    page = render_template(
        "shift.html",
        form=form,
        line=sheet.roster.line,
        several_lines=len(sheet.week.book.by_id) > 1,
        found=sheet.found,
        card=card_of(sheet) if sheet.found else None,
        chosen=chosen(sheet, place, form.people.data),
        candidates=best,
        fitting=fitting,
        place=place,
        leave=_way_back(sheet, form),
        action=_action(sheet),
        **more,
    )
    return page, UNPROCESSABLE if form.errors and status == 200 else status


def chosen(sheet: Sheet, place: Place, people: list[str]) -> list[Chosen]:
    """Return facts about the people on the form."""
    known = sheet.roster.responders
    services = sheet.service_names
    return [
        Chosen(
            each,
            sheet.name(each),
            candidate(place, known[each], services) if each in known else None,
        )
        for each in people
    ]


def card_of(sheet: Sheet) -> Card:
    """Return the shift's card as it is now."""
    found = sheet.found
    assert found is not None  # noqa: S101 # a card is of a shift
    on = found.occurrence
    mine = [p for p in pieces(found.roster, found.day) if p.on.shift.id == found.shift.id]
    return card(found.roster, on, mine, sheet.names, office().clock())


def differences(sheet: Sheet, form: ShiftForm) -> list[Difference]:
    """Return what is otherwise now than it was typed."""
    found = sheet.found
    if found is None:
        return []
    plan, services = found.plan, sheet.week.book.services
    language = languages.language()

    def service(service_id: str) -> str:
        return service_name(services[service_id], language) if service_id in services else "—"

    def people(ids: Any) -> str:
        return joined([sheet.name(each) for each in ids]) or _("nobody")

    def wanted(codes: Any) -> str:
        return joined([language_name(each) for each in codes]) or _("none")

    rows = [
        Difference(_("Service"), service(plan.service_id), service(form.service.data or "")),
        Difference(_("Day"), languages.day(plan.day), languages.day(form.day.data)),
        Difference(
            _("Times"),
            span_words(plan.starts, plan.ends),
            span_words(form.starts.data, form.ends.data),
        ),
        Difference(_("People needed"), str(plan.needed), str(form.needed.data)),
        Difference(
            _("Languages wanted"), wanted(plan.languages), wanted(form.languages.data or ())
        ),
        Difference(_("People"), people(plan.responders), people(form.people.data)),
    ]
    return [row for row in rows if row.now != row.typed]


def _action(sheet: Sheet) -> str:
    if sheet.found is None:
        return url_for("shift.new")
    return url_for("shift.edit", key=str(sheet.found.key))


def _way_back(sheet: Sheet, form: ShiftForm) -> str:
    back = form.back.data or ""
    if back == "/":
        return back
    key = str(sheet.found.key) if sheet.found else ""
    day = sheet.found.day if sheet.found else form.day.data or sheet.week.monday
    return week_url(sheet.roster.line.id, day, back, key)

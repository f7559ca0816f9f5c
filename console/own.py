"""A responder's own pages: their shifts, "I can't", asking somebody to stand in."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from console import navigation, own_acts, own_asking, own_number, own_settings, people_list
from console.forms import Answer
from console.languages import language
from console.office import office
from console.own_cards import sheet
from console.own_whose import mine
from console.person import current_person, needs
from logging_db import pauses, wrapping
from planning import people

pages = Blueprint("own", __name__)
pages.register_blueprint(own_settings.pages)
pages.register_blueprint(own_number.pages)
navigation.add(
    "own.page",
    _l("My shifts"),
    order=15,
    needs="responder",
    when=lambda person: person.responder_id is not None,
)


@pages.get("/mine")
@needs("responder")
def page() -> str:
    """Show one's own shifts and requests."""
    if current_person().responder_id is None:
        return render_template("own_none.html")
    whose = mine()
    at = office().clock()
    with office().read() as connection:
        row = people.row_of(connection, whose.id)
        found = sheet(connection, whose.id, at, language())
        pause = pauses.of(connection, [whose.id]).get(whose.id)
        writing = wrapping.until(connection, [whose.id], at).get(whose.id)
        faults = people_list.faults(connection, office().cipher, at).get(whose.id, [])
    wrong = any(fault.kind != "unverified" for fault in faults)
    return render_template(
        "own.html", whose=whose, sheet=found, row=row, wrong=wrong, pause=pause, writing=writing
    )


@pages.route("/mine/shift/<key>/cannot", methods=["GET", "POST"])
@needs("responder")
def cannot(key: str) -> Answer:
    """Say that one cannot work a shift."""
    return own_acts.cannot(mine(), key)


@pages.post("/mine/report/<report_id>/back")
@needs("responder")
def take_back(report_id: str) -> Answer:
    """Take that back."""
    return own_acts.take_back(mine(), report_id)


@pages.route("/mine/shift/<key>/ask", methods=["GET", "POST"])
@needs("responder")
def ask(key: str) -> Answer:
    """Ask somebody to stand in."""
    return own_asking.ask(mine(), key)


@pages.post("/mine/proposal/<proposal_id>/withdraw")
@needs("responder")
def withdraw(proposal_id: str) -> Answer:
    """Ask no longer."""
    return own_asking.withdraw(mine(), proposal_id)


@pages.route("/mine/proposal/<proposal_id>/accept", methods=["GET", "POST"])
@needs("responder")
def accept(proposal_id: str) -> Answer:
    """Stand in, as one was asked to."""
    return own_asking.accept(mine(), proposal_id)


@pages.post("/mine/proposal/<proposal_id>/decline")
@needs("responder")
def decline(proposal_id: str) -> Answer:
    """Say no."""
    return own_asking.decline(mine(), proposal_id)

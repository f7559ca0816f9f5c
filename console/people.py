"""The people who answer: the list, and adding somebody."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from console import audit, navigation, people_acts, people_list, people_number, people_one
from console.forms import Answer, shown_again
from console.office import office
from console.own_making import change
from console.own_speaking import rows_for
from console.people_forms import NewPersonForm, services, wish_words
from console.people_list import WISHES, Wish
from console.person import current_person, needs
from console.week_words import language_name
from planning import people
from planning.objections import Refused

pages = Blueprint("people", __name__)
pages.register_blueprint(people_acts.pages)
navigation.add("people.page", _l("People"), order=30, needs="coordinator")


@pages.get("/people")
@needs("coordinator")
def page() -> str:
    """List the people who answer, fifty at a time."""
    text, service = request.args.get("q", "").strip()[:100], request.args.get("service", "")
    wish: Wish = next((each for each in WISHES if each == request.args.get("state")), "")
    number = request.args.get("page", 1, type=int)
    with office().read() as connection:
        found = people_list.faults(connection, office().cipher, office().clock())
        everybody = people_list.everybody(connection, found)
        names = services(connection)
    listed = people_list.page_of(everybody, text, service, wish, number)
    chosen = {"q": text or None, "service": service or None, "state": wish or None}
    return render_template(
        "people.html",
        listed=listed,
        services=[(words.partition(" · ")[0], words) for _id, words in names],
        wishes=wish_words(),
        chosen=chosen,
        text=text,
        service=service,
        wish=wish,
        wrong=sum(any(f.kind != "unverified" for f in each.faults) for each in everybody),
        anybody=bool(everybody),
        language_name=language_name,
    )


@pages.route("/people/add", methods=["GET", "POST"])
@needs("coordinator")
def add() -> Answer:
    """Add somebody who answers."""
    form = NewPersonForm(data={"languages": rows_for([])})
    form.offer([])
    with office().read() as connection:
        form.offer_services(connection)
    if form.validate_on_submit():
        try:
            with change("person_added") as (_step, ledger):
                made = people.add(ledger, office().cipher, form.profile, form.number.data or "")
        except Refused as error:
            form.object_to(error.objections)
        else:
            audit.done("Responder added", current_person().id, responder=made)
            flash(_("Added. Plan a shift, or let them log in."), "done")
            return redirect(url_for("people.one", responder_id=made), code=303)
    return shown_again("people_add.html", form)


pages.add_url_rule("/people/<responder_id>", "one", people_one.page, methods=["GET", "POST"])
pages.add_url_rule("/people/<responder_id>/stop", "stop", people_one.stop, methods=["GET", "POST"])
pages.add_url_rule("/people/<responder_id>/start", "start", people_one.start, methods=["POST"])
pages.add_url_rule("/people/<responder_id>/user", "link", people_one.link, methods=["GET", "POST"])
pages.add_url_rule(
    "/people/<responder_id>/number", "number", people_number.page, methods=["GET", "POST"]
)
pages.add_url_rule(
    "/people/<responder_id>/number/show", "show", people_number.show, methods=["POST"]
)

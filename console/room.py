"""“My call”: the talk that a responder is in, on a telephone held in one hand."""

from collections.abc import Callable

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from console import navigation, room_acts, room_bring, room_words
from console.forms import Answer
from console.office import office
from console.own_whose import Whose, mine, somebody
from console.person import current_person, needs
from console.room_view import call_page, is_busy
from console.week_words import language_name

pages = Blueprint("room", __name__)
pages.register_blueprint(room_acts.pages)
pages.register_blueprint(room_bring.pages)
navigation.add(
    "room.page",
    _l("My call"),
    order=16,
    needs="responder",
    when=lambda person: person.responder_id is not None,
)


@pages.get("/mine/call")
@needs("responder")
def page() -> str:
    """Show one's own talk."""
    if current_person().responder_id is None:
        return render_template("own_none.html")
    return _shown("room.html", mine())


@pages.get("/mine/call/now")
@needs("responder")
def now() -> str:
    """Show the part of that page that changes; ``?part=strip`` shows it in brief."""
    whose = mine()
    return _shown(_part(), whose)


@pages.get("/people/<responder_id>/call")
@needs("coordinator")
def watch(responder_id: str) -> Answer:
    """Show somebody’s talk to a coordinator, who may see and not act."""
    return _shown("room_watch.html", somebody(responder_id))


@pages.get("/people/<responder_id>/call/now")
@needs("coordinator")
def watch_now(responder_id: str) -> str:
    """Show the part of that page that changes."""
    return _shown("room_now.html", somebody(responder_id))


def _part() -> str:
    return "room_strip.html" if request.args.get("part") == "strip" else "room_now.html"


def _shown(template: str, whose: Whose) -> str:
    with office().read() as connection:
        found = call_page(connection, whose.id, others=whose.mine)
    return render_template(
        template,
        whose=whose,
        call=found,
        name_of=room_words.name_of,
        guest_words=room_words.guest_words,
        caller_words=room_words.caller_words,
        language_name=language_name,
    )


@pages.app_context_processor
def _hints() -> dict[str, Callable[[str | None], bool]]:
    """Let every page tell that there is a talk: ``talks_now(responder_id)``."""
    return {"talks_now": _talks_now}


def _talks_now(responder_id: str | None) -> bool:
    if responder_id is None:
        return False
    with office().read() as connection:
        return is_busy(connection, responder_id)

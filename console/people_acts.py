"""What a coordinator does for somebody: they had an accident, or no telephone at hand."""

from flask import Blueprint

from console import own_acts, own_asking
from console.forms import Answer
from console.own_whose import somebody
from console.person import needs

pages = Blueprint("acts", __name__)


@pages.route("/people/<responder_id>/shift/<key>/cannot", methods=["GET", "POST"])
@needs("coordinator")
def cannot(responder_id: str, key: str) -> Answer:
    """Note that they cannot work a shift."""
    return own_acts.cannot(somebody(responder_id), key)


@pages.post("/people/<responder_id>/report/<report_id>/back")
@needs("coordinator")
def take_back(responder_id: str, report_id: str) -> Answer:
    """Take that back for them."""
    return own_acts.take_back(somebody(responder_id), report_id)


@pages.route("/people/<responder_id>/shift/<key>/ask", methods=["GET", "POST"])
@needs("coordinator")
def ask(responder_id: str, key: str) -> Answer:
    """Ask somebody to stand in for them."""
    return own_asking.ask(somebody(responder_id), key)


@pages.post("/people/<responder_id>/proposal/<proposal_id>/withdraw")
@needs("coordinator")
def withdraw(responder_id: str, proposal_id: str) -> Answer:
    """Ask no longer for them."""
    return own_asking.withdraw(somebody(responder_id), proposal_id)


@pages.route("/people/<responder_id>/proposal/<proposal_id>/accept", methods=["GET", "POST"])
@needs("coordinator")
def accept(responder_id: str, proposal_id: str) -> Answer:
    """Accept for them: they said so on the telephone."""
    return own_asking.accept(somebody(responder_id), proposal_id)


@pages.post("/people/<responder_id>/proposal/<proposal_id>/decline")
@needs("coordinator")
def decline(responder_id: str, proposal_id: str) -> Answer:
    """Decline for them."""
    return own_asking.decline(somebody(responder_id), proposal_id)

"""The Conferences resource.

https://www.twilio.com/docs/voice/api/conference-resource
"""

from flask import Response, jsonify, request

from simulator import announcing, conferences
from simulator.conferences import Conference
from simulator.rest import participants, shapes
from simulator.rest.common import BASE, address, api, exchange, invalid, method, not_found, page

PARTICIPANTS = participants  # importing the sub-resource registers its routes


@api.get(f"{BASE}/Conferences.json")
def list_conferences(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return conferences, the newest first, by ``FriendlyName`` and ``Status``."""
    ex = exchange()
    name, status = request.args.get("FriendlyName"), request.args.get("Status")
    with ex.engine.lock:
        found = [
            c
            for c in ex.conferences.values()
            if name in (None, c.name) and status in (None, c.status)
        ]
        return page("conferences", reversed(found), lambda c: shapes.conference(ex, c))


@api.get(f"{BASE}/Conferences/<sid>.json")
def fetch_conference(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one conference."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.conference(ex, _known(sid)))


@api.post(f"{BASE}/Conferences/<sid>.json")
def update_conference(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """End a conference, or announce something to everybody in it."""
    ex = exchange()
    with ex.engine.entered():
        conference = _known(sid)
        if request.form.get("Status", "completed") != "completed":
            raise invalid("Status")
        announcement = address("AnnounceUrl")
        if announcement:
            announcing.announce(ex, conference, None, announcement, method("AnnounceMethod"))
        if request.form.get("Status"):
            conferences.close(ex, conference, "conference-ended-via-api")
        return jsonify(shapes.conference(ex, conference))


def _known(sid: str) -> Conference:
    conference = exchange().conferences.get(sid)
    if conference is None:
        raise not_found()
    return conference

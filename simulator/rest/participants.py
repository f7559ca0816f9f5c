"""The Participants of a conference.

https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from flask import Response, jsonify, request

from simulator import announcing, conferences, dialling
from simulator.calls import Call, Step
from simulator.conferences import Conference, Participant, Subscription
from simulator.exchange import Exchange
from simulator.rest import shapes
from simulator.rest.calls import new_call
from simulator.rest.common import (
    BASE,
    RestError,
    address,
    api,
    exchange,
    flag,
    method,
    not_found,
    page,
    whole,
)
from simulator.verbs.conference import events_of, stay

ROOM = f"{BASE}/Conferences/<room>/Participants"


@api.post(f"{ROOM}.json")
def create_participant(account: str, room: str) -> tuple[Response, int]:  # noqa: ARG001 - one account only
    """Dial out into the conference; a friendly name that is not in use opens a new one."""
    ex = exchange()
    with ex.engine.entered():
        call = new_call(ex)
        conference = _room(ex, room, create=True)
        participant = _participant(call, conference)
        everybody = [*conference.participants.values(), *conference.invited.values()]
        if participant.label and participant.label in {p.label for p in everybody}:
            raise RestError(400, 16025, "Participant label is already in use")
        _subscribe(conference)
        limit = call.time_limit
        call.opening = lambda: stay(ex, participant, limit)
        conferences.invite(participant)
        timeout = whole("Timeout", 60, 1, 600)
        dialling.place(ex, call, timeout or 60, dialling.pace(ex), queued=True)
        return jsonify(shapes.participant(ex, participant)), 201


def _participant(call: Call, conference: Conference) -> Participant:
    participant = Participant(call, conference, label=request.form.get("Label", "")[:128])
    participant.muted = flag("Muted") or False
    participant.beep = request.form.get("Beep", "true")
    start = flag("StartConferenceOnEnter")
    participant.start_on_enter = True if start is None else start
    participant.end_on_exit = flag("EndConferenceOnExit") or False
    if "WaitUrl" in request.form:
        url = address("WaitUrl")
        participant.silent = not url
        participant.wait_step = Step(url, method("WaitMethod")) if url else None
    return participant


def _subscribe(conference: Conference) -> None:
    hook = address("ConferenceStatusCallback", 21609)
    empty = not conference.participants and not conference.invited
    if hook and empty and conference.subscription is None:
        words = request.form.getlist("ConferenceStatusCallbackEvent")
        events = events_of(tuple(word for value in words for word in value.split()))
        how = method("ConferenceStatusCallbackMethod")
        conference.subscription = Subscription(hook, how, events)


@api.get(f"{ROOM}.json")
def list_participants(account: str, room: str) -> Response:  # noqa: ARG001 - one account only
    """Return who is in the conference now."""
    ex = exchange()
    with ex.engine.lock:
        found = list(_room(ex, room).participants.values())
        for name in ("Muted", "Hold"):
            wanted = request.args.get(name, "").lower()
            if wanted:
                found = [p for p in found if getattr(p, name.lower()) is (wanted == "true")]
        return page("participants", found, lambda p: shapes.participant(ex, p))


@api.get(f"{ROOM}/<call_sid>.json")
def fetch_participant(account: str, room: str, call_sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one participant, by call or label."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.participant(ex, _known(ex, room, call_sid)))


@api.post(f"{ROOM}/<call_sid>.json")
def update_participant(account: str, room: str, call_sid: str) -> Response:  # noqa: ARG001 - one account only
    """Mute, hold, announce to one participant, or change what its leaving does."""
    ex = exchange()
    with ex.engine.entered():
        participant = _known(ex, room, call_sid)
        _mute(ex, participant)
        _hold(ex, participant)
        _modify(ex, participant)
        announcement = address("AnnounceUrl")
        if announcement:
            how = method("AnnounceMethod")
            announcing.announce(ex, participant.conference, participant, announcement, how)
        conferences.poke(ex, participant.conference)
        return jsonify(shapes.participant(ex, participant))


def _mute(ex: Exchange, participant: Participant) -> None:
    muted = flag("Muted")
    if muted is not None and muted is not participant.muted:
        participant.muted = muted
        event = "participant-mute" if muted else "participant-unmute"
        conferences.tell(ex, participant.conference, event, participant)


def _hold(ex: Exchange, participant: Participant) -> None:
    hold = flag("Hold")
    if hold is None or hold is participant.hold:
        return
    url = address("HoldUrl")
    participant.hold = hold
    participant.hold_step = Step(url, method("HoldMethod", "GET")) if url else None
    event = "participant-hold" if hold else "participant-unhold"
    conferences.tell(ex, participant.conference, event, participant)


def _modify(ex: Exchange, participant: Participant) -> None:
    end = flag("EndConferenceOnExit")
    if end is not None and end is not participant.end_on_exit:
        participant.end_on_exit = end
        conferences.tell(ex, participant.conference, "participant-modify", participant)


@api.delete(f"{ROOM}/<call_sid>.json")
def delete_participant(account: str, room: str, call_sid: str) -> tuple[str, int]:  # noqa: ARG001 - one account only
    """Remove a participant; the call goes on with what follows its ``<Dial>``."""
    ex = exchange()
    with ex.engine.entered():
        participant = _known(ex, room, call_sid)
        if participant.joined_at is None:
            ex.end(participant.call, "canceled")
        else:
            why = "participant_updated_via_api"
            conferences.leave(ex, participant, why, kicked=True)
        return "", 204


def _room(ex: Exchange, room: str, *, create: bool = False) -> Conference:
    conference = ex.conferences.get(room)
    if conference is None:
        running = [c for c in ex.conferences.values() if c.name == room]
        conference = next((c for c in running if c.status != "completed"), None)
    if conference is None and create and not room.startswith("CF"):
        conference = conferences.open_or_find(ex, room)
    if conference is None or (create and conference.status == "completed"):
        raise not_found()
    return conference


def _known(ex: Exchange, room: str, call_sid: str) -> Participant:
    conference = _room(ex, room)
    invited = [p for p in conference.invited.values() if not p.call.over]
    for participant in [*conference.participants.values(), *invited]:
        if call_sid in (participant.call.sid, participant.label):
            return participant
    raise not_found()

"""Every address that the provider calls."""

from flask import Response, g, request

from logging_db import calls as record
from logging_db.columns import is_id
from telephony import (
    calls,
    consent,
    degraded_pages,
    ending,
    fallback,
    forwarding,
    guests,
    late,
    legs,
    moving,
    offers,
    paths,
    room,
    verifying,
)
from telephony.desk import Step
from telephony.gate import (
    UnknownError,
    answer,
    attempt_of,
    call_of,
    check_of,
    desk_here,
    in_one_transaction,
    leg_of,
    log,
    tell,
    voice,
    words,
)
from telephony.hook import Hook

__all__ = ["degraded_pages", "voice"]  # further addresses of the same


@voice.post("/incoming")
def incoming() -> Response:
    """A call reaches a line."""
    return answer(calls.incoming)


@voice.post("/status")
def status() -> Response:
    """The inbound call's status changes."""
    return tell(_call_status)


def _call_status(step: Step, hook: Hook) -> None:
    call = record.by_sid(step.connection, hook.sid)
    roster = step.book.by_number.get(hook.to)
    if call is None and late.belongs_to_spool(step, hook):
        return
    if call is None and roster is not None and hook.is_final and hook.direction != "outbound-api":
        # We never saw it begin: it is written down all the same, as failed.
        record.open_call(
            step.connection,
            provider_sid=hook.sid,
            line_id=roster.line.id,
            at=step.at,
            pending="failed",
        )
        call = record.by_sid(step.connection, hook.sid)
    if call is None:
        raise UnknownError("no such call")
    if hook.is_final:
        moving.close(step, call.id, hook.status)


@voice.post("/fallback")
def fallback_answer() -> Response:
    """The provider could not use our answer."""
    log.error("provider_fell_back", code=request.form.get("ErrorCode", "")[:16])
    lost = request.form.get("ErrorUrl", "")
    recording_id = paths.recording_in(lost)
    if recording_id is None:
        page = lost.partition("?")[0].rsplit("/", 1)[-1]
        return answer(lambda step, hook: fallback.answer(step, hook, page))
    return answer(lambda step, hook: calls.without_recording(step, hook, recording_id))


@voice.post("/calls/<call_id>/language")
def language(call_id: str) -> Response:
    """A key of the language menu."""
    attempt = attempt_of()
    return answer(
        lambda step, hook: calls.choose_language(step, hook, call_of(step, hook, call_id), attempt)
    )


@voice.post("/calls/<call_id>/wait")
def wait(call_id: str) -> Response:
    """What to hear while waiting."""
    turn = request.args.get("turn", 0, type=int)
    return answer(lambda step, hook: calls.wait(step, call_of(step, hook, call_id), turn))


@voice.post("/calls/<call_id>/left")
def left(call_id: str) -> Response:
    """The caller is no longer in the provider's queue."""
    return answer(lambda step, hook: room.left_queue(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/key")
def key(call_id: str) -> Response:
    """A key pressed while waiting, or after being told that nobody can answer."""
    return answer(lambda step, hook: consent.key(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/callback")
def callback(call_id: str) -> Response:
    """Where to be called back."""
    return answer(lambda step, hook: consent.choice(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/number")
def number(call_id: str) -> Response:
    """A number that was keyed in."""
    attempt = attempt_of()
    return answer(
        lambda step, hook: consent.number(step, hook, call_of(step, hook, call_id), attempt)
    )


@voice.post("/calls/<call_id>/check")
def check(call_id: str) -> Response:
    """Whether the number that was read back is right."""
    return answer(lambda step, hook: consent.check(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/forward")
def forward(call_id: str) -> Response:
    """The caller is on the way to the fallback number."""
    return answer(lambda step, hook: forwarding.go(step, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/forwarded")
def forwarded(call_id: str) -> Response:
    """The fallback number was dialled."""
    return answer(lambda step, hook: forwarding.done(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/back")
def back(call_id: str) -> Response:
    """Back to waiting."""
    return answer(lambda step, hook: calls.back_to_line(step, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/room")
def enter_room(call_id: str) -> Response:
    """The caller is moved to a responder."""
    return answer(lambda step, hook: room.enter(step, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/after")
def after(call_id: str) -> Response:
    """The caller is out of the room."""
    return answer(lambda step, hook: ending.after(step, hook, call_of(step, hook, call_id)))


@voice.post("/calls/<call_id>/again")
def again(call_id: str) -> Response:
    """The key of a caller whose talk broke off."""
    return answer(lambda step, hook: ending.again(step, hook, call_of(step, hook, call_id)))


@voice.post("/rooms/<offer_id>/events")
def room_event(offer_id: str) -> Response:
    """What happens in a room."""
    g.news = True
    name = request.form.get("StatusCallbackEvent", "")
    label = request.form.get("ParticipantLabel", "")
    conference = request.form.get("ConferenceSid", "")
    if is_id(offer_id):
        ids = {"conference": conference, "sid": request.form.get("CallSid", "")}
        in_one_transaction(lambda step: room.event(step, name, label, offer_id, **ids))
    return Response(status=204)


@voice.post("/rooms/<offer_id>/hold")
def room_hold(offer_id: str) -> Response:
    """What a caller hears who is held."""
    return answer(lambda step, _hook: room.on_hold(step, offer_id))


@voice.post("/rooms/<offer_id>/music")
def room_music(offer_id: str) -> Response:  # noqa: ARG001 # every room sounds alike
    """What is heard in a room until the other side comes."""
    return words(room.music(desk_here()))


@voice.post("/legs/<leg_id>/answer")
def leg_answer(leg_id: str) -> Response:
    """A responder picked up."""
    return answer(lambda step, hook: offers.answer(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/key")
def leg_key(leg_id: str) -> Response:
    """The responder's key."""
    attempt = attempt_of()
    return answer(lambda step, hook: offers.key(step, hook, leg_of(step, hook, leg_id), attempt))


@voice.post("/legs/<leg_id>/callee")
def leg_callee(leg_id: str) -> Response:
    """Somebody who asked to be called back picked up."""
    return answer(lambda step, hook: room.callee_enter(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/guest")
def leg_guest(leg_id: str) -> Response:
    """Somebody picked up who is to be brought into a room."""
    return answer(lambda step, hook: guests.answer(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/enter")
def leg_enter(leg_id: str) -> Response:
    """They have heard who is calling."""
    return answer(lambda step, hook: guests.enter(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/after")
def leg_after(leg_id: str) -> Response:
    """Whoever we rang is out of the room."""
    return answer(lambda step, hook: room.leg_after(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/legs/<leg_id>/status")
def leg_status(leg_id: str) -> Response:
    """The status of a call that we placed."""
    return tell(lambda step, hook: legs.status(step, hook, leg_of(step, hook, leg_id)))


@voice.post("/verify/<check_id>/answer")
def verify_answer(check_id: str) -> Response:
    """Somebody picked up whose number is to be proved."""
    attempt = attempt_of()
    return answer(
        lambda step, hook: verifying.answer(step, hook, check_of(step, hook, check_id), attempt)
    )


@voice.post("/verify/<check_id>/code")
def verify_code(check_id: str) -> Response:
    """The code, keyed in."""
    return answer(lambda step, hook: verifying.code(step, hook, check_of(step, hook, check_id)))


@voice.post("/verify/<check_id>/status")
def verify_status(check_id: str) -> Response:
    """The status of a call that proves a number."""
    return tell(lambda step, hook: verifying.status(step, hook, check_of(step, hook, check_id)))

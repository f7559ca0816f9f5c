"""Somebody dials a number of the account."""

from typing import TYPE_CHECKING

from simulator import documents, legs, progress
from simulator.calls import Call, Progress, Step

if TYPE_CHECKING:
    from simulator.exchange import Exchange
    from simulator.numbers import Number
    from simulator.phones import Phone

WITHHELD = "anonymous"


def arrive(ex: "Exchange", phone: "Phone", number: "Number", *, withheld: bool) -> Call:
    """Let a call from ``phone`` reach ``number`` and ask its application what to do."""
    caller = WITHHELD if withheld else phone.number
    now = ex.clock.now()
    call = Call(ex.account_sid, caller, number.number, "inbound", now, started_at=now)
    call.status, call.number_sid = "ringing", number.sid
    if number.status_callback:
        call.progress = Progress(number.status_callback, number.status_callback_method)
    if number.voice_fallback_url:
        call.fallback = Step(number.voice_fallback_url, number.voice_fallback_method)
    ex.calls[call.sid] = call
    phone.take(call, None)
    phone.hear("Ringing")
    if not number.voice_url:
        ex.end(call, "failed")
        progress.announce_end(ex, call)
        return call
    step = Step(number.voice_url, number.voice_method)
    legs.begin(ex, call, documents.run(ex, call, step, documents.MAIN))
    return call

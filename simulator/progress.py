"""Callbacks about the progress of a call.

Parameters: https://www.twilio.com/docs/voice/api/call-resource#statuscallback, with
``Duration`` (minutes, rounded up) beside ``CallDuration`` (seconds) as captured.
"""

from math import ceil
from typing import TYPE_CHECKING

from simulator import params
from simulator.calls import Call
from simulator.sids import stamp
from simulator.transport import Request

if TYPE_CHECKING:
    from simulator.exchange import Exchange

SIP = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}


def announce(ex: "Exchange", call: Call, event: str) -> None:
    """Tell the subscriber of ``call`` of ``event``: initiated, ringing, answered, completed."""
    progress = call.progress
    if progress is None or event not in progress.events:
        return
    now = ex.clock.now()
    about = params.of_call(call) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(progress.sent),
        "Timestamp": stamp(now),
    }
    if event == "initiated":
        about["CallStatus"] = "initiated"
    if event == "completed":
        about["CallDuration"] = str(call.duration)
        about["Duration"] = str(ceil(call.duration / 60))
        about["SipResponseCode"] = SIP[call.status]
    progress.sent += 1
    ex.notify(f"status:{call.sid}", Request(progress.url, progress.method, about))


def announce_end(ex: "Exchange", call: Call) -> None:
    """Tell of the end of ``call``, once."""
    if not call.announced:
        call.announced = True
        announce(ex, call, "completed")

"""``<Record>``: the caller's voice, kept.

Rules: https://www.twilio.com/docs/voice/twiml/record. A silent caller leaves an empty
recording, ``action`` is then not requested and the next verb follows. Nothing is recorded
here but the words given to the telephone's ``speak``.
"""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import legs, params
from simulator.calls import Call, HungUp, Step
from simulator.documents import performs
from simulator.recordings import Recording
from simulator.script import Condition, Script, wait
from simulator.sids import stamp, whole_seconds
from simulator.transport import Request
from simulator.twiml import Document, Verb

if TYPE_CHECKING:
    from simulator.exchange import Exchange


@performs("Record")
def record(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Record until a finish key, silence, the longest time or the end of the call."""
    legs.answer(ex, call)
    if verb.flag("playBeep", default=True):
        ex.hear(call, "Beep")
    call.keys.clear()
    call.spoken = [part for part in call.spoken if part[1] > ex.clock.now()]
    recording = Recording(call.sid, ex.clock.now())
    try:
        key = yield from _listen(ex, call, verb)
    except HungUp:
        if call.spoken:
            _keep(ex, call, verb, document, recording)
            step = _step(ex, verb, document, recording, "hangup")
            about = params.of_call(call) | step.extra
            ex.engine.send(f"voice:{call.sid}", Request(step.url, step.method, about), call.jar)
        raise
    if not call.spoken:
        return None
    _keep(ex, call, verb, document, recording)
    return _step(ex, verb, document, recording, key)


def _listen(ex: "Exchange", call: Call, verb: Verb) -> Script[str]:
    silence = verb.whole("timeout", 5, 1, 3600)
    finish = verb.attrs.get("finishOnKey", "1234567890*#")
    longest = verb.whole("maxLength", 3600, 1, 14_400)
    start = ex.clock.now()
    while True:
        while call.keys:
            key = call.keys.pop(0)
            if key in finish:
                return key
        now = ex.clock.now()
        quiet_since = max([start, *(part[1] for part in call.spoken)])
        left = min(
            silence + (quiet_since - now).total_seconds(),
            longest - (now - start).total_seconds(),
        )
        parts = len(call.spoken)
        if left <= 0:
            return ""
        yield from wait(left, until=_more_than(call, parts))


def _more_than(call: Call, parts: int) -> Condition:
    return lambda: bool(call.keys) or len(call.spoken) > parts


def _keep(ex: "Exchange", call: Call, verb: Verb, document: Document, recording: Recording) -> None:
    recording.seconds = max(1, whole_seconds(recording.started_at, ex.clock.now()))
    recording.text = " ".join(part[2] for part in call.spoken)
    ex.recordings[recording.sid] = recording
    hook = verb.attrs.get("recordingStatusCallback", "").strip()
    if hook:
        method = verb.method("recordingStatusCallbackMethod")
        request = Request(urljoin(document.url, hook), method, _status(ex, recording))
        ex.notify(f"status:{call.sid}", request)


def _status(ex: "Exchange", recording: Recording) -> dict[str, str]:
    return {
        "AccountSid": ex.account_sid,
        "CallSid": recording.call_sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": url_of(ex, recording),
        "RecordingStatus": "completed",
        "RecordingDuration": str(recording.seconds),
        "RecordingChannels": "1",
        "RecordingStartTime": stamp(recording.started_at),
        "RecordingSource": "RecordVerb",
        "RecordingTrack": "inbound",
        "ErrorCode": "0",
    }


def url_of(ex: "Exchange", recording: Recording) -> str:
    """Return the address of the recording, as the provider writes it."""
    path = f"/2010-04-01/Accounts/{ex.account_sid}/Recordings/{recording.sid}"
    return "https://api.twilio.com" + path


def _step(
    ex: "Exchange", verb: Verb, document: Document, recording: Recording, digits: str
) -> Step:
    extra = {
        "RecordingUrl": url_of(ex, recording),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(recording.seconds),
    }
    if digits:
        extra["Digits"] = digits
    return Step(urljoin(document.url, verb.attrs.get("action", "").strip()), verb.method(), extra)

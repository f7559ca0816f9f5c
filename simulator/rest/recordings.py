"""The Recordings resource: what was recorded, and silence of that length to listen to.

https://www.twilio.com/docs/voice/api/recording
"""

import io
import wave

from flask import Response, jsonify, request

from simulator.recordings import Recording
from simulator.rest import shapes
from simulator.rest.calls import call_of
from simulator.rest.common import BASE, api, exchange, not_found, page

RATE = 8000


@api.get(f"{BASE}/Recordings.json")
def list_recordings(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return recordings, the newest first; ``CallSid`` chooses those of one call."""
    return _listed(request.args.get("CallSid"))


@api.get(f"{BASE}/Calls/<sid>/Recordings.json")
def list_recordings_of_call(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return the recordings of one call."""
    call_of(exchange(), sid)
    return _listed(sid)


@api.get(f"{BASE}/Recordings/<sid>.json")
def fetch_recording(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one recording."""
    return jsonify(shapes.recording(exchange(), _known(sid)))


@api.get(f"{BASE}/Recordings/<sid>")
@api.get(f"{BASE}/Recordings/<sid>.wav")
def fetch_sound(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return a WAV file of the right length; nobody's voice is in it."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes([128]) * (RATE * _known(sid).seconds))
    return Response(sound.getvalue(), mimetype="audio/x-wav")


@api.delete(f"{BASE}/Recordings/<sid>.json")
def delete_recording(account: str, sid: str) -> tuple[str, int]:  # noqa: ARG001 - one account only
    """Forget a recording."""
    ex = exchange()
    with ex.engine.entered():
        del ex.recordings[_known(sid).sid]
        return "", 204


def _listed(call_sid: str | None) -> Response:
    ex = exchange()
    with ex.engine.lock:
        found = [r for r in ex.recordings.values() if call_sid in (None, r.call_sid)]
        return page("recordings", reversed(found), lambda r: shapes.recording(ex, r))


def _known(sid: str) -> Recording:
    ex = exchange()
    with ex.engine.lock:
        recording = ex.recordings.get(sid)
    if recording is None:
        raise not_found()
    return recording

"""The IncomingPhoneNumbers resource: which webhook an incoming number calls.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from flask import Response, jsonify, request

from simulator.dialling import E164
from simulator.numbers import Number
from simulator.rest import shapes
from simulator.rest.common import (
    BASE,
    RestError,
    address,
    api,
    exchange,
    method,
    not_found,
    page,
)

ADDRESSES = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


@api.post(f"{BASE}/IncomingPhoneNumbers.json")
def create_number(account: str) -> tuple[Response, int]:  # noqa: ARG001 - one account only
    """Add a number; one that the account owns already is refused (21422)."""
    ex = exchange()
    wanted = request.form.get("PhoneNumber", "").strip()
    if not E164.fullmatch(wanted):
        raise RestError(400, 21421, "PhoneNumber is invalid")
    with ex.engine.entered():
        if ex.numbers.by_number(wanted) is not None:
            raise RestError(400, 21422, f"{wanted} is not available")
        now = ex.clock.now()
        number = Number(wanted, now, now, friendly_name=wanted)
        _change(number)
        ex.numbers.add(number)
        return jsonify(shapes.number(ex, number)), 201


@api.get(f"{BASE}/IncomingPhoneNumbers.json")
def list_numbers(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return the numbers; ``PhoneNumber`` may be a part of one, ``FriendlyName`` is whole."""
    ex = exchange()
    part, name = request.args.get("PhoneNumber", ""), request.args.get("FriendlyName")
    with ex.engine.lock:
        found = [
            n
            for n in ex.numbers.all()
            if part.lstrip("+ ") in n.number and name in (None, n.friendly_name)
        ]
        return page("incoming_phone_numbers", found, lambda n: shapes.number(ex, n))


@api.get(f"{BASE}/IncomingPhoneNumbers/<sid>.json")
def fetch_number(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one number."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.number(ex, _known(sid)))


@api.post(f"{BASE}/IncomingPhoneNumbers/<sid>.json")
def update_number(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Change where its calls go; fields that are not sent stay."""
    ex = exchange()
    with ex.engine.entered():
        number = _known(sid)
        _change(number)
        number.updated_at = ex.clock.now()
        return jsonify(shapes.number(ex, number))


@api.delete(f"{BASE}/IncomingPhoneNumbers/<sid>.json")
def delete_number(account: str, sid: str) -> tuple[str, int]:  # noqa: ARG001 - one account only
    """Give a number back."""
    ex = exchange()
    with ex.engine.entered():
        _known(sid)
        ex.numbers.remove(sid)
        return "", 204


def _known(sid: str) -> Number:
    number = exchange().numbers.get(sid)
    if number is None:
        raise not_found()
    return number


def _change(number: Number) -> None:
    changes = {
        mine: address(theirs, 21402) for theirs, mine in ADDRESSES.items() if theirs in request.form
    }
    changes |= {mine: method(theirs) for theirs, mine in METHODS.items() if theirs in request.form}
    texts = {"FriendlyName": "friendly_name", "VoiceApplicationSid": "voice_application_sid"}
    changes |= {
        mine: request.form[theirs] for theirs, mine in texts.items() if theirs in request.form
    }
    for name, value in changes.items():
        setattr(number, name, value)

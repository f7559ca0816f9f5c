"""The parameters of the provider's requests.

Names: https://www.twilio.com/docs/voice/twiml#request-parameters; the twins ``Called`` and
``Caller`` and blank geographic fields are as captured on the wire.
"""

from simulator.calls import Call

API_VERSION = "2010-04-01"
PLACES = ("City", "State", "Zip", "Country")


def of_call(call: Call) -> dict[str, str]:
    """Return the parameters that every request about ``call`` carries."""
    params = {
        "AccountSid": call.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Direction": call.direction,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
    }
    for who in ("From", "To", "Caller", "Called"):
        params.update({who + place: "" for place in PLACES})
    if call.parent is not None:
        params["ParentCallSid"] = call.parent.sid
    if call.answered_by is not None:
        params["AnsweredBy"] = call.answered_by
    return params


def yes_no(value: bool) -> str:  # noqa: FBT001 - the value to be written is the argument
    """Return ``true`` or ``false`` as the provider writes them."""
    return "true" if value else "false"

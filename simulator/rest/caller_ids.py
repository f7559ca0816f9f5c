"""The OutgoingCallerIds resource: numbers that may be shown although the account owns them not.

https://www.twilio.com/docs/voice/api/outgoing-caller-ids. The exchange knows them by a pattern,
so a list without ``PhoneNumber`` is empty.
"""

from hashlib import md5

from flask import Response, request

from simulator.rest import shapes
from simulator.rest.common import BASE, Json, api, exchange, page
from simulator.sids import rfc2822


@api.get(f"{BASE}/OutgoingCallerIds.json")
def list_caller_ids(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return the verified number that is asked for, if it is one."""
    ex = exchange()
    number = request.args.get("PhoneNumber", "")
    return page("outgoing_caller_ids", [number] if ex.is_verified(number) else [], _shape)


def _shape(number: str) -> Json:
    ex = exchange()
    sid = "PN" + md5(number.encode(), usedforsecurity=False).hexdigest()
    made = rfc2822(ex.created_at)
    return {
        "sid": sid,
        "account_sid": ex.account_sid,
        "friendly_name": number,
        "phone_number": number,
        "date_created": made,
        "date_updated": made,
        "uri": f"{shapes.base(ex)}/OutgoingCallerIds/{sid}.json",
    }

"""The Accounts resource: the one account there is."""

from flask import Response, jsonify

from simulator.rest.common import BASE, api, exchange, not_found
from simulator.rest.shapes import base
from simulator.sids import rfc2822


@api.get(f"{BASE}.json")
def fetch_account(account: str) -> Response:
    """Return the account; any other is unknown."""
    ex = exchange()
    if account != ex.account_sid:
        raise not_found()
    uri = base(ex)
    inside = ("Calls", "Conferences", "IncomingPhoneNumbers", "Messages", "Queues")
    made = rfc2822(ex.created_at)
    return jsonify(
        {
            "sid": ex.account_sid,
            "owner_account_sid": ex.account_sid,
            "friendly_name": "Simulated account",
            "status": "active",
            "type": ex.account_type,
            "auth_token": ex.auth_token if ex.tells_token else None,
            "date_created": made,
            "date_updated": made,
            "uri": f"{uri}.json",
            "subresource_uris": {name.lower(): f"{uri}/{name}.json" for name in inside},
        }
    )

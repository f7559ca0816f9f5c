"""The Messages resource.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from flask import Response, jsonify, request

from simulator import messages
from simulator.dialling import E164
from simulator.messages import Message
from simulator.rest import shapes
from simulator.rest.common import BASE, RestError, address, api, exchange, not_found, page

LONGEST = 1600


@api.post(f"{BASE}/Messages.json")
def create_message(account: str) -> tuple[Response, int]:  # noqa: ARG001 - one account only
    """Send a text message."""
    ex = exchange()
    form = request.form
    to, shown, body = form.get("To", "").strip(), form.get("From", "").strip(), form.get("Body", "")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if not E164.fullmatch(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not shown:
        raise RestError(400, 21603, "A 'From' phone number is required.")
    if ex.numbers.by_number(shown) is None:
        raise RestError(400, 21606, f"The 'From' phone number {shown} is not owned by this account")
    if not body:
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise RestError(400, 21617, "The concatenated message body exceeds 1600 characters.")
    with ex.engine.entered():
        now = ex.clock.now()
        message = Message(shown, to, body, now, now, address("StatusCallback", 21609))
        messages.send(ex, message)
        return jsonify(shapes.message(ex, message)), 201


@api.get(f"{BASE}/Messages.json")
def list_messages(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return messages, the newest first."""
    ex = exchange()
    to, shown = request.args.get("To"), request.args.get("From")
    with ex.engine.lock:
        found = [m for m in ex.messages.values() if to in (None, m.to) and shown in (None, m.from_)]
        return page("messages", reversed(found), lambda m: shapes.message(ex, m))


@api.get(f"{BASE}/Messages/<sid>.json")
def fetch_message(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one message."""
    ex = exchange()
    with ex.engine.lock:
        message = ex.messages.get(sid)
        if message is None:
            raise not_found()
        return jsonify(shapes.message(ex, message))

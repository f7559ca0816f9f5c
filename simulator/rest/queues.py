"""The Queues resource and its Members.

https://www.twilio.com/docs/voice/api/queue-resource and .../member-resource
"""

from flask import Response, jsonify, request

from simulator import queues
from simulator.calls import Step
from simulator.queues import HIGHEST_MAX, Member, Queue
from simulator.rest import shapes
from simulator.rest.calls import redirect_call
from simulator.rest.common import (
    BASE,
    RestError,
    address,
    api,
    exchange,
    method,
    not_found,
    page,
    whole,
)


@api.post(f"{BASE}/Queues.json")
def create_queue(account: str) -> tuple[Response, int]:  # noqa: ARG001 - one account only
    """Make a queue; names are unique (22003)."""
    ex = exchange()
    name = request.form.get("FriendlyName", "").strip()
    if not name or len(name) > 64:
        raise RestError(400, 22000, "FriendlyName must be 1 to 64 characters long")
    with ex.engine.entered():
        if queues.find(ex, name) is not None:
            raise RestError(400, 22003, "A queue with this FriendlyName already exists")
        queue = queues.create(ex, name, whole("MaxSize", None, 1, HIGHEST_MAX))
        return jsonify(shapes.queue(ex, queue)), 201


@api.get(f"{BASE}/Queues.json")
def list_queues(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return the queues."""
    ex = exchange()
    with ex.engine.lock:
        return page("queues", list(ex.queues.values()), lambda q: shapes.queue(ex, q))


@api.get(f"{BASE}/Queues/<sid>.json")
def fetch_queue(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one queue."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.queue(ex, _queue(sid)))


@api.post(f"{BASE}/Queues/<sid>.json")
def update_queue(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Rename or resize a queue."""
    ex = exchange()
    with ex.engine.entered():
        queue = _queue(sid)
        name = request.form.get("FriendlyName", queue.name).strip()
        other = queues.find(ex, name)
        if other is not None and other is not queue:
            raise RestError(400, 22003, "A queue with this FriendlyName already exists")
        queue.name = name
        queue.max_size = whole("MaxSize", queue.max_size, 1, HIGHEST_MAX) or queue.max_size
        queue.updated_at = ex.clock.now()
        return jsonify(shapes.queue(ex, queue))


@api.delete(f"{BASE}/Queues/<sid>.json")
def delete_queue(account: str, sid: str) -> tuple[str, int]:  # noqa: ARG001 - one account only
    """Remove an empty queue; one with members is refused (22001)."""
    ex = exchange()
    with ex.engine.entered():
        queue = _queue(sid)
        if queue.members:
            raise RestError(400, 22001, "Queue is not empty")
        del ex.queues[queue.sid]
        return "", 204


@api.get(f"{BASE}/Queues/<sid>/Members.json")
def list_members(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return who waits, the front first."""
    ex = exchange()
    with ex.engine.lock:
        return page("queue_members", list(_queue(sid).members), lambda m: shapes.member(ex, m))


@api.get(f"{BASE}/Queues/<sid>/Members/<call_sid>.json")
def fetch_member(account: str, sid: str, call_sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one member, or ``Front``."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.member(ex, _member(sid, call_sid)))


@api.post(f"{BASE}/Queues/<sid>/Members/<call_sid>.json")
def dequeue_member(account: str, sid: str, call_sid: str) -> Response:  # noqa: ARG001 - one account only
    """Take a member out of the queue and send the call to ``Url``."""
    ex = exchange()
    with ex.engine.entered():
        member = _member(sid, call_sid)
        url = address("Url")
        if not url:
            raise RestError(400, 21205, "Url parameter is required.")
        body = shapes.member(ex, member)
        redirect_call(ex, member.call, Step(url, method("Method")))
        return jsonify(body)


def _queue(sid: str) -> Queue:
    queue = exchange().queues.get(sid)
    if queue is None:
        raise not_found()
    return queue


def _member(sid: str, call_sid: str) -> Member:
    for member in _queue(sid).members:
        if call_sid in ("Front", member.call.sid):
            return member
    raise not_found()

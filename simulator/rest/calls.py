"""The Calls resource: dial, look, redirect, hang up.

https://www.twilio.com/docs/voice/api/call-resource
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Response, jsonify, request

from simulator import dialling, documents
from simulator.calls import EVENTS, Call, Progress, Step
from simulator.dialling import E164
from simulator.exchange import Exchange
from simulator.rest import shapes
from simulator.rest.common import (
    BASE,
    RestError,
    address,
    api,
    exchange,
    invalid,
    method,
    not_found,
    page,
    whole,
)
from simulator.script import Script

LONGEST_TWIML = 4000
SIDE = re.compile(r"^(StartTime|EndTime)([<>]?)$")


@api.post(f"{BASE}/Calls.json")
def create_call(account: str) -> tuple[Response, int]:  # noqa: ARG001 - one account only
    """Place a call; it is queued behind others when calls are paced."""
    ex = exchange()
    with ex.engine.entered():
        call = new_call(ex)
        step = _target()
        if step is None:
            raise RestError(400, 21205, "Url parameter is required.")
        call.opening = _opening(ex, call, step)
        fallback = address("FallbackUrl")
        if fallback:
            call.fallback = Step(fallback, method("FallbackMethod"))
        timeout = whole("Timeout", 60, 1, 600)
        dialling.place(ex, call, timeout or 60, dialling.pace(ex), queued=True)
        return jsonify(shapes.call(ex, call)), 201


def new_call(ex: Exchange) -> Call:
    """Read who calls whom from the form, or refuse as the provider does."""
    to, shown = request.form.get("To", "").strip(), request.form.get("From", "").strip()
    if not to:
        raise RestError(400, 21201, "No 'To' number is specified")
    if not shown:
        raise RestError(400, 21213, "'From' number is required")
    if not E164.fullmatch(to) and not to.startswith(("sip:", "client:")):
        raise RestError(
            400, 21211, f"The phone number you are attempting to call, {to}, is not valid."
        )
    if not E164.fullmatch(shown):
        raise RestError(400, 21212, f"The source phone number provided, {shown}, is not valid.")
    if ex.numbers.by_number(shown) is None and not ex.is_verified(shown):
        text = f"The source phone number provided, {shown}, is not yet verified for your account."
        raise RestError(400, 21210, text)
    if to.startswith("+") and not to.startswith(ex.countries):
        text = f"Account not authorized to call {to}. Enable the country first."
        raise RestError(400, 21215, text)
    call = Call(ex.account_sid, shown, to, "outbound-api", ex.clock.now())
    call.detect = request.form.get("MachineDetection", "")
    call.send_digits = request.form.get("SendDigits", "")
    call.time_limit = whole("TimeLimit", None, 1, 86_400)
    call.progress = progress_of("StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod")
    return call


def progress_of(url_field: str, events_field: str, method_field: str) -> Progress | None:
    """Read a subscription to call progress; by default only the end is told."""
    url = address(url_field, 21609)
    if not url:
        return None
    asked = {word for value in request.form.getlist(events_field) for word in value.split()}
    events = frozenset(asked & set(EVENTS)) or frozenset({"completed"})
    return Progress(url, method(method_field), events)


def _target() -> Step | None:
    twiml = request.form.get("Twiml", "")
    if twiml:
        if len(twiml) > LONGEST_TWIML:
            raise invalid("Twiml")
        return Step(inline=twiml)
    url = address("Url")
    return Step(url, method("Method")) if url else None


def _opening(ex: Exchange, call: Call, step: Step) -> Callable[[], Script[None]]:
    return lambda: documents.run(ex, call, step, documents.MAIN)


def call_of(ex: Exchange, sid: str) -> Call:
    """Return the call with this identifier or refuse with 404."""
    call = ex.calls.get(sid)
    if call is None or call.deleted:
        raise not_found()
    return call


@api.get(f"{BASE}/Calls/<sid>.json")
def fetch_call(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Return one call."""
    ex = exchange()
    with ex.engine.lock:
        return jsonify(shapes.call(ex, call_of(ex, sid)))


@api.post(f"{BASE}/Calls/<sid>.json")
def update_call(account: str, sid: str) -> Response:  # noqa: ARG001 - one account only
    """Send a call in progress elsewhere, hang it up, or cancel one that still rings."""
    ex = exchange()
    with ex.engine.entered():
        call = call_of(ex, sid)
        if call.over:
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        _change_addresses(call)
        status = request.form.get("Status", "")
        if status not in ("", "canceled", "completed"):
            raise invalid("Status")
        if status:
            _finish(ex, call, status)
        elif (step := _target()) is not None:
            redirect_call(ex, call, step)
        return jsonify(shapes.call(ex, call))


def redirect_call(ex: Exchange, call: Call, step: Step) -> None:
    """Have ``call`` leave whatever it is in and go on at ``step``."""
    if call.status != "in-progress":
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    call.redirect = step
    ex.engine.poke(call.task)


def _change_addresses(call: Call) -> None:
    fallback = address("FallbackUrl")
    if fallback:
        call.fallback = Step(fallback, method("FallbackMethod"))
    hook = address("StatusCallback", 21609)
    if hook:
        call.progress = Progress(hook, method("StatusCallbackMethod"))


def _finish(ex: Exchange, call: Call, status: str) -> None:
    talking = call.status == "in-progress"
    if status == "completed":
        ex.end(call, "completed" if talking else "canceled")
    elif not talking:  # a call in progress is not affected by "canceled"
        ex.end(call, "canceled")


@api.delete(f"{BASE}/Calls/<sid>.json")
def delete_call(account: str, sid: str) -> tuple[str, int]:  # noqa: ARG001 - one account only
    """Forget a call that has ended."""
    ex = exchange()
    with ex.engine.entered():
        call = call_of(ex, sid)
        if not call.over:
            raise RestError(409, 20009, "Cannot delete this resource before it is complete")
        call.deleted = True
        return "", 204


@api.get(f"{BASE}/Calls.json")
def list_calls(account: str) -> Response:  # noqa: ARG001 - one account only
    """Return calls, the newest first, filtered as the query says."""
    ex = exchange()
    with ex.engine.lock:
        wanted = _filters()
        found = [c for c in ex.calls.values() if not c.deleted and all(w(c) for w in wanted)]
        return page("calls", reversed(found), lambda call: shapes.call(ex, call))


def _filters() -> list[Callable[[Call], bool]]:
    filters: list[Callable[[Call], bool]] = []
    args = request.args
    if to := args.get("To"):
        filters.append(lambda c: c.to == to)
    if shown := args.get("From"):
        filters.append(lambda c: c.from_ == shown)
    if parent := args.get("ParentCallSid"):
        filters.append(lambda c: c.parent is not None and c.parent.sid == parent)
    if status := args.get("Status"):
        filters.append(lambda c: ("ringing" if c.status == "initiated" else c.status) == status)
    filters.extend(_in_time(name, value) for name, value in args.items() if SIDE.match(name))
    return filters


def _in_time(name: str, value: str) -> Callable[[Call], bool]:
    match = SIDE.match(name)
    field, side = (match[1], match[2]) if match else ("", "")
    start, end = _span(name, value)

    def fits(call: Call) -> bool:
        at = call.started_at if field == "StartTime" else call.ended_at
        if at is None:
            return False
        return at < end if side == "<" else at >= start if side == ">" else start <= at < end

    return fits


def _span(name: str, value: str) -> tuple[datetime, datetime]:
    """Return the first instant meant by a day or a second, and the first one after it."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(name) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    # The stock client writes a date as its midnight.
    day = len(value) <= 10 or (name in ("StartTime", "EndTime") and at == _midnight(at))
    return at, at + (timedelta(days=1) if day else timedelta(seconds=1))


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)

"""The telephones over HTTP: people's hands, for the wall and for tests in other processes."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.disorder import Disorder
from simulator.exchange import Exchange
from simulator.phones import BEHAVIOURS, Phone, PhoneError

ROLES = ("caller", "responder")
phones = Blueprint("phones", __name__)


def _exchange() -> Exchange:
    found: Exchange = current_app.config["EXCHANGE"]
    return found


def _number(text: str) -> str:
    """Return E.164; a plus sign that a decoder turned into a blank is put back."""
    digits = text.strip().removeprefix("+")
    if not digits.isdigit() or not 3 <= len(digits) <= 15:
        raise ValueError("a telephone is named by its number in E.164, such as +32…")
    return f"+{digits}"


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if body is None and not request.data:
        return request.form.to_dict()
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f'the body must hold "{name}", a text')
    return value


def show(phone: Phone) -> dict[str, Any]:
    """Return a telephone as JSON says it; ``at`` is ISO 8601 in UTC."""
    return {
        "number": phone.number,
        "name": phone.name,
        "role": phone.role,
        "language": phone.language,
        "behaviour": phone.behaviour,
        "state": phone.state,
        "call_sid": phone.call_sid,
        "caller_id_shown": phone.caller_id_shown,
        "heard": [_heard(entry.__dict__) for entry in phone.heard],
        "talking_to": phone.talking_to,
    }


def _heard(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in entry.items() if value is not None}
    at: datetime = entry["at"]
    return shown | {"at": at.isoformat()}


@phones.get("/phones")
def list_phones() -> Response:
    """Return every telephone."""
    ex = _exchange()
    with ex.engine.lock:
        return jsonify({"phones": [show(phone) for phone in ex.phones.values()]})


@phones.get("/phones/<number>")
def fetch_phone(number: str) -> Response:
    """Return one telephone; one that nobody has used yet is idle."""
    ex, name = _exchange(), _number(number)
    with ex.engine.lock:
        return jsonify(show(ex.phones.get(name) or Phone(ex, name)))


@phones.put("/phones/<number>")
def change_phone(number: str) -> Response:
    """Set what a telephone does by itself, and who it belongs to."""
    ex, body = _exchange(), _body()
    behaviour = body.get("behaviour", "manual")
    if "behaviour" in body and behaviour not in BEHAVIOURS:
        raise ValueError(f"behaviour is one of {', '.join(BEHAVIOURS)}")
    if "role" in body and body["role"] not in ROLES:
        raise ValueError(f"role is one of {', '.join(ROLES)}")
    with ex.engine.entered():
        phone = ex.phone(_number(number))
        for name in ("behaviour", "role", "name", "language"):
            if name in body:
                setattr(phone, name, str(body[name]))
        return jsonify(show(phone))


@phones.post("/phones/<number>/dial")
def dial(number: str) -> Response:
    """Dial; answers the identifier of the new call."""
    ex, body = _exchange(), _body()
    to = _number(_text(body, "to"))
    if ex.numbers.by_number(to) is None:
        return _error(404, "no incoming number of the account has this number")
    withheld = body.get("withheld") in (True, "true")
    sid = ex.phone(_number(number)).dial(to, withheld=withheld)
    return jsonify({"call_sid": sid})


@phones.post("/phones/<number>/answer")
def answer(number: str) -> Response:
    """Pick up the ringing telephone."""
    phone = _known(_exchange(), number)
    phone.answer()
    return jsonify(show(phone))


@phones.post("/phones/<number>/decline")
def decline(number: str) -> Response:
    """Refuse the ringing call."""
    phone = _known(_exchange(), number)
    phone.decline()
    return jsonify(show(phone))


@phones.post("/phones/<number>/hangup")
def hang_up(number: str) -> Response:
    """End the open call."""
    phone = _known(_exchange(), number)
    phone.hang_up()
    return jsonify(show(phone))


@phones.post("/phones/<number>/press")
def press(number: str) -> Response:
    """Press keys."""
    phone = _known(_exchange(), number)
    phone.press(_text(_body(), "digits"))
    return jsonify(show(phone))


@phones.post("/phones/<number>/speak")
def speak(number: str) -> Response:
    """Say something into the telephone."""
    phone = _known(_exchange(), number)
    phone.speak(_text(_body(), "text"))
    return jsonify(show(phone))


@phones.post("/faults")
def order_fault() -> Response:
    """Order a failure of the REST API, see ``Faults.fail``."""
    body = _body()
    resource = _text(body, "resource")
    _exchange().faults.fail(
        str(body.get("method", "POST")),
        resource,
        status=body.get("status", 500),
        times=int(body.get("times", 1)),
        after_doing=bool(body.get("after_doing", False)),
        code=body.get("code"),
        delay=float(body.get("delay", 0.0)),
        lie=bool(body.get("lie", False)),
    )
    return jsonify({"ordered": True})


@phones.delete("/faults")
def clear_faults() -> Response:
    """Behave well again."""
    _exchange().faults.clear()
    return jsonify({"ordered": False})


@phones.put("/disorder")
def set_disorder() -> Response:
    """Set how badly callbacks travel; an empty object ends it."""
    body = _body()
    names = ("duplicate", "shuffle_seconds", "lose", "triple")
    shares = {name: float(body.get(name, 0.0)) for name in names}
    ex = _exchange()
    with ex.engine.entered():
        ex.disorder = Disorder(int(body.get("seed", 0)), **shares) if body else None
    return jsonify(shares if body else {})


@phones.post("/clock/advance")
def advance() -> Response:
    """Let virtual time pass; 409 on the wall's clock."""
    seconds = float(_body().get("seconds", 0))
    ex = _exchange()
    if not ex.clock.virtual:
        return _error(409, "this simulator runs on the real clock")
    ex.advance(seconds)
    return jsonify({"now": ex.clock.now().isoformat()})


def _known(ex: Exchange, number: str) -> Phone:
    phone = ex.phones.get(_number(number))
    if phone is None:
        raise KeyError(number)
    return phone


def _error(status: int, sentence: str) -> Response:
    response: Response = jsonify({"error": sentence})
    response.status_code = status
    return response


@phones.errorhandler(PhoneError)
def _conflict(error: PhoneError) -> Response:
    return _error(409, str(error))


@phones.errorhandler(KeyError)
def _unknown(_: KeyError) -> Response:
    return _error(404, "there is no telephone with this number")


@phones.errorhandler(ValueError)
@phones.errorhandler(TypeError)
def _bad(error: ValueError | TypeError) -> Response:
    return _error(400, str(error))


def http_error(error: HTTPException) -> Response:
    """Answer what no telephone is responsible for."""
    return _error(error.code or 500, error.description or "the request cannot be understood")

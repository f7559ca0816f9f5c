"""The steps by which somebody comes in: proof, perhaps a second proof, and a new log-in.

Between the two proofs the signed cookie says who is half-way in, for ten minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import redirect, session
from flask_security import login_user, logout_user
from werkzeug.wrappers import Response

from console import attempts, audit, log_ins
from console.accounts import Account, codes
from console.office import Step, office
from console.person import Person
from console.places import inside
from logging_db import log_in, users

HALF_WAY = "half_way"
MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class HalfWay:
    """Somebody whose password was right and whose second proof is awaited."""

    user_id: str
    onward: str


def wait_for_second(user_id: str, onward: str) -> None:
    """Note in the cookie that the first proof was given."""
    session.clear()
    at = office().clock().timestamp()
    session[HALF_WAY] = {"user": user_id, "at": at, "next": inside(onward)}


def half_way() -> HalfWay | None:
    """Return who is half-way in, or ``None`` where nobody is (any more)."""
    kept = session.get(HALF_WAY)
    if not isinstance(kept, dict):
        return None
    age = office().clock() - datetime.fromtimestamp(kept["at"], tz=office().clock().tzinfo)
    if age >= MINUTES:
        session.pop(HALF_WAY)
        return None
    return HalfWay(kept["user"], kept["next"])


def enter(user_id: str, means: str, onward: str) -> Response:
    """Log somebody in: a new log-in under a new token, and on to where they were going."""
    session.clear()
    login_user(Account(user_id), remember=False, authn_via=[means])
    with office().step() as step:
        token = log_ins.begin(step.connection, user_id, step.at, means, log_ins.browser())
    session[log_ins.TOKEN] = token
    audit.done("Logged in", user_id, means=means)
    return attempts.remember_browser(redirect(inside(onward), code=303), user_id)


def leave(person: Person) -> None:
    """End this log-in at the server, and empty the cookie."""
    with office().step() as step:
        users.end_session(step.connection, person.session.id, person.id)
    audit.done("Logged out", person.id)
    logout_user()
    log_ins.forget()


def prove_again(person: Person, means: str) -> None:
    """Note that somebody has just proved again who they are; the token is exchanged."""
    with office().step() as step:
        log_ins.renew(step.connection, person.session.id, step.at)
    audit.done("Proved again who they are", person.id, means=means)


def new_token(person: Person) -> None:
    """Exchange the token of this log-in; when who it is was proved stays as it was."""
    token = secrets.token_urlsafe(32)
    with office().step() as step:
        users.touch_session(step.connection, person.session.id, token_sha256=log_ins.digest(token))
    session[log_ins.TOKEN] = token


def failed(step: Step, aimed: attempts.Aim, user_id: str | None, means: str) -> None:
    """Count a failure and write it down."""
    begins_wait = attempts.note(step.connection, aimed, step.at)
    audit.refused("Log-in failed", user_id, means=means)
    if begins_wait:
        audit.refused("Log-in locked for a while", user_id, means=means)


def has_second(step: Step, user_id: str) -> bool:
    """Tell whether somebody has set up a second factor."""
    user = users.by_id(step.connection, user_id)
    return user is not None and (user.has_totp or user.has_passkey)


def end_others(step: Step, person: Person) -> int:
    """End all other log-ins of a person, as when a password or a factor has changed."""
    return users.end_sessions(step.connection, person.id, but=person.session.id)


def code_is_right(step: Step, user_id: str, code: str) -> bool:
    """Check an authenticator's code and use it up."""
    found = log_in.credentials(step.connection, user_id=user_id)
    if found is None or not found.totp_secret:
        return False
    counter = codes().match(code, found.totp_secret, step.at, found.totp_counter)
    return counter is not None and log_in.use_totp(step.connection, user_id, counter)

"""Log-ins as the server keeps them: begun, used, ended.

The signed cookie carries a random token; the table has its digest. Without the row the
cookie opens nothing, so that logging out, disabling somebody or a new password ends a log-in
at once, wherever its cookie has gone.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g, request, session
from sqlalchemy import Connection

from console.config import ConsoleSettings
from console.office import office
from console.person import Person, Role
from logging_db import users
from logging_db.users import Session, User

TOKEN = "log_in"  # noqa: S105 # the name under which the cookie keeps it
SEEN_EVERY = timedelta(minutes=1)  # a page is a read; only this often does it write


@dataclass(frozen=True)
class Ended:
    """Why the log-in that the cookie speaks of is over: ``idle``, ``lifetime`` or ``gone``."""

    reason: str


def digest(token: str) -> str:
    """Return what the table knows a token by."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(connection: Connection, user_id: str, at: datetime, means: str, browser: str) -> str:
    """Write down a new log-in and return its token: 256 random bits, kept nowhere else."""
    token = secrets.token_urlsafe(32)
    users.begin_session(connection, user_id, digest(token), at, means, browser)
    limits = office().settings
    users.forget_stale_sessions(connection, begun=at - limits.lifetime, seen=at - limits.idle)
    return token


def renew(connection: Connection, session_id: str, at: datetime) -> None:
    """Exchange the token of this log-in, after a proof: who stole the old one has nothing."""
    token = secrets.token_urlsafe(32)
    users.touch_session(connection, session_id, token_sha256=digest(token), proved_at=at)
    session[TOKEN] = token


def kept(token: str, user_id: str) -> dict[str, str]:
    """Return what the cookie keeps of a log-in."""
    return {TOKEN: token, "_user_id": user_id}


def who() -> Person | Ended | None:
    """Return whoever the cookie logs in; why no more; or ``None`` where it says nothing."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    place = office()
    at = place.clock()
    with place.read() as connection:
        found = users.find_session(connection, digest(token))
    if found is None or not found[1].active:
        return Ended("gone")
    log_in, user = found
    reason = _over(log_in, at, place.settings)
    if reason:
        with place.step() as step:
            users.end_session(step.connection, log_in.id, user.id)
        return Ended(reason)
    if at - log_in.seen_at >= SEEN_EVERY:
        with place.step() as step:
            users.touch_session(step.connection, log_in.id, seen_at=at)
    return person_of(user, log_in)


def still_opens(role: Role) -> bool:
    """Tell whether the cookie's log-in still lets in who needs ``role``. That is no use of it."""
    token, place = session.get(TOKEN, ""), office()
    with place.read() as connection:
        found = users.find_session(connection, digest(token))
    if found is None or not found[1].active:
        return False
    log_in, user = found
    return not _over(log_in, place.clock(), place.settings) and person_of(user, log_in).may(role)


def _over(log_in: Session, at: datetime, limits: ConsoleSettings) -> str:
    if at - log_in.began_at >= limits.lifetime:
        return "lifetime"
    return "idle" if at - log_in.seen_at >= limits.idle else ""


def person_of(user: User, log_in: Session) -> Person:
    """Return a user, logged in, as pages know them."""
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,  # type: ignore[arg-type] # the table holds no other
        language=user.language,
        responder_id=user.responder_id,
        has_second_factor=user.has_totp or user.has_passkey,
        session=log_in,
    )


def forget() -> None:
    """Empty the cookie. The row is ended by whoever calls."""
    session.clear()
    g.pop("person", None)


def browser() -> str:
    """Return the browser of this request in two words; never an address or a version."""
    agent = request.user_agent.string
    names = ("Edg", "Firefox", "OPR", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    name = next((each for each in names if each in agent), "?")
    system = next((each for each in systems if each in agent), "?")
    return f"{ {'Edg': 'Edge', 'OPR': 'Opera'}.get(name, name) }, {system}"

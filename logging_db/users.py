"""People who log in: rows in, plain values out. Rules of log-in live in the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update

from logging_db.columns import new_id
from logging_db.tables import passkeys, responders, sessions, users

ROLES = ("responder", "coordinator", "administrator")
LANGUAGES = ("fr", "nl", "en")


@dataclass(frozen=True)
class User:
    """Somebody who may log in. ``role`` is one of :data:`ROLES`, the weakest first."""

    id: str
    email: str
    name: str
    role: str
    language: str
    active: bool
    responder_id: str | None
    has_password: bool
    has_totp: bool
    has_passkey: bool


_COLUMNS = (
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.language,
    users.c.active,
    users.c.responder_id,
    users.c.password_hash.is_not(None).label("has_password"),
    users.c.totp_secret.is_not(None).label("has_totp"),
    exists().where(passkeys.c.user_id == users.c.id).label("has_passkey"),
)


def normal_email(email: str) -> str:
    """Return the address as it is stored and looked for: without spaces, in small letters."""
    return email.strip().lower()


def by_email(connection: Connection, email: str) -> User | None:
    """Return the user with this address, in whatever capitals, or ``None``."""
    return _one(connection, select(*_COLUMNS).where(users.c.email == normal_email(email)))


def by_id(connection: Connection, user_id: str) -> User | None:
    """Return the user with this id, or ``None``."""
    return _one(connection, select(*_COLUMNS).where(users.c.id == user_id))


def everybody(connection: Connection) -> list[User]:
    """Return all users by name."""
    rows = connection.execute(
        select(*_COLUMNS).order_by(func.lower(users.c.name), users.c.email, users.c.id)
    )
    return [_user(row) for row in rows]


def _one(connection: Connection, query: Select[Any]) -> User | None:
    row = connection.execute(query).first()
    return None if row is None else _user(row)


def _user(row: Row[Any]) -> User:
    return User(**row._mapping)


def add(
    connection: Connection,
    *,
    email: str,
    name: str,
    role: str,
    language: str,
    at: datetime,
    responder_id: str | None = None,
) -> str:
    """Insert a user without a password and return their id; the address must be new."""
    user_id = new_id()
    connection.execute(
        insert(users).values(
            id=user_id,
            email=normal_email(email),
            name=name,
            role=role,
            language=language,
            active=True,
            created_at=at,
            responder_id=responder_id,
        )
    )
    return user_id


def change(connection: Connection, user_id: str, **values: Any) -> None:
    """Set columns of a user's row."""
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


@dataclass(frozen=True)
class Session:
    """A log-in that has not ended. ``proved_at``: when they last proved who they are."""

    id: str
    user_id: str
    began_at: datetime
    seen_at: datetime
    proved_at: datetime
    means: str
    browser: str


_SESSION = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.began_at,
    sessions.c.seen_at,
    sessions.c.proved_at,
    sessions.c.means,
    sessions.c.browser,
)


def begin_session(
    connection: Connection, user_id: str, token_sha256: str, at: datetime, means: str, browser: str
) -> str:
    """Write down a log-in and return its id."""
    session_id = new_id()
    connection.execute(
        insert(sessions).values(
            id=session_id,
            token_sha256=token_sha256,
            user_id=user_id,
            began_at=at,
            seen_at=at,
            proved_at=at,
            means=means,
            browser=browser[:64],
        )
    )
    return session_id


def find_session(connection: Connection, token_sha256: str) -> tuple[Session, User] | None:
    """Return the log-in with this token and its user, or ``None``. Limits are not looked at."""
    query = (
        select(*_SESSION, *(column.label(f"user_{column.name}") for column in _COLUMNS))
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.token_sha256 == token_sha256)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    values = tuple(row)
    return Session(*values[: len(_SESSION)]), User(*values[len(_SESSION) :])


def sessions_of(connection: Connection, user_id: str) -> list[Session]:
    """Return a user's log-ins, the one used last first."""
    query = select(*_SESSION).where(sessions.c.user_id == user_id)
    return [Session(*row) for row in connection.execute(query.order_by(sessions.c.seen_at.desc()))]


def touch_session(connection: Connection, session_id: str, **values: Any) -> None:
    """Set columns of a log-in's row."""
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))


def end_session(connection: Connection, session_id: str, user_id: str) -> bool:
    """End one log-in of this user; tell whether there was one."""
    gone = delete(sessions).where(sessions.c.id == session_id, sessions.c.user_id == user_id)
    return connection.execute(gone).rowcount > 0


def end_sessions(connection: Connection, user_id: str, but: str | None = None) -> int:
    """End all log-ins of a user, but the one with the id ``but``; return how many."""
    gone = delete(sessions).where(sessions.c.user_id == user_id)
    if but is not None:
        gone = gone.where(sessions.c.id != but)
    return connection.execute(gone).rowcount


def forget_stale_sessions(connection: Connection, *, begun: datetime, seen: datetime) -> int:
    """Delete log-ins that began before ``begun`` or were last used before ``seen``."""
    stale = (sessions.c.began_at < begun) | (sessions.c.seen_at < seen)
    return connection.execute(delete(sessions).where(stale)).rowcount


def responder_named(connection: Connection, service_id: str, name: str) -> str | None:
    """Return the id of a service's responder by name, or ``None``."""
    query = select(responders.c.id).where(
        responders.c.service_id == service_id, responders.c.name == name
    )
    found: str | None = connection.execute(query).scalar()
    return found


def at_least(role: str) -> Sequence[str]:
    """Return the roles that may do what ``role`` may."""
    return ROLES[ROLES.index(role) :]

"""What log-in keeps beside the users: second factors, passkeys, one-time links, failures.

Whatever may be used only once is used up by a guarded statement, so that two requests at the
same moment cannot both succeed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, insert, select, update

from logging_db.columns import new_id
from logging_db.engine import insert_if_absent
from logging_db.tables import log_in_failures, log_in_links, passkeys, users


@dataclass(frozen=True)
class Credentials:
    """What somebody proves themselves with. ``recovery_codes`` are digests of the unused."""

    id: str
    email: str
    name: str
    active: bool
    password_hash: str | None
    totp_secret: str | None
    totp_counter: int | None
    recovery_codes: tuple[str, ...]
    passkey_handle: str | None


def credentials(
    connection: Connection, *, email: str | None = None, user_id: str | None = None
) -> Credentials | None:
    """Return the credentials of the user with this address or this id, or ``None``."""
    wanted = users.c.id == user_id if user_id is not None else users.c.email == email
    query = select(
        users.c.id,
        users.c.email,
        users.c.name,
        users.c.active,
        users.c.password_hash,
        users.c.totp_secret,
        users.c.totp_counter,
        users.c.recovery_codes,
        users.c.passkey_handle,
    )
    row = connection.execute(query.where(wanted)).first()
    if row is None:
        return None
    values = dict(row._mapping)
    return Credentials(**values | {"recovery_codes": tuple(values["recovery_codes"] or ())})


def use_totp(connection: Connection, user_id: str, counter: int) -> bool:
    """Use up an authenticator's code; ``False`` where it, or a later one, was used before."""
    unused = users.c.totp_counter.is_(None) | (users.c.totp_counter < counter)
    used = update(users).where(users.c.id == user_id, unused).values(totp_counter=counter)
    return connection.execute(used).rowcount == 1


def use_recovery_code(connection: Connection, user_id: str, digest: str) -> bool:
    """Use up a recovery code; ``False`` where there is no such code (any more)."""
    query = select(users.c.recovery_codes).where(users.c.id == user_id).with_for_update()
    left = list(connection.execute(query).scalar() or ())
    if digest not in left:
        return False
    left.remove(digest)
    connection.execute(update(users).where(users.c.id == user_id).values(recovery_codes=left))
    return True


@dataclass(frozen=True)
class Passkey:
    """A passkey of somebody. ``used_at`` is when it last logged them in, or was made."""

    id: str
    user_id: str
    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    created_at: datetime
    used_at: datetime


_PASSKEY = (
    passkeys.c.id,
    passkeys.c.user_id,
    passkeys.c.name,
    passkeys.c.credential_id,
    passkeys.c.public_key,
    passkeys.c.sign_count,
    passkeys.c.transports,
    passkeys.c.created_at,
    passkeys.c.used_at,
)


def _passkey(row: Any) -> Passkey:
    values = dict(row._mapping)
    return Passkey(**values | {"transports": tuple(values["transports"] or ())})


def passkeys_of(connection: Connection, user_id: str) -> list[Passkey]:
    """Return somebody's passkeys, the oldest first."""
    query = select(*_PASSKEY).where(passkeys.c.user_id == user_id)
    return [_passkey(row) for row in connection.execute(query.order_by(passkeys.c.created_at))]


def passkey(connection: Connection, credential_id: bytes) -> Passkey | None:
    """Return the passkey that calls itself so, or ``None``."""
    query = select(*_PASSKEY).where(passkeys.c.credential_id == credential_id)
    row = connection.execute(query).first()
    return None if row is None else _passkey(row)


def add_passkey(connection: Connection, user_id: str, at: datetime, **values: Any) -> bool:
    """Insert a passkey; ``False`` where its credential is known already."""
    row = {"id": new_id(), "user_id": user_id, "created_at": at, "used_at": at, **values}
    return insert_if_absent(connection, passkeys, row)


def use_passkey(connection: Connection, passkey_id: str, sign_count: int, at: datetime) -> None:
    """Write down that a passkey has logged somebody in."""
    used = update(passkeys).where(passkeys.c.id == passkey_id)
    connection.execute(used.values(sign_count=sign_count, used_at=at))


def remove_passkey(connection: Connection, passkey_id: str, user_id: str) -> bool:
    """Delete a passkey of this user; tell whether there was one."""
    gone = delete(passkeys).where(passkeys.c.id == passkey_id, passkeys.c.user_id == user_id)
    return connection.execute(gone).rowcount > 0


def remove_second_factors(connection: Connection, user_id: str) -> None:
    """Take everything but the password away, as for somebody who has lost the rest."""
    connection.execute(delete(passkeys).where(passkeys.c.user_id == user_id))
    none = {"totp_secret": None, "totp_counter": None, "recovery_codes": None}
    connection.execute(update(users).where(users.c.id == user_id).values(**none))


@dataclass(frozen=True)
class Link:
    """A one-time address: for whom, and for what (``invitation`` or ``reset``)."""

    user_id: str
    purpose: str
    expires_at: datetime


def put_link(connection: Connection, digest: str, link: Link) -> None:
    """Keep a link; one that the user had before ends."""
    connection.execute(delete(log_in_links).where(log_in_links.c.user_id == link.user_id))
    connection.execute(
        insert(log_in_links).values(
            token_sha256=digest,
            user_id=link.user_id,
            purpose=link.purpose,
            expires_at=link.expires_at,
        )
    )


def find_link(connection: Connection, digest: str, at: datetime) -> Link | None:
    """Return the link with this digest, unless it is over."""
    query = select(log_in_links.c.user_id, log_in_links.c.purpose, log_in_links.c.expires_at)
    row = connection.execute(query.where(log_in_links.c.token_sha256 == digest)).first()
    return Link(*row) if row is not None and at < row.expires_at else None


def use_link(connection: Connection, digest: str, at: datetime) -> bool:
    """Use a link up; ``False`` where it is over or was used before."""
    gone = delete(log_in_links).where(
        log_in_links.c.token_sha256 == digest, log_in_links.c.expires_at > at
    )
    return connection.execute(gone).rowcount == 1


def note_failure(connection: Connection, key: str, at: datetime, within: timedelta) -> int:
    """Count a failure; after a pause of ``within`` the count begins anew. Returns the count."""
    insert_if_absent(connection, log_in_failures, {"key": key, "count": 0, "last_at": at})
    count = case((log_in_failures.c.last_at < at - within, 1), else_=log_in_failures.c.count + 1)
    one = log_in_failures.c.key == key
    connection.execute(update(log_in_failures).where(one).values(count=count, last_at=at))
    counted = connection.execute(select(log_in_failures.c.count).where(one)).scalar_one()
    return int(counted)


def failures(connection: Connection, key: str) -> tuple[int, datetime] | None:
    """Return how many failures there were lately and when the last was, or ``None``."""
    query = select(log_in_failures.c.count, log_in_failures.c.last_at)
    row = connection.execute(query.where(log_in_failures.c.key == key)).first()
    return None if row is None else (row[0], row[1])


def forget_failures(connection: Connection, key: str) -> None:
    """Begin the count of a key anew."""
    connection.execute(delete(log_in_failures).where(log_in_failures.c.key == key))


def forget_old_failures(connection: Connection, before: datetime) -> None:
    """Delete counts that nobody has added to since ``before``."""
    connection.execute(delete(log_in_failures).where(log_in_failures.c.last_at < before))

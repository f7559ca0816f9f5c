"""One-time addresses by which somebody chooses a password: invitations and resets.

A link does not log anybody in and leaves the second factor as it is. ``make`` returns the
address for whoever passes it on: a person now, an e-mail once :mod:`notices` sends it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection

from logging_db import log_in
from logging_db.log_in import Link

GOOD_FOR = {"invitation": timedelta(days=7), "reset": timedelta(hours=24)}
PATH = "/login/link/"


def make(connection: Connection, user_id: str, purpose: str, at: datetime) -> tuple[str, datetime]:
    """Return the path of a new link and when it is over; a link made before is over now."""
    token = secrets.token_urlsafe(24)
    expires = at + GOOD_FOR[purpose]
    log_in.put_link(connection, digest(token), Link(user_id, purpose, expires))
    return PATH + token, expires


def digest(token: str) -> str:
    """Return what the table knows a link by."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Identifiers and dates in the provider's notation."""

from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import uuid4


def new_sid(prefix: str) -> str:
    """Return a fresh identifier: ``prefix`` (CA, CF, QU, ...) and 32 hexadecimal digits."""
    return prefix + uuid4().hex


def rfc2822(at: datetime | None) -> str | None:
    """Return ``at`` as the REST API writes dates, ``Thu, 01 Jun 2017 20:48:32 +0000``."""
    return None if at is None else format_datetime(at.astimezone(UTC))


def stamp(at: datetime) -> str:
    """Return ``at`` as a webhook's ``Timestamp`` parameter."""
    return format_datetime(at.astimezone(UTC))


def whole_seconds(start: datetime | None, end: datetime | None) -> int:
    """Return the full seconds from ``start`` to ``end``; 0 when either is unknown."""
    if start is None or end is None:
        return 0
    return max(0, int((end - start).total_seconds()))

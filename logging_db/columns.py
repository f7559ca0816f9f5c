"""Column types that behave alike on SQLite and PostgreSQL."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

ID = String(32)
_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """Return a fresh random row id: 32 hexadecimal digits, fit for an address or a log."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Tell whether ``text``, out of an address, can be the id of a row at all."""
    return _ID.fullmatch(text) is not None


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware, in UTC, going in and coming out.

    SQLite keeps no offset, so the offset is put back on the way out. A naive value is
    refused: it would silently mean somebody's local time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 # the library hands it over
    ) -> datetime | None:
        """Turn an aware instant into UTC; raise ``ValueError`` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A naive time cannot be stored: {value!r}. Give it a zone.")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: Any | None,
        dialect: Dialect,  # noqa: ARG002 # the library hands it over
    ) -> datetime | None:
        """Return the stored instant as aware UTC."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)

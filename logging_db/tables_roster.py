"""The roster: lines, hours, closures, people, shifts and who stands in them."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Time,
    UniqueConstraint,
    text,
)

from logging_db.columns import ID, UtcDateTime
from logging_db.tables_base import metadata

lines = Table(
    "lines",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("languages", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("caller_id", String(16), nullable=False),
    Column("fallback_number", String(16)),
    Column("ring_seconds", Integer, nullable=False),
    Column("max_wait_seconds", Integer, nullable=False),
    Column("wrap_up_seconds", Integer, nullable=False),
    Column("callback_when_closed", Boolean, nullable=False),
)

opening_hours = Table(
    "opening_hours",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("weekday", SmallInteger, nullable=False),  # 0 is Monday
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),  # at or before `opens`: the next day
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

closures = Table(
    "closures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("names", JSON, nullable=False),
    UniqueConstraint("line_id", "day"),
)

partner_services = Table(
    "partner_services",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("names", JSON, nullable=False),
)

responders = Table(
    "responders",
    metadata,
    Column("id", ID, primary_key=True),
    Column("service_id", ForeignKey("partner_services.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("phone", LargeBinary, nullable=False),  # encrypted
    Column("languages", JSON, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("service_id", "name"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("service_id", ForeignKey("partner_services.id"), nullable=False),
    Column("position", Integer, nullable=False),  # among the line's shifts: ring order
    Column("weekday", SmallInteger),  # every week on this day, or …
    Column("day", Date),  # … once, on this one
    Column("starts", Time, nullable=False),  # local wall time
    Column("ends", Time, nullable=False),  # at or before `starts`: the next day
    Column("needed", Integer, nullable=False),
    CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name="weekly_or_dated"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("shift_id", ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # ring order
    UniqueConstraint("shift_id", "responder_id"),
)

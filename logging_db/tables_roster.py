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
    Column("policy", String(16), nullable=False, server_default="longest_idle"),
    Column("ring_at_once", SmallInteger, nullable=False, server_default="3"),
    Column("backup_after_seconds", Integer, nullable=False, server_default="60"),
    Column("greet_first", Boolean, nullable=False, server_default=text("false")),
    Column("tell_wait", Boolean, nullable=False, server_default=text("true")),
)

# Further numbers of a line, each of which stands for a language: whoever rings it is not asked.
line_numbers = Table(
    "line_numbers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("language", String(8), nullable=False),
)

# Who stands by behind the people on duty, in ring order.
line_backups = Table(
    "line_backups",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("position", SmallInteger, nullable=False),
    UniqueConstraint("line_id", "responder_id"),
)

opening_hours = Table(
    "opening_hours",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("weekday", SmallInteger, nullable=False),  # 0 is Monday
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),  # at or before `opens`: the next day
    Column("since", Date),  # the local days on which they hold, half-open; NULL: always
    Column("until", Date),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

closures = Table(
    "closures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("names", JSON, nullable=False),
    Column("origin", String(8), nullable=False, server_default="file"),  # file, hand
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
    Column("verified_at", UtcDateTime),  # when the number was last proved by a code
    Column("remind_day", Boolean, nullable=False, server_default=text("true")),
    Column("remind_hour", Boolean, nullable=False, server_default=text("true")),
    Column("remind_by", String(8), nullable=False, server_default="email"),  # or sms
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),  # no file's any more
    Column("file_service", String(64)),  # the code and the name by which a file knows them, …
    Column("file_name", String(200)),  # … where by_hand; NULL: no file ever named them
    UniqueConstraint("service_id", "name"),
)

# Weeks kept by name, to be laid over dated weeks. Weekly shifts of no template are the
# standing week: they hold wherever nothing else was decided.
templates = Table(
    "templates",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("line_id", "name"),
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
    Column("starts", Time, nullable=False),  # local wall time in `zone`
    Column("ends", Time, nullable=False),  # at or before `starts`: the next day
    Column("zone", String(64), nullable=False),
    Column("needed", Integer, nullable=False),
    Column("languages", JSON, nullable=False, server_default="[]"),  # wanted among its people
    Column("origin", String(8), nullable=False, server_default="file"),  # file, hand, import
    Column("version", Integer, nullable=False, server_default="1"),  # raised by every change
    # Of weekly shifts: the days on which they hold, half-open; and the template, if any.
    Column("since", Date),
    Column("until", Date),
    Column("template_id", ForeignKey("templates.id", ondelete="CASCADE")),
    # A dated shift can stand for one occurrence of a weekly one, and may call it off.
    Column("weekly_id", ForeignKey("shifts.id", ondelete="SET NULL")),
    Column("weekly_day", Date),
    Column("cancelled", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name="weekly_or_dated"),
    UniqueConstraint("weekly_id", "weekly_day"),
    Index("ix_shifts_line_id_day", "line_id", "day"),
    Index("ix_shifts_day", "day"),
    # Few shifts are of a template; an index of the others would be chosen and be of no use.
    Index("ix_shifts_template_id", "template_id",
          sqlite_where=text("template_id IS NOT NULL"),
          postgresql_where=text("template_id IS NOT NULL")),
)  # fmt: skip

assignments = Table(
    "assignments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("shift_id", ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # ring order
    UniqueConstraint("shift_id", "responder_id"),
)

# Somebody stands in for one person in one dated shift, for all of it or from one wall time
# to another. The stand-in can be stood in for in turn.
substitutions = Table(
    "substitutions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("shift_id", ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("instead_of", ForeignKey("responders.id"), nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("starts", Time),  # NULL: from the beginning of the shift
    Column("ends", Time),  # NULL: to its end
    Column("position", Integer, nullable=False),  # the order in which they were decided
)

absences = Table(
    "absences",
    metadata,
    Column("id", ID, primary_key=True),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    CheckConstraint("starts_at < ends_at", name="in_order"),
)

# "I can't": said by a responder, about one shift. It changes nothing by itself.
absence_reports = Table(
    "absence_reports",
    metadata,
    Column("id", ID, primary_key=True),
    Column("shift_id", ID, nullable=False),  # no reference: what was said outlives the shift
    Column("day", Date, nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),  # arranged, or taken back
    Index("ix_absence_reports_open", "day", sqlite_where=text("settled_at IS NULL"),
          postgresql_where=text("settled_at IS NULL")),
)  # fmt: skip

# "Will you stand in for me?": becomes a substitution when the other person accepts.
substitution_proposals = Table(
    "substitution_proposals",
    metadata,
    Column("id", ID, primary_key=True),
    Column("shift_id", ID, nullable=False),
    Column("day", Date, nullable=False),
    Column("instead_of", ForeignKey("responders.id"), nullable=False),
    Column("responder_id", ForeignKey("responders.id"), nullable=False),
    Column("starts", Time),
    Column("ends", Time),
    Column("state", String(12), nullable=False),  # proposed, accepted, declined, withdrawn
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)

# Every change of the roster: who, when, and the rows before and after, so that it can be
# taken back. Numbers never stand in it.
roster_changes = Table(
    "roster_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="SET NULL")),
    Column("who", String(200), nullable=False),
    Column("line_id", ID),
    Column("kind", String(32), nullable=False),  # names the words
    Column("details", JSON, nullable=False),  # for the words
    Column("images", JSON, nullable=False),  # [{table, id, before, after}]
    Column("undoes", Integer),
    Column("undone_by", Integer),
    Index("ix_roster_changes_at", "at"),
)

# Private calendar addresses. The token itself is shown once and not kept.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("responder_id", ForeignKey("responders.id", ondelete="CASCADE")),
    Column("service_id", ForeignKey("partner_services.id", ondelete="CASCADE")),
    Column("language", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("(responder_id IS NULL) <> (service_id IS NULL)", name="one_owner"),
)

# A responder's number is proved by a call that asks for a code shown on the screen. The
# number waits here, encrypted, until then; afterwards it is erased from this row.
number_checks = Table(
    "number_checks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("number", LargeBinary),  # encrypted; NULL as soon as the check is over
    Column("code_sha256", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("state", String(12), nullable=False),  # asked, ringing, proved, failed, expired
    Column("tries", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("placing_at", UtcDateTime),  # written before the provider is called
    Column("provider_sid", String(64), unique=True),
    Column("closed_at", UtcDateTime),
    CheckConstraint("(closed_at IS NULL) OR (number IS NULL)", name="erased_when_closed"),
    Index("uq_number_checks_open", "responder_id", unique=True,
          sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
)  # fmt: skip

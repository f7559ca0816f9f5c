"""People who log in, and what they are told."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from logging_db.columns import ID, UtcDateTime
from logging_db.tables_base import metadata

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),  # responder, coordinator, administrator
    Column("language", String(8), nullable=False),
    Column("password_hash", String(255)),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# The outbox: the row is the truth, and nothing is sent that is not written here first.
# Addresses are looked up when it is sent; none is kept here.
notices = Table(
    "notices",
    metadata,
    Column("id", ID, primary_key=True),
    # What it is about: the same word twice is not told twice.
    Column("key", String(160), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),  # names the words
    Column("channel", String(8), nullable=False),  # email, sms
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("responder_id", ForeignKey("responders.id", ondelete="CASCADE")),
    Column("language", String(8), nullable=False),
    Column("params", JSON, nullable=False),  # names and times for the words; never a number
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),  # after that it is not worth sending
    Column("attempts", Integer, nullable=False),
    Column("trying_at", UtcDateTime),  # written before the attempt
    Column("sent_at", UtcDateTime),
    Column("dropped_at", UtcDateTime),  # expired, refused or no longer true
    Column("error", String(64)),
    Index("ix_notices_open", "due_at",
          sqlite_where=text("sent_at IS NULL AND dropped_at IS NULL"),
          postgresql_where=text("sent_at IS NULL AND dropped_at IS NULL")),
)  # fmt: skip

"""People who log in, and what they are told."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

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
    # Whose shifts are theirs, where they answer the telephone themselves.
    Column("responder_id", ForeignKey("responders.id", ondelete="SET NULL"), index=True),
    Column("totp_secret", Text),  # encrypted; NULL: no authenticator app
    Column("totp_counter", BigInteger),  # of the last code used: none works twice
    Column("recovery_codes", JSON),  # digests of those not used yet
    Column("passkey_handle", String(64), unique=True),  # what their passkeys know them by
)

# Who is logged in where. The browser keeps a token, we keep its digest; a row that is gone
# is a log-in that has ended.
sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("proved_at", UtcDateTime, nullable=False),  # when they last proved who they are
    Column("means", String(16), nullable=False),  # how: password, code, recovery, passkey
    Column("browser", String(64), nullable=False),  # "Firefox, Linux": never an address
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
)

# Addresses that let somebody choose a password, once: invitations and resets.
log_in_links = Table(
    "log_in_links",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("purpose", String(12), nullable=False),  # invitation, reset
    Column("expires_at", UtcDateTime, nullable=False),
)

# Failed log-ins by what was tried; keyed digests, so that the table names nobody.
log_in_failures = Table(
    "log_in_failures",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
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

"""Calls, callbacks, consents, offers, and the outbound calls that we place."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from logging_db.columns import ID, UtcDateTime
from logging_db.tables_base import metadata

calls = Table(
    "calls",
    metadata,
    Column("id", ID, primary_key=True),
    Column("provider_sid", String(64), nullable=False, unique=True),
    Column("line_id", ForeignKey("lines.id"), nullable=False),
    Column("language", String(8)),
    Column("state", String(12), nullable=False),  # routing.states
    Column("place", String(8), nullable=False),  # what the caller hears: words, queue, room
    Column("pending", String(12)),  # the outcome, should the caller hang up now
    Column("outcome", String(12)),  # set once, with ended_at
    Column("received_at", UtcDateTime, nullable=False),
    Column("waiting_at", UtcDateTime),  # keeps the place in the line
    Column("wait_until", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("offer_id", ID),  # the offer that was taken
    Column("asked_at", UtcDateTime),  # when the provider was last asked to move the caller
    Column("seen_at", UtcDateTime, nullable=False),  # when the provider last spoke of it
    Column("front", Boolean, nullable=False, server_default=text("false")),  # before all others
    Column("wanted_responder_id", ID),  # whom a coordinator chose for it …
    Column("wanted_until", UtcDateTime),  # … and until when nobody else is rung
    Index("ix_calls_open", "line_id", "state", sqlite_where=text("ended_at IS NULL"),
          postgresql_where=text("ended_at IS NULL")),
    Index("ix_calls_received_at", "received_at"),
)  # fmt: skip

call_events = Table(
    "call_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("detail", String(64)),  # an id, a status or a code; never a number
)

callback_requests = Table(
    "callback_requests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False, unique=True),
    Column("line_id", ForeignKey("lines.id"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("number", LargeBinary),  # encrypted; NULL as soon as the request is closed
    Column("state", String(12), nullable=False),  # due, taken, closed
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("offer_id", ID),  # the offer that took it
    Column("attempts", Integer, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(16)),  # reached, unreachable, expired, withdrawn
    Index("ix_callback_requests_open", "line_id", "due_at",
          sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
    CheckConstraint("(closed_at IS NULL) OR (number IS NULL)", name="erased_when_closed"),
)  # fmt: skip

consents = Table(
    "consents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("callback_id", ForeignKey("callback_requests.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("wording", String(64), nullable=False),  # which words were spoken …
    Column("wording_sha256", String(64), nullable=False),  # … and exactly which
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

offers = Table(
    "offers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id"), nullable=False),
    Column("call_id", ForeignKey("calls.id"), index=True),
    Column("callback_id", ForeignKey("callback_requests.id"), index=True),
    Column("responder_id", ForeignKey("responders.id"), nullable=False),
    Column("state", String(12), nullable=False),  # routing.states
    # While TRUE the responder is busy with it: rung, talking, or still being told.
    Column("open", Boolean, nullable=False),
    Column("offered_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    # Until when they write up; NULL: as long after `closed_at` as the line says.
    Column("wrap_until", UtcDateTime),
    Column("room_id", ID),  # the offer in whose room it takes place; NULL: its own
    Column("conference_sid", String(64)),  # the provider's id of its room
    Column("held", Boolean, nullable=False, server_default=text("false")),  # the caller: wanted …
    Column("held_there", Boolean, nullable=False, server_default=text("false")),  # … and done
    Column("hold_asked_at", UtcDateTime),  # when the provider was last asked for it
    # Asked for, and nobody knows whether it was done: no answer, or whoever asked died.
    Column("hold_unclear", Boolean, nullable=False, server_default=text("false")),
    # Whether something of the room is yet to be brought about: the hold, how it ends.
    Column("unsettled", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("(call_id IS NULL) <> (callback_id IS NULL)", name="one_work"),
    # One person is never rung for two things: the database itself refuses it.
    Index("uq_offers_one_open_a_responder", "responder_id", unique=True,
          sqlite_where=text("open"), postgresql_where=text("open")),
    Index("ix_offers_responder_id_closed_at", "responder_id", "closed_at"),
    Index("ix_offers_unsettled", "id", sqlite_where=text("unsettled"),
          postgresql_where=text("unsettled")),
)  # fmt: skip

callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("callback_id", ForeignKey("callback_requests.id"), nullable=False, index=True),
    Column("offer_id", ForeignKey("offers.id"), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", String(16)),  # reached, busy, no-answer, failed, canceled
    UniqueConstraint("offer_id"),
)

# Outbound calls that we place: to a responder (an offer), or to a caller (a callback).
legs = Table(
    "legs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("party", String(12), nullable=False),  # responder, caller, guest
    Column("offer_id", ForeignKey("offers.id"), nullable=False, index=True),
    Column("provider_sid", String(64), unique=True),
    Column("state", String(12), nullable=False),  # routing.states
    Column("wanted", Boolean, nullable=False),  # FALSE: it must end
    Column("place_at", UtcDateTime, nullable=False),  # by the pace of outbound calls
    Column("placing_at", UtcDateTime),  # written before the provider is called
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ending", String(16)),  # the provider's last word: completed, busy, …
    Column("asked_at", UtcDateTime),  # when the provider was last asked to end it
    Column("ends_room", Boolean),  # whether the room ends with them, as the provider knows it
    Column("ends_unclear", Boolean, nullable=False, server_default=text("false")),  # as above
    Index("uq_legs_offer_id_party", "offer_id", "party", unique=True,
          sqlite_where=text("party <> 'guest'"), postgresql_where=text("party <> 'guest'")),
    Index("ix_legs_open", "place_at", sqlite_where=text("ended_at IS NULL"),
          postgresql_where=text("ended_at IS NULL")),
)  # fmt: skip

# Somebody who is rung into a room: a colleague, a contact, or a number that was keyed in.
guests = Table(
    "guests",
    metadata,
    Column("leg_id", ForeignKey("legs.id"), primary_key=True),
    Column("kind", String(12), nullable=False),  # contact, number, colleague
    Column("contact_id", ForeignKey("contacts.id", ondelete="SET NULL")),
    Column("responder_id", ForeignKey("responders.id")),
    Column("number", LargeBinary),  # encrypted; of kind `number` only, NULL as soon as it is over
    Column("asked_at", UtcDateTime, nullable=False),
    Column("joined_at", UtcDateTime),  # when they came into the room
)

# Whom responders may bring into a room: interpreters, welfare offices, …
contacts = Table(
    "contacts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # interpreter, service, other
    Column("languages", JSON, nullable=False),
    Column("number", LargeBinary, nullable=False),  # encrypted
    Column("note", String(500), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("changed_at", UtcDateTime, nullable=False),
)

# Comparing the book with the provider's list of calls, every night.
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("compared", Integer, nullable=False, server_default="0"),
    Column("failure", String(200)),
    UniqueConstraint("since", "until"),
)

discrepancies = Table(
    "discrepancies",
    metadata,
    Column("id", ID, primary_key=True),
    Column("reconciliation_id", ForeignKey("reconciliations.id", ondelete="CASCADE"),
           nullable=False),
    Column("kind", String(24), nullable=False),
    Column("provider_sid", String(64), nullable=False),
    Column("call_id", ID),
    Column("leg_id", ID),
    Column("detail", String(64)),  # a status, seconds; never a number
    Column("mended_at", UtcDateTime),
    UniqueConstraint("reconciliation_id", "kind", "provider_sid"),
)  # fmt: skip

# When the next outbound call may be placed; one row.
pace = Table(
    "pace",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("next_at", Float, nullable=False),  # seconds since the epoch
)

# Who is on duty and yet not rung: they pause, or missed several offers in a row.
pauses = Table(
    "pauses",
    metadata,
    Column("id", ID, primary_key=True),
    Column("responder_id", ForeignKey("responders.id"), nullable=False, index=True),
    Column("reason", String(12), nullable=False),  # own, missed, coordinator
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("uq_pauses_one_a_responder", "responder_id", unique=True,
          sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
)  # fmt: skip

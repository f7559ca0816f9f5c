"""What lines say in their own words, and the sounds that they play."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from logging_db.columns import ID, UtcDateTime
from logging_db.tables_base import metadata

# What a line says in its own words, instead of ours: a text, or a recording.
line_words = Table(
    "line_words",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", String(1000)),
    Column("recording_id", ForeignKey("recordings.id"), index=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", ID),  # a user; no foreign key: the words outlive them
    UniqueConstraint("line_id", "key", "language"),
    CheckConstraint("(text IS NULL) <> (recording_id IS NULL)", name="text_or_recording"),
)

# Sounds that a line plays: mono, 16 bit, 8 kHz WAV, as they are heard.
recordings = Table(
    "recordings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(200), nullable=False),  # of the file that was uploaded
    Column("sound", LargeBinary, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("transcript", String(1000), nullable=False, server_default=""),  # what it says
    Column("made_at", UtcDateTime, nullable=False),
)

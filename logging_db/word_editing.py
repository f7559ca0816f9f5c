"""What lines say in their own words, as those see it who edit it; recordings kept and removed.

The words themselves are changed in :mod:`planning.line_words`, with a way back. A recording
is kept before anybody decides to use it, so that it can be listened to first, and some time
after its last use, so that the decision can be taken back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, literal, select

from logging_db.columns import is_id, new_id
from logging_db.tables import counters, line_words, recordings, roster_changes, users

UNDECIDED = timedelta(days=1)
"""How long a recording waits to be used."""

WAY_BACK = timedelta(days=30)
"""How long a recording is kept after the last change that had to do with it."""

KINDS = ("words_changed", "words_taken_back", "undo")
"""The changes that can have to do with recordings."""


@dataclass(frozen=True)
class Recorded:
    """A recording without its sound. ``name`` is that of the file; ``transcript`` what it says."""

    id: str
    line_id: str
    name: str
    seconds: float
    transcript: str


@dataclass(frozen=True)
class Own:
    """What a line says itself: a text or a recording; when it was decided, and by whom.

    ``who`` is ``None`` where the user is no longer there.
    """

    text: str | None
    recording: Recorded | None
    changed_at: datetime
    who: str | None


def own_words(connection: Connection, line_id: str) -> Mapping[tuple[str, str], Own]:
    """Return what a line says in its own words, by key and language."""
    query = (
        select(line_words, users.c.name.label("who"), *_about())
        .outerjoin(users, users.c.id == line_words.c.changed_by)
        .outerjoin(recordings, recordings.c.id == line_words.c.recording_id)
        .where(line_words.c.line_id == line_id)
    )
    return {(row.key, row.language): _own(row) for row in connection.execute(query)}


def _about() -> list[Any]:
    return [
        recordings.c.name.label("file"),
        recordings.c.seconds,
        recordings.c.transcript,
    ]


def _own(row: Any) -> Own:
    recorded = None
    if row.recording_id is not None:
        recorded = Recorded(row.recording_id, row.line_id, row.file, row.seconds, row.transcript)
    return Own(row.text, recorded, row.changed_at, row.who)


def keep_recording(
    connection: Connection, recorded: Recorded, sound: bytes, at: datetime
) -> Recorded:
    """Keep a sound to be listened to; nothing plays it yet. Returns it with its id."""
    kept = Recorded(
        new_id(), recorded.line_id, recorded.name, recorded.seconds, recorded.transcript
    )
    connection.execute(insert(recordings).values(**vars(kept), sound=sound, made_at=at))
    return kept


def recorded(connection: Connection, recording_id: str) -> Recorded | None:
    """Return what is known of a recording, if it is (still) there."""
    if not is_id(recording_id):
        return None
    query = select(recordings.c.id, recordings.c.line_id, *_about())
    row = connection.execute(query.where(recordings.c.id == recording_id)).one_or_none()
    if row is None:
        return None
    return Recorded(row.id, row.line_id, row.file, row.seconds, row.transcript)


def saying(connection: Connection, recorded: Recorded, transcript: str, at: datetime) -> str:
    """Return the id of the recording with this transcript: itself, or a copy that says so.

    A recording never changes: what was written of it before can be had back, and whoever
    looks at it notices that another has taken its place.
    """
    if transcript == recorded.transcript:
        return recorded.id
    this = recordings.c.id == recorded.id
    new = {"id": new_id(), "transcript": transcript, "made_at": at}
    names = recordings.c.keys()
    taken = [
        literal(new[name], recordings.c[name].type) if name in new else recordings.c[name]
        for name in names
    ]
    connection.execute(insert(recordings).from_select(names, select(*taken).where(this)))
    return str(new["id"])


def drop_recording(connection: Connection, recording_id: str) -> bool:
    """Delete a recording that somebody has decided against; one in use stays. Tells which."""
    _wait_for_changes(connection)
    this = recordings.c.id == recording_id
    found = connection.execute(delete(recordings).where(this, recordings.c.id.not_in(_used())))
    return found.rowcount > 0


def forget_unused(connection: Connection, at: datetime) -> int:
    """Delete the recordings that nobody plays and nobody needs for a way back; return how many."""
    _wait_for_changes(connection)
    waiting = select(recordings.c.id).where(
        recordings.c.id.not_in(_used()), recordings.c.made_at <= at - UNDECIDED
    )
    unused = set(connection.execute(waiting).scalars())
    if unused:
        unused -= _needed_for_a_way_back(connection, at)
        connection.execute(delete(recordings).where(recordings.c.id.in_(unused)))
    return len(unused)


def _wait_for_changes(connection: Connection) -> None:
    """Stand in the queue of changes of the roster: none under way puts a recording to use."""
    own = counters.c.name == "roster"
    connection.execute(select(counters.c.value).where(own).with_for_update())


def _used() -> Select[tuple[Any]]:
    return select(line_words.c.recording_id).where(line_words.c.recording_id.is_not(None))


def _needed_for_a_way_back(connection: Connection, at: datetime) -> set[str]:
    """Return the recordings that a change not long ago put to use or out of it."""
    query = select(roster_changes.c.images).where(
        roster_changes.c.at > at - WAY_BACK, roster_changes.c.kind.in_(KINDS)
    )
    return {found for images in connection.execute(query).scalars() for found in _named(images)}


def _named(images: Iterable[Mapping[str, Any]]) -> set[str]:
    return {
        values["recording_id"]
        for image in images
        if image["table"] == line_words.name
        for values in (image["before"], image["after"])
        if values and values["recording_id"]
    }

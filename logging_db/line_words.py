"""What lines say in their own words, and the sounds they play: read only.

The words come with the roster, the sounds by id, when one is asked for: a recording never
changes, another one takes its place.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from logging_db.tables import line_words, recordings
from routing.roster import Recording

Words = Mapping[tuple[str, str], str | Recording]
"""A text or a recording, by key and language."""

_SOUND = select(recordings.c.sound).where(recordings.c.id == bindparam("this"))


def by_line(connection: Connection) -> Mapping[str, Words]:
    """Return the words of each line that has some of its own, by the line's id."""
    query = select(
        line_words.c.line_id,
        line_words.c.key,
        line_words.c.language,
        line_words.c.text,
        line_words.c.recording_id,
        recordings.c.seconds,
        recordings.c.transcript,
    ).outerjoin(recordings, recordings.c.id == line_words.c.recording_id)
    found: defaultdict[str, dict[tuple[str, str], str | Recording]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.line_id][row.key, row.language] = _said(row)
    return found


def _said(row: Any) -> str | Recording:
    if row.recording_id is None:
        return str(row.text)
    return Recording(row.recording_id, row.seconds, row.transcript)


def sound(connection: Connection, recording_id: str) -> bytes | None:
    """Return the WAV file of a recording; ``None`` if there is none of that id."""
    found = connection.execute(_SOUND, {"this": recording_id}).scalar_one_or_none()
    return None if found is None else bytes(found)

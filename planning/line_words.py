"""What a line says in its own words: checked, and changed with a way back.

The names in braces are filled in when a sentence is spoken: all of its names must stay, and no
other may come, so that no caller misses a number or hears a brace.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import Connection, Row, select

from logging_db.tables import line_words, recordings
from planning.ledger import Image, Ledger
from planning.objections import Objection, Refused, refuse

LONGEST = 1000  # characters
FILLERS = frozenset("\u034f\u115f\u1160\u3164\uffa0")
"""Letters and marks, by their kind, that nobody sees and no voice says."""

NOTHING = ""
"""The digest where the line says what we say."""


@dataclass(frozen=True)
class Place:
    """Which sentence of which line, in which language."""

    line_id: str
    key: str
    language: str


class WordsMovedError(Refused):
    """Somebody else has changed the words since they were shown. Nothing was changed."""


def digest(text: str | None, recording_id: str | None) -> str:
    """Return what tells these words from others; :data:`NOTHING` for none of its own."""
    if text is None and recording_id is None:
        return NOTHING
    return hashlib.sha256(f"{recording_id}\n{text}".encode()).hexdigest()


def tidied(text: str) -> str:
    """Return a text as it is spoken: every run of spaces and line ends is one space."""
    return " ".join(text.split())


def objections(text: str, names: Collection[str]) -> list[Objection]:
    """Return what speaks against a text (tidied) for a sentence that fills in these names."""
    if not text:
        return [Objection("words_empty")]
    if len(text) > LONGEST:
        return [Objection("words_too_long", {"most": LONGEST, "count": len(text)})]
    unseen = next((sign for sign in text if _unseen(sign)), None)
    if unseen:
        return [Objection("words_unseen", {"sign": f"U+{ord(unseen):04X}"})]
    wrong = list(_wrong_names(text, names))
    if not wrong and not any(sign.isalnum() for sign in _without_names(text)):
        return [Objection("words_empty")]  # nothing but dots and names
    return wrong


def _unseen(sign: str) -> bool:
    """Tell whether nobody sees a sign: control, format, surrogate, private or not assigned."""
    return unicodedata.category(sign).startswith("C") or sign in FILLERS


def _wrong_names(text: str, names: Collection[str]) -> Iterator[Objection]:
    used = _names(text)
    if used is None:
        yield Objection("words_braces")
        return
    known = ", ".join(f"{{{name}}}" for name in names)
    for name in sorted(used - set(names)):
        stranger = {"name": f"{{{name}}}"}
        if names:
            yield Objection("words_name_unknown", {**stranger, "known": known})
        else:
            yield Objection("words_name_needless", stranger)
    for name in names:
        if name not in used:
            yield Objection("words_name_missing", {"name": f"{{{name}}}"})


def _names(text: str) -> set[str] | None:
    """Return the names that stand in braces; ``None`` where braces stand for anything else."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    if "{{" in text or "}}" in text or any(spec or how for _, _, spec, how in parts):
        return None
    return {name for _, name, _, _ in parts if name is not None}


def _without_names(text: str) -> str:
    return "".join(said for said, _, _, _ in Formatter().parse(text))


def say_text(ledger: Ledger, place: Place, text: str, seen: str) -> None:
    """Have a line say a text (tidied and without objections) from now on.

    ``seen`` is the digest of what the person had before them; raises :class:`WordsMovedError`
    if it is not what is there.
    """
    _put(ledger, place, seen, text=text, recording_id=None)


def play(ledger: Ledger, place: Place, recording_id: str, seen: str) -> None:
    """Have a line play a recording of its own from now on."""
    query = select(recordings.c.id).where(
        recordings.c.id == recording_id, recordings.c.line_id == place.line_id
    )
    if ledger.connection.execute(query).one_or_none() is None:
        raise refuse("recording_gone")
    _put(ledger, place, seen, text=None, recording_id=recording_id)


def say_ours(ledger: Ledger, place: Place, seen: str) -> None:
    """Have a line say again what we say."""
    row = _now(ledger, place, seen)
    if row is not None:
        ledger.details |= {"key": place.key, "language": place.language}
        ledger.delete(line_words, [row.id])


def _put(ledger: Ledger, place: Place, seen: str, **words: Any) -> None:
    row = _now(ledger, place, seen)
    if row is not None and all(getattr(row, name) == value for name, value in words.items()):
        return
    ledger.details |= {"key": place.key, "language": place.language}
    words |= {"changed_at": ledger.at, "changed_by": ledger.author.user_id}
    if row is None:
        ledger.insert(line_words, **vars(place), **words)
    else:
        ledger.update(line_words, row.id, **words)


def refuse_lost_recordings(connection: Connection, images: Sequence[Image]) -> None:
    """Refuse to go back to a recording that has been removed since."""
    wanted = {
        image.before["recording_id"]
        for image in images
        if image.table == line_words.name and image.before and image.before["recording_id"]
    }
    if wanted:
        query = select(recordings.c.id).where(recordings.c.id.in_(wanted))
        if set(connection.execute(query).scalars()) != wanted:
            raise refuse("recording_gone")


def _now(ledger: Ledger, place: Place, seen: str) -> Row[Any] | None:
    """Return the row that holds the words, unless it is not what was ``seen``."""
    query = select(line_words).where(
        *(line_words.c[name] == value for name, value in vars(place).items())
    )
    row = ledger.connection.execute(query).one_or_none()
    if seen != (NOTHING if row is None else digest(row.text, row.recording_id)):
        raise WordsMovedError([Objection("words_moved")])
    return row

"""The words of a line: which texts can be said; changed and taken back on both databases."""

from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from logging_db import word_editing
from logging_db.engine import read, write
from logging_db.line_words import by_line
from logging_db.tables import lines
from logging_db.word_editing import Recorded
from planning import line_words
from planning.ledger import Author, changing
from planning.line_words import NOTHING, Place, WordsMovedError, digest, objections, tidied
from planning.objections import Refused
from planning.undo import undo
from routing.roster import Recording
from tests.test_planning_kit import LINE, NIGHT_LINE, House, house

__all__ = ["house"]  # fixtures

PIECES = [
    "{",
    "}",
    "{{",
    "}}",
    "{line}",
    "{key}",
    "{line!r}",
    "{key:>9}",
    "{0}",
    "Bonjour ",
    "é",
    "\t",
]
NAMES = ("line", "key")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8))
def test_a_text_without_objections_can_always_be_spoken(pieces: list[str]):
    text = tidied("".join(pieces))
    if not objections(text, NAMES):
        spoken = text.format(line="Allo", key=1)
        assert "Allo" in spoken
        assert "1" in spoken
        assert not set("{}") & set(spoken)
        assert spoken.isprintable()


def place(house: House) -> Place:
    return Place(house[LINE], "welcome", "fr")


def say(house: House, text: str, seen: str, kind: str = "words_changed") -> None:
    with (
        write(house.engine) as connection,
        changing(connection, house.at, Author("Anne"), kind, house[LINE]) as ledger,
    ):
        line_words.say_text(ledger, place(house), text, seen)


def play(house: House, recording_id: str, seen: str) -> None:
    with (
        write(house.engine) as connection,
        changing(connection, house.at, Author("Anne"), "words_changed", house[LINE]) as ledger,
    ):
        line_words.play(ledger, place(house), recording_id, seen)


def recorded(house: House, name: str = "welcome.mp3") -> str:
    with write(house.engine) as connection:
        about = Recorded("", house[LINE], name, 1.5, "Bonjour.")
        return word_editing.keep_recording(connection, about, b"RIFF", house.at).id


def said(house: House) -> str | Recording | None:
    with read(house.engine) as connection:
        return by_line(connection).get(house[LINE], {}).get(("welcome", "fr"))


def take_back(house: House, change_id: int) -> None:
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Anne"), change_id)


def newest(house: House) -> int:
    return max(change.id for change in house.changes())


def test_a_change_is_taken_back_step_by_step_through_texts_and_recordings(house: House):
    sound = recorded(house)
    say(house, "Bonjour.", NOTHING)
    first = newest(house)
    play(house, sound, digest("Bonjour.", None))
    assert said(house) == Recording(sound, 1.5, "Bonjour.")
    with pytest.raises(Refused, match="changed again since"):
        take_back(house, first)
    take_back(house, newest(house))
    assert said(house) == "Bonjour."
    take_back(house, first)
    assert said(house) is None


def test_what_somebody_else_has_changed_is_not_overwritten(house: House):
    say(house, "Bonjour.", NOTHING)
    before = newest(house)
    with pytest.raises(WordsMovedError):
        say(house, "Bonsoir.", NOTHING)
    with pytest.raises(WordsMovedError):
        play(house, recorded(house), digest("Bonsoir.", None))
    assert said(house) == "Bonjour."
    assert newest(house) == before


def test_a_recording_of_another_line_is_not_played(house: House):
    with write(house.engine) as connection:
        about = Recorded("", house[NIGHT_LINE], "night.mp3", 1.5, "Bonsoir.")
        other = word_editing.keep_recording(connection, about, b"RIFF", house.at).id
    with pytest.raises(Refused, match="no longer here"):
        play(house, other, NOTHING)
    assert said(house) is None


def test_a_recording_lasts_as_long_as_somebody_can_want_it_back(house: House):
    used, unused = recorded(house), recorded(house)
    play(house, used, NOTHING)

    def left(after: timedelta) -> set[str]:
        with write(house.engine) as connection:
            word_editing.forget_unused(connection, house.at + after)
            both = ((each, word_editing.recorded(connection, each)) for each in (used, unused))
            return {each for each, found in both if found}

    assert left(timedelta(hours=23)) == {used, unused}
    assert left(timedelta(days=400)) == {used}
    say(house, "Bonjour.", digest(None, used))
    with write(house.engine) as connection:
        word_editing.drop_recording(connection, unused)
    change = newest(house)
    assert left(timedelta(days=29)) == {used}
    assert left(timedelta(days=31)) == set()
    with pytest.raises(Refused, match="no longer here"):
        take_back(house, change)
    assert said(house) == "Bonjour."


def test_a_line_that_goes_takes_its_words_and_recordings_with_it(house: House):
    play(house, recorded(house), NOTHING)
    with write(house.engine) as connection:
        connection.execute(delete(lines).where(lines.c.id == house[LINE]))
        assert by_line(connection) == {}


def test_a_recording_is_not_dropped_under_the_hands_of_somebody_who_puts_it_to_use(house: House):
    sound, dropped = recorded(house), []

    def drop() -> None:
        with write(house.engine) as connection:
            dropped.append(word_editing.drop_recording(connection, sound))

    other = Thread(target=drop)
    with (
        write(house.engine) as connection,
        changing(connection, house.at, Author("Anne"), "words_changed", house[LINE]) as ledger,
    ):
        line_words.play(ledger, place(house), sound, NOTHING)
        other.start()
        other.join(timeout=0.3)  # it waits, or has not begun
    other.join(timeout=20)
    assert dropped == [False]
    assert said(house) == Recording(sound, 1.5, "Bonjour.")

"""Further numbers of a line, its greeting and its words: written down, kept, read back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from logging_db.cipher import FieldCipher
from logging_db.engine import read, write
from logging_db.federation import import_federation
from logging_db.federation_faults import FederationRefused
from logging_db.federation_file import read_federation
from logging_db.federation_plan import Count
from logging_db.rosters import Book, Rosters
from logging_db.tables import counters, line_numbers
from routing.roster import Recording
from tests.line_words_kit import give_recording, give_words
from tests.test_logging_db_federation_kit import GOOD
from tests.test_logging_db_line_policies import with_line

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LINE, OTHER = "+3280035243", "+3280035244"
FRENCH, DUTCH = "+3280035245", "+3280035246"
NUMBERS = f'numbers = {{ fr = "{FRENCH}", nl = "{DUTCH}" }}\n'


def book(engine: Engine) -> Book:
    with read(engine) as connection:
        return Rosters().load(connection, AT)


def version(engine: Engine) -> int:
    with read(engine) as connection:
        return int(connection.execute(select(counters.c.value)).scalar_one())


def test_each_number_of_a_line_leads_to_it_and_to_a_language(engine: Engine, cipher: FieldCipher):
    changes = import_federation(engine, cipher, with_line(NUMBERS))
    assert changes.numbers == Count(2)
    assert "Further numbers of lines: 2 added." in changes.sentences
    rosters = book(engine).by_number
    line = rosters[LINE].line
    assert rosters[FRENCH] is rosters[DUTCH] is rosters[LINE]
    assert line.numbers == {FRENCH: "fr", DUTCH: "nl"}
    assert line.all_numbers == (LINE, FRENCH, DUTCH)
    assert rosters[OTHER].line.numbers == {}


def test_a_second_import_of_numbers_changes_nothing(engine: Engine, cipher: FieldCipher):
    text = with_line(NUMBERS, "greet_first = true\n", "tell_wait = false\n")
    import_federation(engine, cipher, text)
    before = version(engine)
    assert not import_federation(engine, cipher, text)
    assert version(engine) == before


def test_numbers_may_change_their_language_move_to_another_line_and_go(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, with_line(NUMBERS))
    turned = with_line(f'numbers = {{ fr = "{DUTCH}", nl = "{FRENCH}" }}\n')
    assert import_federation(engine, cipher, turned).numbers == Count(changed=2)
    moved = GOOD.replace(
        'caller_id = "+3225550101"\n',
        f'caller_id = "+3225550101"\nnumbers = {{ nl = "{DUTCH}" }}\n',
    )
    changes = import_federation(engine, cipher, moved)
    assert changes.numbers == Count(changed=1, removed=1)
    assert book(engine).by_number[DUTCH].line.number == OTHER
    with read(engine) as connection:
        assert len(connection.execute(select(line_numbers)).all()) == 1


def test_a_number_of_a_line_that_the_file_does_not_name_is_refused_and_nothing_changes(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, with_line(NUMBERS))
    before = version(engine)
    stranger = GOOD.replace(LINE, "+3280035299").replace(OTHER, FRENCH)
    with pytest.raises(FederationRefused) as refused:
        import_federation(engine, cipher, stranger)
    assert str(refused.value) == (
        f'lines[2].number: "{FRENCH}" leads to the line "Allo ? Aide sociale" already; '
        "name that line in the file too, or write another number."
    )
    assert version(engine) == before


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (f'numbers = {{ fr = "{OTHER}" }}\n',
         f'lines[1].numbers.fr: "{OTHER}" stands in lines[2].number already; let each number'),
        (f'numbers = {{ fr = "{LINE}" }}\n',
         f'lines[1].numbers.fr: "{LINE}" stands in lines[1].number already; let each number'),
        (f'numbers = {{ fr = "{FRENCH}", nl = "{FRENCH}" }}\n',
         f'lines[1].numbers.nl: "{FRENCH}" stands here twice; let each number'),
        ('numbers = { fr = "080035245" }\n',
         'lines[1].numbers.fr: "080035245" is no number in international form; write the plus'),
        (f'numbers = {{ en = "{FRENCH}" }}\n',
         "lines[1].numbers.en: is no key that is known here; "),
        (f'numbers = "{FRENCH}"\n',
         f'lines[1].numbers: "{FRENCH}" is not a table; write for example {{ fr = '),
        (f'fallback_number = "{FRENCH}"\nnumbers = {{ fr = "{FRENCH}" }}\n',
         f'lines[1].fallback_number: "{FRENCH}" is the number of lines[1]; write a number outside'),
        ("greet_first = 1\n", "lines[1].greet_first: 1 is not true or false; write for example"),
        ('tell_wait = "no"\n', 'lines[1].tell_wait: "no" is not true or false; write for'),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_place_reason_and_remedy(keys: str, said: str):
    with pytest.raises(FederationRefused) as refused:
        read_federation(with_line(keys))
    (fault,) = refused.value.faults
    assert str(fault).startswith(said)


def test_a_responder_is_not_rung_at_a_further_number_of_a_line():
    with pytest.raises(FederationRefused, match="responders"):
        read_federation(with_line('numbers = { fr = "+32470000001" }\n'))


def test_without_a_word_a_line_tells_the_wait_and_does_not_greet_first(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, GOOD)
    line = book(engine).by_number[LINE].line
    assert (line.greet_first, line.tell_wait) == (False, True)
    import_federation(engine, cipher, with_line("greet_first = true\n", "tell_wait = false\n"))
    line = book(engine).by_number[LINE].line
    assert (line.greet_first, line.tell_wait) == (True, False)


def test_words_come_with_the_roster_and_an_import_leaves_them_alone(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, GOOD)
    rosters = Rosters()
    with write(engine) as connection:
        assert rosters.load(connection, AT).by_number[LINE].line.words == {}
    give_words(engine, LINE, "goodbye", "fr", "À bientôt.")
    recording_id = give_recording(engine, LINE, "welcome", "nl")
    import_federation(engine, cipher, with_line("wrap_up_seconds = 45\n"))
    with write(engine) as connection:
        found = rosters.load(connection, AT)
    assert found.by_number[LINE].line.words == {
        ("goodbye", "fr"): "À bientôt.",
        ("welcome", "nl"): Recording(recording_id, 18.0),
    }
    assert found.by_number[OTHER].line.words == {}
    assert found.tells_of(AT + timedelta(days=1))

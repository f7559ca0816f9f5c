"""The words: complete in three languages, with local times, and short where it costs."""

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices import gsm, texts
from notices.kinds import KINDS
from notices.people import LANGUAGES

MORNING = {
    "line": "Allo ? Aide sociale", "line_id": "x", "zone": "Europe/Brussels",
    "begins": "2026-11-23T08:00:00+00:00", "ends": "2026-11-23T12:00:00+00:00",
    "who": "Zoë Noël", "other": "Bram", "link": "https://console.example/login/link/x",
    "needed": 1, "covered": 0, "missing": None, "what": "added",
}  # fmt: skip
CONSOLE = "https://permanence.example.be/"


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_the_same_words_in_every_language(language: str):
    french, own = texts.words("fr"), texts.words(language)
    assert set(own) == set(french) == {*KINDS, "frame"}
    for kind, sentences in french.items():
        assert set(own[kind]) == set(sentences)
        for key, sentence in sentences.items():
            if kind != "frame":
                assert names(own[kind][key]) == names(sentence), (kind, key)
            assert own[kind][key].strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_can_be_written(kind: str, language: str):
    text = texts.mail(kind, language, [MORNING], CONSOLE)
    letter = texts.letter(language, "Alice", text)
    assert "Alice" in letter
    assert "{" not in text.subject + letter
    assert len(text.subject) <= 78
    assert max(len(line) for line in letter.splitlines()) <= 120


def test_times_are_those_of_the_line_with_the_day_in_words():
    summer = MORNING | {"begins": "2026-08-03T07:00:00+00:00", "ends": "2026-08-03T11:30:00+00:00"}
    wanted = {
        "fr": "lundi 3 août, de 09:00 à 13:30",
        "nl": "maandag 3 augustus van 09:00 tot 13:30",
        "en": "Monday 3 August, from 09:00 to 13:30",
    }
    for language, words in wanted.items():
        assert words in texts.mail("remind_day", language, [summer], CONSOLE).body


def test_a_night_says_that_it_ends_the_next_day():
    night = MORNING | {"begins": "2026-11-23T21:00:00+00:00", "ends": "2026-11-24T05:00:00+00:00"}
    body = texts.mail("remind_day", "nl", [night], CONSOLE).body
    assert "maandag 23 november van 22:00 tot 06:00 de volgende dag" in body


def test_holes_are_listed_by_time_each_once():
    hole = {name: value for name, value in MORNING.items() if name != "what"}
    later = hole | {"begins": "2026-11-24T08:00:00+00:00", "ends": "2026-11-24T09:00:00+00:00"}
    found = [later, hole, hole | {"missing": "nl"}, hole]
    body = texts.mail("hole", "fr", found, CONSOLE).body
    items = [line for line in body.splitlines() if line.startswith("- ")]
    assert items == [
        "- le lundi 23 novembre, de 09:00 à 13:00 (Allo ? Aide sociale) : 0 sur 1",
        "- le lundi 23 novembre, de 09:00 à 13:00 (Allo ? Aide sociale) : 0 sur 1 en néerlandais",
        "- le mardi 24 novembre, de 09:00 à 10:00 (Allo ? Aide sociale) : 0 sur 1",
    ]


def test_braces_in_a_name_are_only_braces():
    assert "{zone}" in texts.mail("cannot", "fr", [MORNING | {"who": "{zone}"}], CONSOLE).body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["remind_day", "remind_hour"])
@pytest.mark.parametrize("month", range(1, 13))
def test_a_text_message_is_one_part_whatever_the_day(kind: str, language: str, month: int):
    for day in range(1, 8):
        day_of = f"2026-{month:02}-{day:02}"
        when = {"begins": f"{day_of}T08:00:00+00:00", "ends": f"{day_of}T12:00:00+00:00"}
        said = texts.sms(kind, language, MORNING | when, CONSOLE)
        places = gsm.length(said)
        assert places is not None
        assert places <= 160
        assert CONSOLE in said
        assert "Allo ? Aide sociale" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_name_is_cut_before_the_address_is_left_out(language: str):
    long = MORNING | {"line": "Permanence sociale téléphonique de l’être humain — « œuvre » " * 3}
    said = texts.sms("remind_day", language, long, CONSOLE)
    assert (gsm.length(said) or 999) <= 160
    assert CONSOLE in said
    assert said.startswith("Permanence sociale t")
    far = texts.sms("remind_day", language, long, "https://example.be/" + "x" * 120)
    assert (gsm.length(far) or 999) <= 160
    assert "09:00-13:00" in far


def test_what_the_alphabet_lacks_is_replaced_by_what_looks_alike():
    assert gsm.plain("Ça n’est pas prêt… «œuvre» – ok") == 'Ça n\'est pas pret... "oeuvre" - ok'
    assert gsm.plain("€[]") == "€[]"
    assert gsm.length("€[]") == 6
    assert gsm.length("ê") is None


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=200))
def test_names_of_western_europe_always_fit(line: str):
    said = texts.sms("remind_hour", "fr", MORNING | {"line": line}, CONSOLE)
    assert gsm.length(said) is None or gsm.length(said) <= 160

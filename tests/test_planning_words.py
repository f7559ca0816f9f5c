"""Every sentence exists in every language, with the same places in it."""

from string import Formatter

import pytest

from planning.objections import LANGUAGES, WORDS, sentences


def places(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_in_every_language_with_the_same_details(language: str):
    english = sentences("en")
    own = sentences(language)
    assert english
    assert set(own) == set(english)
    assert [code for code in english if places(own[code]) != places(english[code])] == []


def test_no_file_of_words_is_of_an_unknown_language():
    assert {path.name.split(".")[1] for path in WORDS.glob("*.toml")} == set(LANGUAGES)

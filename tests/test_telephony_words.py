from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from telephony import words


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_prompt_is_there_in_every_language_with_the_same_names(language):
    model, other = words.prompts("fr"), words.prompts(language)
    assert set(other.words) == set(model.words)
    assert set(other.languages) == set(words.LANGUAGES)
    for key, sentence in model.words.items():
        assert other.words[key].strip(), key
        assert names_in(other.words[key]) == names_in(sentence), key


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_voice_speaks_the_language_it_is_for(language):
    assert words.prompts(language).locale.startswith(language)
    assert words.prompts(language).voice.startswith("Polly.")


def test_a_language_without_prompts_is_refused_and_has_a_substitute():
    with pytest.raises(KeyError, match="no prompts in 'ar'"):
        words.prompts("ar")
    assert words.spoken(("ar", "nl"), "fr") == "nl"
    assert words.spoken(("ar",), "fr") == "fr"


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [(0, "moins d'une minute"), (59, "moins d'une minute"), (60, "une minute"),
     (119, "une minute"), (120, "2 minutes"), (3600, "60 minutes")],
)  # fmt: skip
def test_how_long_somebody_has_waited(seconds, spoken):
    assert words.duration(timedelta(seconds=seconds), "fr") == spoken


@pytest.mark.parametrize(
    ("before", "spoken"),
    [(0, "U bent de volgende."), (1, "Er is één persoon voor u."),
     (4, "Er zijn 4 personen voor u.")],
)  # fmt: skip
def test_the_place_in_the_line(before, spoken):
    assert words.position(before, "nl") == spoken


def test_when_the_line_opens_again():
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert words.moment(now.replace(hour=20), now, "fr") == "aujourd'hui à 20 heures"
    assert words.moment(now.replace(day=24, hour=9, minute=30), now, "en") == "tomorrow at 9 30"
    assert words.moment(now.replace(day=27, hour=9), now, "nl") == "vrijdag om 9 uur"


def test_a_number_is_read_digit_by_digit_as_it_is_dialled_at_home():
    assert words.digits("+32470123456") == "0 4 7 0 1 2 3 4 5 6"


def test_the_fingerprint_of_a_prompt_changes_with_its_words():
    assert words.fingerprint("callback_choice", "fr") != words.fingerprint("callback_choice", "nl")
    assert len(words.fingerprint("callback_number", "fr")) == 64

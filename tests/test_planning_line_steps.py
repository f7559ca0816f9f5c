"""The keys and numbers that a sentence names: no text loses one unseen."""

import pytest

from planning.line_steps import lost
from planning.line_words import objections
from telephony import words

OFFER = words.prompts("fr").words["callback_offer_forward"]


@pytest.mark.parametrize(
    ("ours", "text", "missing"),
    [
        (OFFER, OFFER, []),
        (OFFER, "Tapez 1, 2 ou *.", []),
        (OFFER, "Tapez 1 ou 2.", ["*"]),
        (OFFER, "Tapez 12 ou étoile.", ["1", "2"]),
        (OFFER, "Nous sommes une étoilerie.", ["1", "2", "*"]),
        (OFFER, "TAPEZ 1, 2 OU ÉTOILE", []),
        ("Formez le 112.", "Formez le 1 1 2.", []),
        ("Formez le 112.", "Formez le 1-1-2.", []),
        ("Formez le 112.", "Formez le 1122.", ["112"]),
        ("Formez le 112.", "Au revoir.", ["112"]),
        ("Au revoir.", "Tapez 7.", []),
    ],
)
def test_what_a_text_no_longer_names_is_found(ours: str, text: str, missing: list[str]):
    assert lost(ours, text, "fr") == missing


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_star_of_our_own_sentences_is_found_in_every_language(language: str):
    ours = words.prompts(language).words
    for key in words.EDITABLE:
        assert lost(ours[key], ours[key], language) == []
    for key in ("callback_offer_waiting", "callback_offer_forward"):
        assert lost(ours[key], "…", language)[-1] == "*"


@pytest.mark.parametrize("text", [".", "…", "— ?", "\u2800", "\u0301", "{line}, {key}!"])
def test_a_text_in_which_a_voice_has_nothing_to_say_is_refused(text: str):
    names = ("line", "key") if "{" in text else ()
    assert [each.code for each in objections(text, names)] == ["words_empty"]


@pytest.mark.parametrize("filler", ["\u3164", "\u115f", "\u1160", "\uffa0", "\u034f"])
def test_a_letter_that_nobody_sees_is_refused(filler: str):
    (objection,) = objections(f"Bonjour{filler}", ())
    assert objection.code == "words_unseen"

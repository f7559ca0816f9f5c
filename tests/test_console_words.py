"""What callers hear, edited by coordinators: in words of the line's own, and back."""

import re

import pytest
from test_console_kit import Client
from test_console_own import words as plain
from test_console_words_kit import SENTENCES, Words, line, words

from tests.test_planning_kit import LINE

__all__ = ["line", "words"]  # fixtures

OWN = "Bonjour, et bienvenue chez nous."


def test_every_sentence_is_shown_in_the_order_of_a_call_by_language(words: Words):
    assert words.anne.get("/words").location == f"/words/{words.line[LINE]}"
    assert words.anne.get(f"/words/{words.line[LINE]}").location == words.home
    page = words.anne.get(words.home)
    shown = re.findall(r'words-one" id="(\w+)"', page.text)
    assert shown[0] == "greeting"
    assert shown[-1] == "goodbye"
    assert sorted(shown) == sorted(SENTENCES["fr"])
    said = plain(page)
    assert SENTENCES["fr"]["welcome"].text in said
    assert "The line says all of it in our words." in said
    assert "tapez {key}" in said
    assert "Druk 1" not in said
    dutch = plain(words.anne.get(words.home.replace("/fr", "/nl")))
    assert SENTENCES["nl"]["welcome"].text in dutch


def test_no_sentence_is_without_a_name_and_a_moment(words: Words):
    said = words.anne.get(words.home).text
    assert re.findall(r"<h3>([a-z_]+)</h3>", said) == []  # a key instead of a name
    assert "Others" not in said


@pytest.mark.parametrize("path", ["de", "fr/no_such", "fr/callback_choice", "fr/wait_short", "en"])
def test_what_the_line_does_not_say_or_may_not_change_is_not_there(words: Words, path: str):
    assert words.anne.get(f"/words/{words.line[LINE]}/{path}").status_code == 404
    assert words.anne.get(f"/words/{'0' * 32}/fr").status_code == 404


def test_another_text_is_stored_told_and_taken_back(words: Words):
    before = words.version()
    answer = words.write(f"  {OWN}\r\n ")
    assert answer.location == words.home
    told = words.anne.get(words.home)
    said = plain(told)
    assert "Stored: “Welcome”. The next caller hears it." in said
    assert (
        f"own words Change : Welcome Once, when the wait begins: what the caller can expect. {OWN}"
        in said
    )
    assert "Chloé Dubois, " in said
    assert "1 of 21 sentences is the line’s own." in said
    assert words.held() == {("welcome", "fr"): OWN}
    assert words.version() == before + 1
    assert words.undo(told).location == words.home
    assert words.held() == {}
    assert words.version() == before + 2


def test_our_sentence_holds_again_at_a_press_and_that_can_be_undone(words: Words):
    words.write(OWN)
    path = words.path()
    words.anne.send(f"{path}/back", seen=words.seen(path))
    assert words.held() == {}
    told = words.anne.get(words.home)
    assert "Callers hear our sentence again: “Welcome”." in plain(told)
    words.undo(told)
    assert words.held() == {("welcome", "fr"): OWN}


def test_our_own_text_written_out_is_no_text_of_the_lines_own(words: Words):
    words.write(OWN)
    words.write(SENTENCES["fr"]["welcome"].text)
    assert words.held() == {}
    before = words.version()
    words.write(SENTENCES["fr"]["welcome"].text)
    assert words.version() == before
    words.write(OWN)
    before = words.version()
    words.write(OWN)
    assert "nothing was to be changed" in plain(words.anne.get(words.home))
    assert words.version() == before


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("welcome", "   \n ", "There is nothing to be said."),
        ("welcome", "a" * 1001, "The sentence has 1001 characters; at most 1000 can be said."),
        ("welcome", "Bonjour\x07", "a sign that nobody sees (U+0007)"),
        ("welcome", "Bon\u200bjour", "a sign that nobody sees (U+200B)"),
        ("welcome", "Ici {line}.", "{line} is not known: nothing is filled in in this sentence."),
        ("greeting", "Bonjour.", "Write {line} where it is to be said."),
        ("greeting", "Ici {ligne}.", "{ligne} is not known in this sentence. Write one of these"),
        ("menu", "{line}. Tapez une touche.", "{key} is missing"),
        ("menu", "{line} {key", "A brace has no partner"),
        ("menu", "{line} {key} {{x}}", "A brace has no partner"),
        ("menu", "{line!r} {key:>99999999}", "A brace has no partner"),
        ("menu", "{line.name} {key}", "{line.name} is not known in this sentence."),
        ("menu", "{line} {key} {}", "{} is not known in this sentence."),
    ],
)
def test_a_text_that_cannot_be_said_is_refused_with_what_to_write(
    words: Words, key: str, text: str, fault: str
):
    answer = words.write(text, words.path(key))
    assert answer.status_code == 422
    assert fault in plain(answer)
    assert words.held() == {}
    if text.strip():
        assert f">\r\n{text}"[:9] in answer.text  # what was typed stays


def test_a_thousand_characters_are_taken_and_counted_as_people_count(words: Words):
    words.write("é😀" * 500)
    assert words.held() == {("welcome", "fr"): "é😀" * 500}


def test_a_preview_shows_the_sentence_with_examples_and_stores_nothing(words: Words):
    answer = words.write("{line}, tapez {key} !", words.path("menu"), act="preview")
    assert answer.status_code == 200
    assert "As a caller hears it Allo ? Aide sociale, tapez 1 !" in plain(answer)
    assert words.held() == {}


def test_no_next_step_of_a_caller_is_lost_unless_somebody_says_so(words: Words):
    path, merely = words.path("emergency"), "En cas d’urgence, appelez le 1122."
    answer = words.write(merely, path)
    assert answer.status_code == 422
    assert "Our sentence names 112; yours does not." in plain(answer)
    assert merely in answer.text
    assert words.held() == {}
    assert "Store it without 112" in plain(answer)
    assert words.write(merely, path, without="1").status_code == 422  # said of something else
    assert words.write(merely, path, without="112").status_code == 303
    assert "Our sentence names 112; yours does not." in plain(words.anne.get(words.home))
    words.write("En cas d’urgence, appelez le 1 1 2, jour et nuit.", path)
    assert "Our sentence names" not in plain(words.anne.get(words.home))


def test_the_star_that_goes_on_waiting_is_a_step_too(words: Words):
    path = words.path("callback_offer_waiting")
    answer = words.write("Pour être rappelé, tapez 1.", path)
    assert answer.status_code == 422
    assert "Our sentence names *; yours does not." in plain(answer)
    assert words.write("Pour être rappelé, tapez 1, sinon étoile.", path).status_code == 303


@pytest.mark.parametrize("text", [".", "…", "\u3164", "\u2800"])
def test_the_emergency_words_cannot_be_emptied(words: Words, text: str):
    assert words.write(text, words.path("emergency"), without="112").status_code == 422
    assert words.held() == {}


def test_two_coordinators_never_overwrite_each_other_unseen(words: Words):
    path = words.path()
    seen = words.seen(path)
    words.console.client("administrator").send(path, text="Autre chose.", seen=seen)
    answer = words.anne.send(path, text=OWN, seen=seen)
    assert answer.status_code == 409
    said = plain(answer)
    assert "Somebody else has changed this sentence since you opened the page." in said
    assert "Callers hear now Autre chose. Ada Okafor" in said
    assert OWN in answer.text
    assert words.held() == {("welcome", "fr"): "Autre chose."}
    assert words.anne.send(f"{path}/back", seen=seen).status_code == 409
    again = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert again is not None
    words.anne.send(path, text=OWN, seen=again[1])
    assert words.held() == {("welcome", "fr"): OWN}


def test_the_list_of_changes_tells_what_was_said_before(words: Words):
    words.write(OWN)
    words.write("Bienvenue.")
    said = plain(words.anne.get("/changes"))
    assert "Changed what callers hear: Welcome (French)." in said
    newest = re.search(r'href="(/changes/\d+)"', words.anne.get("/changes").text)
    assert newest is not None
    one = plain(words.anne.get(newest[1]))
    assert "Words of the line" in one
    assert OWN in one


def test_responders_edit_nothing(words: Words):
    bram: Client = words.console.client("responder")
    assert bram.get(words.home).status_code == 403
    assert bram.send(words.path(), text=OWN, seen="").status_code == 403
    assert words.held() == {}

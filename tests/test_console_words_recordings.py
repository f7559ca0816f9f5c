"""Recordings of a line: brought in, listened to, put to use, and removed when nobody needs them."""

import io
import re
from datetime import timedelta

import pytest
from test_console_own import words as plain
from test_console_words_kit import SOUND, TRANSCRIPT, Words, line, words
from test_planning_sound import silence, tone, wav

__all__ = ["line", "words"]  # fixtures

OWN = "Bonjour, et bienvenue chez nous."


def test_a_recording_is_listened_to_and_only_then_put_to_use(words: Words):
    answer = words.upload(SOUND)
    page = words.anne.get(answer.location)
    assert "Nobody hears it yet." in plain(page)
    assert TRANSCRIPT in page.text
    assert words.held() == {}
    address = re.search(r'src="(/words/sounds/\w+\.wav)"', page.text)
    assert address is not None
    sound = words.anne.get(address[1])
    assert (sound.status_code, sound.mimetype) == (200, "audio/wav")
    assert sound.data[:4] == b"RIFF"
    part = words.anne.get(address[1], headers={"Range": "bytes=0-43"})  # as Safari asks
    assert (part.status_code, len(part.data)) == (206, 44)
    before = words.version()
    assert words.use(answer.location).location == words.home
    assert words.held() == {("welcome", "fr"): None}
    assert words.version() == before + 1
    told = words.anne.get(words.home)
    assert "The next caller hears the recording." in plain(told)
    assert f"welcome.wav · 2 seconds {TRANSCRIPT}" in plain(told)
    words.undo(told)
    assert words.held() == {}


def test_a_sound_is_for_coordinators_alone_and_kept_by_nobody_else(words: Words):
    page = words.anne.get(words.upload(SOUND).location)
    address = re.findall(r'src="(/words/sounds/\w+\.wav)"', page.text)[0]
    answer = words.anne.get(address)
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    assert words.console.client("responder").get(address).status_code == 403
    assert words.console.client().get(address).status_code == 303
    assert words.anne.get(f"/words/sounds/{'0' * 32}.wav").status_code == 404
    assert words.anne.get("/words/sounds/..%2Fx.wav").status_code == 404


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file is empty."),
        (b"<html>", "This is no sound that can be read here."),
        (b"\0\0\0 ftypM4A \0\0", "M4A is not read here."),
        (wav(silence(2)), "Nothing can be heard in the recording."),
        (wav(tone(1) * 121), "The recording is longer than 120 seconds."),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_words(words: Words, content: bytes, fault: str):
    answer = words.upload(content)
    assert answer.status_code == 422
    assert fault in plain(answer)
    assert TRANSCRIPT in answer.text
    assert words.recordings() == 0


def test_a_file_larger_than_any_request_is_refused_in_words(words: Words):
    answer = words.upload(b"\0" * 6_400_000)
    assert answer.status_code == 413
    assert "The file is larger than 6 MB." in plain(answer)


def test_what_a_recording_says_must_stand_in_writing(words: Words):
    answer = words.upload(SOUND, transcript=" ")
    assert answer.status_code == 422
    assert "There is nothing to be said." in plain(answer)
    assert words.recordings() == 0
    kept = words.upload(SOUND).location
    assert words.use(kept, transcript="").status_code == 422
    assert words.held() == {}
    words.use(kept, transcript="Soyez les bienvenus.")
    assert "Soyez les bienvenus." in plain(words.anne.get(words.home))


def test_the_name_of_a_file_is_shown_and_never_followed(words: Words):
    answer = words.anne.send(
        f"{words.path()}/recording",
        transcript=TRANSCRIPT,
        file=(io.BytesIO(SOUND), "../../etc/<b>passwd.wav"),
    )
    page = words.anne.get(answer.location)
    assert "&lt;b&gt;passwd.wav" in page.text
    assert "etc" not in plain(page)


def test_a_warning_stands_beside_the_sound(words: Words):
    listening = words.upload(wav(tone(2, 4.0))).location
    assert "The recording is overdriven" in plain(words.anne.get(listening))
    assert "overdriven" not in plain(words.anne.get(words.upload(SOUND).location))
    assert words.anne.get(f"{listening}&mind=no_such").status_code == 200


def test_a_sentence_that_tells_something_new_each_time_is_never_a_recording(words: Words):
    path = words.path("reopens")
    assert "This sentence is always spoken, never a recording" in plain(words.anne.get(path))
    assert words.upload(SOUND, path).status_code == 404
    kept = words.upload(SOUND).location
    assert words.anne.get(kept.replace("/welcome/", "/reopens/")).status_code == 303
    assert words.anne.get(kept.replace("/welcome/", "/nobody/")).status_code == 200


def test_what_a_recording_in_use_says_is_corrected_in_writing_and_it_is_not_dropped(words: Words):
    listening = words.upload(SOUND).location
    words.use(listening)
    assert "Callers hear it already" in plain(words.anne.get(listening))
    answer = words.anne.send(f"{listening}/drop")
    assert "Callers hear this recording already." in plain(words.anne.get(answer.location))
    corrected = words.correcting()
    before = words.version()
    words.use(corrected, transcript="Soyez les bienvenus.")
    assert words.version() == before + 1  # the telephone says it where it cannot be played
    told = words.anne.get(words.home)
    assert "Soyez les bienvenus." in plain(told)
    words.undo(told)
    assert TRANSCRIPT in plain(words.anne.get(words.home))
    assert words.held() == {("welcome", "fr"): None}


def test_two_coordinators_do_not_correct_the_same_writing_unseen(words: Words):
    words.use(words.upload(SOUND).location)
    corrected = words.correcting()
    seen = words.seen(corrected)
    words.use(corrected, transcript="Soyez les bienvenus.")
    answer = words.anne.send(corrected, transcript="Bienvenue à tous.", seen=seen)
    assert answer.status_code == 409
    assert "Soyez les bienvenus." in answer.text
    assert "Bienvenue à tous." in answer.text
    assert "Soyez les bienvenus." in plain(words.anne.get(words.home))


def test_a_recording_that_names_no_key_is_put_to_use_only_if_somebody_says_so(words: Words):
    listening = words.upload(SOUND, words.path("callback_hint")).location
    answer = words.use(listening)
    assert answer.status_code == 422
    assert "Our sentence names 1; yours does not." in plain(answer)
    assert words.held() == {}
    words.use(listening, transcript="Pour être rappelé, la touche un.", without="1")
    assert words.held() == {("callback_hint", "fr"): None}


def test_the_text_of_a_recorded_menu_names_its_key_in_figures(words: Words):
    path = words.path("menu", "nl")
    answer = words.upload(SOUND, path, transcript="Voor het Nederlands, toets twee of 12.")
    assert answer.status_code == 422
    assert "write it in figures: 2." in plain(answer)
    listening = words.upload(SOUND, path, transcript="Voor het Nederlands, druk 2.").location
    assert words.use(listening, transcript="Druk.", without="2").status_code == 422
    words.use(listening, transcript="Nederlands? Druk 2.")
    assert words.held() == {("menu", "nl"): None}


def test_two_recordings_at_once_do_not_take_each_others_place_unseen(words: Words):
    listening = words.upload(SOUND).location
    seen = words.seen(listening)
    words.write(OWN)
    answer = words.anne.send(listening, transcript=TRANSCRIPT, seen=seen)
    assert answer.status_code == 409
    assert OWN in answer.text
    assert words.held() == {("welcome", "fr"): OWN}
    words.use(listening)
    assert words.held() == {("welcome", "fr"): None}


def test_recordings_in_use_nowhere_are_removed_when_nobody_can_want_them_back(words: Words):
    clock = words.console.clock
    dropped = words.upload(SOUND).location
    words.anne.send(f"{dropped}/drop")
    assert words.recordings() == 0
    forgotten = words.upload(SOUND).location
    used = words.upload(SOUND).location
    words.use(used)
    clock.at += timedelta(days=1, minutes=1)
    words.anne = words.console.client("coordinator")
    words.write("Aucun répondant.", words.path("nobody"))
    assert words.recordings() == 1  # the one in use
    assert words.anne.get(forgotten).status_code == 303
    words.anne.send(f"{used}/drop")
    assert words.recordings() == 1
    words.write(OWN)  # instead of the recording, which can be had back
    told = words.anne.get(words.home)
    clock.at += timedelta(days=29)
    words.anne = words.console.client("coordinator")
    words.write("Personne.", words.path("nobody"))
    assert words.recordings() == 1
    words.undo(told)
    assert words.held()["welcome", "fr"] is None


def test_a_recording_that_was_removed_does_not_come_back_and_it_is_said(words: Words):
    words.use(words.upload(SOUND).location)
    words.write(OWN)
    told = words.anne.get(words.home)
    words.console.clock.at += timedelta(days=31)
    words.anne = words.console.client("coordinator")
    words.write("Personne.", words.path("nobody"))
    assert words.recordings() == 0
    answer = words.undo(told)
    assert answer.status_code == 409
    assert "This recording is no longer here" in plain(answer)
    assert words.held()["welcome", "fr"] == OWN

"""Say, Play, Pause, Gather, Record, Redirect, Hangup."""

import io
import wave
from collections.abc import Iterator

import pytest
from flask import Response
from test_simulator_kit import Kit


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit(speech_rate=10.0) as made:
        yield made


def wav(seconds: float) -> Response:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(int(8000 * seconds)))
    return Response(sound.getvalue(), mimetype="audio/wav")


def gathering(kit, attributes="", inside="", after="<Say>rien</Say>"):
    kit.page("voice", f"<Gather action='/keys' {attributes}>{inside}</Gather>{after}")
    kit.page("keys", "<Pause length='60'/>")
    return kit.dial()


def test_say_takes_the_time_its_words_take(kit):
    kit.page("voice", "<Say language='nl-BE'>tien tekens</Say><Say>b</Say>")
    phone = kit.dial()
    kit.ex.advance(1.0)
    assert [(h.text, h.language) for h in phone.heard if h.verb == "Say"] == [
        ("tien tekens", "nl-BE")
    ]
    kit.ex.advance(0.1)
    assert kit.say(phone) == ["tien tekens", "b"]


def test_say_loops(kit):
    kit.page("voice", "<Say loop='3'>a</Say>")
    phone = kit.dial()
    kit.ex.advance(2)
    assert kit.say(phone) == ["a"] * 3


def test_say_with_loop_zero_goes_on_until_the_caller_hangs_up(kit):
    kit.page("voice", "<Say loop='0'>0123456789</Say>")
    phone = kit.dial()
    kit.ex.advance(20)
    assert (phone.state, len(kit.say(phone))) == ("talking", 21)


def test_play_lasts_as_long_as_its_file_and_is_fetched_once(kit):
    kit.page("tune", wav(2.5))
    kit.page("voice", "<Play loop='2'>tune</Play><Say>fin</Say>")
    phone = kit.dial()
    kit.ex.advance(4.9)
    assert kit.say(phone) == []
    kit.ex.advance(0.2)
    assert kit.say(phone) == ["fin"]
    assert [seen.method for seen in kit.seen if seen.path == "tune"] == ["GET"]


def test_a_file_of_unknown_length_plays_for_five_seconds(kit):
    kit.page("tune", Response(b"mp3", mimetype="audio/mpeg"))
    kit.page("voice", "<Play>tune</Play><Say>fin</Say>")
    phone = kit.dial()
    kit.ex.advance(4.9)
    assert kit.say(phone) == []
    kit.ex.advance(0.2)
    assert kit.say(phone) == ["fin"]


def test_a_file_that_is_not_there_is_skipped(kit):
    kit.page("voice", "<Play>nothing</Play><Say>fin</Say>")
    assert kit.say(kit.dial()) == ["fin"]


def test_play_can_send_keys(kit):
    kit.page("voice", "<Play digits='ww12'/>")
    phone = kit.dial()
    assert [h.text for h in phone.heard if h.verb == "Digits"] == ["ww12"]


def test_hangup_ends_the_call_and_what_follows_is_not_reached(kit):
    kit.page("voice", "<Say>a</Say><Hangup/><Say>b</Say>")
    phone = kit.dial()
    kit.ex.advance(5)
    assert kit.say(phone) == ["a"]
    assert kit.last("status")["CallStatus"] == "completed"


def test_redirect_goes_on_with_a_relative_address_and_its_method(kit):
    kit.page("voice", "<Redirect method='GET'>sub/next?x=1</Redirect><Say>jamais</Say>")
    kit.page("sub/next", "<Say>ici</Say>")
    phone = kit.dial()
    kit.ex.advance(5)
    assert kit.say(phone) == ["ici"]
    assert kit.seen[-2].method == "GET"
    assert kit.seen[-2].params["x"] == "1"


def test_gather_sends_the_keys_when_enough_are_pressed(kit):
    phone = gathering(kit, "numDigits='2'")
    phone.press("1")
    kit.ex.advance(1)
    phone.press("2")
    kit.ex.settle()
    assert kit.last("keys")["Digits"] == "12"


def test_gather_leaves_the_finish_key_out(kit):
    phone = gathering(kit)
    phone.press("0470#")
    kit.ex.settle()
    assert kit.last("keys")["Digits"] == "0470"


def test_gather_with_another_finish_key_takes_the_hash_as_input(kit):
    phone = gathering(kit, "finishOnKey='*'")
    phone.press("1#*")
    kit.ex.settle()
    assert kit.last("keys")["Digits"] == "1#"


def test_gather_without_a_finish_key_waits_for_silence(kit):
    phone = gathering(kit, "finishOnKey='' timeout='3'")
    phone.press("12#")
    kit.ex.advance(2.9)
    assert kit.requests("keys") == []
    kit.ex.advance(0.1)
    assert kit.last("keys")["Digits"] == "12#"


def test_every_key_gives_the_caller_the_whole_timeout_again(kit):
    phone = gathering(kit, "timeout='4'")
    for key in "123":
        phone.press(key)
        kit.ex.advance(3)
    assert kit.requests("keys") == []
    kit.ex.advance(1)
    assert kit.last("keys")["Digits"] == "123"


def test_gather_without_input_falls_through_after_five_seconds(kit):
    phone = gathering(kit)
    kit.ex.advance(4.9)
    assert kit.say(phone) == []
    kit.ex.advance(0.1)
    assert kit.say(phone) == ["rien"]


def test_the_finish_key_alone_is_no_input(kit):
    phone = gathering(kit)
    phone.press("#")
    kit.ex.settle()
    assert kit.say(phone) == ["rien"]


def test_an_empty_result_is_sent_when_the_document_asks_for_it(kit):
    gathering(kit, "actionOnEmptyResult='true'")
    kit.ex.advance(5)
    assert kit.last("keys")["Digits"] == ""


def test_the_timeout_starts_when_the_nested_verbs_have_ended(kit):
    phone = gathering(kit, "timeout='2'", "<Say>0123456789</Say><Pause length='3'/>")
    kit.ex.advance(5.9)
    assert "rien" not in kit.say(phone)
    kit.ex.advance(0.1)
    assert "rien" in kit.say(phone)


def test_a_key_silences_what_is_being_said(kit):
    phone = gathering(kit, "numDigits='1'", "<Say>un</Say><Pause length='5'/><Say>deux</Say>")
    kit.ex.advance(2)
    phone.press("7")
    kit.ex.settle()
    assert kit.say(phone) == ["un"]
    assert kit.last("keys")["Digits"] == "7"


def test_keys_pressed_before_a_gather_do_not_count(kit):
    kit.page("voice", "<Say>0123456789</Say><Gather numDigits='1' action='/keys'/>")
    phone = kit.dial()
    phone.press("5")
    kit.ex.advance(2)
    assert kit.requests("keys") == []


def test_gather_without_an_action_asks_the_same_document_again(kit):
    kit.page("voice", lambda p: "<Say>fin</Say>" if "Digits" in p else "<Gather numDigits='1'/>")
    phone = kit.dial()
    phone.press("3")
    kit.ex.settle()
    assert kit.say(phone) == ["fin"]


def test_gather_can_ask_its_action_with_get(kit):
    phone = gathering(kit, "numDigits='1' method='GET'")
    phone.press("3")
    kit.ex.settle()
    assert [(s.method, s.params["Digits"]) for s in kit.seen if s.path == "keys"] == [("GET", "3")]


def test_gather_hears_words_when_it_listens_for_speech(kit):
    phone = gathering(kit, "input='speech dtmf'", "<Say>Parlez</Say>")
    phone.speak("bonjour tout le monde")
    kit.ex.advance(3)
    assert kit.last("keys")["SpeechResult"] == "bonjour tout le monde"
    assert "Digits" not in kit.last("keys")


def recording(kit, attributes=""):
    kit.page("voice", f"<Record action='/done' {attributes}/><Say>rien</Say>")
    kit.page("done", "<Say>merci</Say>")
    return kit.dial()


def test_a_recording_ends_after_silence(kit):
    phone = recording(kit, "timeout='4'")
    phone.speak("0123456789" * 3)
    kit.ex.advance(6.9)
    assert kit.requests("done") == []
    kit.ex.advance(0.1)
    done = kit.last("done")
    assert done["RecordingDuration"] == "7"
    assert done["RecordingSid"].startswith("RE")
    assert done["RecordingUrl"].endswith(done["RecordingSid"])
    assert "Digits" not in done


def test_a_recording_ends_with_a_key(kit):
    phone = recording(kit, "finishOnKey='#'")
    phone.speak("bonjour")
    kit.ex.advance(1)
    phone.press("1#")
    kit.ex.settle()
    assert kit.last("done")["Digits"] == "#"


def test_a_recording_has_a_longest_time(kit):
    phone = recording(kit, "maxLength='10'")
    phone.speak("0" * 500)
    kit.ex.advance(10)
    assert kit.last("done")["RecordingDuration"] == "10"


def test_a_silent_caller_leaves_no_recording_and_the_next_verb_follows(kit):
    phone = recording(kit)
    kit.ex.advance(6)
    assert kit.requests("done") == []
    assert kit.say(phone) == ["rien"]


def test_a_caller_who_hangs_up_leaves_the_recording_and_the_answer_is_ignored(kit):
    phone = recording(kit)
    phone.speak("bonjour")
    kit.ex.advance(2)
    phone.hang_up()
    kit.ex.settle()
    assert kit.last("done")["Digits"] == "hangup"
    assert kit.last("done")["CallStatus"] == "completed"
    assert kit.say(phone) == []


def test_a_recording_s_own_callback_tells_that_it_is_there(kit):
    kit.page("kept", "")
    phone = recording(kit, "recordingStatusCallback='/kept' playBeep='false'")
    phone.speak("bonjour")
    kit.ex.advance(20)
    assert kit.last("kept")["RecordingStatus"] == "completed"
    assert "Beep" not in [entry.verb for entry in phone.heard]

"""Our documents, held against what the provider's own library writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as LibraryGather

from telephony import replies, twiml

URL = "https://x.example/voice/calls/1/wait?lang=fr&turn=1"
SAY = replies.Say('Où ? "Ici" & <là>', "fr")
VOICE = {"voice": "Polly.Lea-Neural", "language": "fr-FR"}
ROOM = {
    "beep": "false", "start_conference_on_enter": True, "end_conference_on_exit": True,
    "participant_label": "caller", "status_callback": URL + "e", "wait_url": URL + "w",
    "status_callback_event": "start end join leave", "status_callback_method": "POST",
    "wait_method": "POST",
}  # fmt: skip


def library(*verbs) -> str:
    response = VoiceResponse()
    for verb in verbs:
        verb(response)
    return str(response)


def gather(response, **more) -> None:
    element = LibraryGather(action=URL, input="dtmf", method="POST", timeout=5, **more)
    element.say(SAY.text, **VOICE)
    element.play(URL)
    response.append(element)


def room(response) -> None:
    dial = Dial(action=URL, method="POST")
    dial.conference("room-1", **ROOM)
    response.append(dial)


def forward(response, screen=None, **more) -> None:
    dial = Dial(caller_id="+3225550100", timeout=30, **more)
    dial.number("+3225550199", **(screen or {}))
    response.append(dial)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SAY, lambda r: r.say(SAY.text, **VOICE)),
        (replies.Play(URL), lambda r: r.play(URL)),
        (replies.Pause(3), lambda r: r.pause(length=3)),
        (replies.Hangup(), lambda r: r.hangup()),
        (replies.Leave(), lambda r: r.leave()),
        (replies.Redirect(URL), lambda r: r.redirect(URL, method="POST")),
        (replies.Gather(URL, (SAY, replies.Play(URL)), 5),
         lambda r: gather(r, num_digits=1, finish_on_key="")),
        (replies.Gather(URL, (SAY, replies.Play(URL)), 5, digits=None), gather),
        (replies.Enqueue("line-1", URL, URL + "a"),
         lambda r: r.enqueue("line-1", wait_url=URL, wait_url_method="POST", action=URL + "a",
                             method="POST")),
        (replies.Room("room-1", "caller", URL, URL + "e", URL + "w"), room),
        (replies.Forward("+3225550199", "+3225550100"), forward),
        (replies.Forward("+3225550199", "+3225550100", URL),
         lambda r: forward(r, action=URL, method="POST")),
        (replies.Forward("+3225550199", "+3225550100", screen=URL),
         lambda r: forward(r, screen={"url": URL, "method": "POST"})),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_each_verb_is_written_as_the_library_writes_it(ours, theirs):
    assert twiml.render((ours,)) == library(theirs)


def test_every_verb_there_is_has_a_writer():
    assert set(replies.Verb.__args__) == set(twiml._WRITERS)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1))
def test_any_text_arrives_as_the_library_would_send_it(text: str):
    ours = twiml.render((replies.Say(text, "nl"),))
    theirs = library(
        lambda r: r.say(text[: twiml.LONGEST_SPEECH], voice="Polly.Lisa-Neural", language="nl-BE")
    )
    assert ours == theirs


def test_a_speech_that_the_provider_would_refuse_is_cut():
    assert len(twiml.render((replies.Say("a" * 9000, "fr"),))) < 3200

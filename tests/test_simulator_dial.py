"""<Dial> of numbers: ringing, screening, bridging, the action."""

from collections.abc import Iterator

import pytest
from test_simulator_kit import ALICE, BOB, CALLER, LINE, SHOWN, Kit


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("after", "<Say>après</Say>")
        made.page("screen", "<Gather numDigits='1' action='/accept'><Say>1</Say></Gather><Hangup/>")
        made.page("accept", lambda p: "" if p["Digits"] == "1" else "<Hangup/>")
        yield made


def dialling(kit, inside, attributes="action='/after'"):
    kit.page("voice", f"<Dial callerId='{SHOWN}' {attributes}>{inside}</Dial><Say>suite</Say>")
    return kit.dial()


def test_the_caller_and_the_party_talk_until_the_party_hangs_up(kit):
    caller, alice = dialling(kit, ALICE), kit.phone(ALICE)
    assert (alice.state, alice.caller_id_shown) == ("ringing", SHOWN)
    kit.ex.advance(4)
    alice.answer()
    kit.ex.settle()
    assert (caller.talking_to, alice.talking_to) == ([ALICE], [CALLER])
    kit.ex.advance(30)
    alice.hang_up()
    kit.ex.settle()
    told = kit.last("after")
    assert told["DialCallStatus"] == "completed"
    assert told["DialCallSid"] == alice.call_sid
    assert told["DialCallDuration"] == "30"
    assert told["DialBridged"] == "true"
    assert told["CallStatus"] == "in-progress"
    assert kit.say(caller) == ["après"]


def test_nobody_answers_within_the_timeout_and_its_buffer(kit):
    dialling(kit, ALICE, "timeout='10' action='/after'")
    kit.ex.advance(14.9)
    assert kit.requests("after") == []
    kit.ex.advance(0.1)
    told = kit.last("after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("no-answer", "false")
    assert "DialCallSid" in told
    assert "DialCallDuration" not in told


@pytest.mark.parametrize(
    ("behaviour", "status"), [("busy", "busy"), ("unreachable", "failed"), ("no-answer", None)]
)
def test_a_party_that_cannot_be_had_is_told_to_the_action(kit, behaviour, status):
    kit.phone(ALICE, behaviour)
    dialling(kit, ALICE)
    assert [told["DialCallStatus"] for told in kit.requests("after")] == (
        [status] if status else []
    )


def test_a_party_that_declines_is_busy(kit):
    dialling(kit, ALICE)
    kit.phone(ALICE).decline()
    kit.ex.settle()
    assert kit.last("after")["DialCallStatus"] == "busy"


@pytest.mark.parametrize("noun", ["<Sip>sip:a@example.org</Sip>", "<Client>alice</Client>"])
def test_what_is_not_a_telephone_fails(kit, noun):
    dialling(kit, noun)
    assert kit.last("after")["DialCallStatus"] == "failed"


def test_without_an_action_the_next_verb_follows(kit):
    kit.phone(ALICE, "busy")
    caller = dialling(kit, ALICE, "")
    assert kit.say(caller) == ["suite"]


def test_an_action_makes_what_follows_unreachable(kit):
    kit.phone(ALICE, "busy")
    caller = dialling(kit, ALICE)
    kit.ex.advance(20)
    assert kit.say(caller) == ["après"]


def test_the_caller_s_own_number_is_shown_without_a_caller_id(kit):
    kit.page("voice", f"<Dial>{ALICE}</Dial>")
    kit.dial()
    assert kit.phone(ALICE).caller_id_shown == CALLER


def test_a_caller_id_the_account_does_not_own_is_an_error(kit):
    kit.page("voice", f"<Dial callerId='+3225559999'>{ALICE}</Dial>")
    kit.dial()
    assert kit.ex.notices[-1].code == 13214
    assert kit.phone(ALICE).state == "idle"


@pytest.mark.parametrize("written", ["+32 470 00-00.02", "32470000002", "(32) 470 000 002"])
def test_a_number_may_be_written_with_separators(kit, written):
    dialling(kit, written)
    assert kit.phone(ALICE).state == "ringing"


def test_a_number_in_a_country_that_is_not_permitted_fails(kit):
    dialling(kit, "858-987-6543")
    assert kit.last("after")["DialCallStatus"] == "failed"
    assert kit.ex.notices[-1].code == 13227
    assert "+18589876543" not in kit.ex.phones


def test_the_first_to_pick_up_silences_the_others(kit):
    dialling(kit, f"<Number>{ALICE}</Number><Number>{BOB}</Number>")
    assert kit.phone(BOB).state == "ringing"
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert kit.phone(BOB).state == "idle"
    assert kit.call_of(kit.phone(BOB)).status == "canceled"


def test_numbers_can_ring_one_after_the_other(kit):
    dialling(
        kit, f"<Number>{ALICE}</Number><Number>{BOB}</Number>", "sequential='true' timeout='5'"
    )
    assert kit.phone(BOB).state == "idle"
    kit.ex.advance(10)
    assert (kit.phone(ALICE).state, kit.phone(BOB).state) == ("idle", "ringing")


def test_screening_runs_before_the_bridge_and_one_key_accepts(kit):
    caller = dialling(kit, f"<Number url='/screen'>{ALICE}</Number>")
    alice = kit.phone(ALICE)
    alice.answer()
    kit.ex.settle()
    assert (kit.say(alice), alice.talking_to) == (["1"], [])
    asked = kit.last("screen")
    assert asked["ParentCallSid"] == caller.call_sid
    assert (asked["Direction"], asked["From"], asked["To"]) == ("outbound-dial", SHOWN, ALICE)
    alice.press("1")
    kit.ex.settle()
    assert alice.talking_to == [CALLER]


def test_a_refused_screening_is_completed_but_not_bridged(kit):
    dialling(kit, f"<Number url='/screen'>{ALICE}</Number>")
    kit.phone(ALICE).answer()
    kit.ex.settle()
    kit.phone(ALICE).press("2")
    kit.ex.settle()
    told = kit.last("after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")


def test_a_screening_document_that_ends_without_hangup_bridges(kit):
    kit.page("screen", "<Say>un appel</Say>")
    caller = dialling(kit, f"<Number url='/screen'>{ALICE}</Number>")
    kit.phone(ALICE).answer()
    kit.ex.advance(5)
    assert caller.talking_to == [ALICE]


def test_a_voicemail_that_picks_up_first_silences_everybody(kit):
    kit.phone(ALICE, "voicemail")
    nouns = "".join(f"<Number url='/screen'>{n}</Number>" for n in (ALICE, BOB))
    dialling(kit, nouns)
    kit.ex.advance(4)
    assert kit.phone(BOB).state == "idle"
    kit.ex.advance(10)
    assert kit.last("after")["DialBridged"] == "false"


def test_a_screening_document_may_not_dial(kit):
    kit.page("screen", f"<Dial>{BOB}</Dial>")
    dialling(kit, f"<Number url='/screen'>{ALICE}</Number>")
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert kit.phone(BOB).state == "idle"


def test_a_dialled_number_reports_its_progress(kit):
    kit.page("leg", "")
    noun = f"<Number statusCallback='/leg' statusCallbackEvent='initiated ringing answered completed'>{ALICE}</Number>"  # noqa: E501
    caller = dialling(kit, noun)
    kit.phone(ALICE).answer()
    kit.ex.advance(61)
    caller.hang_up()
    kit.ex.settle()
    told = kit.requests("leg")
    statuses = ["initiated", "ringing", "in-progress", "completed"]
    assert [(t["SequenceNumber"], t["CallStatus"]) for t in told] == [
        (str(number), status) for number, status in enumerate(statuses)
    ]
    assert {t["ParentCallSid"] for t in told} == {caller.call_sid}
    assert (told[-1]["CallDuration"], told[-1]["Duration"]) == ("61", "2")


def test_a_caller_who_hangs_up_ends_the_party_and_the_action_s_answer_is_ignored(kit):
    caller = dialling(kit, ALICE)
    kit.phone(ALICE).answer()
    kit.ex.advance(10)
    caller.hang_up()
    kit.ex.settle()
    told = kit.last("after")
    assert (told["CallStatus"], told["DialCallStatus"]) == ("completed", "completed")
    assert kit.phone(ALICE).state == "idle"
    assert kit.say(caller) == []


def test_a_caller_who_hangs_up_while_it_rings_cancels_the_ringing(kit):
    caller = dialling(kit, ALICE)
    caller.hang_up()
    kit.ex.settle()
    assert kit.call_of(kit.phone(ALICE)).status == "canceled"


def test_a_star_ends_the_dial_when_it_may(kit):
    caller = dialling(kit, ALICE, "hangupOnStar='true' action='/after'")
    kit.phone(ALICE).answer()
    kit.ex.settle()
    caller.press("*")
    kit.ex.settle()
    assert kit.phone(ALICE).state == "idle"
    assert kit.say(caller) == ["après"]


def test_a_dial_has_a_time_limit(kit):
    dialling(kit, ALICE, "timeLimit='20' action='/after'")
    kit.phone(ALICE).answer()
    kit.ex.advance(20)
    assert kit.last("after")["DialCallDuration"] == "20"


def test_answer_on_bridge_keeps_the_caller_ringing(kit):
    caller = dialling(kit, ALICE, "answerOnBridge='true'")
    assert caller.state == "dialling"
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert caller.state == "talking"


def test_redirecting_the_caller_ends_the_party_without_asking_the_action(kit):
    caller = dialling(kit, ALICE)
    kit.phone(ALICE).answer()
    kit.ex.settle()
    kit.page("elsewhere", "<Say>ailleurs</Say><Pause length='9'/>")
    kit.client.calls(caller.call_sid).update(url=kit.at("elsewhere"))
    kit.ex.settle()
    assert kit.say(caller) == ["ailleurs"]
    assert kit.phone(ALICE).state == "idle"
    assert kit.requests("after") == []


def test_redirecting_the_party_ends_the_dial_and_the_party_goes_on(kit):
    caller = dialling(kit, ALICE)
    alice = kit.phone(ALICE)
    alice.answer()
    kit.ex.settle()
    kit.page("elsewhere", "<Say>ailleurs</Say><Pause length='9'/>")
    kit.client.calls(alice.call_sid).update(url=kit.at("elsewhere"))
    kit.ex.settle()
    assert (kit.say(alice), alice.state) == (["ailleurs"], "talking")
    assert kit.say(caller) == ["après"]


def test_people_who_are_connected_hear_each_other(kit):
    caller = dialling(kit, ALICE)
    kit.phone(ALICE).answer()
    kit.ex.settle()
    caller.speak("bonjour")
    assert [(h.verb, h.text) for h in kit.phone(ALICE).heard][-1] == ("Voice", "bonjour")


def test_a_dialled_number_can_be_sent_keys(kit):
    dialling(kit, f"<Number sendDigits='ww1'>{ALICE}</Number>")
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert [h.text for h in kit.phone(ALICE).heard if h.verb == "Digits"] == ["ww1"]
    assert LINE not in kit.phone(ALICE).talking_to

"""<Dial><Conference>: entering, starting, holding, ending, and what is told of it."""

from collections.abc import Iterator

import pytest
from test_simulator_kit import ALICE, BOB, CALLER, SHOWN, Kit, Seen
from twilio.base.exceptions import TwilioRestException

from simulator.conferences import ENDINGS

EVENTS = "start end join leave mute hold modify announcement"


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("events", "")
        made.page("after", "<Say>après</Say>")
        yield made


def room(kit, path, attributes="", dial="action='/after'"):
    hooks = f"statusCallback='/events' statusCallbackEvent='{EVENTS}' beep='false'"
    kit.page(
        path,
        f"<Dial {dial}><Conference {hooks} {attributes}>R1</Conference></Dial><Say>suite</Say>",
    )


def enter(kit, number, attributes="", dial="action='/after'"):
    """Have a person called and put into the room."""
    path = f"room{number[-1]}"
    room(kit, path, attributes, dial)
    kit.client.calls.create(to=number, from_=SHOWN, url=kit.at(path))
    kit.ex.settle()
    kit.phone(number).answer()
    kit.ex.settle()
    return kit.phone(number)


def events(kit):
    return [told["StatusCallbackEvent"] for told in kit.requests("events")]


def test_two_people_talk_when_one_of_them_may_start_the_conference(kit):
    alice = enter(kit, ALICE, "startConferenceOnEnter='false'")
    bob = enter(kit, BOB)
    assert (alice.talking_to, bob.talking_to) == ([BOB], [ALICE])
    assert events(kit) == ["participant-join", "participant-join", "conference-start"]


def test_nobody_talks_while_nobody_may_start(kit):
    alice = enter(kit, ALICE, "startConferenceOnEnter='false'")
    enter(kit, BOB, "startConferenceOnEnter='false'")
    assert alice.talking_to == []
    assert kit.client.conferences.list()[0].status == "init"


def test_who_waits_hears_the_wait_document_in_a_loop_until_the_start(kit):
    kit.page("music", "<Say>attendez</Say><Pause length='10'/>")
    alice = enter(kit, ALICE, "waitUrl='/music' waitMethod='GET'")
    kit.ex.advance(12)
    assert kit.say(alice) == ["attendez"] * 2
    assert {seen.method for seen in kit.seen if seen.path == "music"} == {"GET"}
    enter(kit, BOB)
    kit.ex.advance(60)
    assert kit.say(alice) == ["attendez"] * 2


@pytest.mark.parametrize(("attribute", "heard"), [("", ["hold music"]), ("waitUrl=''", [])])
def test_without_a_wait_document_music_plays_and_an_empty_one_is_silence(kit, attribute, heard):
    alice = enter(kit, ALICE, attribute)
    assert [h.text for h in alice.heard if h.verb == "Play"] == heard


def test_an_event_carries_the_documented_parameters(kit):
    alice = enter(kit, ALICE, "participantLabel='agent' endConferenceOnExit='true'")
    told = kit.last("events")
    assert told["ConferenceSid"].startswith("CF")
    assert told["FriendlyName"] == "R1"
    assert told["SequenceNumber"] == "1"
    assert told["Timestamp"] == "Mon, 23 Nov 2026 09:00:00 +0000"
    assert told["CallSid"] == alice.call_sid
    assert told["ParticipantLabel"] == "agent"
    assert (told["Muted"], told["Hold"], told["Coaching"]) == ("false", "false", "false")
    assert (told["EndConferenceOnExit"], told["StartConferenceOnEnter"]) == ("true", "true")


def test_only_the_first_participant_s_subscription_counts(kit):
    kit.page("room2", "<Dial><Conference>R1</Conference></Dial>")
    kit.client.calls.create(to=ALICE, from_=SHOWN, url=kit.at("room2"))
    kit.ex.settle()
    kit.phone(ALICE).answer()
    kit.ex.settle()
    enter(kit, BOB)
    assert kit.requests("events") == []


def test_who_hangs_up_leaves_and_the_others_stay(kit):
    alice, bob = enter(kit, ALICE), enter(kit, BOB)
    alice.hang_up()
    kit.ex.settle()
    told = kit.last("events")
    assert told["StatusCallbackEvent"] == "participant-leave"
    assert told["ReasonParticipantLeft"] == "participant_hung_up"
    assert told["ParticipantCallStatus"] == "completed"
    assert (bob.state, bob.talking_to) == ("talking", [])


def test_the_last_to_leave_ends_the_conference(kit):
    alice = enter(kit, ALICE)
    alice.hang_up()
    kit.ex.settle()
    told = kit.last("events")
    assert told["StatusCallbackEvent"] == "conference-end"
    assert told["ReasonConferenceEnded"] == "last-participant-left"
    assert told["CallSidEndingConference"] == alice.call_sid
    assert told["Reason"] == ENDINGS["last-participant-left"]


def test_when_the_one_who_ends_it_leaves_the_others_go_on_after_their_dial(kit):
    alice, bob = enter(kit, ALICE, "endConferenceOnExit='true'"), enter(kit, BOB)
    alice.hang_up()
    kit.ex.settle()
    assert events(kit)[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    [left] = [t for t in kit.requests("events") if t.get("CallSid") == bob.call_sid][-1:]
    assert left["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert kit.last("events")["ReasonConferenceEnded"] == (
        "participant-with-end-conference-on-exit-left"
    )
    [alices, bobs] = kit.requests("after")
    assert (alices["CallStatus"], bobs["CallStatus"]) == ("completed", "in-progress")
    assert bobs["DialCallStatus"] == "answered"
    assert not {"DialCallSid", "DialCallDuration"} & set(bobs)
    assert kit.say(bob) == ["après"]


def test_without_an_action_the_next_verb_follows_the_conference(kit):
    alice, bob = enter(kit, ALICE, "endConferenceOnExit='true'"), enter(kit, BOB, dial="")
    alice.hang_up()
    kit.ex.settle()
    assert kit.say(bob) == ["suite"]


def test_a_star_leaves_the_conference_when_it_may(kit):
    alice = enter(kit, ALICE, dial="hangupOnStar='true'")
    enter(kit, BOB)
    alice.press("*")
    kit.ex.settle()
    assert kit.say(alice) == ["suite"]


def test_a_dial_s_time_limit_ends_the_stay(kit):
    alice = enter(kit, ALICE, dial="timeLimit='30'")
    enter(kit, BOB)
    kit.ex.advance(30)
    assert kit.say(alice) == ["suite"]


def test_a_full_conference_lets_nobody_in(kit):
    enter(kit, ALICE)
    bob = enter(kit, BOB, "maxParticipants='1'")
    assert kit.say(bob) == ["après"]


def test_a_beep_is_heard_when_somebody_enters_or_leaves(kit):
    kit.page("room2", "<Dial><Conference>R2</Conference></Dial>")
    for number in (ALICE, BOB):
        kit.client.calls.create(to=number, from_=SHOWN, url=kit.at("room2"))
        kit.ex.settle()
        kit.phone(number).answer()
        kit.ex.settle()
    kit.phone(BOB).hang_up()
    kit.ex.settle()
    assert [h.verb for h in kit.phone(ALICE).heard].count("Beep") == 3


def test_a_redirect_pulls_the_leg_out_of_the_conference(kit):
    alice, bob = enter(kit, ALICE), enter(kit, BOB)
    kit.page("elsewhere", "<Say>ailleurs</Say><Pause length='60'/>")
    kit.client.calls(bob.call_sid).update(url=kit.at("elsewhere"))
    kit.ex.settle()
    told = kit.last("events")
    assert told["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert told["ParticipantCallStatus"] == "in-progress"
    assert (kit.say(bob), alice.talking_to) == (["ailleurs"], [])
    assert kit.requests("after") == []


def only(kit):
    [conference] = kit.client.conferences.list(friendly_name="R1", status="in-progress")
    return kit.client.conferences(conference.sid)


def test_a_participant_is_held_and_taken_back_over_rest(kit):
    kit.page("hold", "<Say>un instant</Say><Pause length='20'/>")
    alice, bob = enter(kit, ALICE), enter(kit, BOB)
    participant = only(kit).participants(bob.call_sid)
    assert participant.update(hold=True, hold_url=kit.at("hold")).hold is True
    kit.ex.settle()
    assert (kit.say(bob), bob.talking_to, alice.talking_to) == (["un instant"], [], [])
    assert [seen.method for seen in kit.seen if seen.path == "hold"] == ["GET"]
    participant.update(hold=False)
    kit.ex.settle()
    assert bob.talking_to == [ALICE]
    assert events(kit)[-2:] == ["participant-hold", "participant-unhold"]


def test_a_participant_is_muted_and_changed_over_rest(kit):
    alice = enter(kit, ALICE)
    enter(kit, BOB)
    participant = only(kit).participants(alice.call_sid)
    assert participant.update(muted=True).muted is True
    assert participant.update(end_conference_on_exit=True).end_conference_on_exit is True
    participant.update(muted=False)
    kit.ex.settle()
    assert events(kit)[-3:] == ["participant-mute", "participant-modify", "participant-unmute"]


def test_a_participant_who_is_removed_goes_on_after_the_dial(kit):
    enter(kit, ALICE)
    bob = enter(kit, BOB)
    assert only(kit).participants(bob.call_sid).delete()
    kit.ex.settle()
    assert (bob.state, kit.say(bob)) == ("talking", ["après"])
    assert [p.call_sid for p in only(kit).participants.list()] == [kit.phone(ALICE).call_sid]


def test_a_conference_is_ended_over_rest(kit):
    enter(kit, ALICE)
    enter(kit, BOB)
    conference = only(kit)
    assert conference.update(status="completed").status == "completed"
    kit.ex.settle()
    assert kit.last("events")["ReasonConferenceEnded"] == "conference-ended-via-api"
    leaves = [t for t in kit.requests("events") if t["StatusCallbackEvent"] == "participant-leave"]
    assert {t["ReasonParticipantLeft"] for t in leaves} == {"conference_ended_via_api"}
    assert conference.participants.list() == []
    ended = conference.fetch()
    assert (ended.status, ended.reason_conference_ended) == (
        "completed",
        "conference-ended-via-api",
    )


def test_a_third_person_is_dialled_into_the_room_over_rest(kit):
    alice = enter(kit, ALICE)
    enter(kit, BOB)
    made = only(kit).participants.create(
        from_=SHOWN, to=CALLER, label="third", end_conference_on_exit=False
    )
    assert (made.status, made.label) == ("queued", "third")
    kit.ex.settle()
    kit.phone(CALLER).answer()
    kit.ex.settle()
    assert alice.talking_to == [BOB, CALLER]
    assert only(kit).participants("third").fetch().status == "connected"


def test_a_participant_can_open_a_room_by_its_name(kit):
    kit.client.conferences("fresh").participants.create(
        from_=SHOWN,
        to=ALICE,
        conference_status_callback=kit.at("events"),
        conference_status_callback_event=["start", "join"],
    )
    kit.ex.settle()
    kit.phone(ALICE).answer()
    kit.ex.settle()
    assert (kit.last("events")["FriendlyName"], events(kit)) == ("fresh", ["participant-join"])


def test_an_announcement_reaches_everybody_or_one(kit):
    kit.page("news", "<Say>une nouvelle</Say>")
    alice, bob = enter(kit, ALICE), enter(kit, BOB)
    only(kit).update(announce_url=kit.at("news"))
    only(kit).participants(bob.call_sid).update(announce_url=kit.at("news"))
    kit.ex.advance(5)
    assert (len(kit.say(alice)), len(kit.say(bob))) == (1, 2)
    assert events(kit)[-2:] == ["announcement-end"] * 2


def test_an_ended_name_opens_a_new_conference(kit):
    alice = enter(kit, ALICE)
    alice.hang_up()
    kit.ex.settle()
    enter(kit, BOB)
    assert len({c.sid for c in kit.client.conferences.list(friendly_name="R1")}) == 2
    assert isinstance(kit.seen[0], Seen)


def test_a_participant_who_never_comes_is_told_and_an_empty_room_ends(kit):
    kit.phone(ALICE, "busy")
    hooks = {
        "conference_status_callback": kit.at("events"),
        "conference_status_callback_event": ["leave", "end"],
    }
    kit.client.conferences("fresh").participants.create(from_=SHOWN, to=ALICE, **hooks)
    kit.ex.settle()
    left, ended = kit.requests("events")
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == "busy"
    assert ended["StatusCallbackEvent"] == "conference-end"


def test_a_participant_is_changed_by_the_conference_s_name_too_and_is_gone_once_out(kit):
    alice, bob = enter(kit, ALICE, "endConferenceOnExit='true'"), enter(kit, BOB)
    kit.page("hold", "<Say>un instant</Say><Pause length='20'/>")
    participant = kit.client.conferences("R1").participants(bob.call_sid)
    participant.update(hold=True, hold_url=kit.at("hold"), hold_method="POST")
    kit.ex.settle()
    assert [seen.method for seen in kit.seen if seen.path == "hold"] == ["POST"]
    kit.client.conferences("R1").participants(alice.call_sid).update(end_conference_on_exit=False)
    alice.hang_up()
    kit.ex.settle()
    assert kit.client.conferences.list(friendly_name="R1")[0].status == "in-progress"
    assert (bob.state, bob.talking_to) == ("talking", [])
    with pytest.raises(TwilioRestException) as refused:
        kit.client.conferences("R1").participants(alice.call_sid).update(hold=True)
    assert (refused.value.status, refused.value.code) == (404, 20404)

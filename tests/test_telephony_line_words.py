"""What a line says in its own words, how long callers are told to wait, where else they may go."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from flask import Flask

from logging_db.columns import new_id
from logging_db.tables import call_events, calls
from permanence.web import recording, sentences
from routing import states
from routing.roster import Line
from telephony import paths, words
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.line_words_kit import give_recording, give_words, write_answers
from tests.provider import LINE, SID, Provider, document, said, telephone
from tests.test_routing_duty import line


@cache
def with_recordings() -> Flask:
    app = telephone.__wrapped__()
    app.add_url_rule(f"{paths.RECORDINGS}<recording_id>.wav", view_func=recording)
    return app


@pytest.fixture
def provider(desk: Desk) -> Provider:
    return Provider(with_recordings(), desk)


@pytest.fixture
def edge(
    provider: Provider,
    desk: Desk,
    bell: CountingBell,
    dialler: RecordingDialler,
    clock: StillClock,
) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


def change_line(edge: Edge, what: str) -> None:
    edge.execute(f"UPDATE lines SET {what}")  # noqa: S608 # a test's own words
    edge.execute("UPDATE counters SET value = value + 1 WHERE name = 'roster'")


def a_line(**own: str) -> Line:
    return replace(line(), words={(key, "fr"): spoken for key, spoken in own.items()})


# --- words


def test_a_line_says_its_own_words_with_the_same_names_filled_in():
    ours = a_line(menu="Tapez {key} pour {line}, en {{français}}.")
    spoken = words.of_line(ours, "menu", "fr", line="Allo", key=1)
    assert spoken == "Tapez 1 pour Allo, en {français}."


@pytest.mark.parametrize(
    "slip",
    ["Tapez {cle}.", "Tapez {key", "Tapez {}.", "Tapez {key.real}.", "Tapez {key!r}.",
     "Tapez {key:>9999999}.", "  "],
)  # fmt: skip
def test_words_whose_braces_do_not_fit_are_left_aside(slip: str):
    spoken = words.of_line(a_line(menu=slip), "menu", "fr", line="Allo", key=1)
    assert spoken == words.sentence("menu", "fr", line="Allo", key=1)


def test_the_words_of_consent_are_never_a_lines_own():
    assert not {"callback_choice", "callback_number", "callback_read_back"} & set(words.EDITABLE)
    own = a_line(callback_choice="Tapez 1.")
    assert words.of_line(own, "callback_choice", "fr") == words.sentence("callback_choice", "fr")


def test_what_may_be_edited_is_there_in_every_language():
    for language in words.LANGUAGES:
        assert set(words.EDITABLE) <= set(words.prompts(language).words)
    assert words.names("menu") == ("line", "key")
    valued = {key for key in words.EDITABLE if words.names(key)}
    assert valued == {"closed_for", "reopens", "menu", "greeting"}


def test_the_console_is_told_what_may_be_edited_with_the_names_and_what_may_be_recorded():
    ours = sentences("nl")
    assert tuple(ours) == words.EDITABLE
    assert ours["menu"].names == ("line", "key")
    assert ours["reopens"].names == ("when",)
    assert {key for key, one in ours.items() if not one.recordable} == words.SPOKEN
    assert ours["goodbye"].text == "Tot ziens."


# --- heard


def played(response) -> list[str]:
    return [element.text or "" for element in document(response).iter("Play")]


def test_a_change_of_the_words_is_heard_by_the_next_caller(edge: Edge):
    assert "Bienvenue. Votre appel est gratuit" in said(edge.hears_the_wait())
    give_words(edge.desk.engine, LINE, "welcome", "fr", "Bonjour, ici la permanence.")
    heard = said(edge.page("wait?turn=0"))
    assert "Bonjour, ici la permanence." in heard
    assert "Bienvenue" not in heard


def test_words_that_no_document_may_hold_do_not_break_it(edge: Edge):
    give_words(edge.desk.engine, LINE, "welcome", "fr", "Bonjour\x0b<Hangup/> & merci.")
    assert said(edge.hears_the_wait()).startswith("Bonjour <Hangup/> & merci.\nVous êtes")


def test_a_recording_is_played_instead_of_words_and_served_for_ever(edge: Edge):
    recording_id = give_recording(edge.desk.engine, LINE, "welcome", "fr")
    waiting = edge.hears_the_wait()
    assert played(waiting)[0] == edge.desk.url(f"/media/recordings/{recording_id}.wav")
    assert "Bienvenue" not in said(waiting)
    assert "Vous êtes la prochaine personne" in said(waiting)
    edge.execute("DELETE FROM line_words")
    edge.execute("DELETE FROM recordings")  # as if the database were away
    served = edge.provider.client.get(f"/media/recordings/{recording_id}.wav")
    assert (served.status_code, served.mimetype) == (200, "audio/wav")
    assert served.data.startswith(b"RIFF")
    assert "immutable" in served.headers["Cache-Control"]
    assert edge.provider.client.get(f"/media/recordings/{new_id()}.wav").status_code == 404
    assert edge.provider.client.get("/media/recordings/..%2Fx.wav").status_code == 404


def test_what_tells_something_new_each_time_is_spoken_and_never_a_recording(edge: Edge):
    edge.clock.forward(12 * 3600)
    give_recording(edge.desk.engine, LINE, "reopens", "fr")
    closed = edge.provider.post("/voice/incoming")
    assert "Elle rouvre demain à 9 heures" in said(closed)
    assert played(closed) == []


def test_whoever_is_about_to_be_moved_is_not_kept_by_a_long_recording(edge: Edge):
    give_recording(edge.desk.engine, LINE, "connecting", "fr", seconds=120)
    edge.claimed()
    assert "Quelqu'un va vous répondre" in said(edge.page("wait?turn=1"))


def test_when_a_recording_cannot_be_fetched_the_caller_hears_what_it_says(edge: Edge):
    change_line(edge, "max_wait_seconds = 1200")
    says = "Bonjour, {ici} la permanence."
    recording_id = give_recording(edge.desk.engine, LINE, "welcome", "fr", says=says)
    waiting = edge.hears_the_wait()
    told = {"ErrorCode": 11200, "ErrorUrl": played(waiting)[0], "CallStatus": "in-progress"}
    again = edge.provider.post("/voice/fallback", **told)
    assert [verb.tag for verb in document(again)] == ["Leave", "Redirect"]
    queue = edge.provider.follow(again, "Redirect")
    spoken = edge.provider.follow(queue, "Enqueue", "waitUrl")
    assert said(spoken).startswith(says)
    assert len(played(spoken)) == 1  # the music
    assert ("recording_failed", recording_id) in edge.rows(call_events.c.kind, call_events.c.detail)
    edge.clock.forward(11 * 60)
    assert len(played(edge.page("wait?turn=0"))) == 2  # it is tried again


def test_a_goodbye_that_cannot_be_fetched_does_not_bring_anybody_back_to_the_line(edge: Edge):
    edge.moved()
    edge.room("conference-start")
    give_recording(edge.desk.engine, LINE, "after_talk", "fr")
    edge.clock.forward(60)
    over = edge.page("after")
    told = {"ErrorCode": 11200, "ErrorUrl": played(over)[0], "CallStatus": "in-progress"}
    again = edge.provider.post("/voice/fallback", **told)
    last = edge.provider.follow(again, "Redirect", CallStatus="in-progress")
    assert "La conversation est terminée" in said(last)
    assert document(last).find("Enqueue") is None


def test_whoever_hears_a_long_recording_is_rung_for_all_the_while(edge: Edge):
    give_recording(edge.desk.engine, LINE, "welcome", "fr", seconds=100)
    edge.hears_the_wait()
    edge.clock.forward(130)
    edge.tick()
    assert len(edge.dialler.placed) == 3
    assert edge.rows(calls.c.state) == [states.WAITING]


def test_whoever_has_not_been_heard_of_since_is_not(edge: Edge):
    edge.hears_the_wait()
    edge.clock.forward(70)
    edge.tick()
    assert edge.dialler.placed == []


# --- how long it takes


def answered_lately(edge: Edge, language: str = "fr") -> None:
    """Write down that everybody was busy lately, and that they are."""
    change_line(edge, "max_wait_seconds = 1200")
    write_answers(edge.desk.engine, edge.clock(), every=120, language=language)
    one_each = "SELECT max(id) FROM offers GROUP BY responder_id"
    edge.execute(f"UPDATE offers SET open = true WHERE id IN ({one_each})")  # noqa: S608 # as above


def test_a_caller_is_told_how_long_it_mostly_takes_once_and_the_record_says_what(edge: Edge):
    answered_lately(edge)
    waiting = edge.hears_the_wait()
    assert "nous répondons le plus souvent en moins de 6 minutes" in said(waiting)
    assert ("wait_told", "360") in edge.rows(call_events.c.kind, call_events.c.detail)
    later = edge.provider.follow(waiting, "Redirect")
    assert "le plus souvent" not in said(later)


def test_a_line_may_keep_silent_about_it(edge: Edge):
    answered_lately(edge)
    change_line(edge, "tell_wait = false")
    assert "le plus souvent" not in said(edge.hears_the_wait())


def test_nothing_is_told_that_another_language_has_taught(edge: Edge):
    answered_lately(edge, language="nl")
    assert "le plus souvent" not in said(edge.hears_the_wait())


def test_whom_somebody_who_is_free_can_take_is_not_told_to_wait(edge: Edge):
    answered_lately(edge)
    edge.execute("UPDATE offers SET open = false")
    assert "le plus souvent" not in said(edge.hears_the_wait())


def test_no_wait_is_told_that_is_longer_than_the_line_lets_anybody_wait(edge: Edge):
    answered_lately(edge)
    change_line(edge, "max_wait_seconds = 240")
    assert "le plus souvent" not in said(edge.hears_the_wait())


# --- the fallback number


def at_the_limit(edge: Edge):
    waiting = edge.hears_the_wait()
    edge.clock.forward(301)
    return edge.provider.follow(waiting, "Redirect")


def forwarded(edge: Edge):
    """A caller has chosen the fallback number and has left the queue."""
    edge.provider.follow(at_the_limit(edge), "Gather", Digits="2")
    return edge.page("left", QueueResult="leave")


def test_the_number_that_is_dialled_is_the_lines_and_shows_the_lines_own(edge: Edge):
    dial = document(forwarded(edge)).find("Dial")
    assert dial is not None
    assert dial.get("callerId") == "+3225550100"
    assert dial.find("Number").text == "+3225550199"


def test_the_second_key_means_nothing_before_the_limit(edge: Edge):
    back = edge.provider.follow(edge.hears_the_wait(), "Gather", Digits="2")
    assert document(back).find("Leave") is None
    assert edge.rows(calls.c.state) == [states.WAITING]


ANSWERED = {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "60"}


@pytest.mark.parametrize("late", [False, True])
def test_whoever_answers_there_has_answered_also_if_we_learn_it_after_the_end(
    edge: Edge,
    late: bool,  # noqa: FBT001 # a parameter of the test
):
    forwarded(edge)
    edge.clock.forward(70)
    if late:
        edge.hangs_up()
        assert edge.rows(calls.c.outcome) == ["nobody"]
    told = ANSWERED | {"CallStatus": "completed"}
    (call_id,) = edge.rows(calls.c.id)
    edge.provider.post(f"/voice/calls/{call_id}/forwarded", **told)
    edge.hangs_up()
    ((outcome, answered, ended),) = edge.rows(
        calls.c.outcome, calls.c.answered_at, calls.c.ended_at
    )
    assert outcome == "answered"
    assert ended - answered == timedelta(seconds=60)
    assert edge.provider.post("/voice/status", CallStatus="completed").status_code == 204
    assert edge.rows(calls.c.provider_sid, calls.c.outcome) == [(SID, "answered")]


def test_a_voicemail_that_was_never_connected_has_not_answered(edge: Edge):
    forwarded(edge)
    back = edge.page("forwarded", **(ANSWERED | {"DialBridged": "false"}))
    assert "Personne ne répond à cet autre numéro" in said(back)
    assert document(back).find("Enqueue") is not None
    assert edge.rows(calls.c.state, calls.c.answered_at) == [(states.WAITING, None)]


def test_a_key_that_is_told_twice_forwards_once_and_a_responder_comes_too_late(edge: Edge):
    limit = at_the_limit(edge)
    edge.work_off()
    for _ in range(2):
        out = edge.provider.follow(limit, "Gather", Digits="2")
        assert [verb.tag for verb in document(out)] == ["Leave", "Redirect"]
    assert edge.rows(call_events.c.kind).count("forwarded") == 1
    assert "déjà pris" in said(edge.picks_up(0))


def test_whom_a_responder_has_just_taken_is_not_forwarded(edge: Edge):
    limit = at_the_limit(edge)
    edge.work_off()
    edge.takes(0)
    soon = edge.provider.follow(limit, "Gather", Digits="2")
    assert "Quelqu'un va vous répondre" in said(soon)
    assert edge.rows(calls.c.state) == [states.CLAIMED]

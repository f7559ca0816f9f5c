"""The addresses that the provider calls, one by one, over a real database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select, text

from logging_db.engine import read
from logging_db.tables import call_events, callback_requests, calls, consents, offers
from telephony import jobs, sweep
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import CALLER, LINE, SID, Provider, document, said, verbs
from tests.stories.cast import FEDERATION

OTHER = "CA" + "2" * 32


@pytest.fixture(autouse=True)
def roster(desk: Desk) -> None:
    imported(desk.engine, desk.cipher, FEDERATION)


def count(engine: Engine, table) -> int:
    with read(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def the_call(engine: Engine):
    with read(engine) as connection:
        return connection.execute(select(calls)).one()


def wait_in_line(provider: Provider, key: str = "1"):
    return provider.follow(provider.post("/voice/incoming"), "Gather", Digits=key)


def test_two_incoming_webhooks_for_one_call_make_one_record(provider: Provider, engine: Engine):
    first, second = provider.post("/voice/incoming"), provider.post("/voice/incoming")
    assert said(first) == said(second)
    assert count(engine, calls) == 1


def test_the_menu_speaks_each_language_with_its_own_voice(provider: Provider):
    first, second = document(provider.post("/voice/incoming")).iter("Say")
    assert (first.get("language"), second.get("language")) == ("fr-FR", "nl-BE")
    assert "Nederlands, druk 2" in (second.text or "")


def test_without_a_key_the_menu_comes_once_more_and_then_the_first_language(provider: Provider):
    again = provider.follow(provider.post("/voice/incoming"), "Redirect")
    assert "tapez 1" in said(again)
    queued = provider.follow(again, "Redirect")
    assert verbs(queued) == ["Enqueue"]
    assert "lang=fr" in document(queued).find("Enqueue").get("waitUrl")


def test_a_key_that_means_nothing_is_no_key(provider: Provider):
    again = provider.follow(provider.post("/voice/incoming"), "Gather", Digits="7")
    assert "tapez 1" in said(again)
    assert verbs(provider.follow(again, "Gather", Digits="#")) == ["Enqueue"]


def test_waiting_rings_the_bell_after_the_commit(provider: Provider, bell: CountingBell, engine):
    wait_in_line(provider)
    assert bell.rung == [("match", the_call(engine).line_id)]


def test_the_wait_says_the_place_and_the_key_and_plays_music(provider: Provider):
    waiting = provider.follow(wait_in_line(provider, "2"), "Enqueue", "waitUrl")
    assert "U bent de volgende" in said(waiting)
    assert "druk dan op elk moment 1" in said(waiting)
    assert document(waiting).find(".//Play").text.endswith("/media/waiting.wav")


def test_a_closed_line_says_when_it_opens_in_each_language(provider: Provider, clock: StillClock):
    clock.forward(3600 * 9)
    words = said(provider.post("/voice/incoming"))
    assert "Elle rouvre demain à 9 heures" in words
    assert "morgen om 9 uur" in words
    assert "112" in words


def test_on_a_holiday_the_line_says_which(provider: Provider, clock: StillClock):
    clock.forward(32 * 86400)
    words = said(provider.post("/voice/incoming"))
    assert "fermée aujourd'hui : Noël" in words
    assert "gesloten: Kerstmis" in words


def test_the_record_closes_once_however_often_the_end_is_told(provider: Provider, engine: Engine):
    wait_in_line(provider)
    for _ in range(3):
        told = provider.post("/voice/status", CallStatus="completed", CallDuration=12)
        assert (told.status_code, told.data) == (204, b"")
    call = the_call(engine)
    assert call.outcome == "abandoned"
    with read(engine) as connection:
        ends = select(func.count()).where(call_events.c.kind == "ended")
        assert connection.execute(ends).scalar_one() == 1


def test_an_end_that_comes_before_the_beginning_is_not_undone(provider: Provider, engine: Engine):
    provider.post("/voice/status", CallStatus="completed")
    late = provider.post("/voice/incoming")
    assert verbs(late) == ["Hangup"]
    assert the_call(engine).outcome == "failed"


def test_a_status_that_is_not_final_ends_nothing(provider: Provider, engine: Engine):
    provider.post("/voice/incoming")
    provider.post("/voice/status", CallStatus="in-progress")
    assert the_call(engine).ended_at is None


@pytest.mark.parametrize(
    "path",
    ["/voice/calls/nonsense/wait", "/voice/calls/" + "0" * 32 + "/room",
     "/voice/calls/%00/key", "/voice/calls/" + "0" * 32 + "/language?attempt=x"],
)  # fmt: skip
def test_a_caller_whose_record_is_unknown_starts_over(provider: Provider, path: str):
    answer = provider.post(path, CallStatus="in-progress", Digits="1")
    assert document(answer).find("Redirect").text == "https://voice.example.org/voice/incoming"


def test_an_unknown_leg_hears_words(provider: Provider):
    answer = provider.post("/voice/legs/nonsense/answer", Direction="outbound-api")
    assert "Toutes nos excuses" in said(answer)


def test_the_id_of_another_call_opens_no_door(provider: Provider, engine: Engine):
    provider.post("/voice/incoming")
    mine = the_call(engine).id
    answer = provider.post(f"/voice/calls/{mine}/wait", CallSid=OTHER)
    assert verbs(answer) == ["Leave", "Redirect"]
    assert the_call(engine).place == "words"


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/fallback"])
def test_a_senseless_webhook_is_answered_in_words_and_writes_nothing(provider, engine, path):
    for missing in ("CallSid", "To"):
        answer = provider.post(path, **{missing: ""})
        assert said(answer)
    assert count(engine, calls) == 0


@pytest.mark.parametrize("path", ["/voice/status", "/voice/rooms/x/events", "/voice/legs/x/status"])
def test_senseless_news_is_taken_in_silence(provider: Provider, path: str):
    assert provider.post(path, CallSid="").status_code == 204


# --- consent


@pytest.fixture
def asked(provider: Provider):
    """A caller in the line who has pressed 1 to be called back."""
    waiting = provider.follow(wait_in_line(provider), "Enqueue", "waitUrl")
    return provider.follow(waiting, "Gather", Digits="1")


def test_nothing_is_stored_before_the_confirming_key(asked, provider: Provider, engine: Engine):
    assert "numéro avec lequel vous appelez, tapez 1" in said(asked)
    provider.follow(provider.follow(asked, "Gather", Digits="2"), "Redirect")
    assert count(engine, callback_requests) == 0
    assert count(engine, consents) == 0


def test_one_means_yes_at_this_number(asked, provider: Provider, engine: Engine, desk: Desk):
    noted = provider.follow(asked, "Gather", Digits="1")
    assert "C'est noté" in said(noted)
    assert verbs(noted)[-1] == "Hangup"
    with read(engine) as connection:
        request = connection.execute(select(callback_requests)).one()
        consent = connection.execute(select(consents)).one()
    assert CALLER.encode() not in request.number
    assert desk.cipher.open(request.number, f"callback_requests.number:{request.id}") == CALLER
    assert (consent.channel, consent.wording) == ("key", "callback_choice.fr")
    provider.post("/voice/status", CallStatus="completed")
    assert the_call(engine).outcome == "callback"


def test_a_confirmed_key_told_twice_is_one_request(asked, provider: Provider, engine: Engine):
    provider.follow(asked, "Gather", Digits="1")
    provider.follow(asked, "Gather", Digits="1")
    assert count(engine, callback_requests) == 1


def test_another_number_is_keyed_in_read_back_and_kept(asked, provider: Provider, engine, desk):
    entry = provider.follow(asked, "Gather", Digits="2")
    read_back = provider.follow(entry, "Gather", Digits="022345678")
    assert "0 2 2 3 4 5 6 7 8" in said(read_back)
    with read(engine) as connection:
        request = connection.execute(select(callback_requests)).one()
    place = f"callback_requests.number:{request.id}"
    assert desk.cipher.open(request.number, place) == "+3222345678"


def test_correcting_a_number_erases_it_at_once(asked, provider: Provider, engine, desk):
    entry = provider.follow(asked, "Gather", Digits="2")
    read_back = provider.follow(entry, "Gather", Digits="022345678")
    entry = provider.follow(read_back, "Gather", Digits="2")
    with read(engine) as connection:
        assert connection.execute(select(callback_requests.c.number)).scalar_one() is None
    provider.follow(entry, "Gather", Digits="022345679")
    with read(engine) as connection:
        request = connection.execute(select(callback_requests)).one()
        given = connection.execute(select(consents.c.withdrawn_at)).scalars().all()
    place = f"callback_requests.number:{request.id}"
    assert desk.cipher.open(request.number, place) == "+3222345679"
    assert [when is None for when in given].count(True) == 1


def test_an_entry_without_the_confirming_hash_is_not_kept(asked, provider: Provider, engine):
    entry = provider.follow(asked, "Gather", Digits="2")
    again = provider.follow(entry, "Gather", Digits="022345678", FinishedOnKey="")
    assert "terminez par la touche dièse" in said(again)
    assert count(engine, callback_requests) == 0


@pytest.mark.parametrize("keyed", ["112", "090012345", "0033612345678", "123", "9" * 40])
def test_a_number_that_cannot_be_rung_is_asked_for_again(asked, provider, engine, keyed):
    entry = provider.follow(asked, "Gather", Digits="2")
    again = provider.follow(entry, "Gather", Digits=keyed)
    assert "Nous ne pouvons pas appeler ce numéro" in said(again)
    assert count(engine, callback_requests) == 0


def test_star_leads_back_to_waiting(asked, provider: Provider, engine: Engine):
    back = provider.follow(asked, "Gather", Digits="*")
    assert "/wait" in document(back).find("Redirect").text
    assert the_call(engine).state == "waiting"


@pytest.mark.parametrize("sender", ["anonymous", "+266696687", "", "+33612345678"])
def test_a_withheld_caller_is_asked_for_a_number_at_once(provider: Provider, sender: str):
    hidden = {"From": sender}
    menu = provider.post("/voice/incoming", **hidden)
    queued = provider.follow(menu, "Gather", Digits="1", **hidden)
    waiting = provider.follow(queued, "Enqueue", "waitUrl", **hidden)
    asked = provider.follow(waiting, "Gather", Digits="1", **hidden)
    assert "Composez le numéro" in said(asked)


def test_a_caller_whom_somebody_has_just_taken_leaves_no_number(asked, provider, engine, desk):
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE calls SET state = 'claimed', claimed_at = seen_at"))
    assert "Quelqu'un va vous répondre" in said(provider.follow(asked, "Gather", Digits="1"))
    assert count(engine, callback_requests) == 0


# --- when things break


def test_when_the_database_is_gone_a_new_caller_is_forwarded(provider: Provider, desk: Desk):
    provider.post("/voice/incoming")  # the process has read the roster before
    break_the_book(desk)
    answer = provider.post("/voice/incoming", CallSid=OTHER)
    assert "problème technique" in said(answer)
    assert "technisch probleem" in said(answer)
    dial = document(answer).find("Dial")
    assert dial.get("callerId") == "+3225550100"
    assert dial.find("Number").text == "+3225550199"


def test_when_the_database_is_gone_a_waiting_caller_stays_and_hears_why(provider, desk):
    queued = wait_in_line(provider)
    break_the_book(desk)
    waiting = provider.follow(queued, "Enqueue", "waitUrl")
    assert "Vous restez en ligne" in said(waiting)
    for _ in range(4):  # three times patience, then out of the queue
        waiting = provider.follow(waiting, "Redirect")
    assert document(waiting).find("Dial/Number").text == "+3225550199"
    assert "technisch" not in said(waiting)  # the caller chose French


def test_news_that_cannot_be_written_down_is_refused(provider: Provider, desk: Desk):
    break_the_book(desk)
    assert provider.post("/voice/status", CallStatus="completed").status_code == 503


def break_the_book(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("ALTER TABLE calls RENAME TO calls_elsewhere"))


@pytest.fixture(autouse=True)
def mend_the_book(desk: Desk) -> Iterator[None]:
    yield
    with desk.engine.connect() as connection:
        try:
            connection.execute(text("ALTER TABLE calls_elsewhere RENAME TO calls"))
            connection.commit()
        except Exception:  # noqa: BLE001 # it was whole
            connection.rollback()


def test_the_fallback_puts_a_waiting_caller_back_once_and_then_forwards(provider, engine):
    wait_in_line(provider)
    trouble = {"ErrorCode": "11200", "ErrorUrl": "https://voice.example.org/x"}
    assert verbs(provider.post("/voice/fallback", **trouble)) == ["Say", "Enqueue"]
    second = provider.post("/voice/fallback", **trouble)
    assert document(second).find("Dial/Number").text == "+3225550199"
    provider.post("/voice/status", CallStatus="completed")
    assert the_call(engine).outcome == "failed"


def test_a_call_that_we_never_saw_is_written_down_by_the_fallback(provider, engine):
    answer = provider.post("/voice/fallback", ErrorCode="11205")
    assert document(answer).find("Dial/Number").text == "+3225550199"
    provider.post("/voice/status", CallStatus="completed")
    assert the_call(engine).outcome == "failed"


# --- offers, as the jobs and the webhooks see them


@pytest.fixture
def ringing(provider: Provider, desk: Desk, dialler: RecordingDialler, bell: CountingBell):
    """A caller waits in French and three telephones ring."""
    wait_in_line(provider)
    work_off(desk, bell)
    return [urlpath(ring.answer_url) for ring in dialler.placed]


def work_off(desk: Desk, bell: CountingBell) -> None:
    while bell.rung:
        jobs.run(desk, *bell.rung.pop(0))


def urlpath(url: str) -> str:
    return url.removeprefix("https://voice.example.org")


def leg_sid(index: int) -> str:
    return f"CA{index + 1:032x}"


def test_three_telephones_ring_each_by_a_call_of_its_own(ringing, dialler: RecordingDialler):
    assert len(ringing) == 3
    assert {ring.caller_id for ring in dialler.placed} == {"+3225550100"}
    assert {ring.ring_seconds for ring in dialler.placed} == {20}
    assert not any("+" in ring.answer_url + ring.status_url for ring in dialler.placed)


def test_two_who_press_one_do_not_get_one_call(ringing, provider: Provider, engine, desk, bell):
    def leg(index: int):
        return {"CallSid": leg_sid(index), "Direction": "outbound-api", "From": "+3225550100"}

    asked = [provider.post(ringing[index], **leg(index)) for index in (0, 1)]

    def press(index: int):
        return provider.follow(asked[index], "Gather", Digits="1", **leg(index))

    first, second = press(0), press(1)
    assert document(first).find("Dial/Conference") is not None
    assert verbs(second) == ["Say", "Hangup"]
    assert "déjà pris" in said(second)
    repeated = press(0)
    assert document(repeated).find("Dial/Conference") is not None
    with read(engine) as connection:
        taken = connection.execute(select(offers.c.state).where(offers.c.state == "taken")).all()
    assert len(taken) == 1
    assert {job for job, _ in bell.rung} == {"move", "drop"}


def test_whoever_presses_nothing_has_declined(ringing, provider: Provider, engine: Engine):
    leg = {"CallSid": leg_sid(0), "Direction": "outbound-api"}
    asked = provider.post(ringing[0], **leg)
    assert "Un appel en français" in said(asked)
    assert "moins d'une minute" in said(asked)
    thanked = provider.follow(asked, "Redirect", **leg)
    assert verbs(thanked) == ["Say", "Hangup"]
    with read(engine) as connection:
        states = connection.execute(select(offers.c.state)).scalars().all()
    assert sorted(states) == ["missed", "offered", "offered"]


def test_a_caller_who_hangs_up_stops_the_ringing(ringing, provider, desk, bell, dialler):
    provider.post("/voice/status", CallStatus="completed")
    work_off(desk, bell)
    assert sorted(dialler.asked) == sorted(("hang_up", leg_sid(n)) for n in range(3))
    with read(desk.engine) as connection:
        assert connection.execute(select(func.count()).where(offers.c.open)).scalar_one() == 0


def test_the_sweep_alone_does_what_the_bell_does(provider, desk, bell, dialler):
    wait_in_line(provider)
    bell.rung.clear()
    sweep.tick(desk)
    assert len(dialler.placed) == 3


def test_a_job_that_runs_twice_rings_nobody_twice(ringing, desk, dialler, engine):
    with read(engine) as connection:
        legs = connection.execute(text("SELECT id FROM legs")).scalars().all()
    for leg_id in legs:
        jobs.run(desk, "place", leg_id)
    jobs.run(desk, "match", the_call(engine).line_id)
    assert len(dialler.placed) == 3
    assert LINE not in {ring.to for ring in dialler.placed}
    assert SID

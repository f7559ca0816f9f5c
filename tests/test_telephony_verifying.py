"""The call that proves a number: placed once, heard in words, whatever happens."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from callbacks.dialler import DiallerError
from logging_db import number_checks as checks
from logging_db.engine import read, write
from logging_db.tables import number_checks, responders
from telephony import jobs, sweep
from telephony.desk import Desk
from tests.doubles import RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import Provider, document, said, verbs
from tests.stories.cast import FEDERATION

NEW = "+32471234567"
LEG = {"CallSid": f"CA{1:032x}", "Direction": "outbound-api", "CallStatus": "in-progress"}


class Proving:
    """Bram asks for a call to a new number; he is spoken to in Dutch."""

    def __init__(self, desk: Desk, provider: Provider, dialler: RecordingDialler) -> None:
        self.desk, self.provider, self.dialler = desk, provider, dialler
        imported(desk.engine, desk.cipher, FEDERATION)
        with read(desk.engine) as connection:
            found = select(responders.c.id).where(responders.c.name == "Bram Peeters")
            self.bram = connection.execute(found).scalar_one()
        self.asks()

    def asks(self) -> None:
        with write(self.desk.engine) as connection:
            self.id, self.code = checks.ask(
                connection, self.desk.cipher, self.bram, NEW, "nl", self.desk.clock()
            )

    @property
    def wrong(self) -> str:
        return "000000" if self.code != "000000" else "000001"

    def row(self) -> Any:
        with read(self.desk.engine) as connection:
            query = select(number_checks).where(number_checks.c.id == self.id)
            return connection.execute(query).one()

    def path(self, url: str) -> str:
        return url.removeprefix(self.desk.public_url)

    def picks_up(self):
        sweep.tick(self.desk)
        return self.provider.post(self.path(self.dialler.placed[-1].answer_url), **self.leg)

    @property
    def leg(self) -> dict[str, str]:
        return LEG | {"CallSid": f"CA{len(self.dialler.placed):032x}"}

    def keys(self, answer, digits: str):
        return self.provider.follow(answer, "Gather", Digits=digits, **self.leg)

    def told(self, status: str, **more: str) -> int:
        path = self.path(self.dialler.placed[-1].status_url)
        return self.provider.post(path, **LEG | {"CallStatus": status} | more).status_code


@pytest.fixture
def proving(desk: Desk, provider: Provider, dialler: RecordingDialler) -> Proving:
    return Proving(desk, provider, dialler)


def test_the_sweep_places_the_call_once_from_the_lines_own_number(proving: Proving):
    sweep.tick(proving.desk)
    sweep.tick(proving.desk)
    jobs.run(proving.desk, "verify", proving.id)
    (ring,) = proving.dialler.placed
    assert (ring.to, ring.caller_id) == (NEW, "+3225550100")
    assert proving.code not in str(ring)
    assert proving.row().provider_sid == LEG["CallSid"]


def test_the_code_is_asked_for_in_the_persons_language_and_never_spoken(proving: Proving):
    answer = proving.picks_up()
    assert "u spreekt met Allo ? Aide sociale" in said(answer)
    assert proving.code not in answer.text
    gather = document(answer).find("Gather")
    assert gather is not None
    assert (gather.get("numDigits"), gather.get("input")) == ("6", "dtmf")
    done = proving.keys(answer, proving.code)
    assert "is bevestigd" in said(done)
    assert verbs(done) == ["Say", "Hangup"]
    assert proving.row().state == "proved"


def test_a_wrong_code_may_be_tried_twice_more(proving: Proving):
    answer = proving.picks_up()
    for _ in range(2):
        answer = proving.keys(answer, proving.wrong)
        assert "niet de juiste code" in said(answer)
    last = proving.keys(answer, proving.wrong)
    assert "niet bevestigd" in said(last)
    assert verbs(last) == ["Say", "Hangup"]
    assert (proving.row().state, proving.row().number) == ("failed", None)
    again = proving.keys(answer, proving.code)
    assert "niet meer geldig" in said(again)


def test_silence_is_asked_once_more_and_then_taken_leave_of(proving: Proving):
    answer = proving.picks_up()
    again = proving.provider.follow(answer, "Redirect", **LEG)
    assert "zes cijfers" in said(again)
    last = proving.provider.follow(again, "Redirect", **LEG)
    assert "geen code ontvangen" in said(last)
    assert verbs(last) == ["Say", "Hangup"]
    assert proving.row().closed_at is None
    assert proving.told("completed") == 204
    assert proving.row().state == "failed"


@pytest.mark.parametrize("ending", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_a_call_that_is_over_proves_nothing_any_more(proving: Proving, ending: str):
    sweep.tick(proving.desk)
    assert proving.told("initiated") == 204
    assert proving.row().state == "ringing"
    assert proving.told(ending) == 204
    assert proving.told(ending) == 204  # told twice
    assert (proving.row().state, proving.row().number) == ("failed", None)


def test_the_end_of_the_call_leaves_a_proved_number_proved(proving: Proving):
    proving.keys(proving.picks_up(), proving.code)
    assert proving.told("completed") == 204
    assert proving.row().state == "proved"


def test_after_an_unclear_answer_nobody_dials_again_and_the_call_makes_itself_known(
    proving: Proving,
):
    proving.dialler.fail_next(DiallerError("no answer", unclear=True))
    answer = proving.picks_up()
    sweep.tick(proving.desk)
    assert len(proving.dialler.placed) == 1
    assert proving.row().provider_sid == LEG["CallSid"]
    assert "bevestigd" in said(proving.keys(answer, proving.code))


def test_a_call_that_never_was_expires(proving: Proving, clock: StillClock):
    proving.dialler.fail_next(DiallerError("no answer", unclear=True))
    sweep.tick(proving.desk)
    clock.forward(599)
    sweep.tick(proving.desk)
    assert proving.row().state == "ringing"
    clock.forward(1)
    sweep.tick(proving.desk)
    assert (proving.row().state, proving.row().number) == ("expired", None)
    assert len(proving.dialler.placed) == 1


def test_a_refusal_is_final(proving: Proving):
    proving.dialler.fail_next(DiallerError("no such number", code=21211))
    sweep.tick(proving.desk)
    sweep.tick(proving.desk)
    assert proving.row().state == "failed"
    assert len(proving.dialler.placed) == 1


def test_being_throttled_is_waited_out_but_not_for_ever(proving: Proving, clock: StillClock):
    for _ in range(100):
        proving.dialler.fail_next(DiallerError("slow down", throttled=True))
    sweep.tick(proving.desk)
    assert proving.row().state == "asked"
    for _ in range(80):
        clock.forward(1)
        sweep.tick(proving.desk)
    assert proving.row().state == "failed"


def test_callers_come_first_where_calls_are_paced(proving: Proving, clock: StillClock):
    slow = Desk(**{**vars(proving.desk), "calls_per_second": 0.5})
    with write(slow.engine) as connection:
        at = (clock.at + timedelta(seconds=4)).timestamp()
        connection.execute(text("UPDATE pace SET next_at = :at"), {"at": at})
    for seconds, placed in ((0, 0), (3.5, 0), (1, 1)):
        clock.forward(seconds)
        sweep.tick(slow)
        assert len(proving.dialler.placed) == placed


def test_a_check_that_was_replaced_says_so_to_whoever_picks_up(proving: Proving):
    sweep.tick(proving.desk)
    first = proving.dialler.placed[0]
    proving.asks()
    answer = proving.provider.post(proving.path(first.answer_url), **LEG)
    assert "niet meer geldig" in said(answer)
    assert verbs(answer) == ["Say", "Hangup"]


def test_a_code_that_comes_too_late_counts_for_nothing(proving: Proving, clock: StillClock):
    answer = proving.picks_up()
    clock.forward(601)
    assert "niet meer geldig" in said(proving.keys(answer, proving.code))


def test_another_call_cannot_answer_for_the_one_that_we_placed(proving: Proving):
    sweep.tick(proving.desk)
    path = proving.path(proving.dialler.placed[-1].answer_url).replace("answer", "code")
    other = {**LEG, "CallSid": "CA" + "9" * 32}
    answer = proving.provider.post(path, Digits=proving.code, **other)
    assert "problème technique" in said(answer)
    assert proving.row().closed_at is None


@pytest.mark.parametrize("page", ["answer", "code"])
def test_a_check_that_nobody_knows_is_answered_in_words(provider: Provider, page: str):
    answer = provider.post(f"/voice/verify/{'0' * 32}/{page}?lang=nl", **LEG)
    assert verbs(answer)[-1] == "Hangup"
    assert said(answer)


def test_with_the_database_broken_the_person_hears_an_apology_in_their_language(proving: Proving):
    sweep.tick(proving.desk)
    path = proving.path(proving.dialler.placed[-1].answer_url)
    with write(proving.desk.engine) as connection:
        connection.execute(text("ALTER TABLE number_checks RENAME TO elsewhere"))
    try:
        with capture_logs():
            answer = proving.provider.post(path, **LEG)
    finally:
        with write(proving.desk.engine) as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO number_checks"))
    assert "technisch probleem" in said(answer)
    assert "problème" not in said(answer)
    assert verbs(answer)[-1] == "Hangup"


def test_without_a_line_to_ring_from_the_check_fails(proving: Proving):
    with write(proving.desk.engine) as connection:
        for table in ("assignments", "shifts", "opening_hours", "closures", "lines"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 # names of our own
        connection.execute(text("UPDATE counters SET value = value + 1"))
    with capture_logs() as logs:
        sweep.tick(proving.desk)
    assert proving.row().state == "failed"
    assert [entry["event"] for entry in logs] == ["check_cannot_be_placed"]


def test_neither_code_nor_number_is_logged(proving: Proving):
    with capture_logs() as logs:
        proving.dialler.fail_next(DiallerError("no such number", code=21211))
        sweep.tick(proving.desk)
        proving.asks()
        proving.keys(proving.picks_up(), proving.wrong)
    assert [entry["event"] for entry in logs] == ["check_not_placed"]
    assert proving.code not in str(logs)
    assert "471234567" not in str(logs)

"""The provider's list against the book: what is compared, how patiently, and by whom."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from callbacks.dialler import DiallerError
from logging_db import reconciliations as book
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import calls, legs, number_checks, offers, responders
from permanence import call_list
from permanence.call_list import ProviderCalls
from simulator.app import create_app
from simulator.clock import VirtualClock
from simulator.exchange import Exchange
from telephony import known, reconciling
from telephony.comparing import Ours, Told
from telephony.reconciling import StoppedError
from tests.reconciling_kit import CALLER, DAY, MONDAY, NIGHT, NOON, Night, provider
from tests.stories.world import ACCOUNT, CALLER_ID, LINE, TOKEN, served

PLACED = {"direction": "outbound-api", "from_": CALLER_ID, "to": "+32470000001"}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    made = Exchange(clock=VirtualClock(NIGHT), account_sid=ACCOUNT, auth_token=TOKEN)
    yield made
    made.close()


@pytest.fixture(scope="module")
def calls_there(exchange: Exchange) -> Iterator[ProviderCalls]:
    with served(create_app(exchange)) as server:
        yield ProviderCalls(provider(server.server_port))


@pytest.fixture
def night(desk, exchange: Exchange, calls_there: ProviderCalls) -> Night:
    exchange.calls.clear()
    exchange.faults.clear()
    return Night(desk, exchange, calls_there)


def test_what_both_sides_tell_alike_is_no_difference(night: Night):
    night.here(night.there(), seconds=68)  # the news of its end travelled for some seconds
    assert night.passes()
    assert (night.found, night.run.compared, night.run.failure) == ({}, 1, None)


def test_a_call_that_is_open_on_both_sides_is_left_alone(night: Night):
    sid = night.there(status="in-progress")
    night.here(sid, seconds=None)
    night.passes()
    assert night.found == {}
    assert [row.ended_at for row in night.rows(calls)] == [None]


def test_an_older_call_that_is_still_open_here_is_closed_too(night: Night):
    long_ago = NOON - 3 * DAY
    night.here(night.there(long_ago, seconds=90), long_ago, seconds=None)
    night.passes()
    (row,) = night.rows(calls)
    assert (row.outcome, row.ended_at) == ("abandoned", long_ago + timedelta(seconds=90))


def test_what_only_one_side_knows_and_cannot_be_mended_is_shown(night: Night):
    deleted = "CA" + "d" * 32
    night.here(deleted)
    strange = night.there(**PLACED)
    night.there(from_=CALLER_ID, to="+32470000009", direction="outbound-dial")  # of a document
    night.there(to="+3225559999")  # another number of the account
    alive = night.there(status="in-progress")
    night.here(alive)
    night.passes()
    assert night.found == {
        deleted: ("unknown_there", False),
        strange: ("unknown_leg", False),
        alive: ("still_there", False),
    }


def test_a_caller_who_gave_up_before_we_were_asked_has_abandoned(night: Night):
    night.is_ours()
    night.there(status="canceled", seconds=4)
    night.there(NOON + timedelta(minutes=1), status="failed", seconds=0)
    night.passes()
    _, *rows = sorted(night.rows(calls.c.received_at, calls.c.outcome, calls.c.ended_at))
    assert [row.outcome for row in rows] == ["abandoned", "failed"]
    assert (rows[0].ended_at - rows[0].received_at).total_seconds() == 4


def test_the_ends_of_the_period_belong_to_one_day_each(night: Night):
    night.is_ours()
    first, last = night.there(MONDAY), night.there(MONDAY + DAY - timedelta(seconds=1))
    before, after = night.there(MONDAY - timedelta(seconds=1)), night.there(MONDAY + DAY)
    night.passes()
    assert set(night.found) == {first, last}
    night.here(before, MONDAY + timedelta(seconds=1))  # our clock was ahead
    night.passes(again=True)
    assert set(night.found) == {first, last}
    assert after not in {row.provider_sid for row in night.rows(calls)}


def test_a_leg_of_which_one_side_says_that_nobody_answered_is_shown(night: Night):
    sid = night.there(**PLACED, seconds=300)
    call_id = night.here(night.there())
    with write(night.engine) as connection:
        offer_id, leg_id = new_id(), new_id()
        responder_id = connection.scalars(responders.select()).first()
        connection.execute(
            insert(offers).values(
                id=offer_id, line_id=night.line_id, call_id=call_id, responder_id=responder_id,
                state="missed", open=False, offered_at=NOON,
            )
        )  # fmt: skip
        connection.execute(
            insert(legs).values(
                id=leg_id, party="responder", offer_id=offer_id, provider_sid=sid, state="ended",
                wanted=True, place_at=NOON, placing_at=NOON, ended_at=NOON, ending="no-answer",
            )
        )  # fmt: skip
    night.passes()
    assert night.found == {sid: ("other_status", False)}
    with write(night.engine) as connection:
        answered = {"answered_at": NOON, "ended_at": NOON + timedelta(seconds=20)}
        connection.execute(update(legs).values(ending="completed", **answered))
    night.passes(again=True)  # what was only shown is looked for anew
    assert night.found == {sid: ("other_duration", False)}
    with read(night.engine) as connection:
        (row,) = book.found(connection, [night.run.id], 9)
    assert (row.detail, row.leg_id, row.received_at) == ("20/300", leg_id, NOON)


def test_a_call_that_proved_a_number_is_known(night: Night):
    sid = night.there(**PLACED)
    with write(night.engine) as connection:
        connection.execute(
            insert(number_checks).values(
                id=new_id(), responder_id=connection.scalars(responders.select()).first(),
                code_sha256="0" * 64, language="fr", state="proved", tries=0, asked_at=NOON,
                expires_at=NOON, closed_at=NOON, placing_at=NOON, provider_sid=sid,
            )
        )  # fmt: skip
    night.passes()
    assert night.found == {}
    night.exchange.calls.clear()
    night.passes(again=True)
    assert night.found == {sid: ("unknown_there", False)}


def test_a_long_list_is_read_page_by_page_and_with_patience(night: Night, monkeypatch):
    monkeypatch.setattr(call_list, "PER_PAGE", 3)
    for minute in range(10):
        night.here(night.there(NOON + timedelta(minutes=minute)), NOON + timedelta(minutes=minute))
    night.exchange.faults.fail("GET", "Calls", status=429, times=3)
    night.exchange.faults.fail("GET", "Calls", status=None, times=1)
    told: list[int] = []
    night.passes(tell=told.append)
    assert (night.found, night.run.compared, night.run.failure) == ({}, 10, None)
    assert told == [3, 3, 3, 1]
    assert len(night.pauses) == 4
    for attempt, seconds in enumerate(night.pauses):
        assert 0.5 * 2**attempt <= seconds <= 1.5 * 2**attempt
    assert len({seconds / 2**n for n, seconds in enumerate(night.pauses)}) > 1  # jitter


def test_what_was_found_before_a_failure_is_mended_all_the_same(night: Night, monkeypatch):
    night.is_ours()
    monkeypatch.setattr(call_list, "PER_PAGE", 1)
    monkeypatch.setattr(reconciling, "TRIES", 1)
    late, early = night.there(NOON + timedelta(hours=1)), night.there(NOON)
    first = night.calls.page
    pages: list[object] = []

    def page(*asked: object):
        pages.append(asked)
        if len(pages) == 2:
            night.exchange.faults.fail("GET", "Calls", status=401)
        return first(*asked)

    monkeypatch.setattr(night.calls, "page", page)
    night.passes()
    assert night.run.failure == "the provider refused: HTTP 401"
    assert set(night.found) == {early}  # the newest comes first in the simulator's store
    assert not night.passes()  # the next night, not this one
    night.now += DAY
    assert night.passes()
    assert set(night.found) == {early, late}


class Liar:
    """A provider whose list never ends, or that knows nothing of what it gave us."""

    def __init__(self, pages: int | None = None) -> None:
        self.pages = pages

    def page(self, _since, _until, after: str | None):
        here = int(after or 0)
        told = [Told(f"CA{here:032x}", "inbound", "completed", "+3225559999", CALLER, NOON, NOON)]
        return told, str((here + 1) % 5 if self.pages is None else here + 1)

    def one(self, _sid: str) -> None:
        return None


def test_a_list_that_goes_round_in_a_circle_or_never_ends_is_given_up(night: Night, monkeypatch):
    night.calls = Liar()
    night.passes()
    assert night.run.failure == "the provider's list goes round in a circle"
    monkeypatch.setattr(reconciling, "MOST_PAGES", 7)
    night.calls = Liar(pages=99)
    night.passes(again=True)
    assert night.run.failure == "the provider's list has more than 7 pages"


def test_another_account_is_not_asked_for_every_single_call(night: Night, monkeypatch):
    monkeypatch.setattr(reconciling, "MOST_ASKED", 2)
    for n in range(3):
        night.here(f"CA{n:032x}")
    night.passes()
    assert night.run.failure == "the provider's list lacks 3 calls: is it the account?"
    assert len(night.found) == 2


def test_of_several_machines_one_compares_a_night_and_each_record_is_made_once(night: Night):
    night.is_ours()
    for minute in range(5):
        night.there(NOON + timedelta(minutes=minute))
    done: list[bool] = []
    machines = [threading.Thread(target=lambda: done.append(night.passes())) for _ in range(4)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    assert sorted(done) == [False, False, False, True]
    assert len(night.rows(calls)) - 1 == len(night.found) == 5


def test_a_run_that_died_is_taken_over_after_two_hours_and_its_end_counts_no_more(night: Night):
    with write(night.engine) as connection:
        died = book.claim(connection, MONDAY, MONDAY + DAY, NIGHT)
    assert died
    night.now += timedelta(hours=1, minutes=59)
    assert not night.passes()
    night.now += timedelta(minutes=1)
    assert night.passes()
    with write(night.engine) as connection:
        book.finish(connection, died, night.now, 7, "an old failure")
    assert night.run.failure is None


def test_a_process_that_ends_leaves_the_rest_to_the_next(night: Night):
    def stops(_seconds: float) -> None:
        raise StoppedError

    night.there()
    night.passes(pause=stops)
    assert night.run.failure == "interrupted"
    assert night.passes()
    assert (night.run.failure, len(night.found)) == (None, 1)


def test_what_the_database_does_not_take_is_said_and_the_rest_is_mended(night: Night, monkeypatch):
    night.is_ours()
    kept, refused = night.there(), night.there(NOON + timedelta(minutes=1), to="+3280011111")
    with read(night.engine) as connection:
        ours = known.ours(connection)
    taken_out = "0" * 32
    numbers = {**ours.numbers, "+3280011111": (taken_out, None)}
    gone = Ours(numbers, ours.shown, {**ours.since, taken_out: MONDAY})
    monkeypatch.setattr(known, "ours", lambda _connection: gone)  # a line just taken out
    night.passes()
    assert night.found == {kept: ("unknown_here", True)}
    assert refused not in night.found
    assert night.run.failure == "not written down: 1 of the differences; the log says why"


def test_nights_are_made_up_for_back_to_the_first_call_but_a_week_at_most(night: Night):
    def due(at):
        with read(night.engine) as connection:
            return [since for since, _until in book.due(connection, at)]

    assert due(NIGHT) == []  # nobody has called yet: the line may have been another's
    night.here("CA" + "1" * 32, NOON - DAY)
    assert due(NIGHT) == [MONDAY - DAY, MONDAY]
    assert due(MONDAY + DAY + timedelta(hours=1)) == [MONDAY - DAY]  # the night has not begun
    assert len(due(NIGHT + 30 * DAY)) == 7
    night.passes(MONDAY - DAY)
    assert due(NIGHT) == [MONDAY]


def test_what_is_no_id_or_no_status_is_not_taken_over_from_the_list(night: Night):
    night.here(night.there(status=CALLER))
    strange = night.there(NOON, from_=CALLER)
    night.exchange.calls[strange].sid = f"CA {CALLER}"
    night.passes()
    assert night.found == {}
    assert CALLER not in str(night.rows(calls.c.provider_sid, calls.c.outcome))


def test_the_list_tells_no_number_where_it_is_shown_or_fails(night: Night):
    night.there()
    (told,), _ = night.calls.page(MONDAY, MONDAY + DAY, None)
    assert (told.to, told.sender) == (LINE, CALLER)
    assert LINE not in repr(told)
    assert CALLER not in repr(told)
    night.exchange.faults.fail("GET", "Calls/*", status=400, code=21211)
    with pytest.raises(DiallerError, match=r"^the provider refused: HTTP 400, code 21211$"):
        night.calls.one(told.sid)

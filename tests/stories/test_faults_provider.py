"""A provider that lies, is slow, throttles, fails, or does what it says it has not done."""

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.dialler import DiallerError
from logging_db.tables import calls
from simulator.app import create_app as create_provider
from simulator.calls import Call
from simulator.clock import VirtualClock
from simulator.disorder import Disorder
from simulator.exchange import Exchange
from telephony import jobs
from telephony.desk import Desk
from telephony.retrying import Failures
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.faults_direct import direct_dialler
from tests.provider import Provider, verbs

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-tests"
OURS, THEIRS = "+3225550100", "+32470000001"
UNCLEAR = DiallerError("no answer", unclear=True)
THROTTLED = DiallerError("slow down", throttled=True, code=20429)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def exchange():
    made = Exchange(clock=VirtualClock(NOW), account_sid=ACCOUNT, auth_token=TOKEN)
    yield made
    made.close()


def known_to(exchange: Exchange, direction: str, seconds: float) -> str:
    """Have the provider know a call from our number to theirs, begun so long ago."""
    at = NOW - timedelta(seconds=seconds)
    call = Call(ACCOUNT, OURS, THEIRS, direction, at, started_at=at)
    exchange.calls[call.sid] = call
    return call.sid


def test_a_call_that_the_provider_forwarded_is_not_taken_for_one_that_we_placed(exchange: Exchange):
    """While the book is away the provider dials the same people itself, from the same number."""
    dialler = direct_dialler(create_provider(exchange), ACCOUNT, TOKEN)
    placed = known_to(exchange, "outbound-api", seconds=5)
    known_to(exchange, "outbound-dial", seconds=1)
    assert dialler.find(THEIRS, OURS, NOW - timedelta(seconds=6)) == placed


def test_a_provider_that_lies_knows_nothing_for_as_long_as_it_was_told_to(exchange: Exchange):
    dialler = direct_dialler(create_provider(exchange), ACCOUNT, TOKEN)
    placed = known_to(exchange, "outbound-api", seconds=5)
    exchange.faults.fail("GET", "Calls", lie=True)
    exchange.faults.fail("GET", "Calls/*", lie=True)
    assert dialler.find(THEIRS, OURS, NOW) is None
    assert dialler.status(placed) is None
    assert dialler.find(THEIRS, OURS, NOW) == placed
    assert dialler.status(placed) == "queued"


def test_a_provider_that_drops_the_connection_has_not_answered_clearly(exchange: Exchange):
    dialler = direct_dialler(create_provider(exchange), ACCOUNT, TOKEN)
    exchange.faults.fail("GET", "Calls", status=None)
    with pytest.raises(DiallerError) as caught:
        dialler.find(THEIRS, OURS, NOW)
    assert caught.value.unclear


def test_news_may_come_three_times():
    assert [len(Disorder(1, triple=share).delays()) for share in (0.0, 1.0)] == [1, 3]


@pytest.fixture
def edge(
    provider: Provider, desk: Desk, bell: CountingBell, dialler: RecordingDialler, clock: StillClock
) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


# --- an answer of ours that the provider could not use


def loses_the_way_into_the_room(edge: Edge):
    """The provider asks where to bring the caller, and the answer never reaches it."""
    edge.page("room")
    (call_id,) = edge.rows(calls.c.id)
    lost = edge.desk.url(f"/voice/calls/{call_id}/room?lang=fr")
    return edge.provider.post(
        "/voice/fallback", ErrorCode=11205, ErrorUrl=lost, CallStatus="in-progress"
    )


def test_a_caller_whose_way_into_the_room_was_lost_is_brought_there_all_the_same(edge: Edge):
    edge.claimed()
    edge.work_off()
    assert "<Conference" in loses_the_way_into_the_room(edge).text


def test_a_caller_who_never_came_into_the_room_was_not_answered(edge: Edge):
    edge.claimed()
    edge.work_off()
    loses_the_way_into_the_room(edge)
    assert "<Conference" not in loses_the_way_into_the_room(edge).text
    edge.hangs_up()
    assert edge.rows(calls.c.outcome, calls.c.answered_at) == [("failed", None)]


# --- how soon what failed is tried again


def ring_for(edge: Edge, job: str) -> None:
    """Do the jobs of this name that wait, and forget the others."""
    waiting, edge.bell.rung[:] = list(edge.bell.rung), []
    for ring in waiting:
        if ring[0] == job:
            jobs.run(edge.desk, *ring)


def moves(edge: Edge) -> int:
    return edge.redirects().count("room")


@pytest.mark.parametrize(("error", "earliest", "latest"), [(THROTTLED, 0.9, 2), (UNCLEAR, 1.9, 3)])
def test_a_caller_whom_the_provider_did_not_move_is_moved_in_a_moment(
    edge: Edge, error: DiallerError, earliest: float, latest: float
):
    edge.claimed()
    edge.dialler.fail_next(error)
    ring_for(edge, "move")
    assert moves(edge) == 1
    edge.tick(earliest)
    assert moves(edge) == 1, "so soon the first may still be under way"
    edge.tick(latest - earliest)
    assert moves(edge) == 2


def test_what_the_first_request_did_the_second_does_not_undo(edge: Edge):
    edge.claimed()
    edge.dialler.fail_next(UNCLEAR)  # it was done: the provider asks for the document
    ring_for(edge, "move")
    assert "Dial" in verbs(edge.page("room"))
    for _ in range(30):
        edge.tick(1)
    assert moves(edge) == 1


def test_a_provider_that_keeps_failing_is_asked_more_and_more_rarely(edge: Edge):
    edge.claimed()
    edge.bell.rung.clear()
    asked = []
    for second in range(120):
        edge.dialler.failures[:] = [UNCLEAR]
        before = moves(edge)
        edge.tick(1)
        asked += [second] * (moves(edge) - before)
    assert asked[1] - asked[0] <= 3
    assert asked[2] - asked[1] >= 4
    assert asked[-1] - asked[-2] >= 9
    assert len(asked) <= 16


@pytest.mark.parametrize("error", [THROTTLED, UNCLEAR])
def test_a_telephone_that_could_not_be_silenced_is_silenced_in_a_moment(
    edge: Edge, error: DiallerError
):
    edge.claimed()  # the other two still ring
    edge.dialler.fail_next(error)
    ring_for(edge, "drop")
    assert len(hang_ups(edge)) == 2
    edge.tick(3)
    assert len(hang_ups(edge)) == 3
    edge.tick(10)
    assert len(hang_ups(edge)) == 3


def hang_ups(edge: Edge) -> list[tuple[str, ...]]:
    return [one for one in edge.dialler.asked if one[0] == "hang_up"]


def test_failures_are_counted_each_for_itself_and_the_oldest_forgotten():
    failures = Failures(most=2)
    assert [failures.next(name) for name in ("a", "a", "b", "c", "a", "c")] == [0, 1, 0, 0, 0, 1]

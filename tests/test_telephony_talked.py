"""Whether two people met, by what the provider has told of their room: it may tell too little."""

import pytest

from logging_db.tables import calls
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.provider import Provider

START, JOIN, LEAVE, END = (
    "conference-start",
    "participant-join",
    "participant-leave",
    "conference-end",
)
CALLER, RESPONDER = "caller", "responder"


@pytest.fixture
def edge(
    provider: Provider, desk: Desk, bell: CountingBell, dialler: RecordingDialler, clock: StillClock
) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


def outcome(edge: Edge, clock: StillClock, told: list[tuple[str, str]], seconds: float) -> str:
    """What becomes of a caller who was led into the room, and left after ``seconds``."""
    edge.claimed()
    edge.work_off()
    edge.page("room")
    for event, who in told:
        edge.room(event, who)
    clock.forward(seconds)
    edge.hangs_up()
    (found,) = edge.rows(calls.c.outcome)
    return str(found)


@pytest.mark.parametrize(
    "told",
    [
        [(START, CALLER)],
        [(JOIN, RESPONDER), (JOIN, CALLER)],
        [(JOIN, CALLER), (JOIN, RESPONDER), (LEAVE, CALLER)],
        [(JOIN, CALLER), (LEAVE, RESPONDER)],  # that they came in was never told
        [(JOIN, CALLER), (LEAVE, RESPONDER), (LEAVE, CALLER)],
        [(JOIN, RESPONDER), (LEAVE, CALLER), (LEAVE, RESPONDER)],
        [(JOIN, RESPONDER)],  # both were on the line for a minute, and nobody left
        [(JOIN, CALLER)],
        [],  # the provider said nothing at all: it was a long one
    ],
)
def test_two_who_met_have_talked_whatever_else_was_not_told(
    edge: Edge, clock: StillClock, told: list[tuple[str, str]]
):
    assert outcome(edge, clock, told, 60) == "answered"


@pytest.mark.parametrize(
    "told",
    [
        [(JOIN, RESPONDER), (LEAVE, RESPONDER), (JOIN, CALLER)],
        [(LEAVE, RESPONDER), (JOIN, CALLER)],
        [(JOIN, CALLER), (LEAVE, CALLER)],
        [(END, CALLER)],
    ],
)
def test_a_caller_who_was_alone_in_the_room_has_not_been_answered(
    edge: Edge, clock: StillClock, told: list[tuple[str, str]]
):
    assert outcome(edge, clock, told, 60) != "answered"


@pytest.mark.parametrize("told", [[], [(JOIN, RESPONDER)]])
def test_a_caller_who_hangs_up_on_the_way_in_has_not_been_answered(
    edge: Edge, clock: StillClock, told: list[tuple[str, str]]
):
    """No word came of the caller in the room: they may never have been in it."""
    assert outcome(edge, clock, told, 4) == "abandoned"


def test_a_responder_who_was_gone_before_long_has_met_nobody(edge: Edge, clock: StillClock):
    """The caller's end is told much later; by then the responder's has been known for long."""
    edge.claimed()
    edge.work_off()
    edge.page("room")
    edge.room(JOIN, CALLER)
    clock.forward(3)
    edge.says(0, "completed")
    clock.forward(300)
    edge.hangs_up()
    assert edge.rows(calls.c.outcome) == ["abandoned"]

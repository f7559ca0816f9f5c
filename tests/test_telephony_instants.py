"""What two transactions do at nearly the same time stands in the book in the order it had.

The instant of a transaction is read before all that it waits for is its own. Meanwhile another
one may have ended something at a later instant.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from logging_db.tables import calls, legs, offers
from telephony import jobs, matching, moving
from telephony import legs as legs_of_ours
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.provider import Provider

LATER = 3.0  # seconds
OTHER = "CA" + "2" * 32


@pytest.fixture
def edge(
    provider: Provider, desk: Desk, bell: CountingBell, dialler: RecordingDialler, clock: StillClock
) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


class OvertakenClock:
    """A clock at whose reading somebody else is quicker, and does ``do`` a little later.

    Who reads it goes on as soon as the other is done, or waits for us.
    """

    def __init__(self, clock: StillClock, do: Callable[[], None]) -> None:
        self.clock = clock
        self.other = threading.Thread(target=do)
        self.began = False

    def __call__(self) -> datetime:
        read = self.clock()
        if not self.began:
            self.began = True
            self.clock.forward(LATER)
            self.other.start()
            self.other.join(0.3)
        return read


def ends(desk: Desk, leg_id: str) -> None:
    with desk.step() as step:
        legs_of_ours.end(step, leg_id, "canceled")


def leg_of(edge: Edge, index: int) -> str:
    """The id of a leg, which stands in the address that the provider was given."""
    return edge.path(edge.dialler.placed[index].answer_url).split("/")[3]


def spans(edge: Edge, person: str) -> list[tuple[datetime, datetime | None]]:
    rows = edge.rows(offers.c.responder_id, offers.c.offered_at, offers.c.closed_at)
    own = [(since, until) for who, since, until in rows if who == person]
    return sorted(own, key=lambda span: span[1] is None)  # what still goes on, last


def somebody_who_still_rings(edge: Edge) -> tuple[str, str]:
    """A responder whose offer was taken back, and the leg on which their telephone rings."""
    edge.claimed()
    withdrawn = edge.rows(offers.c.state, offers.c.responder_id, offers.c.id)
    person, offer_id = next((who, one) for state, who, one in withdrawn if state == "withdrawn")
    found = edge.rows(legs.c.offer_id, legs.c.id)
    return person, next(leg_id for one, leg_id in found if one == offer_id)


@pytest.mark.parametrize("overtaken", ["before the line is locked", "afterwards"])
def test_nobody_is_offered_anything_before_what_they_were_rung_for_is_over(
    edge: Edge, clock: StillClock, monkeypatch, overtaken: str
):
    person, leg_id = somebody_who_still_rings(edge)
    edge.waits(CallSid=OTHER)
    (line_id,) = set(edge.rows(calls.c.line_id))
    quicker = OvertakenClock(clock, lambda: ends(edge.desk, leg_id))
    desk = edge.desk
    if overtaken == "afterwards":
        work = matching._work
        monkeypatch.setattr(matching, "_work", lambda *given: quicker() and work(*given))
    else:
        desk = replace(edge.desk, clock=quicker)
    jobs.match(desk, line_id)
    quicker.other.join()
    jobs.match(edge.desk, line_id)  # as the end of the first has asked for
    (_, over), (offered, _) = spans(edge, person)
    assert over is not None
    assert offered >= over


def test_no_offer_is_over_before_it_was_taken(edge: Edge, clock: StillClock):
    """They press 1 and hang up at once: the end is told first, and written last."""
    edge.hears_the_wait()
    edge.work_off()
    asked = edge.picks_up(0)
    pressed = {"Digits": "1", "CallStatus": "in-progress"} | edge.leg(0)
    quicker = OvertakenClock(clock, lambda: edge.provider.follow(asked, "Gather", **pressed))
    ends(replace(edge.desk, clock=quicker), leg_of(edge, 0))
    quicker.other.join()
    for taken, closed in edge.rows(offers.c.taken_at, offers.c.closed_at):
        assert taken is None or closed is None or taken <= closed


def test_no_call_is_over_before_it_was_answered(edge: Edge, clock: StillClock):
    """The caller hangs up in the moment in which they come into the room."""
    edge.claimed()
    edge.work_off()
    (call_id,) = edge.rows(calls.c.id)
    quicker = OvertakenClock(clock, lambda: edge.page("room"))
    moving.end_call(replace(edge.desk, clock=quicker), call_id, "completed")
    quicker.other.join()
    ((answered, ended),) = edge.rows(calls.c.answered_at, calls.c.ended_at)
    assert ended is not None
    assert answered is None or answered <= ended

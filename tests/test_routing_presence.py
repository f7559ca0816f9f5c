"""What a responder is doing, out of what the book knows of them."""

from datetime import UTC, datetime, timedelta

import pytest

from routing.presence import Offer, Pause, Presence, presence

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
RINGING, TALKING = Offer(taken=False, since=AT), Offer(taken=True, since=AT)
OWN, MISSED = Pause("own", AT), Pause("missed", AT)
SOON = AT + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"duty": False}, Presence("off_duty")),
        ({"duty": True}, Presence("free")),
        ({"duty": True, "offer": RINGING}, Presence("ringing", AT)),
        ({"duty": True, "offer": TALKING}, Presence("talking", AT)),
        ({"duty": True, "wrap_until": SOON}, Presence("wrap_up", until=SOON)),
        ({"duty": True, "pause": OWN}, Presence("paused", AT, pause="own")),
        ({"duty": True, "pause": MISSED}, Presence("set_aside", AT, pause="missed")),
    ],
)
def test_what_somebody_does(known, state):
    assert presence(**known) == state


def test_whoever_talks_still_talks_when_their_shift_is_over_or_they_pause_afterwards():
    assert presence(duty=False, offer=TALKING).state == "talking"
    assert presence(duty=True, offer=TALKING, pause=OWN) == Presence("talking", AT, pause="own")


def test_whoever_pauses_while_they_write_up_is_not_rung_when_that_is_over():
    assert presence(duty=True, pause=OWN, wrap_until=SOON).state == "paused"

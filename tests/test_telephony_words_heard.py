"""What a caller hears of a line's own words at the limits: long ones, and those that have aged."""

import pytest

from logging_db.tables import calls
from routing import states
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.edge import Edge
from tests.line_words_kit import give_recording, give_words
from tests.provider import LINE, Provider, document, said


@pytest.fixture
def edge(
    provider: Provider,
    desk: Desk,
    bell: CountingBell,
    dialler: RecordingDialler,
    clock: StillClock,
) -> Edge:
    return Edge(provider, desk, bell, dialler, clock)


def test_whoever_hears_a_long_text_is_rung_for_all_the_while(edge: Edge):
    give_words(edge.desk.engine, LINE, "welcome", "fr", "Bonjour à vous. " * 60)  # over a minute
    edge.hears_the_wait()
    edge.clock.forward(70)
    edge.tick()
    assert len(edge.dialler.placed) == 3
    assert edge.rows(calls.c.state) == [states.WAITING]


def test_a_recorded_menu_is_played_only_while_it_names_the_right_key(edge: Edge):
    give_recording(edge.desk.engine, LINE, "menu", "fr", says="Pour le français, tapez 1.")
    first = edge.provider.post("/voice/incoming")
    assert len(list(document(first).iter("Play"))) == 1
    edge.execute("""UPDATE lines SET languages = '["nl", "fr"]'""")
    edge.execute("UPDATE counters SET value = value + 1 WHERE name = 'roster'")
    now = edge.provider.post("/voice/incoming", CallSid=f"CA{7:032x}")
    assert list(document(now).iter("Play")) == []
    assert "Pour continuer en français, tapez 2." in said(now)


def test_whom_nobody_can_answer_hears_where_help_is_in_an_emergency(edge: Edge):
    edge.nobody_on_duty()
    heard = said(edge.waits())
    assert heard.index("Personne ne peut") < heard.index("formez le 112") < heard.index("tapez 1")

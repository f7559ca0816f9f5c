"""The live board's figures, against a day that is counted by hand."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from logging_db import board, board_acts, board_now, calls, live, pauses
from logging_db.board import Measures
from logging_db.cipher import FieldCipher
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import call_events, callback_requests, lines, offers, responders
from logging_db.tables import calls as calls_table
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # ten in Brussels
Call = Callable[..., str]


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def ids(engine: Engine, cipher: FieldCipher) -> dict[str, str]:
    """The line, and the responders by first name."""
    imported(engine, cipher, FEDERATION)
    with read(engine) as connection:
        people = connection.execute(select(responders.c.name, responders.c.id))
        found = {row.name.split()[0]: row.id for row in people}
        return found | {"line": connection.execute(select(lines.c.id)).scalar_one()}


@pytest.fixture
def call(engine: Engine, ids: dict[str, str]) -> Call:
    """Write down a call: when it came, began to wait, was answered and ended, in seconds."""

    def add(began: float, answered: float | None = None, ended: float | None = None,
            outcome: str | None = None, **more: Any) -> str:  # fmt: skip
        call_id = new_id()
        values = {
            "id": call_id, "provider_sid": new_id(), "line_id": ids["line"], "language": "fr",
            "state": "ended" if ended is not None else "talking" if answered else "waiting",
            "place": "queue", "received_at": after(began - 8), "waiting_at": after(began),
            "answered_at": None if answered is None else after(answered),
            "ended_at": None if ended is None else after(ended), "outcome": outcome,
            "seen_at": AT,
        } | more  # fmt: skip
        with write(engine) as connection:
            connection.execute(insert(calls_table).values(values))
        return call_id

    return add


def figures(engine: Engine, line_id: str, at: datetime) -> Measures:
    with read(engine) as connection:
        begins, ends = board.day_of(at, "Europe/Brussels")
        return board.of_day(connection, line_id, begins, ends, at)


def test_a_day_counted_by_hand(engine: Engine, ids: dict[str, str], call: Call):
    call(0, 10, 100, "answered")  # waited 10 s
    call(0, 20, 100, "answered")  # 20 s: just in time
    call(0, 21, 100, "answered")  # 21 s: just too late
    call(900, 909)  # 9 s, talks still
    call(100, None, 105, "abandoned")  # 5 s: a short one
    call(100, None, 106, "abandoned")  # 6 s
    call(100, None, 400, "callback")  # 300 s
    call(100, None, 160, "nobody")  # 60 s, then told that nobody can come
    call(900)  # waits for 100 s
    call(990)  # waits for 10 s: can still be answered in time
    call(200, None, 201, "nobody", waiting_at=None)  # told at once: never in the line
    call(200, None, 201, "closed", waiting_at=None)
    found = figures(engine, ids["line"], after(1000))
    assert found == Measures(
        offered=10, answered=4, within=3, abandoned=1, short=1, callbacks=1, undecided=1,
        in_vain=1, turned_away=1, asa=15.0, longest=300.0,
    )  # fmt: skip
    assert found.service_level == pytest.approx(3 / 9)


def test_the_figures_follow_every_change_of_a_day_that_was_counted_before(
    engine: Engine, ids: dict[str, str], call: Call
):
    one = call(0)
    assert figures(engine, ids["line"], after(5)).undecided == 1
    assert figures(engine, ids["line"], after(20)).undecided == 0
    with write(engine) as connection:
        calls.move(connection, one, "claimed", after(30))
        calls.move(connection, one, "talking", after(30), answered_at=after(30))
    assert figures(engine, ids["line"], after(31)).asa == 30.0
    over = call(40, None, 50, "abandoned")
    assert figures(engine, ids["line"], after(60)).abandoned == 1
    with write(engine) as connection:
        calls.consented_late(connection, over)
    assert figures(engine, ids["line"], after(60)).callbacks == 1


def test_a_day_without_calls_claims_nothing(engine: Engine, ids: dict[str, str]):
    found = figures(engine, ids["line"], AT)
    assert (found.offered, found.service_level, found.asa, found.longest) == (0, None, None, None)


def test_the_day_begins_and_ends_at_midnight_where_the_line_is(
    engine: Engine, ids: dict[str, str], call: Call
):
    midnight = datetime(2026, 11, 22, 23, tzinfo=UTC)
    for received in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=24)):
        call(0, 10, 20, "answered", received_at=received)
    assert figures(engine, ids["line"], AT).offered == 1
    assert board.day_of(midnight, "Europe/Brussels")[0] == midnight
    begins, ends = board.day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Brussels")
    assert ends - begins == timedelta(hours=25)  # the clocks went back


def test_who_waits_is_shown_in_the_order_in_which_they_are_served_with_whom_they_ring(
    engine: Engine, ids: dict[str, str], call: Call
):
    late, early = call(60), call(10)
    with write(engine) as connection:
        assert board_acts.to_front(connection, late, AT, "u" * 32)
        connection.execute(
            insert(offers).values(id=new_id(), line_id=ids["line"], call_id=early, open=True,
                                  responder_id=ids["Alice"], state="offered", offered_at=AT)
        )  # fmt: skip
        found = board_now.waiting(connection)
    assert [(one.id, one.front, one.ringing) for one in found] == [
        (late, True, ()),
        (early, False, (ids["Alice"],)),
    ]


def test_callers_are_told_of_those_who_were_moved_before_them(
    engine: Engine, ids: dict[str, str], call: Call
):
    waits = [call(10), call(20), call(30)]
    with write(engine) as connection:
        board_acts.to_front(connection, waits[2], AT, "u" * 32)
        rows = [calls.get(connection, one) for one in waits]
        assert [calls.people_before(connection, row) for row in rows] == [1, 2, 0]
        board_acts.to_front(connection, waits[1], AT, "u" * 32)
        rows = [calls.get(connection, one) for one in waits]
        assert [calls.people_before(connection, row) for row in rows] == [2, 0, 1]


def test_every_act_has_a_way_back_and_stands_in_the_history_with_who_did_it(
    engine: Engine, ids: dict[str, str], call: Call
):
    waits, user = call(0), "u" * 32
    with write(engine) as connection:
        assert board_acts.to_front(connection, waits, AT, user)
        assert board_acts.from_front(connection, waits, AT, user)
        assert board_acts.send(connection, waits, ids["Bram"], AT, user)
        (one,) = board_now.waiting(connection)
        assert (one.front, one.wanted, one.wanted_until) == (False, ids["Bram"], after(40))
        assert board_acts.to_everybody(connection, waits, AT, user)
        (one,) = board_now.waiting(connection)
        assert one.wanted is None
        noted = connection.execute(select(call_events.c.kind, call_events.c.detail)).all()
    assert [tuple(row) for row in noted] == [
        ("front", user), ("front_undone", user), ("sent", user), ("sent_to", ids["Bram"]),
        ("sent_undone", user),
    ]  # fmt: skip


def test_a_call_is_sent_to_one_person_after_whoever_matches_its_line(
    engine: Engine, ids: dict[str, str], call: Call
):
    one, taken_back = call(0), []

    def send() -> None:
        with write(engine) as connection:
            board_acts.hold_line(connection, one)
            board_acts.send(connection, one, ids["Chloé"], AT, "0" * 32)
            taken_back.extend(ringing(connection))
            board_acts.withdraw(connection, one, keep=ids["Chloé"])
            assert not ringing(connection)

    def ringing(connection: Any) -> list[str]:
        rung = select(offers.c.responder_id).where(offers.c.state == "offered")
        return list(connection.execute(rung).scalars())

    sending = threading.Thread(target=send)
    with write(engine) as connection:  # as the matching does
        connection.execute(select(lines.c.id).with_for_update(key_share=True))
        sending.start()
        sending.join(0.3)
        connection.execute(
            insert(offers).values(
                id=new_id(), line_id=ids["line"], call_id=one, responder_id=ids["Alice"],
                state="offered", open=True, offered_at=AT,
            )
        )  # fmt: skip
    sending.join(10)
    assert taken_back == [ids["Alice"]]


def test_whoever_waits_no_more_is_moved_nowhere(engine: Engine, ids: dict[str, str], call: Call):
    over, talks = call(0, None, 5, "abandoned"), call(0, 5)
    with write(engine) as connection:
        for one in (over, talks):
            assert not board_acts.to_front(connection, one, AT, "u")
            assert not board_acts.send(connection, one, ids["Bram"], AT, "u")
        assert connection.execute(select(call_events)).all() == []


def test_callbacks_are_counted_by_what_is_to_be_done_with_them(
    engine: Engine, ids: dict[str, str], call: Call
):
    asked = (("due", -60, -5), ("due", -30, 60), ("taken", -90, -5))
    over = [call(0, None, 5, "callback") for _ in asked]
    with write(engine) as connection:
        for call_id, (state, since, due) in zip(over, asked, strict=True):
            connection.execute(
                insert(callback_requests).values(
                    id=new_id(), call_id=call_id, line_id=ids["line"], language="fr",
                    state=state, asked_at=after(since), due_at=after(due),
                    expires_at=after(since + 3600), attempts=0,
                )
            )  # fmt: skip
        found = board_now.callbacks(connection, AT)[ids["line"]]
    assert found == board_now.Callbacks(1, 1, 1, after(-60), after(3540))


def test_what_somebody_does_comes_out_of_their_offers_pauses_and_conversations(
    engine: Engine, ids: dict[str, str], call: Call
):
    alice, bram, chloe = ids["Alice"], ids["Bram"], ids["Chloé"]
    talk = call(0, 5)
    with write(engine) as connection:
        for who, state, is_open in ((alice, "taken", True), (chloe, "taken", False)):
            connection.execute(
                insert(offers).values(
                    id=new_id(), line_id=ids["line"], call_id=talk, open=is_open, state=state,
                    responder_id=who, offered_at=AT, taken_at=after(5),
                    closed_at=None if is_open else after(50),
                )
            )  # fmt: skip
        pauses.begin(connection, bram, pauses.MISSED, AT)
        found = live.presences(connection, [alice, bram, chloe], [alice, bram, chloe], after(60))
        later = live.presences(connection, [chloe], [], after(80))
    assert (found[alice].state, found[alice].since) == ("talking", after(5))
    assert found[bram].state == "set_aside"
    assert (found[chloe].state, found[chloe].until) == ("wrap_up", after(80))
    assert later[chloe].state == "off_duty"

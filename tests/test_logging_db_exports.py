import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from logging_db import exports
from logging_db.engine import read, write
from logging_db.tables import (
    callback_requests,
    calls,
    consents,
    lines,
    offers,
    partner_services,
    responders,
)

AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
CALLERS_NUMBER = b"+32470123456"


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def book(engine: Engine) -> Engine:
    """A book with a line, a service and two responders."""
    with write(engine) as connection:
        connection.execute(
            insert(lines).values(
                id="l", number="+3280035243", name="Allo", languages=["fr"],
                timezone="Europe/Brussels", caller_id="+3225550100", ring_seconds=20,
                max_wait_seconds=600, wrap_up_seconds=30, callback_when_closed=False,
            )
        )  # fmt: skip
        connection.execute(insert(partner_services).values(id="s", code="cssbse", names={}))
        for name in ("Alice Martin", "Bram Peeters"):
            connection.execute(
                insert(responders).values(
                    id=name[0], service_id="s", name=name, phone=b"sealed", languages=["fr"],
                    active=True,
                )
            )  # fmt: skip
    return engine


def add_call(engine: Engine, call_id: str, **more: Any) -> None:
    values = {
        "id": call_id, "provider_sid": f"CA{call_id}", "line_id": "l", "language": "fr",
        "state": "ended", "place": "words", "received_at": AT, "seen_at": AT,
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(calls).values(values | more))


def add_offer(engine: Engine, offer_id: str, **more: Any) -> None:
    values = {
        "id": offer_id, "line_id": "l", "responder_id": "A", "state": "missed", "open": False,
        "offered_at": AT,
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(offers).values(values | more))


def add_callback(engine: Engine, callback_id: str, **more: Any) -> None:
    add_call(engine, f"of-{callback_id}", outcome="callback", ended_at=after(60))
    values = {
        "id": callback_id, "call_id": f"of-{callback_id}", "line_id": "l", "language": "fr",
        "number": CALLERS_NUMBER, "state": "due", "asked_at": after(50), "due_at": after(3600),
        "expires_at": after(9999), "attempts": 0,
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(callback_requests).values(values | more))


def add_consent(engine: Engine, consent_id: str, **more: Any) -> None:
    values = {
        "id": consent_id, "callback_id": "b", "purpose": "callback", "channel": "keypad",
        "language": "fr", "wording": "consent-1", "wording_sha256": "0" * 64, "given_at": AT,
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(consents).values(values | more))


def exported(engine: Engine, what: Any = exports.calls, **bounds: Any) -> list[dict[str, Any]]:
    with read(engine) as connection:
        return list(what(connection, **bounds))


def test_a_call_that_was_answered_is_told_in_the_columns_of_the_interface(book):
    add_call(
        book,
        "c",
        outcome="answered",
        offer_id="o2",
        answered_at=after(12.25),
        ended_at=after(312.25),
    )
    add_offer(book, "o1", call_id="c")
    add_offer(book, "o2", call_id="c", responder_id="B", state="taken")
    (row,) = exported(book)
    assert list(row.items()) == [
        ("id", "c"),
        ("provider_sid", "CAc"),
        ("line", "+3280035243"),
        ("language", "fr"),
        ("outcome", "answered"),
        ("received_at", "2026-11-23T08:30:00Z"),
        ("answered_at", "2026-11-23T08:30:12.250000Z"),
        ("ended_at", "2026-11-23T08:35:12.250000Z"),
        ("wait_seconds", 12.25),
        ("talk_seconds", 300),
        ("responder", "Bram Peeters"),
        ("service", "cssbse"),
        ("offers", 2),
    ]
    assert isinstance(row["talk_seconds"], int)


# outcome, answered after, ended after (seconds): outcome told, wait told, talk told
COURSES = [
    ("answered", 10, 70, "answered", 10, 60),
    ("answered", 0.0004, 1.0008, "answered", 0, 1),
    ("abandoned", None, 33.3336, "abandoned", 33.334, None),
    ("callback", None, 90, "callback", 90, None),
    ("nobody", None, 600, "nobody", 600, None),
    ("failed", None, 2, "failed", 2, None),
    ("closed", None, 8, "closed", None, None),
    (None, None, None, "in_progress", None, None),
    (None, 15, None, "in_progress", 15, None),
]


@pytest.mark.parametrize(("outcome", "answered", "ended", "told", "wait", "talk"), COURSES)
def test_waiting_and_talking_are_measured_as_far_as_they_have_come(
    book, outcome, answered, ended, told, wait, talk
):
    add_call(
        book,
        "c",
        outcome=outcome,
        answered_at=None if answered is None else after(answered),
        ended_at=None if ended is None else after(ended),
    )
    (row,) = exported(book)
    assert (row["outcome"], row["wait_seconds"], row["talk_seconds"]) == (told, wait, talk)
    assert (row["responder"], row["service"], row["offers"]) == (None, None, 0)


def test_an_offer_of_a_callback_is_none_of_the_calls_offers(book):
    add_callback(book, "b")
    add_offer(book, "o", callback_id="b")
    assert [row["offers"] for row in exported(book)] == [0]


def test_calls_come_in_the_order_in_which_they_were_received(book):
    for name, seconds in (("c", 20), ("a", 30), ("b", 10)):
        add_call(book, name, received_at=after(seconds))
    assert [row["id"] for row in exported(book)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({}, ["a", "b", "c"]),
        ({"since": AT}, ["b", "c"]),
        ({"until": AT}, ["a"]),
        ({"since": AT, "until": after(60)}, ["b"]),
        ({"since": AT.astimezone(timezone(timedelta(hours=1)))}, ["b", "c"]),
        ({"since": date(2026, 11, 23)}, ["a", "b", "c"]),
        ({"until": date(2026, 11, 23)}, []),
        ({"since": date(2026, 11, 24)}, []),
    ],
)
def test_bounds_take_the_first_instant_and_leave_the_last(book, bounds, found):
    for name, seconds in (("a", -1), ("b", 0), ("c", 60)):
        add_call(book, name, received_at=after(seconds))
    assert [row["id"] for row in exported(book, **bounds)] == found


def test_a_bound_without_a_zone_is_refused_before_anything_is_read(book):
    with read(book) as connection, pytest.raises(ValueError, match="give it one"):
        exports.calls(connection, since=AT.replace(tzinfo=None))


def test_a_callback_is_told_with_its_newest_consent_and_without_its_number(book):
    add_callback(book, "b", attempts=2)
    add_consent(book, "1", given_at=after(40))
    add_consent(book, "2", given_at=after(50), wording="consent-2")
    (row,) = exported(book, exports.callbacks)
    assert list(row.items()) == [
        ("id", "b"),
        ("call_id", "of-b"),
        ("line", "+3280035243"),
        ("state", "due"),
        ("consented_at", "2026-11-23T08:30:50Z"),
        ("consent_channel", "keypad"),
        ("consent_wording", "consent-2"),
        ("due_at", "2026-11-23T09:30:00Z"),
        ("attempts", 2),
        ("closed_at", None),
        ("outcome", None),
    ]
    assert CALLERS_NUMBER.decode() not in str(row)


def test_callbacks_come_in_the_order_in_which_they_were_asked_for_and_within_bounds(book):
    for name, seconds in (("b", 30), ("a", 40), ("c", 20)):
        add_callback(book, name, asked_at=after(seconds))
    assert [row["id"] for row in exported(book, exports.callbacks)] == ["c", "b", "a"]
    bounds = {"since": after(30), "until": after(40)}
    assert [row["id"] for row in exported(book, exports.callbacks, **bounds)] == ["b"]


def test_a_callback_that_is_closed_says_how(book):
    add_callback(book, "b", state="closed", outcome="reached", closed_at=after(4000), number=None)
    (row,) = exported(book, exports.callbacks)
    assert (row["outcome"], row["closed_at"]) == ("reached", "2026-11-23T09:36:40Z")


@pytest.mark.parametrize("what", [exports.calls, exports.callbacks])
def test_any_number_of_rows_takes_one_query(book, what, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for number in range(5):
        add_callback(book, f"b{number}")
    asked: list[str] = []
    event.listen(book, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(exported(book, what)) == 5
    assert len([statement for statement in asked if "SELECT" in statement]) == 1


def test_json_lines_are_one_object_a_line_and_keep_their_letters(book):
    add_call(book, "c", provider_sid="Zoë")
    file = io.StringIO()
    with read(book) as connection:
        assert exports.write_jsonl(exports.calls(connection), file) == 1
    assert file.getvalue().endswith("}\n")
    assert "Zoë" in file.getvalue()
    (row,) = map(json.loads, file.getvalue().splitlines())
    assert tuple(row) == exports.CALL_COLUMNS


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        (exports.calls, exports.CALL_COLUMNS),
        (exports.callbacks, exports.CALLBACK_COLUMNS),
    ],
)
def test_an_empty_export_is_a_csv_with_its_header_and_no_json_at_all(book, what, columns):
    table, text = io.StringIO(), io.StringIO()
    with read(book) as connection:
        assert exports.write_csv(what(connection), table) == 0
        assert exports.write_jsonl(what(connection), text) == 0
    assert table.getvalue() == ",".join(columns) + "\r\n"
    assert text.getvalue() == ""


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("Alice\r=1", "Alice\r=1"),  # stays in its cell
        ("+3280035243", "+3280035243"),  # a line's number stays what it is
        ("+3280035243\n", "'+3280035243\n"),
        ("Zoë, « Allo »", "Zoë, « Allo »"),
        ("", ""),
        (None, ""),
        (-1.5, "-1.5"),  # a figure is no text
    ],
)
def test_no_cell_of_a_csv_can_become_a_formula(value, cell):
    file = io.StringIO(newline="")
    exports.write_csv(exports.Rows(["a", "b"], [{"a": value, "b": 1}]), file)
    file.seek(0)
    assert list(csv.reader(file)) == [["a", "b"], [cell, "1"]]

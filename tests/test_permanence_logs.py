import io
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from permanence import logs
from permanence.redaction import MASK, clean, mask
from permanence.settings import Log

SPELLINGS = [
    lambda n: f"+32{n}",
    lambda n: f"%2B32{n}",
    lambda n: f"%2b32{n}",
    lambda n: f"\\u002b32{n}",
    lambda n: f"0032{n}",
    lambda n: f"32{n}",
    lambda n: f"0{n}",
    lambda n: f"+32 {n[:3]} {n[3:5]} {n[5:7]} {n[7:]}",
    lambda n: f"+32({n[:3]}){n[3:]}",
    lambda n: f"+32.{n[:3]}.{n[3:5]}.{n[5:7]}.{n[7:]}",
    lambda n: f"0{n[:3]}/{n[3:5]}.{n[5:7]}.{n[7:]}",
    lambda n: f"0{n[:3]} {n[3:5]} {n[5:7]} {n[7:]}",
    lambda n: f"0{n[:3]}-{n[3:5]}-{n[5:7]}-{n[7:]}",
    lambda n: f"%2B32%20{n[:3]}%20{n[3:]}",
    lambda n: f"32 {n}",
]
NATIONAL = st.from_regex(r"4[5-9][0-9]{7}", fullmatch=True)
AROUND = st.sampled_from(
    ["", " ", "From=", "('", "to:", "tel:", "sip:", '"', "[", "&To=", "n", "nummer ", "=", "\n"]
)
AFTER = st.sampled_from(["", " ", "&x=1", "')", ".", ", then", "@host", '"', "]", "\n", ":5060"])


@given(NATIONAL, st.sampled_from(SPELLINGS), AROUND, AFTER)
def test_a_number_is_masked_however_it_is_spelled(national, spell, before, after):
    text = mask(before + spell(national) + after)
    assert MASK in text
    for start in range(len(national) - 4):
        assert national[start : start + 5] not in text


@given(NATIONAL, st.sampled_from(SPELLINGS))
def test_a_number_is_masked_wherever_it_stands(national, spell):
    number = spell(national)
    value = {"a": [number, {"b": (number.encode(), ValueError(number))}], number: {number}}
    text = json.dumps(clean(value))
    assert national[:6] not in text


INSTANTS = st.floats(946_684_800, 4_070_908_800).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(INSTANTS)
def test_times_stay_readable(at):
    for text in (at.isoformat(), str(at), at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%F %T,123")):
        assert mask(f"[{text}] hello") == f"[{text}] hello"


@given(st.floats(0, 99999), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_durations_stay_readable(seconds, lasted):
    assert clean({"took": seconds}) == {"took": seconds}
    assert mask(f"done in {lasted}") == f"done in {lasted}"
    assert mask(f"took {seconds:.9f} s") == f"took {seconds:.9f} s"


@given(st.uuids(version=4))
def test_ids_stay_readable(made):
    for text in (made.hex, str(made), "CA" + made.hex, "AC" + made.hex, "PN" + made.hex):
        assert mask(f"/calls/{text}/next") == f"/calls/{text}/next"


def test_ports_processes_counts_and_addresses_stay_readable():
    text = "pid 4194304 on 127.0.0.1:50000, HTTP 404, code 21220, 192.168.100.200, 1.2.3"
    assert mask(text) == text


@pytest.fixture
def output():
    stream = io.StringIO()
    logs.set_up(Log(format="json"), service="test", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()


def test_our_lines_are_json_with_time_level_and_service(output):
    structlog.get_logger("permanence.some").info("Rang", job="match", took=0.123456789)
    [line] = output()
    assert line["event"] == "Rang"
    assert (line["level"], line["service"], line["job"]) == ("info", "test", "match")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None
    assert line["took"] == 0.123456789


def test_lines_of_libraries_go_the_same_way_and_are_masked(output):
    logging.getLogger("gunicorn.error").warning("Bad request from %s", "+32470000001")
    [line] = output()
    assert line["event"] == f"Bad request from {MASK}"
    assert line["logger"] == "gunicorn.error"


def test_the_text_of_an_exception_is_masked(output):
    try:
        int("+32470000001 is no number")
    except ValueError:
        structlog.get_logger("permanence").exception("Failed")
    [line] = output()
    assert "470000" not in json.dumps(line)
    assert f"base 10: '{MASK} is no number'" in line["exception"]


def test_an_exception_that_nobody_catches_is_masked_as_well(output):
    error = ValueError("+32470000001")
    sys.excepthook(ValueError, error, None)
    [line] = output()
    assert line["level"] == "critical"
    assert "470000" not in json.dumps(line)


@pytest.mark.parametrize("name", ["twilio.http_client", "rq.worker", "alembic.runtime.migration"])
def test_libraries_that_talk_too_much_are_kept_to_warnings(output, name: str):
    logging.getLogger(name).info("GET /Calls?To=%2B32470000001")
    assert output() == []


def test_on_a_console_no_local_variable_is_shown():
    stream = io.StringIO()
    logs.set_up(Log(format="console"), service="test", stream=stream)
    try:
        secret = uuid4().hex
        int("no")
    except ValueError:
        structlog.get_logger("permanence").exception("Failed")
    assert "ValueError: invalid literal" in stream.getvalue()
    assert secret not in stream.getvalue()
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()

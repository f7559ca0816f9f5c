"""When a line is open: hours, planned hours, closed days, public holidays."""

import re
from datetime import UTC, date, datetime, time

import pytest
from test_console_kit import Client
from test_console_own import words
from test_console_own_kit import MONDAY, Line, line
from test_console_week_kit import LINE, NIGHT_LINE
from werkzeug.test import TestResponse

from console.closing_words import hours_told
from logging_db.engine import read
from logging_db.tables import closures as closures_table
from logging_db.tables import roster_changes
from planning import closures, hours
from planning.hours import Opening, Period

__all__ = ["line"]  # fixtures

NAMES = {"name_fr": "Grève", "name_nl": "Staking"}


@pytest.fixture
def anne(line: Line) -> Client:
    """A coordinator."""
    return line.console.client("coordinator")


def week(*days: str, **more: str) -> dict[str, list[str] | str]:
    """What the form of hours sends: of each weekday its times, such as "9:00-12:00 13:00-17:00"."""
    sent: dict[str, list[str] | str] = {}
    for weekday, times in enumerate((*days, *[""] * 7)[:7]):
        pairs = [each.split("-") for each in times.split()] or [["", ""]]
        sent[f"day{weekday}-opens"] = [opens for opens, _closes in pairs]
        sent[f"day{weekday}-closes"] = [closes for _opens, closes in pairs]
    return sent | more


def hours_sent(client: Client, path: str, *days: str, **more: str) -> dict[str, list[str] | str]:
    """What the form of hours sends, with what it says of the hours that it showed."""
    found = re.search(r'name="seen"[^>]* value="([^"]*)"', client.get(path).text)
    return week(*days, **more, seen=found[1] if found else "")


def home(line: Line, number: str = LINE) -> str:
    return f"/closing/{line[number]}"


def store(client: Client, line: Line, sent: dict[str, list[str] | str]) -> TestResponse:
    """Send hours by the form as it is shown now."""
    path = f"{home(line)}/hours"
    return client.send(path, **sent | {"seen": hours_sent(client, path)["seen"]})


def held(line: Line) -> list[Period]:
    with read(line.engine) as connection:
        return hours.periods(connection, line[LINE])


def closed(line: Line) -> list[closures.Closed]:
    with read(line.engine) as connection:
        return closures.of_line(connection, line[LINE])


def undo_of(answer) -> str:
    found = re.search(r'action="(/changes/\d+/undo)"', answer.text)
    assert found is not None
    return found[1]


def test_the_first_line_is_shown_with_its_hours_and_closed_days(line: Line, anne: Client):
    assert anne.get("/closing").location == home(line)
    said = words(anne.get(home(line)))
    assert "Monday – Friday 09:00–17:00" in said
    assert "Saturday – Sunday closed" in said
    assert "Friday 25 December 2026 Noël" in said
    assert "00:00–24:00" in words(anne.get(home(line, NIGHT_LINE)))


def test_new_hours_are_planned_and_the_shifts_outside_them_are_listed(line: Line, anne: Client):
    page = anne.get(f"{home(line)}/hours").text
    assert re.findall(r'name="day0-opens" value="([^"]*)"', page) == ["09:00"]
    assert re.findall(r'name="day6-opens" value="([^"]*)"', page) == [""]
    monday = MONDAY.isoformat()
    answer = store(anne, line, week(*["10:00-17:00"] * 5, since=monday))
    told = anne.get(answer.location)
    said = words(told)
    assert "The new hours hold from Mon 30 Nov." in said
    assert "39 planned shifts of the eight weeks from then on lie outside the hours" in said
    assert "cssbse, 09:00–13:00 · Alice Martin" in said
    assert "and 33 more" in said
    assert "From Monday 30 November 2026 Monday – Friday 10:00–17:00" in said
    change = line.rows_of(roster_changes)[-1]
    assert (change.kind, change.line_id) == ("hours_changed", line[LINE])
    anne.send(undo_of(told), back=home(line))
    assert len(held(line)) == 1
    assert "lie outside" not in words(anne.get(answer.location))


def test_a_row_is_added_without_scripts_and_what_was_typed_stays(line: Line, anne: Client):
    sent = week("8:15-12:00", since="2026-12-07", act="row:0")
    answer = anne.send(f"{home(line)}/hours", **sent)
    assert answer.status_code == 200
    assert re.findall(r'name="day0-opens" value="([^"]*)"', answer.text) == ["8:15", ""]
    assert 'value="2026-12-07"' in answer.text
    assert "autofocus" in answer.text
    assert len(held(line)) == 1
    full = week("8:00-9:00 10:00-11:00 12:00-13:00 14:00-15:00", act="row:0")
    assert anne.send(f"{home(line)}/hours", **full).text.count('name="day0-opens"') == 4
    assert anne.send(f"{home(line)}/hours", **week(act="row:7")).status_code == 404


def test_hours_hold_from_today_with_a_break_and_until_midnight(line: Line, anne: Client):
    answer = store(anne, line, week("9h-12:00 13:00-24:00", "22:00-6h30", since="2026-11-23"))
    said = words(anne.get(answer.location))
    assert "The new hours hold from today." in said
    assert "Monday 09:00–12:00, 13:00–24:00" in said
    assert "Tuesday 22:00–06:30 (next day)" in said
    assert "Hours before (1)" in said
    assert held(line)[-1].openings[-1] == Opening(1, time(22), time(6, 30))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (week("9:00-12:00"), "They hold from: Choose a day."),
        (week("9:00-", since="2026-12-07"), "Monday: An opening needs both times"),
        (week("9:00-25:00", since="2026-12-07"), "Monday: Write times like 09:00."),
        (week("", "9-9:05", since="2026-12-07"), "Tuesday: 09:00–09:05 is shorter"),
        (week("9:00-12:00 11:00-13:00", since="2026-12-07"), "Monday: 09:00–12:00 and 11:00"),
        (week("9:00-12:00", since="2026-11-22"), "They hold from: Hours cannot be changed"),
        (week("9:00-12:00", since="2062-11-22"), "They hold from: Wednesday 22 November 2062"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_day(line: Line, anne: Client, sent, sentence):
    answer = store(anne, line, sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert len(held(line)) == 1


def test_planned_hours_are_changed_or_taken_out(line: Line, anne: Client):
    store(anne, line, week("10:00-12:00", since="2026-12-07"))
    form = anne.get(f"{home(line)}/hours?since=2026-12-07").text
    assert 'value="10:00"' in form
    assert 'value="2026-12-07"' in form
    drop = f"{home(line)}/hours/2026-12-07/drop"
    assert "Take out the hours from Monday 7 December 2026?" in words(anne.get(drop))
    told = anne.get(anne.send(drop).location)
    assert "from Mon 7 Dec on the hours before go on" in words(told)
    assert len(held(line)) == 1
    again = anne.send(drop)
    assert "Nothing is planned from that day any more." in words(anne.get(again.location))


def test_a_range_of_days_is_closed_and_its_shifts_are_listed(line: Line, anne: Client):
    sent = {"first": "2026-11-30", "last": "2026-12-01", **NAMES}
    told = anne.get(anne.send(f"{home(line)}/days/add", **sent).location)
    said = words(told)
    assert "The line stays closed on 2 more days." in said
    assert "4 planned shifts do not take place" in said
    assert "caw, 13:00–17:00 · Bram Peeters" in said
    assert [each.names for each in closed(line)[:2]] == [{"fr": "Grève", "nl": "Staking"}] * 2
    anne.send(undo_of(told))
    assert len(closed(line)) == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "First day: Choose a day."),
        ({"first": "2026-11-22"}, "First day: Sunday 22 November 2026 is over"),
        ({"first": "2026-12-25"}, "First day: The line is closed on Friday 25 December"),
        ({"first": "2026-12-02", "last": "2026-12-01"}, "Last day: The last day"),
        ({"first": "2026-12-02", "last": "2027-12-01"}, "Last day: The line can be closed"),
        ({"first": "2062-12-02"}, "Last day: Saturday 2 December 2062 is too far"),
        ({"first": "2026-12-02", "name_nl": ""}, "Reason in Dutch: Write why"),
        ({"first": "2026-12-02", "name_nl": "  "}, "Reason in Dutch: "),
        ({"first": "2026-12-02", "name_fr": "x" * 81}, "Reason in French: A name has at most"),
    ],
)
def test_a_closed_day_that_cannot_be_is_refused_at_its_field(
    line: Line, anne: Client, sent, sentence
):
    answer = anne.send(f"{home(line)}/days/add", **(NAMES | sent))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert len(closed(line)) == 1


def test_public_holidays_are_taken_some_or_all(line: Line, anne: Client):
    path = f"{home(line)}/days/holidays"
    page = words(anne.get(path))
    assert "Friday 1 January 2027 · " in page
    assert "25 December 2026" not in page
    assert "Saturday 1 May 2027" in page
    assert "(the line is not open on this day of the week)" in page
    assert "No day was chosen" in words(anne.send(path, act="some"))
    told = anne.get(anne.send(path, act="some", days=["2027-01-01"]).location)
    assert "The line stays closed on Fri 1 Jan." in words(told)
    anne.send(path, act="all")
    assert len(closed(line)) == 11
    assert "closed on all public holidays" in words(anne.get(path))
    assert anne.send(path, days=["2020-01-01"]).status_code == 422


def test_a_closed_day_is_opened_again_and_can_be_closed_again(line: Line, anne: Client):
    (christmas,) = closed(line)
    path = f"{home(line)}/days/{christmas.id}/remove"
    said = words(anne.get(path))
    assert "Open the line again on Friday 25 December 2026?" in said
    assert "cssbse, 09:00–13:00 · Alice Martin" in said
    told = anne.get(anne.send(path).location)
    said = words(told)
    assert "2 planned shifts take place again" in said
    assert "came from a federation file" in said
    assert closed(line) == []
    assert "not closed on that day any more" in words(anne.get(anne.send(path).location))
    anne.send(undo_of(told))
    assert [each.day for each in closed(line)] == [date(2026, 12, 25)]


def test_what_is_over_is_folded_and_stays(line: Line, anne: Client):
    line.console.clock.at = datetime(2027, 1, 2, 9, tzinfo=UTC)
    client = line.console.client("coordinator")
    said = words(client.get(home(line)))
    assert "Over (1)" in said
    assert "No closed day is planned." in said
    path = f"{home(line)}/days/{line.rows_of(closures_table)[0].id}/remove"
    assert "the day is over" in words(client.get(client.get(path).location))


def test_only_coordinators_see_hours_and_no_line_is_no_page(line: Line, anne: Client):
    for path in ("", "/hours", "/days/add", "/days/holidays"):
        assert line.console.client("responder").get(home(line) + path).status_code == 403
        assert anne.get(f"/closing/{'0' * 32}{path}").status_code == 404
        assert anne.get(f"/closing/nowhere{path}").status_code == 404
    assert anne.get(f"{home(line)}?change=x").status_code == 200
    assert anne.get(f"{home(line)}?change=99999").status_code == 200


def test_days_that_are_alike_stand_together(line: Line):
    night = [Opening(day, time(20), time(8)) for day in (0, 1, 3)]
    with line.console.app.test_request_context(headers={"Accept-Language": "en"}):
        assert hours_told(night) == [
            ("Monday – Tuesday", "20:00–08:00 (next day)"),
            ("Wednesday", ""),
            ("Thursday", "20:00–08:00 (next day)"),
            ("Friday – Sunday", ""),
        ]

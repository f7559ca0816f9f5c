"""The first page: what it says of each line, without a browser."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert
from test_console_kit import Client
from test_console_week_kit import LINE, NIGHT_LINE, Roster, anne, roster, touch

from console.today_view import line_today
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.rosters import read_book
from logging_db.tables import absence_reports, absences, shifts
from routing.duty import on_duty

__all__ = ["anne", "roster"]

MONDAY = date(2026, 11, 23)  # it is ten


def said(roster: Roster, line: str = LINE):
    with read(roster.engine) as connection:
        book = read_book(connection, date(2026, 11, 20), date(2026, 12, 20))
    return line_today(book.by_number[line], roster.clock.at)


def test_it_says_who_is_on_duty_until_when_and_who_comes_next(roster: Roster, anne: Client):
    made = said(roster)
    assert made.now.open
    assert made.until.strftime("%H:%M") == "17:00"
    assert [
        (f"{each.begins:%a %H}", f"{each.ends:%H}", [one.name[:4] for one in each.people])
        for each in made.next
    ] == [
        ("Mon 10", "13", ["Alic"]),
        ("Mon 13", "17", ["Bram"]),
        ("Tue 09", "13", ["Alic"]),
        ("Tue 13", "17", ["Bram"]),
    ]
    page = anne.get("/").text
    assert "until 17:00" in page
    assert "Alice Martin" in page


def test_every_stretch_is_what_on_duty_says(roster: Roster):
    with read(roster.engine) as connection:
        book = read_book(connection, date(2026, 11, 20), date(2026, 12, 20))
    for roster_ in book.by_id.values():
        for each in line_today(roster_, roster.clock.at).next:
            at = each.begins
            while at < each.ends:
                assert on_duty(roster_, at).responders == each.people
                at += timedelta(minutes=30)


def test_a_closed_line_says_why_and_when_it_opens(roster: Roster, anne: Client):
    roster.clock.at = datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
    with read(roster.engine) as connection:
        book = read_book(connection, date(2026, 12, 20), date(2027, 1, 4))
    made = line_today(book.by_number[LINE], roster.clock.at)
    assert not made.now.open
    assert made.now.closure.names["fr"] == "Noël"
    assert f"{made.until:%a %d %H:%M}" == "Mon 28 09:00"
    page = roster.client("coordinator").get("/").text
    assert "Noël" in page
    assert "opens Mon 28 Dec, 09:00" in page


def test_nobody_on_an_open_line_is_said_aloud(roster: Roster, anne: Client):
    assert [one.hole.language for one in said(roster, NIGHT_LINE).holes] == [None]
    with write(roster.engine) as connection:
        away = {"starts_at": roster.clock.at, "ends_at": roster.clock.at + timedelta(hours=1)}
        alice = roster.id("Alice")
        connection.execute(insert(absences).values(id=new_id(), responder_id=alice, **away))
        touch(connection)
    page = anne.get("/").text
    assert "Nobody is on duty, though the line is open." in page
    assert "Whoever is planned is absent." in page


def test_a_hole_is_not_cut_off_where_the_three_days_end(roster: Roster):
    with write(roster.engine) as connection:
        connection.execute(shifts.delete())
        touch(connection)
    last = said(roster).holes[-1].hole  # it is Monday at ten
    assert f"{last.begins:%a %H:%M} {last.ends:%a %H:%M}" == "Thu 09:00 Thu 17:00"


def test_coordinators_find_links_to_fill_holes_and_responders_do_not(roster: Roster, anne: Client):
    assert "new shift" in anne.get("/").text
    page = roster.client("responder").get("/").text
    assert "new shift" not in page
    assert "/shift/" not in page
    assert "Holes within three days" in page


def test_who_cannot_come_waits_until_somebody_else_stands_there(roster: Roster, anne: Client):
    key = roster.key(date(2026, 11, 24))
    with write(roster.engine) as connection:
        connection.execute(
            insert(absence_reports).values(
                id=new_id(),
                shift_id=key.partition(".")[0],
                day=date(2026, 11, 24),
                responder_id=roster.id("Alice"),
                said_at=roster.clock.at,
            )
        )
    page = anne.get("/").text
    assert "This needs you" in page
    replace = f"/shift/{key}/replace/{roster.id('Alice')}"
    assert replace in page
    assert "This needs you" not in roster.client("responder").get("/").text
    assert anne.send(replace, version="1", who=roster.id("Dirk")).status_code == 303
    assert "This needs you" not in anne.get("/").text


def test_responders_see_their_own_next_shift_first(roster: Roster):
    roster.change("responder", responder_id=roster.id("Bram"))
    page = roster.client("responder").get("/").text
    assert "Your next shift" in page
    assert "Monday 23 November 2026, 13:00–17:00" in page
    roster.clock.at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert "You are on duty now" in roster.client("responder").get("/").text
    roster.change("responder", responder_id=roster.id("Dirk"))
    assert "You stand in no shift" in roster.client("responder").get("/").text


def test_without_shifts_or_lines_the_page_still_stands(roster: Roster, anne: Client):
    with write(roster.engine) as connection:
        connection.execute(shifts.delete())
        touch(connection)
    assert "Nobody is on duty" in anne.get("/").text

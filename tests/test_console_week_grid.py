"""What the week shows, without a browser."""

import re
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import event, select
from test_console_kit import Client
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Roster, anne, roster, touch

from console.week_books import week_of
from console.week_grid import PAGE, View, grid
from console.week_short import people_of
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import absences, partner_services, responders, shifts

__all__ = ["anne", "roster"]

TUESDAY = date(2026, 12, 1)


def shown(roster: Roster, monday: date = MONDAY, view: View | None = None, line: str = LINE):
    with roster.app.app_context(), read(roster.engine) as connection:
        week = week_of(connection, monday)
        own = week.book.by_number[line]
        names = {each.id: each.name for each in own.responders.values()}
        assert people_of(own, [monday]) <= names.keys()
        return grid(week.book, own, monday, roster.clock.at, view or View(), names)


def cards(made, service: str, day: int = 0):
    return next(row for row in made.rows if row.code == service).cells[day].cards


def test_services_are_rows_by_name_and_days_are_columns_with_their_hours(roster: Roster):
    made = shown(roster)
    assert [row.code for row in made.rows] == ["caw", "cssbse"]
    assert made.columns[0].hours == ((time(9), time(17)),)
    assert made.columns[6].hours == ()
    assert [column.bare for column in made.columns] == [False] * 5 + [True] * 2
    (card,) = cards(made, "cssbse")
    assert (card.starts, card.present, card.needed, card.kind) == (time(9), 1, 1, "standing")
    assert [line.name for line in card.people] == ["Alice Martin"]


def test_holes_are_told_by_language_with_the_shifts_that_could_fill_them(roster: Roster):
    made = shown(roster)
    # Bram, in the afternoons, speaks no French.
    assert {each.hole.language for each in made.holes} == {"fr"}
    assert len(made.holes) == 5
    people, french, dutch = made.columns[0].lanes
    assert people.holes == dutch.holes == ()
    assert french.holes == ((time(13), time(17)),)
    assert [bar.hole for bar in french.bars] == [False, True]


def test_a_week_without_shifts_is_one_hole_an_opening_and_not_none(roster: Roster):
    with write(roster.engine) as connection:
        connection.execute(shifts.delete())
    made = shown(roster)
    assert [(each.hole.language, each.hole.covered) for each in made.holes] == [(None, 0)] * 5
    assert all(lane.holes == ((time(9), time(17)),) for lane in made.columns[2].lanes)


def test_a_shift_that_lacks_somebody_says_so_and_is_offered_for_the_hole(
    roster: Roster, anne: Client
):
    key = roster.key()
    form = roster.form(people=["Alice"], needed="2", languages=["nl", "fr"], version="1")
    assert anne.send(f"/shift/{key}", **form).status_code == 303
    made = shown(roster)
    (card,) = cards(made, "cssbse")
    assert (card.short, card.present, card.missing) == (True, 1, ())
    (people,) = (each for each in made.holes if each.hole.language is None)
    assert [each.key for each in people.short] == [card.key]
    assert card.kind == "differs"
    assert [row.code for row in shown(roster, view=View(only_short=True)).rows] == ["cssbse"]


def test_who_is_absent_or_replaced_is_told_with_the_times(roster: Roster, anne: Client):
    with write(roster.engine) as connection:
        connection.execute(
            absences.insert().values(
                id=new_id(),
                responder_id=roster.id("Alice"),
                starts_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
                ends_at=datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
            )
        )
        touch(connection)
    url = f"/shift/{roster.key()}/replace/{roster.id('Alice')}"
    answer = anne.send(url, version="1", who=roster.id("Dirk"), starts="10:00", ends="12:00")
    assert answer.status_code == 303
    (card,) = cards(shown(roster), "cssbse")
    alice, dirk = card.people
    assert (alice.mark, alice.during, alice.there) == ("absent", (time(10), time(13)), True)
    assert (dirk.instead_of, dirk.during, dirk.there) == (
        "Alice Martin",
        (time(10), time(12)),
        True,
    )
    assert card.present == 0  # from twelve on nobody is there


def test_what_is_called_off_can_still_be_seen(roster: Roster, anne: Client):
    assert anne.send(f"/shift/{roster.key()}/remove", version="1").status_code == 303
    (card,) = cards(shown(roster), "cssbse")
    assert card.cancelled
    assert not card.short
    assert "called off this week" in anne.get(roster.week()).text


def test_a_night_belongs_to_the_day_on_which_it_begins_and_covers_the_next(
    roster: Roster, anne: Client
):
    form = roster.form(people=["Chloé"], starts="22:00", ends="06:00", next_day="y")
    form["line"] = roster.id(NIGHT_LINE)
    assert anne.send("/shift/new", **form).status_code == 303
    made = shown(roster, line=NIGHT_LINE)
    assert cards(made, "cssbse")[0].over_night
    monday, tuesday = (made.columns[n].lanes[0] for n in (0, 1))
    assert monday.holes == ((time(0), time(22)),)
    assert tuesday.holes == ((time(6), time(0)),)


def test_what_is_over_is_past_and_what_runs_is_running(roster: Roster):
    roster.clock.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    made = shown(roster, date(2026, 11, 23))
    assert [cards(made, "cssbse", day)[0].state for day in range(3)] == [
        "past",
        "running",
        "coming",
    ]
    assert all(each.hole.begins.date() >= date(2026, 11, 24) for each in made.holes)


@pytest.mark.parametrize("path", ["/week", "/changes", "/shift/new", "/week/x/2026-11-23"])
def test_only_coordinators_see_the_week(roster: Roster, path: str):
    assert roster.client("responder").get(path).status_code == 403


def test_addresses_of_weeks_are_forgiving(roster: Roster, anne: Client):
    here = anne.get("/week")
    assert here.location == roster.week(date(2026, 11, 23))
    assert anne.get(roster.week(TUESDAY)).location == roster.week()
    assert anne.get(f"/week?day={TUESDAY}").location == f"{roster.week()}?day={TUESDAY}"
    by_number = f"/week/{LINE.lstrip('+')}/{MONDAY}"
    assert anne.get(by_number).location == roster.week()
    assert anne.get("/week/nobody/2026-11-30").status_code == 404
    assert anne.get(f"/week/{roster.id(LINE)}/yesterday").status_code == 404
    assert anne.get(f"/week/{roster.id(LINE)}/9999-12-27").status_code == 404


def test_the_page_of_a_week_never_shows_a_number_of_a_person(roster: Roster, anne: Client):
    for path in (roster.week(), "/", f"/shift/{roster.key()}"):
        assert "+32470" not in anne.get(path).text.replace(" ", "")


def test_many_services_come_in_pages_and_are_found_by_text(roster: Roster, anne: Client):
    with write(roster.engine) as connection:
        connection.execute(
            partner_services.insert(),
            [
                {"id": new_id(), "code": f"s{n}", "names": {"fr": f"Équipe {n}"}}
                for n in range(PAGE + 5)
            ],
        )
        touch(connection)
    made = shown(roster)
    assert (len(made.rows), made.pages, made.found) == (PAGE, 2, PAGE + 7)
    assert len(shown(roster, view=View(page=2)).rows) == 7
    assert [row.code for row in shown(roster, view=View(text="equipe 12")).rows] == ["s12"]
    assert "page=2" in anne.get(roster.week()).text


def test_the_number_of_queries_does_not_grow_with_the_roster(roster: Roster, anne: Client):
    asked: list[str] = []
    event.listen(roster.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def count(path: str) -> int:
        asked.clear()
        assert anne.get(path).status_code == 200
        return len(asked)

    few, again = count(roster.week()), count(roster.week())
    with write(roster.engine) as connection:
        people = list(connection.execute(select(responders.c.id)).scalars())
        for n in range(60):
            service = new_id()
            connection.execute(
                partner_services.insert().values(id=service, code=f"t{n}", names={"fr": f"T {n}"})
            )
        touch(connection)
    assert people
    assert count(roster.week()) == few
    assert few <= 23  # thirteen of them read the book, the others the log-in and the links
    assert again <= 12


def test_a_page_that_stands_open_learns_who_has_changed_its_week(roster: Roster, anne: Client):
    page = anne.get(roster.week()).text
    since = re.search(r'data-change="(\d+)"', page)[1]
    ask = f"{roster.week()}/version?since={since}"
    assert anne.get(ask).json["who"] == []
    other = roster.client("administrator")
    other.send("/shift/new", **roster.form(people=["Dirk"], starts="13:00", ends="17:00"))
    assert anne.get(ask).json["who"] == ["Ada Okafor"]
    next_week = roster.week(date(2026, 12, 7))
    assert anne.get(f"{next_week}/version?since={since}").json["who"] == []

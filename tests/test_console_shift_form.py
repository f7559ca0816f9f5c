"""Adding, changing, moving and removing a shift by forms: everything works without scripts."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from test_console_kit import Client
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import read
from logging_db.rosters import read_book
from logging_db.tables import roster_changes, shifts
from routing.duty import on_duty

__all__ = ["anne", "roster"]

TUESDAY = date(2026, 12, 1)


def on(roster: Roster, day: date, hour: int, line: str = LINE) -> list[str]:
    """Who is on duty at a wall time in winter, by first name."""
    with read(roster.engine) as connection:
        book = read_book(connection, date(2026, 11, 20), date(2026, 12, 20))
    at = datetime(day.year, day.month, day.day, hour - 1, tzinfo=UTC)
    return [each.name.split()[0] for each in on_duty(book.by_number[line], at).responders]


def people_in(text: str) -> list[str]:
    return re.findall(r'name="people" value="(\w+)"', text)


def test_a_shift_is_added_and_the_way_back_is_offered(roster: Roster, anne: Client):
    form = roster.form(people=["Chloé"], starts="13:00", ends="17:00", languages=["fr"])
    answer = anne.send("/shift/new", **form)
    assert answer.status_code == 303
    assert on(roster, MONDAY, 14) == ["Bram", "Chloé"]
    page = anne.get(answer.location).text
    assert "Added: cssbse" in page
    undo = re.search(r'action="(/changes/\d+/undo)"', page)[1]
    assert anne.send(undo, back=roster.week()).location == roster.week()
    assert on(roster, MONDAY, 14) == ["Bram"]
    assert "Added: cssbse" not in anne.get(roster.week()).text  # once


def test_the_form_says_at_the_right_fields_what_is_wrong_and_keeps_what_was_typed(
    roster: Roster, anne: Client
):
    form = roster.form(people=["Bram"], starts="13:00", ends="19:00", needed="0", service="caw")
    form["day"] = ""
    page = anne.send("/shift/new", **form)
    assert page.status_code == 422
    assert 'href="#day"' in page.text
    assert 'href="#needed"' in page.text
    assert people_in(page.text) == [roster.id("Bram")]
    form |= {"day": MONDAY.isoformat(), "needed": "2"}
    page = anne.send("/shift/new", **form)
    assert page.status_code == 422
    assert 'href="#starts"' in page.text  # outside the opening hours
    assert 'href="#people"' in page.text  # Bram is in the afternoon's shift already
    assert "the line is closed then" in page.text
    assert on(roster, MONDAY, 14) == ["Bram"]


def test_soft_objections_are_told_after_it_is_saved(roster: Roster, anne: Client):
    form = roster.form(people=["Dirk"], starts="13:00", ends="17:00", languages=["fr", "nl"])
    assert "week-warning" not in anne.get(anne.send("/shift/new", **form).location).text
    form = roster.form(people=["Chloé"], day="2026-12-01", starts="13:00", languages=["nl"])
    form["ends"] = "17:00"
    assert "week-warning" in anne.get(anne.send("/shift/new", **form).location).text


def test_an_occurrence_of_the_standing_week_is_changed_for_its_day(roster: Roster, anne: Client):
    key = roster.key()
    page = anne.get(f"/shift/{key}").text
    assert "It comes every week" in page
    assert people_in(page) == [roster.id("Alice")]
    form = roster.form(people=["Chloé", "Alice"], version="1", needed="2")
    answer = anne.send(f"/shift/{key}", **form)
    assert answer.location.startswith(f"{roster.week()}#s-")
    assert on(roster, MONDAY, 10) == ["Chloé", "Alice"]
    assert on(roster, TUESDAY, 10) == ["Alice"]
    assert "otherwise than every week" in anne.get(roster.week()).text


def test_people_are_added_ordered_and_taken_out_without_scripts(roster: Roster, anne: Client):
    url = f"/shift/{roster.key()}"
    alice, dirk = roster.id("Alice"), roster.id("Dirk")
    form = roster.form(people=["Alice"], version="1")
    page = anne.send(url, **form, act=f"add:{dirk}")
    assert page.status_code == 200
    assert people_in(page.text) == [alice, dirk]
    form["people"] = [alice, dirk]
    assert people_in(anne.send(url, **form, act=f"up:{dirk}").text) == [dirk, alice]
    assert people_in(anne.send(url, **form, act=f"drop:{alice}").text) == [dirk]
    longer = anne.send(url, **form, act="longer").text
    assert 'value="13:30"' in longer
    assert roster.version(roster.key()) == 1  # nothing is saved by it


def test_somebody_is_looked_for_by_name_without_saving(roster: Roster, anne: Client):
    url = f"/shift/{roster.key()}"
    form = roster.form(people=["Alice"], version="1", search="dubois chlo")
    page = anne.send(url, **form, act="enter").text
    assert "1 person found" in page
    assert f'value="add:{roster.id("Chloé")}"' in page
    assert f'value="add:{roster.id("Dirk")}"' not in page
    assert anne.send(url, **{**form, "search": ""}, act="enter").status_code == 303


def test_the_best_candidates_come_first_and_say_what_takes_them_up(roster: Roster, anne: Client):
    query = f"line={roster.id(LINE)}&day={MONDAY}&starts=13:00&ends=17:00&languages=fr"
    query += f"&service={roster.id('cssbse')}"
    found = anne.get(f"/shift/candidates?{query}").json
    assert [each["name"].split()[0] for each in found["people"]] == [
        "Chloé",  # of the service, free, speaks it, no shift yet
        "Alice",
        "Dirk",
        "Bram",
    ]
    assert found["people"][3]["note"] == "taken up 13:00–17:00 at caw"
    assert not found["people"][3]["free"]
    found = anne.get(f"/shift/candidates?{query}&search=maes").json
    assert [each["id"] for each in found["people"]] == [roster.id("Dirk")]


def test_two_coordinators_never_overwrite_each_other_unseen(roster: Roster, anne: Client):
    key = roster.key()
    other = roster.client("administrator")
    theirs = roster.form(people=["Dirk"], ends="12:00", version="1")
    assert other.send(f"/shift/{key}", **theirs).status_code == 303
    mine = roster.form(people=["Chloé"], version="1", needed="2")
    page = anne.send(f"/shift/{key}", **mine)
    assert page.status_code == 409
    assert "Ada Okafor has changed this shift" in page.text
    assert "09:00–12:00" in page.text  # what is there now
    assert people_in(page.text) == [roster.id("Chloé")]  # what was typed
    assert on(roster, MONDAY, 10) == ["Dirk"]
    # Knowingly, on the new version and at the new address.
    action = re.search(r'action="(/shift/\w+)" id="shift-form"', page.text)[1]
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)[1]
    assert anne.send(action, **{**mine, "version": version}).status_code == 303
    assert on(roster, MONDAY, 10) == ["Chloé"]


def test_what_was_typed_survives_the_removal_of_the_shift(roster: Roster, anne: Client):
    key = roster.key()
    roster.client("administrator").send(f"/shift/{key}/remove", version="1")
    page = anne.send(f"/shift/{key}", **roster.form(people=["Chloé"], version="1"))
    assert page.status_code == 409
    assert 'action="/shift/new"' in page.text
    assert people_in(page.text) == [roster.id("Chloé")]
    assert anne.get("/shift/" + "0" * 32).status_code == 404
    assert anne.get("/shift/nonsense").status_code == 404


def test_a_shift_is_moved_by_one_press_and_refused_with_a_reason(roster: Roster, anne: Client):
    key = roster.key()
    move = f"/shift/{key}/move"
    answer = anne.send(move, version="1", day="2026-12-02", service_id=roster.id("caw"))
    assert answer.status_code == 422  # Alice is there on Wednesday morning already
    assert "would be in two shifts" in answer.text
    assert anne.send(move, version="1", ends="12:30").status_code == 303
    assert on(roster, MONDAY, 12) == ["Alice"]
    stale = anne.post(
        move,
        data={"csrf_token": anne.token(), "version": "1", "ends": "12:00"},
        headers={"Accept": "application/json"},
    )
    assert stale.status_code == 409
    assert "Chloé Dubois has changed this shift" in stale.json["errors"][0]
    assert anne.send(move, version="1", ends="half past").status_code == 400


def test_a_shift_is_removed_after_asking_and_can_be_had_again(roster: Roster, anne: Client):
    key = roster.key()
    page = anne.get(f"/shift/{key}/remove").text
    assert "Remove this shift?" in page
    assert "called off on this day only" in page
    assert anne.send(f"/shift/{key}/remove", version="1").status_code == 303
    assert on(roster, MONDAY, 10) == []
    with read(roster.engine) as connection:
        off = connection.execute(select(shifts.c.id).where(shifts.c.cancelled)).scalar_one()
    assert "Follow the standing week again" in anne.get(f"/shift/{off}").text
    assert anne.send(f"/shift/{off}/follow", version="1").status_code == 303
    assert on(roster, MONDAY, 10) == ["Alice"]


def test_what_is_over_is_shown_and_not_changed(roster: Roster, anne: Client):
    roster.clock.at = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    key = roster.key()
    page = roster.client("coordinator").get(f"/shift/{key}").text
    assert "This shift is over" in page
    assert "shift-form" not in page


@pytest.mark.parametrize("form", [{}, {"version": "x"}, {"version": "1", "day": "tomorrow"}])
def test_nonsense_is_refused_and_never_a_fault_of_ours(roster: Roster, anne: Client, form: dict):
    key = roster.key()
    for act in ("move", "follow", "end/" + "0" * 32, "remove"):
        assert anne.send(f"/shift/{key}/{act}", **form).status_code in (400, 303, 409, 422)
    assert anne.send("/shift/new", **form).status_code == 422
    assert anne.get("/shift/new?line=nobody").status_code == 404
    assert anne.get("/shift/new?day=x&starts=y&person=z").status_code == 200


def test_a_substitute_is_found_and_put_in_with_one_press(roster: Roster, anne: Client):
    url = f"/shift/{roster.key()}/replace/{roster.id('Alice')}"
    page = anne.get(url).text
    assert "Who stands in for Alice Martin?" in page
    names = re.findall(r'name="who" value="(\w+)"', page)
    assert names[0] == roster.id("Dirk")  # Alice is who speaks Dutch there; so does he
    assert roster.id("Alice") not in names
    answer = anne.send(url, version="1", who=roster.id("Dirk"))
    assert "Dirk Maes stands in for Alice Martin" in anne.get(answer.location).text
    assert on(roster, MONDAY, 10) == ["Dirk"]
    key = roster.key()
    page = anne.get(f"/shift/{key}").text
    end = re.search(r'action="(/shift/\w+/end/\w+)"', page)[1]
    assert anne.send(end, version=str(roster.version(key))).status_code == 303
    assert on(roster, MONDAY, 10) == ["Alice"]


def test_somebody_is_replaced_in_part_or_in_all_of_their_day(roster: Roster, anne: Client):
    form = roster.form(people=["Alice"], starts="13:00", ends="17:00")
    form["line"] = roster.id(NIGHT_LINE)
    anne.send("/shift/new", **form)
    url = f"/shift/{roster.key()}/replace/{roster.id('Alice')}"
    page = anne.get(url).text
    also = re.search(r'name="also" value="([^"]+)"', page)[1]
    refused = anne.send(url, version="1", who=roster.id("Bram"), also=[also])
    assert refused.status_code == 422
    assert "would be in two shifts" in refused.text
    assert anne.send(url, version="1", who=roster.id("Dirk"), also=[also]).status_code == 303
    assert on(roster, MONDAY, 10) == ["Dirk"]
    assert on(roster, MONDAY, 14, NIGHT_LINE) == ["Dirk"]
    tuesday = f"/shift/{roster.key(TUESDAY)}/replace/{roster.id('Alice')}"
    during = {"starts": "10:00", "ends": "11:00"}
    assert anne.send(tuesday, version="1", who=roster.id("Chloé"), **during).status_code == 303
    assert [on(roster, TUESDAY, hour) for hour in (9, 10, 11)] == [["Alice"], ["Chloé"], ["Alice"]]


def test_two_people_trade_places_or_one_goes_over(roster: Roster, anne: Client):
    url = f"/shift/{roster.key()}/swap/{roster.id('Alice')}"
    page = anne.get(f"{url}?search=peeters").text
    offers = re.findall(r'name="with" value="([^"]+)"', page)
    assert len(offers) == 5
    assert all(each.endswith(roster.id("Bram")) for each in offers)
    other = f"{roster.key(TUESDAY, 'caw')}:1:{roster.id('Bram')}"
    assert anne.send(url, version="1", **{"with": other}).status_code == 303
    assert (on(roster, MONDAY, 10), on(roster, TUESDAY, 14)) == (["Bram"], ["Alice"])
    room = f"{roster.key(MONDAY, 'caw')}:1:"
    url = f"/shift/{roster.key()}/swap/{roster.id('Bram')}"
    refused = anne.send(url, version="2", **{"with": room})
    assert refused.status_code == 422
    with read(roster.engine) as connection:
        kinds = connection.execute(select(roster_changes.c.kind)).scalars().all()
    assert kinds[-1] == "swapped"

"""The standing week: looked at, and changed from a day on, by forms without scripts."""

import re
from datetime import timedelta

from test_console_kit import Client
from test_console_standing_kit import (
    EMPTY,
    TODAY,
    WEEK,
    form,
    home,
    kept,
    kinds,
    on,
    take_back,
    weekly,
)
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import read
from planning.templates import entries

__all__ = ["anne", "roster"]


def test_the_standing_week_is_shown_by_weekday_and_service(roster: Roster, anne: Client):
    start = anne.get("/standing")
    assert start.location == home(roster)
    page = anne.get(start.location).text
    assert len(re.findall(r'<a class="stop"', page)) == 10
    assert "Alice Martin" in page
    assert "Monday" in page
    assert page.count("Centre de Service Social") == 1
    night = anne.get(f"/standing?line={roster.id(NIGHT_LINE)}")
    assert night.location == home(roster, NIGHT_LINE)
    assert 'class="stop"' not in anne.get(night.location).text
    assert anne.get(f"/standing/{EMPTY}").status_code == 404


def test_shifts_are_added_from_the_coming_monday_on_and_can_be_taken_back(
    roster: Roster, anne: Client
):
    page = anne.get(f"{home(roster)}/new?weekday=2&service={roster.id('cssbse')}").text
    assert f'value="{MONDAY}"' in page  # from when it holds
    assert re.search(r'<input checked[^>]*name="weekdays"[^>]*value="2"', page)
    sent = form(roster, weekdays=["0", "2"], starts="13:00", ends="17:00", people=["Chloé"])
    answer = anne.send(f"{home(roster)}/new", **sent)
    assert answer.status_code == 303
    assert answer.location.startswith(f"{home(roster)}?on={MONDAY}")
    assert ("cssbse", 13, "Chloé") not in on(roster, TODAY)
    for day in (MONDAY, MONDAY + timedelta(days=2)):
        assert ("cssbse", 13, "Chloé") in on(roster, day)
    page = anne.get(answer.location).text
    assert "Added: cssbse, Monday, Wednesday, 13:00–17:00." in page
    assert kinds(roster) == ["standing_changed"]
    assert take_back(page, anne, home(roster)) == home(roster)
    assert ("cssbse", 13, "Chloé") not in on(roster, MONDAY)


def test_a_weekly_shift_is_changed_from_a_day_on_and_the_past_stays(roster: Roster, anne: Client):
    url = f"{home(roster)}/shift/{weekly(roster)}"
    assert "Every Monday" in anne.get(url).text
    sent = form(roster, version="1", people=["Chloé"], ends="12:00")
    answer = anne.send(url, **sent)
    assert answer.status_code == 303
    assert [each[2] for each in on(roster, TODAY)] == ["Bram", "Alice"]
    assert ("cssbse", 9, "Chloé") in on(roster, MONDAY)
    page = anne.get(home(roster)).text
    assert "until Sun 29 Nov" in page
    assert "Changes to come" not in page  # the coming Monday stands there by itself
    page = anne.get(f"{home(roster)}?on={MONDAY}").text
    assert "from Mon 30 Nov" in page
    assert "09:00–12:00" in page


def test_the_standing_week_is_shown_as_it_holds_on_a_day(roster: Roster, anne: Client):
    later = MONDAY + 2 * WEEK
    url = f"{home(roster)}/shift/{weekly(roster)}"
    assert f'value="{later}"' in anne.get(f"{url}?on={later}").text  # from there on, if changed
    anne.send(f"{url}?on={later}", **form(roster, version="1", people=["Dirk"], since=str(later)))
    page = anne.get(home(roster)).text
    assert f"on={later}" in page  # a change to come
    assert "Dirk" not in page
    assert "Dirk Maes" in anne.get(f"{home(roster)}?on={later}").text
    assert anne.get(f"{home(roster)}?on=tomorrow").status_code == 200


def test_a_weekly_shift_is_removed_from_a_day_on_after_asking(roster: Roster, anne: Client):
    url = f"{home(roster)}/shift/{weekly(roster)}/remove"
    page = anne.get(url).text
    assert "Remove this weekly shift?" in page
    assert "What was before that day stays as it was" in page
    refused = anne.send(url, version="1", since=TODAY.isoformat())
    assert refused.status_code == 422
    assert 'href="#since"' in refused.text
    answer = anne.send(url, version="1", since=MONDAY.isoformat())
    assert answer.status_code == 303
    assert [len(on(roster, day)) for day in (TODAY, MONDAY)] == [2, 1]
    assert "Removed: cssbse, Monday" in anne.get(answer.location).text


def test_refusals_stand_at_their_fields_and_what_was_typed_is_kept(roster: Roster, anne: Client):
    new = f"{home(roster)}/new"
    for values, field in (
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["9"]}, "weekdays"),
        ({"since": ""}, "since"),
        ({"since": TODAY.isoformat()}, "since"),
        ({"since": "9999-12-31"}, "since"),
        ({"since": "2062-01-01"}, "since"),
        ({"weekdays": ["5"]}, "starts"),  # closed on Saturdays
        ({"people": ["Alice"]}, "people"),  # in the morning's shift already
        ({"starts": "13:00", "ends": "09:00"}, "ends"),
    ):
        answer = anne.send(new, **form(roster, **{"people": ["Chloé"], "service": "caw"} | values))
        assert answer.status_code == 422, values
        assert f'href="#{field}"' in answer.text, values
        assert 'name="people" value="' in answer.text
    assert kinds(roster) == []


def test_what_should_be_known_is_told_after_it_is_saved(roster: Roster, anne: Client):
    anne.send(f"/shift/{roster.key(MONDAY)}", **roster.form(people=["Dirk"], version="1"))
    sent = form(roster, version="1", people=["Chloé"], languages=["nl"])
    page = anne.get(anne.send(f"{home(roster)}/shift/{weekly(roster)}", **sent).location).text
    assert page.count("week-warning") == 2
    assert "something else was decided for that day" in page
    assert "speaks the language asked for" in page


def test_two_coordinators_never_overwrite_each_other_unseen(roster: Roster, anne: Client):
    url = f"{home(roster)}/shift/{weekly(roster)}"
    later = str(MONDAY + WEEK)
    other = roster.client("administrator")
    other.send(url, **form(roster, version="1", people=["Dirk"], since=later))
    page = anne.send(url, **form(roster, version="1", people=["Chloé"], needed="3"))
    assert page.status_code == 409
    assert "Ada Okafor has changed this shift" in page.text
    assert "As it is now" in page.text
    assert 'value="3"' in page.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)[1]
    assert anne.send(url, **form(roster, version=version, people=["Chloé"])).status_code == 303
    assert ("cssbse", 9, "Chloé") in on(roster, MONDAY)
    page = anne.send(f"{url}/remove", version="1", since=str(MONDAY))
    assert page.status_code == 409


def test_what_was_typed_survives_the_removal_of_the_shift(roster: Roster, anne: Client):
    template = kept(roster, anne)
    with read(roster.engine) as connection:
        own = entries(connection, template.rsplit("/", 1)[1])[0].id
    url = f"{template}/shift/{own}"
    roster.client("administrator").send(f"{url}/remove", version="1")
    page = anne.send(url, **form(roster, version="1", people=["Chloé"]))
    assert page.status_code == 409
    assert f'action="{template}/new"' in page.text
    assert f'name="people" value="{roster.id("Chloé")}"' in page.text
    assert anne.get(url).status_code == 404
    assert anne.get(f"{url}/remove").status_code == 404


def test_people_are_looked_for_over_all_weekdays_that_are_ticked(roster: Roster, anne: Client):
    common = f"line={roster.id(LINE)}&since={MONDAY}&starts=09:00&ends=13:00"
    url = f"{home(roster)}/people?{common}"
    free = {each["name"].split()[0]: each for each in anne.get(f"{url}&weekdays=5").json["people"]}
    assert free["Alice"]["note"] == "free, 5 shifts a week"
    assert free["Chloé"]["note"] == "free, no weekly shift"
    both = f"{url}&weekdays=4&weekdays=5"
    busy = {each["name"].split()[0]: each for each in anne.get(both).json["people"]}
    assert busy["Alice"]["note"] == "taken up 09:00–13:00 at cssbse"
    own = f"{url}&weekdays=0&key={weekly(roster)}"
    mine = {each["name"].split()[0]: each for each in anne.get(own).json["people"]}
    assert mine["Alice"]["free"]  # its own shift does not count
    dirk = roster.id("Dirk")
    page = anne.send(f"{home(roster)}/new", **form(roster), act=f"add:{dirk}")
    assert f'name="people" value="{dirk}"' in page.text


def test_only_coordinators_see_the_standing_week(roster: Roster):
    assert roster.client("responder").get(home(roster)).status_code == 403

"""The standing week and templates: looked at, changed from a day on, kept by name."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from test_console_kit import Client
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import read
from logging_db.rosters import read_book
from logging_db.tables import roster_changes, shifts, templates
from planning.templates import entries
from routing.duty import occurrences

__all__ = ["anne", "roster"]

TODAY = date(2026, 11, 23)  # a Monday; changes hold from MONDAY, a week later
WEEK = timedelta(days=7)
EMPTY = "0" * 32


def home(roster: Roster, line: str = LINE) -> str:
    return f"/standing/{roster.id(line)}"


def weekly(roster: Roster, weekday: int = 0, service: str = "cssbse", line: str = LINE) -> str:
    """The id of the newest weekly shift of a service on a weekday."""
    query = select(shifts.c.id).where(
        shifts.c.weekday == weekday,
        shifts.c.service_id == roster.id(service),
        shifts.c.line_id == roster.id(line),
        shifts.c.template_id.is_(None),
    )
    with read(roster.engine) as connection:
        return (
            connection.execute(query.order_by(shifts.c.since.desc().nullslast())).scalars().first()
        )


def form(roster: Roster, **values) -> dict:
    """What the form sends for a weekly shift on Mondays, but for these values."""
    sent = roster.form(**{"weekdays": ["0"], "since": MONDAY.isoformat(), **values})
    del sent["day"]
    return sent


def on(roster: Roster, day: date, line: str = LINE) -> list[tuple[str, int, str]]:
    """The shifts of a day: service, hour, and first names."""
    with read(roster.engine) as connection:
        book = read_book(connection, day, day + WEEK)
    own = book.by_number[line]
    return sorted(
        (
            each.shift.service,
            each.shift.starts.hour,
            " ".join(own.responders[who].name.split()[0] for who in each.shift.responders),
        )
        for each in occurrences(own, day)
    )


def kinds(roster: Roster) -> list[str]:
    with read(roster.engine) as connection:
        query = select(roster_changes.c.kind).where(roster_changes.c.user_id.is_not(None))
        return list(connection.execute(query.order_by(roster_changes.c.id)).scalars())


def take_back(page: str, client: Client, back: str) -> str:
    undo = re.search(r'action="(/changes/\d+/undo)"', page)[1]
    return client.send(undo, back=back).location


def kept(roster: Roster, client: Client, name: str = "Crisis week", **values) -> str:
    """Keep a template by name; return its address."""
    sent = {"name": name, "what": "standing", **values}
    assert client.send(f"{home(roster)}/keep", **sent).status_code == 303
    with read(roster.engine) as connection:
        own = connection.execute(
            select(templates.c.id).where(templates.c.name == name)
        ).scalar_one()
    return f"{home(roster)}/template/{own}"


def content(roster: Roster, template: str) -> list:
    with read(roster.engine) as connection:
        return [entry.slot for entry in entries(connection, template.rsplit("/", 1)[1])]


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


# --- templates


def test_the_standing_week_is_kept_as_a_template_by_name(roster: Roster, anne: Client):
    template = kept(roster, anne)
    assert len(content(roster, template)) == 10
    page = anne.get(home(roster)).text
    assert "Kept as the template “Crisis week”." in page
    assert "10 shifts" in page
    assert kinds(roster) == ["template_saved"]
    assert page.count('class="stop"') == anne.get(template).text.count('class="stop"')
    take_back(page, anne, home(roster))
    assert "This line has no template yet" in anne.get(home(roster)).text


def test_a_week_is_kept_as_it_was_planned(roster: Roster, anne: Client):
    anne.send(f"/shift/{roster.key(MONDAY)}", **roster.form(people=["Dirk"], version="1"))
    template = kept(roster, anne, what="week", week=str(MONDAY + timedelta(days=3)))
    assert content(roster, template)[0].people == (roster.id("Dirk"),)
    assert content(roster, kept(roster, anne, "Empty", what="empty")) == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "what": "standing"}, "name"),
        ({"name": "x" * 121, "what": "standing"}, "name"),
        ({"name": "CRISIS week", "what": "standing"}, "name"),
        ({"name": "Other", "what": "week"}, "week"),
        ({"name": "Other", "what": "nonsense"}, "what"),
    ],
)
def test_a_template_that_cannot_be_kept_says_why(roster: Roster, anne: Client, sent, field):
    kept(roster, anne)
    answer = anne.send(f"{home(roster)}/keep", **sent)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_template_is_renamed_and_deleted_and_both_are_taken_back(roster: Roster, anne: Client):
    template = kept(roster, anne)
    assert anne.send(template, name="Summer").status_code == 303
    page = anne.get(template).text
    assert "<h1>Summer</h1>" in page
    take_back(page, anne, template)
    kept(roster, anne, "Summer", what="empty")
    taken = anne.send(template, name="summer")
    assert taken.status_code == 422
    assert "<h1>Crisis week</h1>" in taken.text
    assert "Delete the template “Crisis week”?" in anne.get(f"{template}/delete").text
    answer = anne.send(f"{template}/delete")
    assert answer.status_code == 303
    assert anne.get(template).status_code == 404
    assert anne.send(f"{template}/delete").status_code == 404
    take_back(anne.get(answer.location).text, anne, home(roster))
    assert len(content(roster, template)) == 10


def test_a_template_is_edited_like_the_standing_week_but_holds_nowhere(
    roster: Roster, anne: Client
):
    template = kept(roster, anne)
    before = on(roster, MONDAY)
    page = anne.get(f"{template}/new?weekday=6").text
    assert 'name="since"' not in page
    night = form(roster, weekdays=["6"], starts="22:00", ends="06:00", next_day="y")
    night["people"] = [roster.id("Dirk")]
    answer = anne.send(f"{template}/new", **night)
    assert answer.location.startswith(template)
    assert len(content(roster, template)) == 11
    clash = form(roster, starts="05:00", ends="09:00", people=["Dirk"])
    assert 'href="#people"' in anne.send(f"{template}/new", **clash).text
    with read(roster.engine) as connection:
        first = entries(connection, template.rsplit("/", 1)[1])[0].id
    url = f"{template}/shift/{first}"
    assert anne.send(url, **form(roster, version="1", people=["Chloé"])).status_code == 303
    assert anne.send(url, **form(roster, version="1", people=["Dirk"])).status_code == 409
    assert content(roster, template)[0].people == (roster.id("Chloé"),)
    assert anne.send(f"{url}/remove", version="2").status_code == 303
    assert len(content(roster, template)) == 10
    assert kinds(roster) == ["template_saved", *["template_changed"] * 3]
    assert on(roster, MONDAY) == before


def test_a_template_leads_to_where_it_is_laid_over_weeks(roster: Roster, anne: Client):
    template = kept(roster, anne)
    if "weeks.copy" not in roster.app.view_functions:
        pytest.skip("there is no such page yet")
    own = template.rsplit("/", 1)[1]
    page = anne.get(template).text
    assert f"template={own}" in page
    lay = re.search(r'href="(/weeks/copy[^"]*)"', page)[1].replace("&amp;", "&")
    assert anne.get(lay).status_code == 200


def test_a_template_of_another_line_or_one_that_is_gone_is_not_found(roster: Roster, anne: Client):
    template = kept(roster, anne)
    own = template.rsplit("/", 1)[1]
    for url in (f"{home(roster, NIGHT_LINE)}/template/{own}", f"{home(roster)}/template/{EMPTY}"):
        for more in ("", "/new", "/people", "/delete", f"/shift/{EMPTY}"):
            answer = anne.get(f"{url}{more}")
            assert answer.status_code == 404
            assert "no longer there" in answer.text


def test_only_coordinators_see_the_standing_week(roster: Roster):
    assert roster.client("responder").get(home(roster)).status_code == 403

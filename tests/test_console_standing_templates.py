"""Templates: weeks kept by name, edited like the standing week, renamed and deleted."""

import re
from datetime import timedelta

import pytest
from test_console_kit import Client
from test_console_standing_kit import EMPTY, content, form, home, kept, kinds, on, take_back
from test_console_week_kit import MONDAY, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import read
from planning.templates import entries

__all__ = ["anne", "roster"]


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

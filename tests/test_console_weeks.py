"""The page that lays a week over others: looked at first, then done, then taken back."""

import re
from datetime import date, timedelta

import pytest
from test_console_kit import Client
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import write
from planning import templates
from planning.ledger import Author, changing

__all__ = ["anne", "roster"]  # fixtures

WEEK = timedelta(days=7)


def ask(roster: Roster, **values: object) -> dict[str, object]:
    """What the form sends: the week of Monday, laid over the next one."""
    usual = {
        "line": roster.id(LINE),
        "source": "week",
        "monday": MONDAY.isoformat(),
        "first": (MONDAY + WEEK).isoformat(),
        "count": 1,
        "mode": "replace",
        "template": "",
    }
    return usual | values


def preview(anne: Client, roster: Roster, **values: object) -> str:
    answer = anne.get("/weeks/copy", query_string={"show": 1, **ask(roster, **values)})
    assert answer.status_code == 200, words(answer.text)
    return answer.text


def words(page: str) -> str:
    body = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def chloe_on(roster: Roster, anne: Client, day: date) -> None:
    """Give the morning of a day to Chloé."""
    form = roster.form(people=["Chloé"], day=day.isoformat(), version="1")
    assert anne.send(f"/shift/{roster.key(day)}", **form).status_code == 303


def on(roster: Roster, anne: Client, day: date) -> str:
    monday = day - timedelta(days=day.weekday())
    return words(anne.get(roster.week(monday)).text)


def test_only_coordinators_may_see_and_do_it(roster: Roster):
    bram = roster.client("responder")
    assert bram.get("/weeks/copy").status_code == 403
    assert bram.send("/weeks/copy", **ask(roster)).status_code == 403
    assert roster.client().get("/weeks/copy").status_code == 303


def test_it_begins_with_the_week_one_comes_from_for_the_week_after(roster: Roster, anne: Client):
    page = anne.get(f"/weeks/copy?line={roster.id(LINE)}&monday={MONDAY}").text
    assert f'name="monday" type="date" value="{MONDAY}"' in page
    assert re.search(rf'name="first"[^>]* value="{MONDAY + WEEK}"', page)
    assert 'id="preview"' not in page
    assert anne.get(f"/weeks/copy?from={MONDAY}").text.count(f'value="{MONDAY}"') == 1
    assert f"/weeks/copy?line={roster.id(LINE)}&amp;monday={MONDAY}" in (
        anne.get(roster.week()).text
    )


def test_a_week_is_looked_at_copied_and_taken_back(roster: Roster, anne: Client):
    chloe_on(roster, anne, MONDAY)
    page = preview(anne, roster, count=2)
    assert "2 shifts would change" in words(page)
    assert "Alice Martin → then: Chloé Dubois" in words(page)
    assert "Chloé" not in on(roster, anne, MONDAY + WEEK)
    answer = anne.send("/weeks/copy", version=version(page), **ask(roster, count=2))
    assert answer.status_code == 303
    assert answer.location == f"/week/{roster.id(LINE)}/{MONDAY + WEEK}"
    told = anne.get(answer.location).text
    assert "Copied the week to 2 others." in told
    undo = re.search(r'action="(/changes/\d+/undo)"', told)
    assert undo is not None
    assert "Chloé" in on(roster, anne, MONDAY + 2 * WEEK)
    anne.send(undo[1])
    assert "Chloé" not in on(roster, anne, MONDAY + 2 * WEEK)


def test_what_is_left_out_and_left_open_is_listed(roster: Roster, anne: Client):
    christmas = date(2026, 12, 21)
    friday = MONDAY + timedelta(days=4)
    chloe_on(roster, anne, friday)
    night = roster.form(
        people=["Chloé"], line=roster.id(NIGHT_LINE), day=friday.isoformat(), starts="18:00",
        ends="23:00",
    )  # fmt: skip
    assert anne.send("/shift/new", **night).status_code == 303
    text = words(preview(anne, roster, first=christmas.isoformat()))
    assert "Nothing would change" in text
    assert "the line stays closed on that day" in text


def test_nothing_is_done_where_somebody_was_faster(roster: Roster, anne: Client):
    chloe_on(roster, anne, MONDAY)
    seen = version(preview(anne, roster))
    chloe_on(roster, anne, MONDAY + timedelta(days=1))
    answer = anne.send("/weeks/copy", version=seen, **ask(roster))
    assert answer.status_code == 409
    assert "Somebody has changed the roster since" in words(answer.text)
    assert "2 shifts would change" in words(answer.text)
    assert "Chloé" not in on(roster, anne, MONDAY + WEEK)
    again = anne.send("/weeks/copy", version=version(answer.text), **ask(roster))
    assert again.status_code == 303


def test_a_template_and_the_standing_week_are_laid_over_weeks(roster: Roster, anne: Client):
    with write(roster.engine) as connection:
        made = changing(connection, roster.clock.at, Author("Anne"), "template_saved")
        with made as ledger:
            empty = templates.save(ledger, roster.id(LINE), "Holiday")
    page = preview(anne, roster, source="template", template=empty)
    assert "10 shifts would change" in words(page)
    sent = ask(roster, source="template", template=empty)
    assert anne.send("/weeks/copy", version=version(page), **sent).status_code == 303
    assert "Alice" not in on(roster, anne, MONDAY + WEEK)
    page = preview(anne, roster, source="standing", mode="fill")
    sent = ask(roster, source="standing", mode="fill")
    assert anne.send("/weeks/copy", version=version(page), **sent).status_code == 303
    assert "Alice" in on(roster, anne, MONDAY + WEEK)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"count": 53}, "Write a number between 1 and 52."),
        ({"count": "x"}, "Not a valid integer value"),
        ({"first": ""}, "Choose the first week."),
        ({"monday": ""}, "Choose the week to copy."),
        ({"source": "template"}, "Choose a template."),
        ({"source": "template", "template": "0" * 32}, "This template is no longer there."),
        ({"first": "2026-11-02"}, "is over, and what is over is kept as it was"),
        ({"source": "everything"}, "Not a valid choice"),
        ({"first": "9999-12-27"}, "look whether the year is right"),
        ({"monday": "9999-12-31"}, "look whether the year is right"),
        ({"monday": "0001-01-01"}, "look whether the year is right"),
    ],
)
def test_a_form_that_is_not_complete_says_so(roster: Roster, anne: Client, values, sentence):
    answer = anne.get("/weeks/copy", query_string={"show": 1, **ask(roster, **values)})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert anne.send("/weeks/copy", version="1", **ask(roster, **values)).status_code == 422


def test_an_address_that_makes_no_sense_is_no_fault_of_ours(roster: Roster, anne: Client):
    assert anne.get("/weeks/copy?line=nonsense").status_code == 404
    assert anne.get("/weeks/copy?monday=nonsense&first=x&source=y&template=z").status_code == 200
    assert anne.get("/weeks/copy?monday=9999-12-31").status_code == 200

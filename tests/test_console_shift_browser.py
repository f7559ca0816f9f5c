"""The form of a shift, the first page and the changes in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, screen, stage
from test_console_week_kit import MONDAY, Helpline

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


@pytest.fixture
def line(screen: Screen) -> Helpline:
    return Helpline(screen.house.engine)


@pytest.mark.long
def test_the_pages_of_a_shift_are_fit_for_everybody(screen: Screen, line: Helpline):
    key, alice = line.key(), line.id("Alice")
    screen.everywhere(f"/shift/{key}", role="coordinator", languages=("fr",))
    screen.everywhere(f"/shift/{key}/replace/{alice}", languages=("nl",))
    for path in ("/shift/new", f"/shift/{key}/swap/{alice}", f"/shift/{key}/remove"):
        screen.open(path, width=360)
        screen.fits()
        screen.axe()


@pytest.mark.long
def test_the_first_page_and_the_changes_are_fit_for_everybody(screen: Screen, line: Helpline):
    anne = screen.house.client("coordinator")
    assert anne.send("/shift/new", **line.form(starts="13:00", ends="17:00")).status_code == 303
    screen.house.change("coordinator", responder_id=line.id("Bram"))
    screen.everywhere("/", role="coordinator", languages=("fr",))
    screen.everywhere("/changes/1", languages=("nl",))
    screen.open("/changes", width=360, language="fr")
    screen.fits()
    screen.axe()


def test_the_form_shows_what_is_wrong_and_what_somebody_else_did(screen: Screen, line: Helpline):
    key = line.key()
    page = screen.open(f"/shift/{key}", role="coordinator", width=360)
    page.get_by_label("To", exact=True).fill("19:00")
    page.get_by_label("People needed").fill("0")
    page.get_by_role("button", name="Save", exact=True).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("People needed")
    screen.axe()
    screen.fits()
    theirs = line.form(people=["Dirk"], version="1")
    other = screen.house.client("administrator")
    assert other.send(f"/shift/{key}", **theirs).status_code == 303
    page.get_by_label("To", exact=True).fill("12:00")
    page.get_by_label("People needed").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="What is there now")).to_be_visible()
    expect(page.locator(".shift-stale")).to_contain_text("Dirk Maes")
    screen.axe()
    screen.fits()
    screen.shot("shift-stale")
    page.get_by_role("button", name="Save over it").click()
    expect(page.locator(".week-told")).to_contain_text("Saved: cssbse")


def test_people_are_ordered_and_looked_up_in_place(screen: Screen, line: Helpline):
    page = screen.open(f"/shift/{line.key()}", role="coordinator")
    page.locator(".candidates").get_by_role("button", name="Chloé Dubois").click()
    names = page.locator(".chosen strong")
    expect(names).to_have_text(["Alice Martin", "Chloé Dubois"])
    page.get_by_role("button", name="Chloé Dubois: rung sooner").click()
    expect(names).to_have_text(["Chloé Dubois", "Alice Martin"])
    page.get_by_role("button", name="30 min longer").click()
    expect(page.get_by_label("To", exact=True)).to_have_value("13:30")
    # Bram is taken up from one o'clock on: who is free follows the times.
    expect(page.locator(".candidates li", has_text="Bram")).to_contain_text("taken up")
    page.get_by_role("button", name="30 min shorter").click()
    expect(page.locator(".candidates li", has_text="Bram")).to_contain_text("free")
    page.get_by_role("button", name="Take out Alice Martin").click()
    expect(names).to_have_text(["Chloé Dubois"])
    page.get_by_label("Dutch").check()
    expect(page.locator(".candidates .lacking")).to_have_count(3)


def test_everything_works_without_scripts(stage: Stage, sqlite_template: Path, tmp_path: Path):
    with opened(stage, sqlite_template, scripts=False) as screen:
        line = Helpline(screen.house.engine)
        page = screen.open(line.week(), role="coordinator")
        page.locator(f'[id="s-{line.key()}"]').click()
        page.locator(".candidates").get_by_role("button", name="Chloé Dubois").click()
        page.get_by_label("Look for somebody by name or service").fill("maes")
        page.keyboard.press("Enter")
        page.locator(".candidates").get_by_role("button", name="Dirk Maes").click()
        page.get_by_label("To", exact=True).fill("12:00")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.locator(".week-told")).to_contain_text("Saved: cssbse")
        people = page.locator(f'.shift:has([id="s-{line.key()}"]) .people li')
        expect(people).to_have_count(3)
        people.first.get_by_role("link").click()
        page.get_by_text("For part of it only").click()
        page.get_by_label("From").fill("10:00")
        page.get_by_label("To").fill("11:00")
        page.get_by_role("button", name="Bram Peeters").click()
        expect(page.locator(".stands-in")).to_contain_text("10:00–11:00")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".stands-in")).to_have_count(0)
        page.locator(f'[id="s-{line.key()}"]').click()
        page.get_by_role("link", name="Remove…").click()
        page.get_by_role("button", name="Remove it").click()
        expect(page.locator(".shift.off")).to_contain_text("called off this week")
        page.get_by_role("link", name="Week after").click()
        page.get_by_label("Go to the week of").fill(MONDAY.isoformat())
        page.get_by_role("button", name="Go").click()
        page.locator(".shift.off .stop").click()
        page.get_by_role("button", name="Follow the standing week again").click()
        expect(page.locator(f'.shift:has([id="s-{line.key()}"])')).to_contain_text("Alice Martin")

"""The pages about hours, closed days and absences, in a browser."""

from datetime import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_console_absences import note
from test_console_closing import closed, held, home, store, week
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, screen, stage
from test_console_own_kit import settle

from planning.hours import Opening

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


def look(screen: Screen, name: str, paths: list[str]) -> None:
    """Look at pages: at each on a phone, in one language; at every other one in the dark."""
    for place, path in enumerate(paths):
        language = ("fr", "nl", "en")[place % 3]
        dark = place % 2 == 0
        screen.open(path, role="coordinator", language=language, width=360, dark=dark)
        screen.fits()
        screen.axe()
        screen.shot(f"{name}-{place}")
        screen.page.set_viewport_size({"width": 1280, "height": 900})
        screen.fits()


@pytest.mark.long
def test_the_pages_about_hours_are_fit_for_everybody(screen: Screen):
    line = settle(screen.house)
    client = screen.house.client("coordinator")
    sent = week(*["10:00-12:00 13:00-17:00"] * 5, since="2026-12-07")
    screen.everywhere(store(client, line, sent).location, role="coordinator")
    paths = ["hours", "days/holidays", f"days/{closed(line)[0].id}/remove"]
    look(screen, "closing", [f"{home(line)}/{path}" for path in paths])


def test_the_hours_that_somebody_else_has_set_are_shown_to_everybody(screen: Screen):
    line = settle(screen.house)
    page = screen.open(f"{home(line)}/hours", role="coordinator", language="fr", width=360)
    store(screen.house.client("administrator"), line, week("10:00-12:00", since="2026-12-07"))
    page.locator("[name=since]").fill("2026-12-07")
    page.locator("[name=since]").press("Enter")
    expect(page.get_by_role("heading", name="Les heures qui sont là maintenant")).to_be_visible()
    screen.axe()
    screen.fits()
    screen.shot("closing-moved")
    page.locator("[name=since]").press("Enter")
    expect(page.get_by_text("Les nouvelles heures").first).to_be_visible()


@pytest.mark.long
def test_the_pages_about_absences_are_fit_for_everybody(screen: Screen):
    line = settle(screen.house)
    client = screen.house.client("coordinator")
    url = note(line, client)
    note(line, client, "Bram", first="2026-11-23", last="2026-11-24")
    screen.everywhere("/absences", role="coordinator")
    person = f"/absences/person/{line['Alice']}"
    look(screen, "absences", [url, "/absences/find?q=a", person])


def test_hours_are_set_by_keyboard_without_scripts(
    stage: Stage, sqlite_template: Path, tmp_path: Path
):
    with opened(stage, sqlite_template, scripts=False) as screen:
        line = settle(screen.house)
        page = screen.open(f"{home(line)}/hours", role="coordinator")
        page.locator("[value='row:5']").press("Enter")
        page.locator("[value='row:0']").press("Enter")
        page.locator("[name=day5-opens]").last.fill("10:00")
        page.locator("[name=day5-closes]").last.fill("12:00")
        screen.shot("closing-row-added")
        page.get_by_role("button", name="Store", exact=True).last.click()
        expect(page.get_by_text("They hold from: Choose a day.")).to_be_visible()
        screen.shot("closing-refused")
        page.get_by_label("They hold from").fill("2026-12-07")
        page.get_by_label("They hold from").press("Enter")  # stores; adds no row
        expect(page.get_by_text("The new hours hold from Mon 7 Dec.")).to_be_visible()
        assert held(line)[-1].openings[-1] == Opening(5, time(10), time(12))

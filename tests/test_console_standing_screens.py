"""The standing week and templates in a real browser."""

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, screen, stage
from test_console_week_kit import LINE, MONDAY, Helpline

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


@pytest.fixture
def line(screen: Screen) -> Helpline:
    return Helpline(screen.house.engine)


@pytest.mark.long
def test_the_standing_week_and_its_templates_are_fit_for_everybody(screen: Screen, line: Helpline):
    home = f"/standing/{line.id(LINE)}"
    client = screen.house.client("coordinator")
    client.send(f"{home}/keep", name="Semaine de crise", what="standing")
    screen.everywhere(home, role="coordinator", languages=("fr", "nl"))
    page = screen.open(home, role="coordinator", width=1280)
    page.get_by_role("link", name="Semaine de crise").first.click()
    screen.axe()
    screen.shot("standing-template")


def test_a_weekly_shift_is_changed_in_a_browser(screen: Screen, line: Helpline):
    home = f"/standing/{line.id(LINE)}"
    page = screen.open(home, role="coordinator", width=360)
    days = page.get_by_role("navigation", name="Weekdays")
    days.get_by_role("link", name="Tuesday").click()
    page.get_by_role("link", name="Tuesday, cssbse, 09:00–13:00").click()
    expect(page.get_by_label("From this day on")).to_have_value(str(MONDAY))
    screen.axe()
    screen.shot("standing-shift-360")
    page.get_by_label("Look for somebody").fill("chlo")
    page.get_by_role("option", name="Chloé Dubois").click()
    expect(page.locator(".chosen")).to_contain_text("Chloé Dubois")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: cssbse, Tuesday")).to_be_visible()
    expect(page.locator(".shift:visible", has_text="Chloé Dubois")).to_have_count(1)
    screen.fits()
    screen.shot("standing-saved-360")

"""The phone wall on every screen: what the line tells, widths, languages, light and dark."""

from typing import Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH, AxeResults
from playwright.sync_api import FloatRect, Locator, Page, expect
from test_simulator_wall_hands import (
    NEEDS_BROWSER,
    act,
    expect_state,
    stage,
    until_ringing,
    until_taken,
    world,
)
from test_simulator_wall_kit import LINE, MARIE, World

Scheme = Literal["light", "dark"]
__all__ = ["stage", "world"]  # fixtures
pytestmark = NEEDS_BROWSER
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
# What axe has nothing to say against is most of its answer, and takes half of its time.
VIOLATIONS = "options => axe.run(options).then(found => found.violations)"


def breaks_out(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


def boxes(found: Locator) -> list[FloatRect]:
    return [box for one in found.all() if (box := one.bounding_box())]


# What the line tells


def test_a_closed_line_says_why_and_can_still_be_called(world: World) -> None:
    world.helpline.open = False
    page = world.open()
    expect(page.locator(".line-sign")).to_have_text("Closed")
    expect(page.locator(".line-reason")).to_have_text("outside opening hours")
    expect(page.locator("#hint-text")).to_contain_text("hear what a late caller hears")


def test_callbacks_are_shown_without_any_number(world: World) -> None:
    page = world.open()
    expect(page.locator("#callbacks li")).to_contain_text("no attempt yet")
    assert "470" not in page.locator("#record").inner_text()


def test_without_the_product_the_page_says_so_and_the_phones_work(world: World) -> None:
    world.helpline.broken = True
    page = world.open()
    expect(page.locator("#watch-state")).to_contain_text("The helpline does not answer just now")
    act(page, MARIE, "dial")
    expect_state(page, MARIE, "talking")


def test_a_simulator_that_goes_away_is_told_and_comes_back(world: World) -> None:
    page = world.open()
    page.route("**/wall.json", lambda route: route.abort())
    expect(page.locator("#lost")).to_contain_text("does not answer")
    page.unroute("**/wall.json")
    expect(page.locator("#lost")).to_be_hidden()
    world.faults.clear()  # the browser has noted the requests that this test broke


def test_numbers_are_grouped_the_belgian_way(world: World) -> None:
    page = world.open()
    expected = {
        "+3280035243": "0800/35.243",
        "+32470000101": "0470/00.01.01",
        "+3225550100": "02/555.01.00",
        "+3243661111": "04/366.11.11",
        "+3210455555": "010/45.55.55",
        "+3270123456": "070/12.34.56",
        "+3290012345": "0900/12.345",
        "+33142000000": "+33 142 000 000",
    }
    group = "numbers => import('/wall/numbers.js').then(module => numbers.map(module.shown))"
    assert page.evaluate(group, list(expected)) == list(expected.values())


# Every screen, everybody


def test_nothing_sticks_out_of_the_window(world: World) -> None:
    page = world.open(language="fr")
    for state in ("idle", "talking"):
        for width, height in ((360, 740), (320, 256), (768, 1024), (1080, 800), (1280, 900)):
            page.set_viewport_size({"width": width, "height": height})
            assert breaks_out(page) <= 0, (state, width)
            for box in boxes(page.locator(f'.phone[data-number="{MARIE}"] button:visible')):
                assert min(box["width"], box["height"]) >= 44, (state, width)
        if state == "idle":
            world.exchange.phone(MARIE).dial(LINE)
            expect_state(page, MARIE, "talking")


def test_on_a_small_screen_the_leading_bar_stays_in_sight(world: World) -> None:
    page = world.open(360, 740, "fr")
    page.locator(".record").scroll_into_view_if_needed()
    expect(page.locator("#hint-do")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("fr", 1280, "light"), ("nl", 360, "dark")]
)
def test_axe_finds_nothing_in_any_state_or_light(
    world: World, language: str, width: int, scheme: Scheme
) -> None:
    page = world.open(width, language=language)
    page.emulate_media(color_scheme=scheme)
    page.evaluate(f"{AXE_FILE_PATH.read_text()};0")
    expect_no_violation(page, "idle")
    until_ringing(page)
    expect_no_violation(page, "ringing")
    until_taken(page)
    expect_no_violation(page, "talking")


def expect_no_violation(page: Page, state: str) -> None:
    found = AxeResults({"violations": page.evaluate(VIOLATIONS, AXE)})
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"


def test_axe_knows_the_rules_of_wcag_2_2() -> None:
    assert '"wcag22aa"' in AXE_FILE_PATH.read_text()
    assert "target-size" in AXE_FILE_PATH.read_text()

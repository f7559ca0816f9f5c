"""The week in a real browser: keys, mouse, two coordinators at once, every screen."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from test_console_kit import NEEDS_BROWSER, Screen, screen, stage
from test_console_week_kit import MONDAY, Helpline

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER

TUESDAY = date(2026, 12, 1)


@pytest.fixture
def line(screen: Screen) -> Helpline:
    return Helpline(screen.house.engine)


def opened(screen: Screen, line: Helpline, **settings) -> Page:
    page = screen.open(line.week(), role="coordinator", **settings)
    expect(page.get_by_role("grid")).to_be_visible()
    return page


def card(page: Page, line: Helpline, day: date = MONDAY, service: str = "cssbse"):
    return page.locator(".shift", has=page.locator(f'[id="s-{line.key(day, service)}"]'))


def stop(page: Page, line: Helpline, day: date = MONDAY, service: str = "cssbse"):
    return card(page, line, day, service).locator(".stop")


@pytest.mark.long
def test_the_week_is_fit_for_everybody(screen: Screen, line: Helpline):
    screen.everywhere(line.week(), role="coordinator", languages=("fr",))
    for language in ("nl", "en"):
        screen.open(line.week(), language=language, width=360)
        screen.fits()


def test_a_phone_shows_a_day_at_a_time(screen: Screen, line: Helpline):
    page = opened(screen, line, width=360)
    days = page.get_by_role("navigation", name="Days")
    expect(days.get_by_role("link")).to_have_count(7)
    expect(stop(page, line)).to_be_visible()
    expect(stop(page, line, TUESDAY)).to_be_hidden()
    days.get_by_role("link", name="Tue 1 Dec").click()
    expect(stop(page, line, TUESDAY)).to_be_visible()
    expect(stop(page, line)).to_be_hidden()
    screen.fits()


def test_arrow_keys_go_through_the_table_and_tab_goes_to_people_and_out(
    screen: Screen, line: Helpline
):
    page = opened(screen, line)
    first = stop(page, line, MONDAY, "caw")
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(stop(page, line, TUESDAY, "caw")).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card(page, line, MONDAY, "caw").locator("xpath=..").locator(".add")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(stop(page, line)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Alice Martin").first).to_be_focused()
    assert page.locator("#grid tbody [tabindex='0']").count() == 2
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    screen.axe()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_add_assign_replace_and_undo_by_keyboard_alone(screen: Screen, line: Helpline):
    page = opened(screen, line)
    stop(page, line, MONDAY, "caw").focus()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("New shift")
    expect(page.get_by_label("Service", exact=True)).to_have_value(line.id("caw"))
    box = page.get_by_role("combobox", name="Look for somebody")
    box.focus()
    page.keyboard.type("maes")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    screen.axe()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_contain_text("Dirk Maes")
    expect(box).to_be_focused()
    page.get_by_label("To", exact=True).fill("13:00")
    page.get_by_role("button", name="Add the shift").press("Enter")
    page.wait_for_url("**/week/**")
    expect(page.locator(".week-told")).to_contain_text("Added: caw")
    added = page.locator(".shift:focus-within")
    expect(added).to_contain_text("Dirk Maes")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who stands in for Dirk Maes?")
    page.get_by_role("button", name="Chloé Dubois").press("Enter")
    expect(page.locator(".week-told")).to_contain_text("Chloé Dubois stands in for Dirk Maes")
    expect(page.locator(".shift:focus-within .stands-in")).to_contain_text("for Dirk Maes")
    screen.axe()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".week-told")).to_contain_text("Taken back.")
    expect(page.locator(".stands-in")).to_have_count(0)


def test_a_shift_is_grabbed_and_moved_by_keys_and_the_way_is_told(screen: Screen, line: Helpline):
    page = opened(screen, line)
    stop(page, line, MONDAY, "caw").focus()
    said, done = page.locator("#week-said"), page.locator("#week-status")
    page.keyboard.press("m")
    expect(said).to_contain_text("Grabbed")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Centre de Service Social, Mon 30")
    screen.axe()
    page.keyboard.press("Escape")
    expect(said).to_contain_text("Left where it was")
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(done).to_contain_text("Saved: cssbse, Mon 30 Nov, 13:00–17:00.")
    expect(page.locator(".shift:focus-within")).to_contain_text("Bram Peeters")
    page.keyboard.press("-")
    expect(done).to_contain_text("13:00–16:30")
    screen.axe()


def test_a_shift_that_is_shortened_to_nothing_stays_and_says_why(screen: Screen, line: Helpline):
    page = opened(screen, line)
    key = line.key()
    other = screen.house.client("administrator")
    assert other.send(f"/shift/{key}/move", version="1", ends="09:30").status_code == 303
    page.reload()
    page.locator(f'[id="s-{line.key()}"]').focus()
    page.keyboard.press("-")
    refusal = page.get_by_role("alert").filter(has_text="over before it has begun")
    expect(refusal).to_be_visible()
    expect(card(page, line)).to_contain_text("09:00–09:30")
    page.keyboard.press("+")
    expect(page.locator("#week-status")).to_contain_text("09:00–10:00")
    expect(refusal).to_have_count(0)


def drag(page: Page, what, to, *, x: float = 20) -> None:
    what.scroll_into_view_if_needed()
    begin, end = what.bounding_box(), to.bounding_box()
    page.mouse.move(begin["x"] + x, begin["y"] + begin["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + end["height"] / 2, steps=4)


def test_a_shift_is_dragged_and_a_refusal_leaves_it_where_it_was(screen: Screen, line: Helpline):
    page = opened(screen, line)
    vacant = page.locator(f'tr[data-service="{line.id("cssbse")}"] td.d0')
    drag(page, stop(page, line, MONDAY, "caw"), vacant)
    expect(page.locator("td.target")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("#week-status")).to_contain_text("Saved: cssbse")
    expect(vacant).to_contain_text("Bram Peeters")
    # Alice stands in Tuesday's morning already.
    alice = page.locator("td.d0 .shift", has_text="Alice")
    drag(page, alice.locator(".stop"), page.locator("tbody td.d1").last)
    page.mouse.up()
    expect(page.get_by_role("alert").filter(has_text="two shifts")).to_be_visible()
    expect(alice).to_have_count(1)
    screen.axe()


def test_an_end_is_pulled_and_people_trade_places_with_the_mouse(screen: Screen, line: Helpline):
    page = opened(screen, line)
    edge = card(page, line).locator(".edge")
    begin = edge.bounding_box()
    page.mouse.move(begin["x"] + 40, begin["y"] + 4)
    page.mouse.down()
    page.mouse.move(begin["x"] + 40, begin["y"] - 16, steps=4)
    expect(page.locator(".week-ghost")).to_have_text("ends at 12:30")
    page.mouse.up()
    expect(page.locator("#week-status")).to_contain_text("09:00–12:30")
    alice = card(page, line).get_by_role("link", name="Alice Martin")
    bram = card(page, line, TUESDAY, "caw").get_by_role("link", name="Bram Peeters")
    drag(page, alice, bram)
    page.mouse.up()
    expect(page.locator("#week-status")).to_contain_text("Alice Martin and Bram Peeters")
    expect(card(page, line)).to_contain_text("Bram Peeters")
    expect(card(page, line, TUESDAY, "caw")).to_contain_text("Alice Martin")


def test_two_coordinators_at_once_see_each_other(screen: Screen, line: Helpline):
    page = opened(screen, line)
    other = screen.house.client("administrator")
    key = line.key()
    form = line.form(people=["Dirk"], version="1")
    assert other.send(f"/shift/{key}", **form).status_code == 303
    stop(page, line, TUESDAY).focus()
    page.evaluate("document.dispatchEvent(new Event('week:ask'))")
    news = page.locator(".week-newer")
    expect(news).to_contain_text("Ada Okafor has changed this week.")
    expect(stop(page, line, TUESDAY)).to_be_focused()
    screen.axe()
    page.get_by_role("button", name="Show it as it is now").click()
    expect(card(page, line)).to_contain_text("Dirk Maes")
    expect(stop(page, line, TUESDAY)).to_be_focused()
    expect(news).to_have_count(0)
    key = line.key()
    assert other.send(f"/shift/{key}/move", version="1", ends="12:00").status_code == 303
    # Whoever goes on without looking is told, and sees the newest state.
    page.locator(f'[id="s-{key}"]').focus()
    page.keyboard.press("+")
    expect(page.get_by_role("alert").filter(has_text="Ada Okafor")).to_be_visible()
    expect(card(page, line)).to_contain_text("09:00–12:00")


def test_the_week_is_printed_without_what_is_for_pressing(screen: Screen, line: Helpline):
    page = opened(screen, line)
    page.emulate_media(media="print")
    for gone in (".week-filter", ".week-ways", ".top", ".add", ".week-days"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(stop(page, line, date(2026, 12, 4), "caw")).to_be_visible()
    assert re.search(r"\d+", page.locator(".count").first.inner_text())

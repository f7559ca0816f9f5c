"""The live board in a real browser: it follows, counts, says when it is behind, and is worked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from test_console_board_kit import Floor
from test_console_kit import BLANK, NEEDS_BROWSER, Screen, opened, screen, stage

pytestmark = NEEDS_BROWSER
__all__ = ["screen", "stage"]  # fixtures


@pytest.fixture
def floor(screen: Screen) -> Iterator[Floor]:
    """The line behind the console of the window, which at the end lets go of its stream."""
    made = Floor(screen.house)
    yield made
    screen.page.goto(f"{screen.url}{BLANK}")
    with made.away():
        pass  # else its stream would go on until it next has something to say


def board(screen: Screen, **how: object) -> Page:
    page = screen.open("/board", role="coordinator", **how)  # type: ignore[arg-type]
    expect(page.locator("#board-asof")).not_to_contain_text("load it again")
    return page


@pytest.mark.long
def test_it_fits_and_reads_well_on_every_screen(screen: Screen, floor: Floor):
    floor.rings("Alice", floor.waits(125))
    floor.waits(9, "nl")
    late = floor.waits(3)
    client = floor.console.client("coordinator")
    client.send(f"/board/call/{late}/front")
    client.send(f"/board/person/{floor['Chloé']}/pause")
    screen.everywhere("/board", role="coordinator")


def test_a_call_that_comes_shows_within_two_seconds_and_its_seconds_are_counted(
    screen: Screen, floor: Floor
):
    page = board(screen)
    expect(page.get_by_text("Nobody waits.")).to_be_visible()
    call = floor.waits(5)
    caller = page.locator(f'[data-key="call-{call}"]')
    expect(caller).to_be_visible(timeout=2000)
    expect(page).to_have_title("(1) Live board · Permanence")
    expect(caller.locator(".board-count")).to_have_text("0:08", timeout=5000)
    floor.hangs_up(call)
    expect(caller).to_be_hidden(timeout=2000)


def test_the_acts_are_worked_by_keyboard_and_answered_at_once(screen: Screen, floor: Floor):
    floor.waits(60)
    late = floor.waits(5)
    page = board(screen)
    caller = page.locator(f'[data-key="call-{late}"]')
    caller.get_by_role("button", name="To the front").press("Enter")
    expect(page.locator("#board-said")).to_have_text("This caller is served next.")
    expect(page.locator(".board-caller").first).to_have_attribute("data-key", f"call-{late}")
    expect(caller.get_by_role("button", name="Back to its place")).to_be_focused()
    caller.get_by_role("button", name="Back to its place").press("Enter")
    expect(page.locator(".board-caller").last).to_have_attribute("data-key", f"call-{late}")
    caller.get_by_role("combobox").select_option(label="Chloé Diallo")
    floor.waits(1)  # news comes while somebody chooses: the choice stays
    expect(page.locator(".board-caller")).to_have_count(3)
    expect(caller.get_by_role("combobox")).to_have_value(floor["Chloé"])
    caller.get_by_role("button", name="Send").press("Enter")
    expect(caller.get_by_text("sent to Chloé Diallo")).to_be_visible()
    expect(caller.get_by_role("button", name="For everybody again")).to_be_visible()


def test_somebody_is_paused_and_recalled_from_a_telephone(screen: Screen, floor: Floor):
    page = board(screen, language="fr", width=360)
    alice = page.locator(f'[data-key="person-{floor["Alice"]}"]')
    alice.get_by_role("button", name="Pause").click()
    expect(alice.get_by_text("par la coordination")).to_be_visible()
    alice.get_by_role("button", name="Reprendre les appels").click()
    expect(alice.get_by_text("libre")).to_be_visible()


def test_the_focus_goes_to_the_line_when_its_caller_has_gone(screen: Screen, floor: Floor):
    call = floor.waits(5)
    page = board(screen)
    page.locator(f'[data-key="call-{call}"]').get_by_role("button", name="To the front").focus()
    floor.hangs_up(call)
    expect(page.get_by_role("heading", level=2)).to_be_focused(timeout=3000)


def test_it_says_that_it_is_behind_when_the_server_is_away_and_is_right_again_afterwards(
    screen: Screen, floor: Floor
):
    page = board(screen)
    stale = page.locator("#board-stale")
    screen.context.set_offline(True)
    with floor.away():
        call = floor.waits(5)
        expect(stale).to_be_visible(timeout=15_000)
        expect(stale).to_contain_text("Not up to date since")
    screen.context.set_offline(False)
    expect(page.locator(f'[data-key="call-{call}"]')).to_be_visible(timeout=15_000)
    expect(stale).to_be_hidden()
    screen.faults.clear()


def test_where_there_is_no_place_for_a_stream_it_asks_by_itself(screen: Screen):
    house = screen.house.beside(streams=0)
    screen.stage.app = house.app
    floor = Floor(house)
    page = screen.open("/board", role="coordinator")
    expect(page.locator("#board-asof")).to_contain_text("every five seconds")
    call = floor.waits(5)
    expect(page.locator(f'[data-key="call-{call}"]')).to_be_visible(timeout=8000)
    screen.faults.clear()


def test_a_log_in_that_ends_is_said_and_leads_to_the_log_in_page(screen: Screen, floor: Floor):
    page = board(screen)
    floor.console.change("coordinator", active=False)
    with floor.away():
        pass  # the browser comes back by itself, and is not let in
    expect(page.get_by_text("You are logged out.")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page).to_have_url(f"{screen.url}/login?next=/board")
    screen.faults.clear()  # it was given a page in place of a stream, and noted that


def test_it_works_without_a_script(stage, sqlite_template):
    with opened(stage, sqlite_template, scripts=False) as screen:
        floor = Floor(screen.house)
        call = floor.waits(5)
        page = screen.open("/board", role="coordinator")
        expect(page.get_by_text("load it again")).to_be_visible()
        page.locator(f'[data-key="call-{call}"]').get_by_role("button", name="To the front").click()
        expect(page.get_by_text("This caller is served next.")).to_be_visible()
        page.locator(f'[data-key="call-{call}"]').get_by_role("combobox").select_option(
            label="Alice Martin"
        )
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("sent to Alice Martin")).to_be_visible()
        page.get_by_role("link", name="Load again").click()
        expect(page.get_by_text("at the front")).to_be_visible()

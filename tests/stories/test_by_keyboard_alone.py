"""A coordinator who is new to it plans a week without a mouse; then somebody rings.

The whole installation is real: console, web, worker, provider. Only keys are pressed here:
no click, no focus set by the test, no address typed in.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ElementHandle, Page, expect
from playwright.sync_api import Error as BrowserError
from test_console_kit import NEEDS_BROWSER, SETTINGS

from console.app import create_console
from console.passwords import hashed
from logging_db import users
from logging_db.engine import write
from logging_db.tables import lines, responders
from planning import templates
from planning.file_rows import read_rows
from planning.ledger import Author, changing
from planning.week_slots import Slot
from routing.wall import zone_of
from tests.stories.cast import FEDERATION, Cast
from tests.stories.world import World, served

pytestmark = NEEDS_BROWSER
PASSWORD = "drie kleine sleutels"
NEXT_MONDAY = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


def _has_focus(found: ElementHandle) -> bool | None:
    """Tell whether it has the focus; ``None`` if it is no longer there."""
    try:
        told = found.evaluate("it => it.isConnected ? it === document.activeElement : null")
    except BrowserError:
        return None
    return None if told is None else bool(told)


class Keys:
    """A person without a mouse, at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, role: str, name: str) -> None:
        """Press Tab until it has the focus."""
        wanted = self.page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        expect(wanted).to_be_visible()
        found = wanted.element_handle()  # to look it up by its name each time takes long
        for _ in range(250):
            self.page.keyboard.press("Tab")
            has_focus = _has_focus(found)
            if has_focus is None:  # the page was left meanwhile, for one that has it as well
                found = wanted.element_handle()
            elif has_focus:
                return
        raise AssertionError(f"the {role} {name!r} is not reached by Tab")

    def press(self, role: str, name: str) -> None:
        self.reach(role, name)
        self.page.keyboard.press("Enter")

    def card(self) -> str:
        """Return what stands in the shift that has the focus."""
        focus = self.page.locator(".shift:focus-within")
        return focus.inner_text() if focus.count() else ""

    def down(self) -> None:
        """Choose the next of a list, or of a group of buttons."""
        self.page.keyboard.press("ArrowDown")


@pytest.fixture
def page(chromium: Browser, sqlite_world: World) -> Iterator[Page]:
    """The console of the world, in a window that nobody has logged in to."""
    sqlite_world.begin()
    people, _, _ = FEDERATION.partition("[[shifts]]")
    sqlite_world.load(people.replace('languages = ["fr"]', 'languages = ["fr", "nl"]'))
    desk = sqlite_world.desk
    app = create_console(desk.engine, SETTINGS, desk.clock, desk.cipher, sqlite_world.bell)
    with served(app) as server:
        context = chromium.new_context(locale="en", reduced_motion="reduce")
        window = context.new_page()
        window.set_default_timeout(20_000)
        window.goto(f"http://127.0.0.1:{server.server_port}/")
        with app.app_context():
            _hire(sqlite_world, hashed(PASSWORD))
        yield window
        context.close()


def _hire(world: World, password_hash: str) -> None:
    """Have a coordinator and a template: Alice before noon, Bram after it, but not on Friday."""
    with write(world.engine) as connection:
        anne = users.add(
            connection, email="anne@example.org", name="Anne", role="coordinator",
            language="en", at=world.now,
        )  # fmt: skip
        users.change(connection, anne, password_hash=password_hash)
        people = {row.name.split()[0]: row.id for row in connection.execute(responders.select())}
        line = connection.execute(lines.select()).one().id
        slots = [
            Slot(service, day, time(starts), time(ends), "Europe/Brussels", people=(people[who],))
            for service, starts, ends, who, days in (
                ("cssbse", 9, 13, "Alice", 5),
                ("caw", 13, 17, "Bram", 4),
            )
            for day in range(days)
        ]
        with changing(connection, world.now, Author("Anne"), "template_saved", line) as ledger:
            templates.save(ledger, line, "An ordinary week", slots)


def log_in(page: Page, keys: Keys) -> None:
    page.keyboard.type("anne@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    keys.press("link", "Week")


def build_the_week_from_the_template(page: Page, keys: Keys) -> None:
    keys.press("link", "Copy this week")
    keys.reach("radio", "A week, as it is planned")
    keys.down()
    keys.reach("combobox", "Template")
    keys.down()
    keys.press("button", "Show what would change")
    expect(page.get_by_role("heading", name="9 shifts would change")).to_be_visible()
    keys.press("button", "Apply to 1 week")
    expect(page.locator(".week-holes")).to_contain_text("Fri 4 Dec")


def fill_the_hole(page: Page, keys: Keys) -> None:
    keys.press("link", "new shift")
    keys.reach("combobox", "Service")
    keys.down()
    keys.press("button", "Bram Peeters")
    expect(page.locator(".chosen")).to_contain_text("Bram Peeters")
    keys.press("button", "Add the shift")
    expect(page.locator(".week-whole")).to_be_visible()


def replace_who_is_ill(page: Page, keys: Keys) -> None:
    page.keyboard.press("Home")  # the new shift has the focus; the arrows go through the week
    while "Alice Martin" not in keys.card():
        keys.down()
    keys.press("link", "Alice Martin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who stands in for Alice Martin?")
    keys.press("button", "Chloé Diallo")
    expect(page.locator(".week-told")).to_contain_text("Chloé Diallo stands in for Alice Martin")


def take_it_out(page: Page, keys: Keys, folder: Path) -> list[tuple[str, str | None]]:
    """Export the week as a workbook; return the day and the person of each of its rows."""
    keys.press("link", "Planning")
    keys.press("link", "Files")
    keys.reach("button", "Download")
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    rows = read_rows(file.name, file.read_bytes(), zone=zone_of("Europe/Brussels"))
    return [(f"{row.day:%a} {row.starts:%H}", row.responder) for row in rows]


def test_a_week_is_planned_by_keyboard_alone_and_the_next_call_rings_the_substitute(
    page: Page, sqlite_world: World, tmp_path: Path
):
    keys = Keys(page)
    log_in(page, keys)
    build_the_week_from_the_template(page, keys)
    fill_the_hole(page, keys)
    replace_who_is_ill(page, keys)
    exported = take_it_out(page, keys, tmp_path)
    assert sorted(exported) == sorted(
        [("Mon 09", "Chloé Diallo")]
        + [(f"{day} 09", "Alice Martin") for day in ("Tue", "Wed", "Thu", "Fri")]
        + [(f"{day} 13", "Bram Peeters") for day in ("Mon", "Tue", "Wed", "Thu", "Fri")]
    )
    cast = Cast(sqlite_world)
    sqlite_world.jump_to(NEXT_MONDAY)
    cast.nadia.dials()
    cast.nadia.presses("1")
    cast.chloe.takes_the_call()
    cast.nadia.talks_to(cast.chloe)
    assert [cast.alice.phone.state, cast.bram.phone.state] == ["idle", "idle"]
    assert sqlite_world.the_call()["responder"] == "Chloé Diallo"

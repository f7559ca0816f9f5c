"""The page that lays a week over others, in a real browser, on every screen."""

from datetime import date, time, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from test_console_kit import NEEDS_BROWSER, Screen, screen, stage
from test_console_week_kit import LINE, MONDAY, NIGHT_LINE, Helpline

from logging_db.engine import write
from logging_db.tables import responders
from planning import absences, shifts
from planning.ledger import Author, changing
from planning.plans import Plan

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER

WEEK = timedelta(days=7)


def troubled(screen: Screen) -> tuple[Helpline, str]:
    """A week of which something changes, is left out, left open and warned of when it is copied."""
    line = Helpline(screen.house.engine)
    at, friday = screen.house.clock.at, MONDAY + timedelta(days=4)
    person = {name: line.id(name) for name in ("Alice", "Bram", "Chloé", "Dirk")}

    def plan(day: date, starts: int, ends: int, *names: str, service: str = "caw") -> Plan:
        people = tuple(person[name] for name in names)
        return Plan(line.id(service), day, time(starts), time(ends), 2, ("nl",), people)

    with (
        write(line.engine) as connection,
        changing(connection, at, Author("Anne"), "test") as ledger,
    ):
        shifts.add(ledger, line.id(LINE), plan(MONDAY, 9, 12, "Dirk", "Chloé"))
        shifts.add(ledger, line.id(LINE), plan(friday, 9, 12, "Chloé", service="cssbse"))
        shifts.add(ledger, line.id(NIGHT_LINE), plan(MONDAY + 3 * WEEK, 9, 12, "Dirk"))
        begins = at + timedelta(days=28)
        absences.add(ledger, person["Chloé"], begins, begins + timedelta(days=3), "Europe/Brussels")
    with write(line.engine) as connection:
        own = responders.c.id == person["Bram"]
        connection.execute(update(responders).where(own).values(active=False))
    first = (MONDAY + 2 * WEEK).isoformat()
    return (
        line,
        f"/weeks/copy?show=1&source=week&monday={MONDAY}&first={first}&count=2&mode=replace",
    )


@pytest.mark.long
def test_every_state_is_fit_for_everybody(screen: Screen):
    _line, address = troubled(screen)
    screen.open("/weeks/copy", role="coordinator", language="nl", width=360)
    screen.axe()
    screen.fits()
    screen.shot("weeks-empty-nl-360")
    screen.open("/weeks/copy?show=1&count=99", width=360, dark=True)
    screen.axe()
    screen.fits()
    screen.shot("weeks-wrong-en-360")
    for language, width, dark in (("fr", 1280, False), ("fr", 360, True), ("nl", 1280, True)):
        page = screen.open(address, language=language, role="coordinator", width=width, dark=dark)
        for summary in page.locator("details.plan-week > summary").all():
            summary.click()
        screen.axe()
        screen.fits()
        screen.shot(f"weeks-preview-{language}-{width}")


def test_a_week_is_copied_by_keyboard_and_taken_back(screen: Screen):
    line, _address = troubled(screen)
    page = screen.open(line.week(), role="coordinator")
    page.get_by_role("link", name="Copy this week").click()
    first = page.get_by_label("First week")
    expect(first).to_have_value((MONDAY + WEEK).isoformat())
    page.get_by_label("How many weeks").fill("2")
    page.get_by_label("How many weeks").press("Enter")
    expect(page.get_by_role("heading", name="would change")).to_be_visible()
    page.get_by_role("button", name="Apply to 2 weeks").press("Enter")
    expect(page.get_by_text("Copied the week to 2 others.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.press("Enter")
    expect(page.get_by_text("Copied the week to 2 others.")).not_to_be_visible()


def test_choosing_a_template_chooses_its_kind(screen: Screen):
    troubled(screen)
    page = screen.open("/weeks/copy", role="coordinator")
    page.get_by_label("The standing week").check()
    page.get_by_label("The week of").fill(MONDAY.isoformat())
    page.get_by_label("The week of").blur()
    expect(page.get_by_label("A week, as it is planned")).to_be_checked()

"""The pages of responders and about them, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, screen, stage
from test_console_own_kit import MONDAY, Line, settle

from logging_db import number_checks
from logging_db.engine import write
from logging_db.tables import number_checks as checks

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


def asked(screen: Screen) -> Line:
    """Alice cannot come on Monday, and has asked Dirk."""
    line = settle(screen.house)
    alice = screen.house.client("alice")
    alice.send(f"/mine/shift/{line.shift(hour=9)}/cannot")
    alice.send(f"/mine/shift/{line.shift(hour=9)}/ask", who=line["Dirk"])
    return line


@pytest.mark.long
def test_my_shifts_are_fit_for_a_telephone_in_every_language(screen: Screen):
    line = asked(screen)
    for language in ("fr", "nl"):
        for role in ("alice", "dirk"):
            screen.open("/mine", role=role, language=language, width=360)
            screen.fits()
            screen.shot(f"own-{role}-{language}-360")
    for place, path in enumerate(("", "/settings", "/number", f"/shift/{line.shift(hour=9)}/ask")):
        language = ("fr", "nl", "en", "fr")[place]
        screen.open(f"/mine{path}", role="alice", language=language, width=360)
        screen.wide_too(f"own-{place}-{language}")
    screen.open("/mine", role="dirk", width=360)
    screen.axe()


@pytest.mark.long
def test_the_pages_about_people_are_fit_for_everybody(screen: Screen):
    person = f"/people/{asked(screen)['Alice']}"
    paths = ("/people", "/people/add", "/requests", person, f"{person}/number", f"{person}/stop")
    for place, path in enumerate(paths):
        language = ("fr", "nl", "en")[place % 3]
        dark = place % 2 == 0
        screen.open(path, role="coordinator", language=language, width=360, dark=dark)
        screen.wide_too(f"people-{place}-{language}")


def test_i_cant_reaches_the_coordinator(screen: Screen, stage: Stage):
    settle(screen.house)
    page = screen.open("/mine", role="alice", language="fr", width=360)
    page.get_by_role("link", name="Je ne peux pas").first.click()
    page.get_by_role("button", name="Prévenir la coordination").click()
    expect(page.get_by_text("Vous avez dit : je ne peux pas.")).to_be_visible()
    screen.axe()
    page = screen.open("/", role="coordinator", language="nl")
    page.get_by_role("link", name="Vragen (1)").click()
    expect(page.get_by_role("link", name="Alice Martin", exact=True)).to_be_visible()
    page.get_by_role("button", name="Geregeld").click()
    expect(page.get_by_role("link", name="Vragen", exact=True)).to_be_visible()


def test_one_asks_another_accepts_and_the_duty_changes(screen: Screen, stage: Stage):
    line = settle(screen.house)
    page = screen.open("/mine", role="alice", width=360)
    page.locator("summary", has_text="Mon 30 Nov").click()
    page.locator("details[open]").get_by_role("link", name="Ask a colleague").click()
    page.get_by_label("Dirk Maes").check()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("no answer yet")).to_be_visible()
    with stage.browser.new_context() as theirs:
        name, value = screen.house.cookie("dirk")
        theirs.add_cookies([{"name": name, "value": value, "url": screen.url}])
        other = theirs.new_page()
        other.goto(f"{screen.url}/mine")
        other.get_by_role("link", name="I’ll do it").click()
        other.get_by_role("button", name="Yes, I stand in").click()
        expect(other.get_by_text("instead of Alice Martin")).to_be_visible()
    assert line.on(MONDAY, 10) == ["Dirk"]
    page.reload()
    expect(page.get_by_text("stands in", exact=True)).to_be_visible()


def test_the_code_is_shown_and_the_page_follows_the_call(screen: Screen):
    line = settle(screen.house)
    page = screen.open("/mine/number", role="alice", width=360)
    page.get_by_role("button", name="Ring me on it").click()
    expect(page.get_by_text("We ring you in a moment.")).to_be_visible()
    screen.axe()
    screen.fits()
    code = (page.locator(".own-code > [aria-hidden]").text_content() or "").replace(" ", "")
    (check,) = line.rows_of(checks)
    cipher, at = screen.house.cipher, screen.house.clock.at
    with write(screen.house.engine) as connection:
        number_checks.claim(connection, check.id, at)
        number_checks.try_code(connection, cipher, check.id, "000", at)
    page.get_by_text("You can try 2 times more.").wait_for()
    expect(page.get_by_text("We are ringing you now.")).to_be_visible()
    screen.axe()
    screen.shot("own-check-wrong-360")
    with write(screen.house.engine) as connection:
        number_checks.try_code(connection, cipher, check.id, code, at)
    page.get_by_text("Your number is verified.").wait_for()
    screen.axe()
    page.get_by_role("link", name="My shifts").last.click()
    expect(page.get_by_role("heading", name="My shifts")).to_be_visible()
    expect(page.get_by_text("has not been verified")).to_have_count(0)


def test_everything_works_without_scripts(stage: Stage, sqlite_template: Path, tmp_path: Path):
    with opened(stage, sqlite_template, scripts=False) as screen:
        line = settle(screen.house)
        page = screen.open(f"/mine/shift/{line.shift(hour=9)}/ask", role="alice", width=360)
        page.get_by_label("Dirk Maes").check()
        page.get_by_role("button", name="Ask", exact=True).click()
        page = screen.open("/mine/number", width=360)
        page.get_by_role("button", name="Ring me on it").click()
        (check,) = line.rows_of(checks)
        with write(screen.house.engine) as connection:
            number_checks.fail(connection, check.id, screen.house.clock.at)
        page.get_by_text("That did not work.").wait_for()  # the page loads itself again
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_label("Telephone number")).to_be_visible()

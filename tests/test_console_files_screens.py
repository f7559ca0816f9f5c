"""Roster files and calendar addresses on every screen, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_console_files_kit import LINE, ROSTER, csv, federation_of, peopled, row
from test_console_kit import NEEDS_BROWSER, Screen, opened, screen, stage

from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.tables import responders
from tests.test_planning_file_kit import read as read_file

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER

FILES = Path(__file__).parent / "files"
FAULTY = csv(row(day="31/02/2026"), row("cssbe"), row(who="Alice Martn"), row(times="09:00,9h61"))


@pytest.fixture
def line(screen: Screen) -> Screen:
    peopled(screen.house)
    return screen


def bring(screen: Screen, content: bytes, name: str = "roster.csv") -> Page:
    """Choose a file and send it, as somebody would."""
    chosen = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    screen.page.locator("#file").set_input_files(chosen)
    screen.page.locator("form.upload button.main").click()
    screen.page.wait_for_url("**/files/import/*")
    return screen.page


def looked_at(screen: Screen, name: str, language: str) -> None:
    """Look at the page as it is: on a phone in the dark, and on a desk."""
    for width, scheme in ((360, "dark"), (1280, "light")):
        screen.page.set_viewport_size({"width": width, "height": 900})
        screen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        screen.fits()
        screen.axe()
        screen.shot(f"{name}-{language}-{width}-{scheme}")


@pytest.mark.long
def test_the_page_of_files_is_fit_for_everybody(line: Screen):
    line.everywhere("/files", role="coordinator", languages=("fr",))


@pytest.mark.long
def test_a_preview_and_its_faults_are_fit_for_everybody(line: Screen):
    language = "fr"  # the longest words
    line.open("/files", role="coordinator", language=language)
    line.page.locator("#remove_others").check()
    bring(line, ROSTER)
    looked_at(line, "files-preview", language)
    line.open("/files", language=language)
    bring(line, FAULTY)
    looked_at(line, "files-faults", language)
    line.open("/files", language=language)
    bring(line, b"MZ\x90\0\3\0" * 100, "roster.xlsx")
    looked_at(line, "files-refused", language)


def test_a_workbook_by_libreoffice_is_looked_at_and_imported(screen: Screen):
    content = (FILES / "libreoffice.xlsx").read_bytes()
    people = federation_of(read_file(content, "libreoffice.xlsx", LINE))
    import_federation(screen.house.engine, screen.house.cipher, people)
    page = screen.open("/files", role="coordinator")
    bring(screen, content, "libreoffice.xlsx")
    expect(page.locator(".tally")).to_contain_text("Added")
    page.get_by_role("button", name="Import now").click()
    expect(page.locator(".notice.done")).to_contain_text("Imported:")
    page.get_by_role("link", name="Look at it, or take it back").click()
    expect(page).to_have_url(re.compile(r"/changes/\d+$"))


def test_quick_choices_fill_in_the_days(line: Screen):
    page = line.open("/files", role="coordinator")
    page.get_by_role("link", name="Next month").click()
    expect(page.locator("#since")).to_have_value("2026-12-01")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "roster_2026-12-01_2026-12-31.xlsx"


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(line: Screen):
    page = line.open("/files", role="coordinator")
    large = {"name": "large.csv", "mimeType": "text/csv", "buffer": b"x" * 6_000_000}
    page.locator("#file").set_input_files(large)
    expect(page.locator(".busy")).to_contain_text("larger than 5 MB")
    expect(page.locator("form.upload button.main")).to_be_disabled()


def test_the_button_says_that_it_works_on_it(line: Screen):
    page = line.open("/files", role="coordinator")
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")  # no answer
    chosen = {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER}
    page.locator("#file").set_input_files(chosen)
    page.locator("form.upload button.main").click()
    expect(page.locator("form.upload .busy")).to_have_text("Reading the file …")
    expect(page.locator("form.upload button.main")).to_be_disabled()


def test_without_scripts_a_file_comes_in_and_a_large_one_is_told_in_words(
    stage, sqlite_template: Path, tmp_path: Path
):
    with opened(stage, sqlite_template, scripts=False) as bare:
        peopled(bare.house)
        page = bare.open("/files", role="coordinator")
        large = {"name": "large.csv", "mimeType": "text/csv", "buffer": b"x" * 9_000_000}
        page.locator("#file").set_input_files(large)
        page.get_by_role("button", name="Look at what would change").click()
        expect(page.locator(".error-summary")).to_contain_text("larger than 5 MB")
        bring(bare, ROSTER)
        page.get_by_role("button", name="Import now").click()
        expect(page.locator(".notice.done")).to_contain_text("2 added, 1 changed, 0 removed")


@pytest.fixture
def answering(line: Screen) -> Screen:
    """The coordinator answers calls herself: as Alice."""
    with read(line.house.engine) as connection:
        alice = select(responders.c.id).where(responders.c.name == "Alice Martin")
        line.house.change("coordinator", responder_id=connection.execute(alice).scalar_one())
    return line


@pytest.mark.long
def test_calendar_addresses_are_fit_for_everybody(answering: Screen):
    answering.everywhere("/calendar", role="coordinator", languages=("nl",))
    answering.everywhere("/calendar/services", role="coordinator", languages=("fr",))
    for language in ("fr",):
        page = answering.open("/calendar", language=language)
        page.locator("form:has(#language) button.main").click()
        looked_at(answering, "calendar-made", language)
        answering.open("/calendar/renew", language=language)
        looked_at(answering, "calendar-renew", language)
        answering.open("/calendar/end", language=language)
        page.locator("main form button").click()
    answering.open("/calendar", role="responder")
    looked_at(answering, "calendar-nobody", "en")


def test_an_address_is_copied_by_its_button_and_leads_to_the_calendar(answering: Screen):
    answering.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = answering.open("/calendar", role="coordinator")
    page.get_by_role("button", name="Make my address").click()
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert "BEGIN:VCALENDAR" in page.request.get(address).text()
    page.reload()  # sends the form again
    expect(page.locator(".notice")).to_contain_text("made already")

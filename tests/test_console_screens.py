"""The console’s own pages on every screen: three languages, a phone and a desk, light and dark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, screen, stage

from console import links, recovery
from console.accounts import codes
from logging_db.engine import write

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER


@pytest.mark.long
def test_the_pages_of_visitors_are_fit_for_everybody(screen: Screen):
    screen.everywhere("/login")
    screen.everywhere("/login/forgotten")
    screen.everywhere("/no/such/page")


@pytest.mark.long
def test_the_first_page_is_fit_for_everybody(screen: Screen):
    screen.everywhere("/", role="coordinator")


@pytest.mark.parametrize(
    "path", ["/account", "/account/email", "/account/password", "/account/log-ins"]
)
@pytest.mark.long
def test_the_account_is_fit_for_everybody(screen: Screen, path: str):
    screen.everywhere(path, role="responder")


@pytest.mark.parametrize("path", ["", "/app", "/app/remove", "/codes"])
@pytest.mark.long
def test_the_second_factor_is_fit_for_everybody(screen: Screen, path: str):
    give_app(screen, "coordinator")
    screen.everywhere(f"/account/second-factor{path}", role="coordinator")


@pytest.mark.long
def test_a_new_proof_is_fit_for_everybody(screen: Screen):
    give_app(screen, "coordinator")
    screen.everywhere("/login/again", role="coordinator")


@pytest.mark.parametrize("path", ["", "/add", "/{id}", "/{id}/link", "/{id}/factors"])
@pytest.mark.long
def test_the_list_of_who_may_log_in_is_fit_for_everybody(screen: Screen, path: str):
    house = screen.house
    house.cookie("coordinator")
    house.change("responder", active=False)
    address = "/users" + path.format(id=house.cast["coordinator"])
    screen.everywhere(address, role="administrator")


@pytest.mark.long
def test_choosing_a_password_is_fit_for_everybody(screen: Screen):
    house = screen.house
    with write(house.engine) as connection:
        path, _ = links.make(connection, house.cast["responder"], "invitation", house.clock.at)
    screen.everywhere(path)


def give_app(screen: Screen, role: str) -> None:
    with screen.house.app.test_request_context():
        secret = codes().generate_totp_secret()
    made = [recovery.digest(code) for code in recovery.new()]
    screen.house.change(role, totp_secret=secret, recovery_codes=made)


# What forms say


def test_an_error_is_told_on_top_with_the_focus_and_at_its_field(screen: Screen):
    page = screen.open("/login", language="nl")
    page.get_by_role("button", name="Aanmelden").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    field = page.get_by_label("E-mailadres")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Vul uw e-mailadres in.")
    expect(page).to_have_title(re.compile("^Fout: Aanmelden"))
    summary.get_by_role("link").first.click()
    expect(field).to_be_focused()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        screen.axe()
        screen.shot(f"login-error-{scheme}")


def test_whatever_a_finger_touches_is_large_enough(screen: Screen):
    page = screen.open("/users", role="administrator")
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        screen.fits()
        for one in page.locator("button:visible, .links a:visible, .button:visible").all():
            box = one.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, (width, one.inner_text())


def test_a_page_can_be_reached_past_the_header(screen: Screen):
    page = screen.open("/account", role="responder")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_opens_by_key_and_closes_by_escape(screen: Screen):
    page = screen.open("/", role="coordinator")
    summary = page.locator("summary", has_text="Chloé Dubois")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    screen.axe()
    screen.shot("menu-1280")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your account")).to_be_hidden()
    expect(summary).to_be_focused()


def test_on_a_phone_the_menu_holds_everything(screen: Screen):
    page = screen.open("/account", role="coordinator", width=360)
    page.locator("summary", has_text="Menu").click()
    for name in ("Today", "Your account", "Second factor"):
        expect(page.locator(".narrow").get_by_role("link", name=name)).to_be_visible()
    expect(page.locator(".narrow").get_by_role("button", name="Log out")).to_be_visible()
    screen.axe()
    screen.fits()
    screen.shot("menu-360")


def test_the_language_can_be_changed_everywhere_and_stays(screen: Screen):
    page = screen.open("/login?next=/account", language="fr")
    page.get_by_role("button", name="Nederlands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden")
    assert page.url.endswith("/login?next=/account")
    page = screen.open("/account", role="responder", language="fr")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    screen.open("/account", role="coordinator", language="en")


def test_everything_works_without_scripts(stage: Stage, sqlite_template: Path, tmp_path: Path):
    with opened(stage, sqlite_template, scripts=False) as screen:
        screen.house.give_password("responder", "lantern bicycle sixteen")
        page = screen.open("/account", language="en", width=360)
        page.get_by_label("E-mail address").fill("bram@example.org")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.locator(".error-summary")).to_be_focused()
        page.get_by_label("Password", exact=True).fill("lantern bicycle sixteen")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
        page.get_by_label("Name").fill("Bram P.")
        page.get_by_role("button", name="Store").click()
        expect(page.get_by_role("status")).to_have_text("Stored.")
        page.locator("summary", has_text="Menu").click()
        page.get_by_role("button", name="Log out").locator("visible=true").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")

"""Logging in with a real browser: password and app, passkey, by keyboard alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect
from test_console_kit import CAST, NEEDS_BROWSER, Screen, Stage, opened, screen, stage

from console.accounts import codes
from logging_db import log_in
from logging_db.engine import read

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER
PASSWORD = "lantern bicycle sixteen"


@pytest.fixture
def strict(stage: Stage, sqlite_template: Path, tmp_path: Path) -> Iterator[Screen]:
    """A console that asks coordinators for a second factor, as it does by default."""
    with opened(stage, sqlite_template, second_factor="coordinators") as made:
        made.house.give_password("coordinator", PASSWORD)
        made.house.give_password("responder", PASSWORD)
        yield made


@pytest.fixture
def authenticator(strict: Screen) -> Iterator[CDPSession]:
    """A telephone that holds passkeys and knows its owner."""
    devtools = strict.context.new_cdp_session(strict.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield devtools
    devtools.detach()


def enter(page: Page, role: str) -> None:
    page.get_by_label("E-mail address").fill(CAST[role][1])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.locator("details.wide summary, .tools summary").first.click()
    page.get_by_role("button", name="Log out").locator("visible=true").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def expect_inside(page: Page) -> None:
    expect(page.locator("form[action='/logout']").first).to_be_attached()


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_a_coordinator_sets_up_the_app_at_the_first_log_in_and_uses_it_at_the_next(strict: Screen):
    page = strict.open("/login")
    enter(page, "coordinator")
    expect(page.get_by_role("status")).to_contain_text("needs a second factor")
    page.goto(f"{strict.url}/account")
    assert title(page) == "Second factor"
    strict.axe()
    page.get_by_role("link", name="Set up the app").click()
    assert page.locator(".qr").evaluate("image => image.naturalWidth") > 0
    strict.axe()
    strict.shot("app")
    page.get_by_text("It cannot be scanned?").click()
    secret = page.locator(".key").inner_text().replace("-", "")
    page.get_by_label("Code", exact=True).fill(code_of(strict, secret))
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".codes code")).to_have_count(8)
    strict.axe()
    strict.shot("codes")
    recovery = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect_inside(page)
    log_out(page)

    strict.house.clock.forward(30)
    enter(page, "coordinator")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    strict.axe()
    strict.shot("second")
    page.get_by_label("Code", exact=True).fill(code_of(strict, secret))
    page.keyboard.press("Enter")
    expect_inside(page)
    log_out(page)

    enter(page, "coordinator")
    page.get_by_text("Neither telephone nor passkey at hand?").click()
    page.get_by_label("Recovery code").fill(recovery)
    page.get_by_role("button", name="Use the recovery code").click()
    expect(page.get_by_role("status")).to_contain_text("7 recovery codes left")


def code_of(screen: Screen, secret: str) -> str:
    """What an authenticator app shows that was given this key in letters."""
    with screen.house.app.test_request_context():
        totp = codes()._totp(key=secret, format="base32")
        return str(totp.generate(time=screen.house.clock.at).token)


def test_a_passkey_is_made_and_then_logs_in_alone(strict: Screen, authenticator: CDPSession):
    page = strict.open("/login")
    enter(page, "coordinator")
    page.get_by_label("A name for it").fill("my telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".codes code")).to_have_count(8)
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)

    page.get_by_role("button", name="Use a passkey").click()
    expect_inside(page)
    page.goto(f"{strict.url}/account/log-ins")
    expect(page.get_by_role("cell", name="passkey")).to_be_visible()
    page.goto(f"{strict.url}/account/second-factor")
    expect(page.locator(".keys strong")).to_have_text("my telephone")
    strict.axe()
    strict.shot("passkeys")


def test_a_passkey_is_the_second_factor_after_the_password(
    strict: Screen, authenticator: CDPSession
):
    make_passkey(strict)
    page = strict.page
    enter(page, "coordinator")
    assert title(page) == "Second step"
    strict.axe()
    page.get_by_role("button", name="Use a passkey").click()
    expect_inside(page)


def test_a_passkey_proves_again_who_one_is(strict: Screen, authenticator: CDPSession):
    make_passkey(strict)
    page = strict.page
    page.get_by_role("button", name="Use a passkey").click()
    expect_inside(page)
    strict.house.clock.forward(20 * 60)
    page.goto(f"{strict.url}/account/email")
    assert title(page) == "Is it still you?"
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the address")


def test_the_passkey_of_somebody_who_is_switched_off_opens_nothing(
    strict: Screen, authenticator: CDPSession
):
    make_passkey(strict)
    strict.house.change("coordinator", active=False)
    page = strict.page
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not accepted")


def test_an_answer_of_a_passkey_is_good_once(strict: Screen, authenticator: CDPSession):
    make_passkey(strict)
    page = strict.page
    bodies: list[str] = []
    page.on(
        "request",
        lambda r: bodies.append(r.post_data or "") if r.url.endswith("/login/passkey") else None,
    )
    page.get_by_role("button", name="Use a passkey").click()
    expect_inside(page)
    log_out(page)
    status = page.evaluate(
        """async (body) => {
            const token = document.querySelector("[name=csrf_token]").value;
            const form = new URLSearchParams(body);
            form.set("csrf_token", token);
            const answer = await fetch("/login/passkey", {method: "POST", body: form});
            return answer.url;
        }""",
        bodies[0],
    )
    assert status.endswith("/login")


def make_passkey(screen: Screen) -> None:
    page = screen.open("/login")
    enter(page, "coordinator")
    page.get_by_label("A name for it").fill("my telephone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)
    with read(screen.house.engine) as connection:
        assert len(log_in.passkeys_of(connection, screen.house.cast["coordinator"])) == 1


def test_without_a_passkey_at_hand_the_page_says_so_and_stays(strict: Screen):
    devtools = strict.context.new_cdp_session(strict.page)
    devtools.send("WebAuthn.enable")  # and no authenticator at all
    page = strict.open("/login")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject('none') }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
    strict.axe()
    devtools.detach()


def test_one_logs_in_and_out_with_the_keyboard_alone(strict: Screen):
    page = strict.open("/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(CAST["responder"][1])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show the password")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_inside(page)
    summary = page.locator("summary", has_text=CAST["responder"][0])
    for _ in range(12):
        if summary.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Log out":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_a_password_may_be_pasted_and_browsers_may_fill_it_in(strict: Screen):
    page = strict.open("/login")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("autocomplete", "current-password")
    expect(page.get_by_label("E-mail address")).to_have_attribute("autocomplete", "username")
    field.evaluate("one => one.focus()")
    page.evaluate("document.execCommand('insertText', false, 'pasted')")
    expect(field).to_have_value("pasted")
    assert not page.evaluate(
        "document.querySelector('[type=password]').dispatchEvent("
        "new ClipboardEvent('paste', {cancelable: true})) === false"
    )


def test_the_page_says_when_no_second_factor_is_asked_for(screen: Screen):
    page = screen.open("/login")
    expect(page.locator(".notice")).to_contain_text("No second factor is asked for here")


def test_where_it_is_asked_for_the_page_says_nothing_of_the_kind(strict: Screen):
    page = strict.open("/login")
    expect(page.locator(".notice")).to_have_count(0)


def test_an_administrator_invites_somebody_who_then_logs_in(screen: Screen):
    page = screen.open("/users/add", role="administrator")
    page.get_by_label("Name").fill("Nora Claes")
    page.get_by_label("E-mail address").fill("nora@example.org")
    page.get_by_label("Role").select_option("coordinator")
    page.locator("#language").select_option("nl")
    page.get_by_role("button", name="Add and show the link").click()
    screen.axe()
    screen.shot("link")
    address = page.locator("code.key").inner_text()
    page.goto(f"{screen.url}/account")
    log_out(page)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    assert re.search("/login/new-password$", page.url)
    page.get_by_label("New password").fill("granite umbrella violet")
    page.get_by_role("button", name="Store the password").click()
    page.get_by_label("E-mail address").fill("nora@example.org")
    page.get_by_label("Password", exact=True).fill("granite umbrella violet")
    page.get_by_role("button", name="Log in").click()
    expect_inside(page)

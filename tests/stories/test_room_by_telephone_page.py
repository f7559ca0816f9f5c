"""A talk, driven from “My call” on a telephone: an interpreter is brought in and left with Nadia.

The whole installation is real: console, web, worker, provider. Alice's one hand taps; the other
one holds the telephone on which she talks.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from test_console_kit import NEEDS_BROWSER, SETTINGS

from console.app import create_console
from console.passwords import hashed
from logging_db import contacts, users
from logging_db.engine import read, write
from logging_db.tables import responders
from tests.stories.cast import FEDERATION, Cast
from tests.stories.room import INTERPRETER, Talk
from tests.stories.world import World, served

pytestmark = NEEDS_BROWSER
PASSWORD = "drie kleine sleutels"


@pytest.fixture
def page(chromium: Browser, sqlite_world: World) -> Iterator[Page]:
    """Alice's telephone, at the log-in of the console; the interpreter is among the contacts."""
    sqlite_world.begin()
    sqlite_world.load(FEDERATION)
    desk = sqlite_world.desk
    app = create_console(desk.engine, SETTINGS, desk.clock, desk.cipher, sqlite_world.bell)
    with served(app) as server:
        context = chromium.new_context(
            locale="en", has_touch=True, viewport={"width": 360, "height": 740}
        )
        window = context.new_page()
        window.set_default_timeout(20_000)
        with app.app_context():
            _hire(sqlite_world, hashed(PASSWORD))
        window.goto(f"http://127.0.0.1:{server.server_port}/mine/call")
        yield window
        context.close()


def _hire(world: World, password_hash: str) -> None:
    with read(world.engine) as connection:
        found = select(responders.c.id).where(responders.c.name == "Alice Martin")
        alice = connection.execute(found).scalar_one()
    with write(world.engine) as connection:
        user = users.add(
            connection, email="alice@example.org", name="Alice Martin", role="responder",
            language="en", at=world.now,
        )  # fmt: skip
        users.change(connection, user, password_hash=password_hash, responder_id=alice)
        entry = contacts.Entry("Samira", contacts.INTERPRETER, ("ar", "fr"), "By day")
        contacts.add(connection, world.desk.cipher, entry, INTERPRETER, world.now)


def stands(page: Page, words: str) -> None:
    """Wait until the page says so by itself."""
    expect(page.locator(".room-caller")).to_have_text(words)


def tap(page: Page, words: str, *, role: str = "button") -> None:
    page.get_by_role(role, name=words).first.tap()  # type: ignore[arg-type] # a role by its name


def does(page: Page, button: Locator) -> None:
    """Tap what changes something, and wait until the server has it: only then time passes."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        button.first.tap()


def asks(page: Page, words: str) -> None:
    does(page, page.get_by_role("button", name=words))


def log_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    tap(page, "Log in")
    stands(page, "No talk right now")


def test_an_interpreter_is_brought_in_spoken_to_joined_and_left_with_the_caller(
    page: Page, sqlite_world: World
):
    world = sqlite_world
    log_in(page)
    talk = Talk(Cast(world)).begin(seconds=10)
    stands(page, "The caller hears you")
    asks(page, "Put the caller on hold")
    talk.nadia.hears("Vous êtes en attente")
    stands(page, "The caller is on hold")

    tap(page, "Bring in or hand over", role="link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bring in or hand over")
    page.locator("#language").select_option("ar")
    tap(page, "Show")
    does(page, page.locator("li", has_text="Samira").get_by_role("button"))
    expect(page.locator(".room-people")).to_contain_text("Samira")
    talk.interpreter.rings()
    expect(page.locator(".room-people")).to_contain_text("Samira rings …")
    talk.interpreter.answers()
    expect(page.locator(".room-people")).to_contain_text("Samira has picked up …")
    talk.hear_each_other(talk.alice, talk.interpreter)
    assert talk.nadia.phone.talking_to == []
    expect(page.locator(".room-people")).to_contain_text("Samira talks to you alone")

    asks(page, "Join: bring the caller to all of us")
    talk.hear_each_other(talk.nadia, talk.alice, talk.interpreter)
    stands(page, "The caller hears you")

    tap(page, "Leave them together", role="link")
    asks(page, "Leave the talk")
    expect(page.get_by_text("You are leaving. The others go on talking.")).to_be_visible()
    talk.alice.is_idle()
    talk.hear_each_other(talk.nadia, talk.interpreter)
    expect(page.get_by_role("heading", name="You are writing up")).to_be_visible()
    asks(page, "Ready: ring me")
    stands(page, "No talk right now")
    expect(page.get_by_role("heading", name="You are writing up")).to_have_count(0)
    assert world.the_call()["outcome"] == "in_progress"
    assert INTERPRETER[-8:] not in page.content()


def test_a_call_is_handed_over_to_a_colleague_and_taken_over_again(page: Page, sqlite_world: World):
    log_in(page)
    talk = Talk(Cast(sqlite_world)).begin(seconds=10)
    stands(page, "The caller hears you")
    tap(page, "Bring in or hand over", role="link")
    does(page, page.locator("#colleagues li", has_text="Chloé Diallo").get_by_role("button"))
    expect(page.locator(".room-people")).to_contain_text("Chloé Diallo")
    chloe = talk.cast.chloe
    chloe.takes_the_call()
    talk.hear_each_other(talk.alice, chloe)
    tap(page, "Hand over and leave", role="link")
    asks(page, "Leave the talk")
    talk.alice.is_idle()
    talk.nadia.talks_to(chloe)
    assert talk.world.the_call()["responder"] == "Chloé Diallo"

    does(page, page.locator(".room-talks li", has_text="Chloé Diallo").get_by_role("button"))
    expect(page.get_by_text("Your telephone rings: press 1 there")).to_be_visible()
    talk.alice.takes_the_call()
    talk.hear_each_other(talk.nadia, talk.alice, chloe)
    stands(page, "The caller hears you")
    chloe.hangs_up()
    talk.nadia.talks_to(talk.alice)
    assert talk.world.the_call()["responder"] == "Alice Martin"

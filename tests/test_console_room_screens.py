"""“My call” in a browser: by touch and by keyboard, on a telephone and on a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from test_console_kit import NEEDS_BROWSER, Screen, Stage, opened, screen, stage
from test_console_own_kit import settle
from test_console_room_kit import Talk, add_contact

from logging_db import users
from logging_db.contacts import SERVICE, Entry
from logging_db.engine import write

__all__ = ["screen", "stage"]  # fixtures
pytestmark = NEEDS_BROWSER

SMALLEST = 44  # pixels: what a thumb hits


def talking(screen: Screen) -> Talk:
    """Alice talks; there are two contacts to bring in."""
    talk = Talk(settle(screen.house)).begin()
    add_contact(talk)
    add_contact(talk, Entry("CPAS de Saint-Gilles, accueil et aide urgente", SERVICE, ("fr", "nl")))
    return talk


def big_enough(page: Page) -> None:
    """Fail where something to press in the page is smaller than a thumb."""
    for one in page.locator("main :is(button, a.button, input:not([type=hidden]), select)").all():
        box = one.bounding_box()
        if box is not None and box["width"] > 1:
            assert min(box["width"], box["height"]) >= SMALLEST, one.inner_text()


def stands(page: Page, words: str) -> None:
    """See how it stands with the caller."""
    expect(page.locator(".room-caller")).to_contain_text(words)


@pytest.fixture
def thumb(stage: Stage, sqlite_template: Path) -> Iterator[Screen]:
    """A telephone: touched, never clicked."""
    with opened(stage, sqlite_template, touch=True) as made:
        yield made


def test_a_talk_by_touch_on_a_telephone(thumb: Screen):
    talk = talking(thumb)
    page = thumb.open("/mine/call", role="alice", language="fr", width=360)
    thumb.shot("room-talk-fr-360")
    page.get_by_role("button", name="Mettre la personne en attente").tap()
    stands(page, "Mise en attente …")
    assert talk.now.held
    page.get_by_role("link", name="Faire entrer ou transmettre").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Faire entrer ou transmettre")
    thumb.fits()
    big_enough(page)
    thumb.shot("room-bring-fr-360")
    thumb.axe()
    page.locator("#language").select_option("ar")
    page.get_by_role("button", name="Afficher").tap()
    expect(page.get_by_text("CPAS de Saint-Gilles")).to_have_count(0)
    page.locator("li", has_text="Samira, arabe").get_by_role("button").tap()
    expect(page.locator(".room-people")).to_contain_text("on va l’appeler …")
    thumb.shot("room-rings-fr-360")
    talk.guest_comes()
    talk.is_held()
    expect(page.locator(".room-people")).to_contain_text(
        "parle avec vous seul·e"
    )  # the page saw it itself
    expect(page.locator("#room-said")).to_contain_text("Samira, arabe parle avec vous seul·e")
    thumb.fits()
    big_enough(page)
    thumb.axe()
    thumb.shot("room-alone-fr-360")
    page.get_by_role("button", name="Tous ensemble").tap()
    stands(page, "La personne revient …")
    assert not talk.now.held
    page.get_by_role("link", name="Les laisser ensemble").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les laisser ensemble ?")
    big_enough(page)
    thumb.shot("room-leave-fr-360")
    page.get_by_role("button", name="Quitter la conversation").tap()
    stands(page, "Vous quittez la conversation")
    assert talk.now.leaving


def test_a_talk_by_keyboard_keeps_the_focus_while_the_page_renews_itself(screen: Screen):
    talk = talking(screen)
    page = screen.open("/mine/call", role="alice", language="nl")
    screen.axe()
    screen.fits()
    screen.shot("room-talk-nl-1280")
    hold = page.get_by_role("button", name="De beller in de wacht zetten")
    hold.focus()
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name="De beller terughalen")
    expect(back).to_be_focused()
    talk.is_held()
    stands(page, "De beller staat in de wacht")
    expect(back).to_be_focused()
    screen.shot("room-held-nl-1280")


def test_what_is_typed_stays_while_the_state_above_it_changes(screen: Screen):
    talk = talking(screen)
    page = screen.open(f"/mine/call/{talk.offer_id}/bring", role="alice", width=360, dark=True)
    number = page.get_by_label("Telephone number")
    number.press_sequentially("0470 9")
    with screen.page.expect_response("**/mine/call/now?part=strip"):
        screen.house.client("alice").send(f"/mine/call/{talk.offer_id}/hold")
    stands(page, "Putting the caller on hold")
    expect(number).to_be_focused()
    number.press_sequentially("03 12")
    expect(number).to_have_value("0470 903 12")
    number.fill("112")
    number.press("Enter")
    expect(page.locator("#number-error")).to_contain_text("dial 112 themselves")
    screen.axe()
    screen.fits()
    screen.shot("room-112-en-360-dark")
    assert "112" not in page.url


def test_a_lost_connection_is_told_nothing_is_lost_and_it_goes_on_by_itself(screen: Screen):
    talk = talking(screen)
    page = screen.open("/mine/call", role="alice", width=360)
    screen.axe()  # which is fetched with it
    screen.context.set_offline(offline=True)
    expect(page.locator("#room-lost")).to_be_visible()
    page.get_by_role("button", name="Put the caller on hold").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not get through")
    screen.axe()
    screen.shot("room-lost-en-360")
    assert not talk.now.held
    screen.context.set_offline(offline=False)
    expect(page.locator("#room-lost")).to_be_hidden()
    expect(page.locator("#room-said")).to_have_text("Connected again.")
    page.get_by_role("button", name="Put the caller on hold").click()
    stands(page, "Putting the caller on hold")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.fixture
def alone(stage: Stage, sqlite_template: Path) -> Iterator[Screen]:
    """A window of its own: one whose clock was taken over can be used no more."""
    with opened(stage, sqlite_template, alone=True) as made:
        yield made


def test_a_page_without_a_talk_rests_until_it_is_touched_and_shows_when_the_log_in_is_over(
    alone: Screen,
):
    screen, talk = alone, talking(alone)
    screen.page.clock.install()
    page = screen.open("/mine/call", role="alice", width=360)
    page.clock.fast_forward("30:00")
    expect(page.locator("#room-rests")).to_be_hidden()  # not during a talk
    talk.hangs_up()
    talk.is_over()
    screen.house.client("alice").send("/mine/writing/ready")
    page.clock.fast_forward("00:03")
    stands(page, "No talk right now")
    page.clock.fast_forward("00:03")
    expect(page.locator("#room-rests")).to_be_visible()
    page.keyboard.press("Shift")
    expect(page.locator("#room-rests")).to_be_hidden()
    with write(screen.house.engine) as connection:
        users.end_sessions(connection, screen.house.cast["alice"])
    page.clock.fast_forward("00:03")
    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()


def test_what_is_not_possible_any_more_is_said_on_the_page(screen: Screen):
    talk = talking(screen)
    page = screen.open("/mine/call", role="alice", width=360)
    page.route("**/mine/call/now", lambda route: route.abort())  # it has not been seen yet …
    talk.hangs_up()
    page.get_by_role("button", name="Put the caller on hold").click()
    expect(page.get_by_role("alert")).to_contain_text("not possible any more")
    page.get_by_role("button", name="I hung up by mistake").click()
    expect(page.get_by_text("your telephone rings first")).to_be_visible()


@pytest.mark.long
def test_the_questions_and_what_a_coordinator_sees_are_fit_for_everybody(screen: Screen):
    talk = talking(screen)
    screen.everywhere(f"/mine/call/{talk.offer_id}/end", role="alice", languages=("nl",))
    page = screen.open(f"/people/{talk.line['Alice']}/call", role="coordinator", width=360)
    stands(page, "The caller hears you")
    screen.axe()
    screen.fits()
    screen.house.client("alice").send(f"/mine/call/{talk.offer_id}/hold")
    stands(page, "Putting the caller on hold …")
    screen.shot("room-watch-en-360")


@pytest.mark.long
def test_after_the_talk_the_page_is_fit_for_everybody(screen: Screen):
    talk = talking(screen)
    talk.hangs_up()
    screen.everywhere("/mine/call", role="alice", languages=("fr",))
    talk.is_over()
    screen.everywhere("/mine/call", role="alice", languages=("nl",))
    page = screen.open("/mine/call", role="alice", width=360)
    big_enough(page)
    page.get_by_role("button", name="5 minutes more").click()
    expect(page.get_by_text("You are not rung before 10:05.")).to_be_visible()
    page.get_by_role("button", name="Ready: ring me").click()
    stands(page, "No talk right now")
    expect(page.get_by_role("button", name="5 minutes more")).to_have_count(0)


def test_it_all_works_without_scripts(stage: Stage, sqlite_template: Path):
    with opened(stage, sqlite_template, scripts=False) as screen:
        talk = talking(screen)
        page = screen.open("/mine/call", role="alice", width=360)
        page.get_by_role("button", name="Put the caller on hold").click()
        talk.is_held()
        page.get_by_role("link", name="Show how it stands now").click()
        stands(page, "The caller is on hold")
        page.get_by_role("link", name="Bring in or hand over").click()
        page.locator("li", has_text="Samira, arabe").get_by_role("button").click()
        expect(page.locator(".room-people")).to_contain_text("is about to be rung")
        page.get_by_role("link", name="End the talk").click()
        page.get_by_role("button", name="End the talk").click()
        expect(page.get_by_text("The talk is over. The caller hears goodbye.")).to_be_visible()

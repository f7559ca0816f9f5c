"""The phone wall in a real browser: a whole call by mouse and by keyboard."""

import pytest
from playwright.sync_api import Page, expect
from test_simulator_wall_hands import (
    NEEDS_BROWSER,
    act,
    expect_state,
    phone,
    press,
    stage,
    until_ringing,
    until_talking,
    world,
)
from test_simulator_wall_kit import ALICE, BRAM, LINE, MARIE, World

__all__ = ["stage", "world"]  # fixtures
pytestmark = NEEDS_BROWSER


def lead(page: Page, sentence: str, label: str) -> None:
    """Wait for the leading bar to say ``sentence``, then press its one button."""
    expect(page.locator("#hint-text")).to_contain_text(sentence)
    button = page.locator("#hint-do")
    expect(button).to_have_text(label)
    page.wait_for_timeout(550)  # the button rests for half a second between two steps
    button.click()


# A first call


def test_a_visitor_makes_a_whole_call_by_following_one_button(world: World) -> None:
    page = world.open()
    lead(page, "Start here", "Call 0800/35.243")
    lead(page, "Press 1 for français", "Press 1")
    lead(page, "Alice Martin’s phone is ringing", "Answer")
    lead(page, "Press 1 to take the call", "Press 1")
    expect(phone(page, MARIE).locator(".state")).to_have_text("Talking with Alice Martin")
    lead(page, "are talking", "Hang up")
    lead(page, "Hang up Alice Martin’s phone too", "Hang up")
    expect(page.locator("#hint-text")).to_contain_text("read it in the record")
    card = page.locator(".call-card").first
    expect(card.locator(".outcome")).to_have_text("Answered")
    expect(card.locator(".by")).to_have_text("Alice Martin")
    steps = card.locator(".timeline li span:last-child")
    expect(steps.first).to_have_text("call arrives")
    expect(steps.last).to_have_text("call ends")


def test_of_several_ringing_phones_the_answered_one_goes_first(world: World) -> None:
    world.helpline.ring = [ALICE, BRAM]
    page = world.open()
    until_ringing(page)
    act(page, BRAM, "answer")
    expect(page.locator("#hint-text")).to_contain_text("Bram Peeters hears what it is about")
    expect_state(page, ALICE, "ringing")


def test_a_caller_who_is_rung_back_is_told_to_answer(world: World) -> None:
    page = world.open()
    world.helpline.place(MARIE)
    expect(page.locator("#hint-text")).to_have_text("The line rings Marie back. Answer!")
    expect(phone(page, MARIE).locator(".state")).to_have_text("02/555.01.00 is calling")


def test_the_phones_themselves_are_used_by_mouse(world: World) -> None:
    page = world.open()
    until_ringing(page)
    expect(phone(page, ALICE).locator(".state")).to_have_text("02/555.01.00 is calling")
    expect(phone(page, ALICE).locator("[data-act=answer]")).to_contain_class("next")
    expect(page.locator(".waiting-text")).to_have_text("1 person waiting")
    act(page, ALICE, "answer")
    press(page, ALICE, "1")
    said = phone(page, MARIE).locator(".speak .words")
    said.fill("Bonjour, j’ai reçu une lettre.")
    said.press("Enter")
    expect(phone(page, ALICE).locator(".person")).to_contain_text("j’ai reçu une lettre.")
    act(page, ALICE, "hangup")
    expect_state(page, MARIE, "idle")


def test_a_whole_call_needs_no_mouse(world: World) -> None:
    page = world.open()
    keys = page.keyboard

    def tab_to(number: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("document.activeElement.dataset.number") == number:
                return
        pytest.fail(f"no key reaches the phone {number}")

    tab_to(MARIE)
    keys.press("Enter")
    expect_state(page, MARIE, "talking")
    keys.press("1")
    expect_state(page, ALICE, "ringing")
    tab_to(ALICE)
    keys.press("Enter")
    expect_state(page, ALICE, "talking")
    keys.press("1")
    expect(phone(page, ALICE)).to_have_attribute("data-with", "someone")
    keys.press("Escape")
    expect_state(page, MARIE, "idle")
    expect(phone(page, ALICE)).to_be_focused()


def test_escape_declines_a_ringing_phone(world: World) -> None:
    page = world.open()
    until_ringing(page)
    phone(page, ALICE).focus()
    page.keyboard.press("Escape")
    expect_state(page, ALICE, "idle")
    expect_state(page, MARIE, "talking")


def test_a_caller_can_withhold_the_number_and_dial_another_one(world: World) -> None:
    page = world.open()
    marie = phone(page, MARIE)
    marie.get_by_role("switch", name="Withhold the number").check()
    marie.locator(".more summary").click()
    marie.locator(".to").select_option("other")
    marie.locator(".other-number").fill("02 555 01 99")
    act(page, MARIE, "dial")
    expect(marie.locator(".error").first).to_contain_text("this number does not exist here")
    world.faults.clear()  # the browser has noted the 404 that this test asked for
    marie.locator(".other-number").fill("0800 35 243")
    act(page, MARIE, "dial")
    expect_state(page, MARIE, "talking")
    assert [call.from_ for call in world.exchange.calls.values()] == ["anonymous"]


def test_what_a_phone_does_by_itself_is_chosen_in_plain_words(world: World) -> None:
    page = world.open()
    phone(page, ALICE).locator(".behaviour").select_option(label="Is busy")
    act(page, MARIE, "dial")
    expect_state(page, MARIE, "talking")
    press(page, MARIE, "1")
    expect(page.locator("#hint-text")).to_contain_text("is waiting")
    assert world.exchange.phone(ALICE).behaviour == "busy"
    expect_state(page, ALICE, "idle")


def test_a_phone_can_be_added(world: World) -> None:
    page = world.open()
    page.get_by_text("Add a caller’s phone").click()
    page.get_by_label("Name").fill("<b>Ines</b>")
    page.get_by_label("Number", exact=True).fill("twelve")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#add-error")).to_contain_text("not a telephone number")
    page.get_by_label("Number", exact=True).fill("0470 00 01 99")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(phone(page, "+32470000199").locator(".name")).to_have_text("<b>Ines</b>")
    expect(phone(page, "+32470000199").locator(".number")).to_have_text("0470/00.01.99")


# The page keeps still


def test_updates_leave_focus_and_choices_alone(world: World) -> None:
    page = world.open()
    page.get_by_text("Add a caller’s phone").click()
    name = page.get_by_label("Name")
    name.focus()
    with page.expect_response("**/wall.json"):
        name.press_sequentially("Ines", delay=5)
    world.exchange.phone(MARIE).dial(LINE)
    expect_state(page, MARIE, "talking")
    expect(name).to_be_focused()
    expect(name).to_have_value("Ines")


def test_a_button_that_goes_away_leaves_the_focus_on_its_phone(world: World) -> None:
    page = world.open()
    act(page, MARIE, "dial")
    expect_state(page, MARIE, "talking")
    expect(phone(page, MARIE)).to_be_focused()
    page.keyboard.press("1")
    expect_state(page, ALICE, "ringing")


def test_only_the_phone_in_use_is_announced(world: World) -> None:
    page = world.open()
    until_talking(page)
    live = page.locator(".log[aria-live=polite]")
    expect(live).to_have_count(1)
    expect(live).to_have_attribute("aria-label", "What is heard – Alice Martin")


def test_every_sentence_bears_its_language(world: World) -> None:
    page = world.open()
    act(page, MARIE, "dial")
    dutch = phone(page, MARIE).locator("[lang=nl-BE]")
    expect(dutch).to_have_text("Voor Nederlands, druk op 2.")
    expect(phone(page, MARIE).locator("[lang=fr-FR]").first).to_contain_text("Bonjour")


def test_a_hidden_page_asks_nothing(world: World) -> None:
    page = world.open()
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(300)
    count = "performance.getEntriesByType('resource').length"
    asked = page.evaluate(count)
    page.wait_for_timeout(900)
    assert page.evaluate(count) == asked
    with page.expect_request("**/wall.json"):
        page.evaluate(hide, False)


def test_what_is_heard_is_read_aloud_only_when_asked(world: World) -> None:
    page = world.open()
    listen = (
        "() => { window.spoken = []; speechSynthesis.speak = u => spoken.push([u.lang, u.text]) }"
    )
    page.evaluate(listen)
    act(page, MARIE, "dial")
    expect(phone(page, MARIE).locator("[lang=nl-BE]")).to_be_visible()
    assert page.evaluate("spoken") == []
    page.get_by_role("button", name="Read aloud").click()
    press(page, MARIE, "1")
    expect(phone(page, MARIE).locator(".line-voice").last).to_contain_text("Restez en ligne")
    assert [language for language, _ in page.evaluate("spoken")] == ["fr-FR"]

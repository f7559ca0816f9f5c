"""Hands for the browser tests of the phone wall: the stage they play on, and the phones."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from test_simulator_wall_kit import ALICE, MARIE, Stage, World

from tests.browser import BROWSERS, CHROMIUM

NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason=f"NO BROWSER: the phone wall is NOT tested here; none of {BROWSERS} is installed",
    ),
]


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Stage]:
    with ExitStack() as stack:
        made = Stage(stack, chromium)
        stack.callback(made.page.close)
        yield made


@pytest.fixture
def world(stage: Stage) -> Iterator[World]:
    one = World(stage)
    yield one
    one.close()
    assert one.faults == []


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'.phone[data-number="{number}"]')


def expect_state(page: Page, number: str, state: str) -> None:
    expect(phone(page, number)).to_have_attribute("data-state", state)


def act(page: Page, number: str, name: str) -> None:
    phone(page, number).locator(f'[data-act="{name}"]').click()


def press(page: Page, number: str, key: str) -> None:
    phone(page, number).locator(f'[data-key="{key}"]').click()


def until_ringing(page: Page) -> None:
    act(page, MARIE, "dial")
    expect_state(page, MARIE, "talking")
    press(page, MARIE, "1")
    expect_state(page, ALICE, "ringing")


def until_talking(page: Page) -> None:
    until_ringing(page)
    until_taken(page)


def until_taken(page: Page) -> None:
    act(page, ALICE, "answer")
    press(page, ALICE, "1")
    expect(phone(page, MARIE)).to_have_attribute("data-with", "someone")

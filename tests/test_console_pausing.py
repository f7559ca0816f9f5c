"""Pausing and being back: by the responder on a telephone, by a coordinator on the first page."""

import pytest
from playwright.sync_api import expect
from test_console_kit import NEEDS_BROWSER, Screen, screen, stage
from test_console_own_kit import Line, line, settle

from logging_db import pauses
from logging_db.engine import read, write

__all__ = ["line", "screen", "stage"]  # fixtures


def reason(line: Line, name: str = "Alice") -> str | None:
    with read(line.engine) as connection:
        found = pauses.of(connection, [line[name]]).get(line[name])
    return found.reason if found else None


def set_aside(line: Line, name: str = "Alice") -> None:
    with write(line.engine) as connection:
        pauses.begin(connection, line[name], pauses.MISSED, line.console.clock.at)


def test_somebody_on_duty_pauses_and_is_back_and_waiting_calls_are_matched_at_once(line: Line):
    client = line.console.client("alice")
    assert "Pause: do not ring me for now" in client.get("/mine").text
    assert client.send("/mine/pause").status_code == 303
    page = client.get("/mine").text
    assert "You paused your calls" in page
    assert "Pause: do not ring me" not in page
    assert reason(line) == "own"
    line.console.bell.rung.clear()
    assert client.send("/mine/back").status_code == 303
    assert reason(line) is None
    assert {job for job, _ in line.console.bell.rung} == {"match"}
    assert "Welcome back" in client.get("/mine").text


def test_who_was_set_aside_is_told_why_and_coordinators_see_it_and_recall_them(line: Line):
    set_aside(line)
    assert "You missed three calls in a row" in line.console.client("alice").get("/mine").text
    coordinator = line.console.client("coordinator")
    page = coordinator.get("/").text
    assert "does not answer" in page
    assert f"/pause/{line['Alice']}/end" in page
    assert coordinator.send(f"/pause/{line['Alice']}/end").status_code == 303
    assert reason(line) is None
    assert coordinator.send(f"/pause/{line['Alice']}").status_code == 303
    assert reason(line) == "coordinator"


def test_responders_see_who_pauses_and_may_not_change_it(line: Line):
    set_aside(line)
    bram = line.console.client("responder")
    page = bram.get("/").text
    assert "does not answer" in page
    assert "/pause/" not in page
    assert bram.send(f"/pause/{line['Alice']}/end").status_code == 403
    assert reason(line) == "missed"


def test_being_back_twice_rings_nobody(line: Line):
    client = line.console.client("alice")
    line.console.bell.rung.clear()
    assert client.send("/mine/back").status_code == 303
    assert line.console.bell.rung == []


def test_somebody_unknown_is_not_paused(line: Line):
    coordinator = line.console.client("coordinator")
    assert coordinator.send(f"/pause/{'0' * 32}").status_code == 404
    assert coordinator.send("/pause/nobody/end").status_code == 404


@pytest.mark.browser
@pytest.mark.skipif(NEEDS_BROWSER[1].args[0], reason=NEEDS_BROWSER[1].kwargs["reason"])
def test_a_pause_fits_a_telephone_and_the_way_back_is_one_press(screen: Screen):
    line = settle(screen.house)
    set_aside(line)
    screen.everywhere("/mine", role="alice", languages=("fr",))
    screen.everywhere("/", role="coordinator", languages=("nl",))
    page = screen.open("/mine", role="alice", language="fr", width=360)
    page.get_by_role("button", name="Je suis de retour").press("Enter")
    expect(page.get_by_text("Bon retour")).to_be_visible()
    expect(page.get_by_role("button", name="Pause : ne plus m’appeler")).to_be_visible()

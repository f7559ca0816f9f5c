"""Writing up after a call, on one's own page: longer, or ready earlier."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select
from test_console_kit import NEEDS_BROWSER, Screen, screen, stage
from test_console_own_kit import Line, line, settle

from logging_db import wrapping
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import calls, lines, offers

__all__ = ["line", "screen", "stage"]  # fixtures


def has_talked(line: Line) -> None:
    """Alice has just put down the telephone."""
    at = line.console.clock.at
    with write(line.engine) as connection:
        line_id, call_id = connection.execute(select(lines.c.id).limit(1)).scalar_one(), new_id()
        connection.execute(
            insert(calls).values(id=call_id, provider_sid=new_id(), line_id=line_id, language="fr",
                                 state="ended", place="room", received_at=at, seen_at=at,
                                 ended_at=at, outcome="answered")
        )  # fmt: skip
        connection.execute(
            insert(offers).values(id=new_id(), line_id=line_id, call_id=call_id, open=False,
                                  responder_id=line["Alice"], state="taken", offered_at=at,
                                  taken_at=at, closed_at=at)
        )  # fmt: skip


def writes_for(line: Line) -> timedelta | None:
    at, alice = line.console.clock.at, line["Alice"]
    with read(line.engine) as connection:
        until = wrapping.until(connection, [alice], at).get(alice)
    return until - at if until else None


def test_after_a_call_one_writes_up_for_longer_or_is_rung_again_at_once(line: Line):
    client = line.console.client("alice")
    assert "You are writing up" not in client.get("/mine").text
    has_talked(line)
    before = writes_for(line)
    page = client.get("/mine").text
    assert "You are writing up until 10:00" in page
    assert before
    client.send("/mine/writing/more")
    assert writes_for(line) == before + timedelta(minutes=5)
    line.console.bell.rung.clear()
    client.send("/mine/writing/ready")
    assert writes_for(line) is None
    assert {job for job, _ in line.console.bell.rung} == {"match"}
    assert "You are writing up" not in client.get("/mine").text


def test_everybody_sees_on_the_first_page_that_somebody_writes_up(line: Line):
    has_talked(line)
    assert "writes up" in line.console.client("responder").get("/").text


@pytest.mark.browser
@pytest.mark.skipif(NEEDS_BROWSER[1].args[0], reason=NEEDS_BROWSER[1].kwargs["reason"])
def test_the_buttons_fit_a_telephone(screen: Screen):
    has_talked(settle(screen.house))
    page = screen.open("/mine", role="alice", language="fr", width=360)
    screen.axe()
    screen.fits()
    screen.shot("mine-writing-fr-360")
    page.locator(".own-pause form").first.get_by_role("button").press("Enter")
    expect(page.locator(".own-pause")).to_have_count(0)

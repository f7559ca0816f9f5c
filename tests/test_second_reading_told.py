"""Whoever a coordinator puts into a shift, or takes out of one, hears of it."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select
from test_console_kit import Client
from test_console_week_kit import LINE, Roster

from logging_db import users
from logging_db.engine import read, write
from logging_db.tables import notices

THURSDAY = date(2026, 11, 26)  # in three days; nine in the morning is eight in UTC


class Desk(Roster):
    """The console over the helpline, where Alice, Bram and Dirk log in."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        for name in ("Alice", "Bram", "Dirk"):
            self.log_in(name)

    def log_in(self, name: str) -> None:
        with write(self.engine) as connection:
            users.add(
                connection, email=f"{name}@example.net", name=name, role="responder",
                language="fr", at=self.clock.at, responder_id=self.id(name),
            )  # fmt: skip

    def told(self) -> list[tuple[str, str, str]]:
        """Who is to be told what, and of which times (UTC)."""
        names = {self.id(name): name for name in ("Alice", "Bram", "Dirk", "Chloé")}
        with read(self.engine) as connection:
            query = select(notices).where(notices.c.dropped_at.is_(None))
            rows = list(connection.execute(query.where(notices.c.kind == "changed")))
        return sorted(
            (names[row.responder_id], row.params["what"], _times(row.params)) for row in rows
        )

    def shift(self, **values) -> dict:
        return self.form(**({"day": THURSDAY.isoformat(), "version": "1"} | values))


def _times(params: dict) -> str:
    begins, ends = (datetime.fromisoformat(params[name]) for name in ("begins", "ends"))
    return f"{begins:%a %H:%M}-{ends:%H:%M}"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def anne(desk: Desk) -> Client:
    return desk.client("coordinator")


def test_the_form_of_a_shift_tells_who_came_and_who_went(desk: Desk, anne: Client):
    answer = anne.send(f"/shift/{desk.key(THURSDAY)}", **desk.shift(people=["Dirk"]))
    assert answer.status_code == 303
    assert desk.told() == [
        ("Alice", "removed", "Thu 08:00-12:00"),
        ("Dirk", "added", "Thu 08:00-12:00"),
    ]


def test_who_stays_in_a_shift_hears_of_the_hours_that_are_new(desk: Desk, anne: Client):
    key = desk.key(THURSDAY)
    anne.send(f"/shift/{key}", **desk.shift(people=["Alice"], starts="10:00", ends="14:00"))
    assert desk.told() == [
        ("Alice", "added", "Thu 12:00-13:00"),
        ("Alice", "removed", "Thu 08:00-09:00"),
    ]


def test_a_shift_that_is_added_tells_its_people(desk: Desk, anne: Client):
    new = desk.form(day=THURSDAY.isoformat(), people=["Dirk"], starts="13:00", ends="17:00")
    assert anne.send("/shift/new", **new).status_code == 303
    assert desk.told() == [("Dirk", "added", "Thu 12:00-16:00")]


def test_a_shift_that_moves_tells_its_people(desk: Desk, anne: Client):
    answer = anne.send(f"/shift/{desk.key(THURSDAY)}/move", version="1", day="2026-11-27",
                       starts="13:00", ends="16:00")  # fmt: skip
    assert answer.status_code == 303
    assert desk.told() == [
        ("Alice", "added", "Fri 12:00-15:00"),
        ("Alice", "removed", "Thu 08:00-12:00"),
    ]


def test_a_shift_that_is_removed_and_follows_the_week_again_tells_nobody(desk: Desk, anne: Client):
    key = desk.key(THURSDAY)
    anne.send(f"/shift/{key}/remove", version="1")
    assert desk.told() == [("Alice", "removed", "Thu 08:00-12:00")]
    new = desk.form(day=THURSDAY.isoformat(), people=["Alice"])
    anne.send("/shift/new", **new)
    assert desk.told() == []


def test_a_stand_in_and_whom_they_replace_are_told(desk: Desk, anne: Client):
    answer = anne.send(
        f"/shift/{desk.key(THURSDAY)}/replace/{desk.id('Alice')}",
        version="1", person=desk.id("Dirk"), who=desk.id("Dirk"), responder=desk.id("Dirk"),
    )  # fmt: skip
    assert answer.status_code in (200, 303), answer.text
    assert desk.told() == [
        ("Alice", "removed", "Thu 08:00-12:00"),
        ("Dirk", "added", "Thu 08:00-12:00"),
    ]


def test_who_changes_their_own_duty_is_not_told_what_they_did(desk: Desk, anne: Client):
    with write(desk.engine) as connection:
        theirs = desk.id("Chloé")
        users.change(connection, desk.cast["coordinator"], responder_id=theirs)
    people = ["Alice", "Chloé"]
    anne.send(f"/shift/{desk.key(THURSDAY)}", **desk.shift(people=people, needed="2"))
    assert desk.told() == []
    assert desk.id(LINE)


def test_what_is_refused_tells_nobody(desk: Desk, anne: Client):
    refused = desk.shift(people=["Dirk"], version="7")
    assert anne.send(f"/shift/{desk.key(THURSDAY)}", **refused).status_code == 409
    assert desk.told() == []

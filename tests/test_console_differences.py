"""The page of differences with the provider: each night, and what is to be done about it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from test_console_kit import NEEDS_BROWSER, Console, Screen, house, screen, stage

from console.differences import NIGHTS
from console.differences_words import STATUSES, WORDS
from logging_db import calls as record
from logging_db import reconciliations as book
from logging_db.cipher import FieldCipher
from logging_db.engine import write
from logging_db.federation import import_federation
from logging_db.tables import lines
from telephony import comparing
from telephony.hook import FINAL_STATUSES
from tests.stories.cast import FEDERATION

__all__ = ["house", "screen", "stage"]  # fixtures

MONDAY, DAY = datetime(2026, 11, 23, tzinfo=UTC), timedelta(days=1)
DETAILS = {"other_duration": "631/42", "other_status": "answered/no-answer"}


def night(engine: Engine, since: datetime, kinds: tuple[str, ...] = (), failure: str = "") -> None:
    """A night that found one difference of each kind; those that can be are mended."""
    with write(engine) as connection:
        run = book.claim(connection, since, since + DAY, since + DAY)
        assert run
        for number, kind in enumerate(kinds):
            sid = f"CA{number:032x}"
            call_id = None
            if kind == "open_here":
                line_id = connection.scalars(lines.select()).first()
                at = since + timedelta(hours=11)
                call_id = record.open_call(
                    connection, provider_sid=sid, line_id=str(line_id), at=at
                )
            book.note(
                connection, run, kind, sid, call_id=call_id, leg_id=None,
                detail=DETAILS.get(kind, "completed"),
                mended_at=since + DAY if WORDS[kind].mended else None,
            )  # fmt: skip
        book.finish(connection, run, since + DAY, 120, failure or None)


def text_of(house: Console, path: str = "/differences") -> str:
    page = house.client("coordinator").get(path)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_every_kind_and_status_has_words():
    assert set(WORDS) == set(comparing.KINDS)
    assert set(STATUSES) >= FINAL_STATUSES | {"answered", "abandoned"}


def test_before_the_first_night_the_page_says_so(house: Console):
    assert "No night was compared yet" in text_of(house)


def test_each_difference_says_what_it_is_whether_it_is_mended_and_what_to_do(house: Console):
    import_federation(house.engine, FieldCipher(b"k" * 32), FEDERATION)
    night(house.engine, MONDAY, comparing.KINDS)
    said = text_of(house)
    assert "Monday 23 November 2026 5 not mended" in said
    assert "120 calls compared." in said
    assert "We took the call for one that goes on, but it was over" in said
    assert "12:00" in said  # in the zone of the line
    assert "Here 10 min 31 s, there 42 s." in said
    assert "Here: one of us answered; there: nobody picked up." in said
    assert "change its password and auth token" in said
    states = re.findall(r"not mended|(?<=server: news is being lost\. )mended", said)
    # What has to be done comes first, what is mended last; the heading counts as well.
    assert states == ["not mended"] * 6 + ["mended"] * 2
    assert said.index("goes on at the provider") < said.index("how long it lasted")


def test_a_night_that_failed_and_one_without_differences_are_told_apart(house: Console):
    night(house.engine, MONDAY - DAY)
    night(house.engine, MONDAY, failure="the provider refused: HTTP 503")
    said = text_of(house)
    assert "23 November 2026 not finished" in said
    assert "the next night repeats it" in said
    assert "the provider refused: HTTP 503" in said
    assert "22 November 2026 no difference" in said


def test_older_nights_stand_on_pages_of_their_own(house: Console):
    for back in range(NIGHTS + 1):
        night(house.engine, MONDAY - back * DAY)
    first = house.client("coordinator").get("/differences")
    (older,) = re.findall(r'href="(/differences\?before=[^"]+)"', first.text)
    said = text_of(house, older)
    assert said.count("no difference") == 1
    assert "The newest" in said
    assert house.client("coordinator").get("/differences?before=never").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("responder", 403), ("administrator", 200)])
def test_responders_do_not_see_it(house: Console, role: str, status: int):
    assert house.client(role).get("/differences").status_code == status


@NEEDS_BROWSER[0]
@NEEDS_BROWSER[1]
@pytest.mark.long
def test_the_page_is_fit_for_everybody(screen: Screen):
    engine = screen.house.engine
    import_federation(engine, FieldCipher(b"k" * 32), FEDERATION)
    night(engine, MONDAY, comparing.KINDS)
    night(engine, MONDAY - DAY, failure="the provider refused: HTTP 503")
    screen.everywhere("/differences", role="coordinator", languages=("nl", "fr"))

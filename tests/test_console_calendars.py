"""Private calendar addresses: their pages, and what calendar programs get."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from structlog.testing import capture_logs
from test_console_files_kit import line, words
from test_console_kit import Client, Console
from werkzeug.test import TestResponse

from logging_db.engine import read
from logging_db.tables import calendar_feeds, partner_services, responders
from planning import shifts
from planning.keys import ShiftKey
from tests.test_planning_kit import MONDAY
from tests.test_planning_kit import House as Planned

__all__ = ["line"]


@pytest.fixture
def alice(line: Console) -> Client:
    """The responder of the cast answers calls as Alice."""
    with read(line.engine) as connection:
        query = select(responders.c.id).where(responders.c.name == "Alice Martin")
        line.change("responder", responder_id=connection.execute(query).scalar_one())
    return line.client("responder")


def made(client: Client, path: str = "/calendar", **values: str) -> str:
    """Make an address and return its path."""
    page = client.send(path, **({"language": "en", "instead": ""} | values))
    return address_in(page)


def address_in(page: TestResponse) -> str:
    found = re.search(r"http://localhost(/calendar/[\w-]+\.ics)</code>", page.text)
    assert found is not None, words(page)
    return found[1]


def instead(client: Client, path: str = "/calendar/renew") -> str:
    found = re.search(r'name="instead"[^>]*value="(\w+)"', client.get(path).text)
    assert found is not None
    return found[1]


def service_path(line: Console, code: str) -> str:
    with read(line.engine) as connection:
        query = select(partner_services.c.id).where(partner_services.c.code == code)
        return f"/calendar/services/{connection.execute(query).scalar_one()}"


def test_an_address_is_shown_once_and_opens_the_calendar_without_a_log_in(
    line: Console, alice: Client
):
    path = made(alice)
    assert path.rpartition("/")[2] not in alice.get("/calendar").text
    answer = line.client().get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert b"Allo ? Aide sociale" in answer.data
    assert "Alice" in str(Calendar.from_ical(answer.data)["X-WR-CALNAME"])


def test_no_cookie_is_set_and_no_referrer_sent_and_it_may_be_kept_a_quarter_of_an_hour(
    line: Console, alice: Client
):
    path = made(alice)
    for address, status in ((path, 200), ("/calendar/wrong.ics", 404)):
        answer = line.client().get(address)
        assert answer.status_code == status
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    found = line.client().get(path).headers
    assert found["Cache-Control"] == "private, max-age=900"


def test_a_calendar_that_has_not_changed_is_not_sent_again(line: Console, alice: Client):
    path, program = made(alice), line.client()
    first = program.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    line.clock.forward(3600)
    again = program.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, max-age=900"
    planned = Planned(line.engine)
    key, version = planned.key(MONDAY, 9)
    planned.make(lambda it: shifts.remove(it, ShiftKey.parse(key), version))
    changed = program.get(path, headers=tag)
    assert changed.status_code == 200
    assert len(changed.data) < len(first.data)


def test_renewing_ends_the_old_address_and_a_form_sent_twice_makes_one_only(
    line: Console, alice: Client
):
    first = made(alice)
    twice = alice.send("/calendar", language="en", instead="")
    assert twice.status_code == 303
    assert "was made already" in words(alice.get("/calendar"))
    assert line.client().get(first).status_code == 200
    second = made(alice, instead=instead(alice))
    assert line.client().get(first).status_code == 404
    assert line.client().get(second).status_code == 200


def test_an_address_that_was_stopped_is_told_in_words_in_the_visitors_language(
    line: Console, alice: Client
):
    path = made(alice)
    assert "Stop the calendar address of Alice Martin?" in words(alice.get("/calendar/end"))
    alice.send("/calendar/end")
    answer = line.client().get(path, headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("Cette adresse d’agenda ne fonctionne pas, ou plus.")
    assert "You have no address yet" in words(alice.get("/calendar"))
    assert alice.get("/calendar/end").status_code == 303


def test_the_calendar_speaks_the_language_that_was_chosen(line: Console, alice: Client):
    text = line.client().get(made(alice, language="nl")).text.replace("\r\n ", "")
    assert "X-WR-CALNAME:Permanenties van Alice Martin" in text


def test_whoever_answers_no_calls_has_no_address(line: Console):
    client = line.client("responder")
    assert "Your account is not that of somebody who answers calls" in words(
        client.get("/calendar")
    )
    assert client.get("/calendar/renew").status_code == 404
    assert client.send("/calendar/end").status_code == 404


def test_coordinators_make_renew_and_stop_the_address_of_a_service(line: Console):
    client, path = line.client("coordinator"), service_path(line, "caw")
    address = made(client, path)
    answer = line.client().get(address)
    assert "Bram Peeters" in answer.text
    assert "VALARM" not in answer.text
    listed = words(client.get("/calendar/services"))
    assert "CAW Brussel CAW works English Mon 23 Nov 2026, 10:00 Renew" in listed
    renewed = made(client, path, instead=instead(client, path))
    assert line.client().get(address).status_code == 404
    client.send(f"{path}/end")
    assert line.client().get(renewed).status_code == 404


def test_the_addresses_of_services_are_for_coordinators(line: Console, alice: Client):
    for path in ("/calendar/services", service_path(line, "caw")):
        assert alice.get(path).status_code == 403
    assert alice.send(service_path(line, "caw"), language="en").status_code == 403
    unknown = f"/calendar/services/{'0' * 32}"
    assert line.client("coordinator").get(unknown).status_code == 404


def test_a_secret_is_never_written_down(line: Console, alice: Client):
    with capture_logs() as logs:
        path = made(alice)
        line.client().get(path)
        line.client().get("/calendar/a-wrong-secret.ics")
    token = path.rpartition("/")[2].removesuffix(".ics")
    assert [one["event"] for one in logs] == ["Calendar address made"]
    assert token not in repr(logs)
    with read(line.engine) as connection:
        assert token not in repr(connection.execute(select(calendar_feeds)).all())


def test_a_program_that_went_astray_is_told_to_wait(line: Console, alice: Client):
    path, program = made(alice), line.client()
    answers = [program.get(path) for _ in range(31)]
    assert [one.status_code for one in answers] == [200] * 30 + [429]
    assert answers[-1].headers["Retry-After"] == "600"
    wrong = [program.get(f"/calendar/wrong{n}.ics").status_code for n in range(31)]
    assert wrong == [404] * 30 + [429]
    line.clock.at += timedelta(minutes=10)
    assert program.get(path).status_code == 200


def test_without_the_database_a_program_keeps_what_it_has(
    line: Console, alice: Client, monkeypatch: pytest.MonkeyPatch
):
    path = made(alice)

    def away(*_args: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("planning.feeds.find", away)
    answer = line.client().get(path)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "Set-Cookie" not in answer.headers

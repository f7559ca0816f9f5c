"""Administrators decide who may log in."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import Engine, insert
from test_console_kit import CAST, SETTINGS, Client, Console, house
from werkzeug.test import TestResponse

from logging_db import users
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import partner_services, responders

__all__ = ["house"]  # fixtures
NEW = {"name": "Nora Claes", "email": "Nora@example.org", "role": "responder", "language": "nl",
       "responder_id": ""}  # fmt: skip


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def user(house: Console, email: str) -> users.User:
    with read(house.engine) as connection:
        found = users.by_email(connection, email)
    assert found is not None
    return found


def one(house: Console, role: str) -> str:
    return f"/users/{house.cast[role]}"


@pytest.fixture
def ada(house: Console) -> Client:
    return house.client("administrator")


def test_everybody_who_may_log_in_is_listed(ada: Client):
    text = words(ada.get("/users"))
    for name, email in CAST.values():
        assert name in text
        assert email in text


def test_somebody_new_gets_a_link_that_is_shown_once(house: Console, ada: Client):
    answer = ada.send("/users/add", **NEW)
    [path] = re.findall(r"http://localhost(/login/link/[\w-]+)", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    made = user(house, "nora@example.org")
    assert (made.name, made.role, made.language) == ("Nora Claes", "responder", "nl")
    visitor = house.client()
    visitor.get(path)
    assert "Nora Claes" in words(visitor.get("/login/new-password"))


def test_an_address_belongs_to_one_person(ada: Client, house: Console):
    answer = ada.send("/users/add", **NEW | {"email": "BRAM@example.org"})
    assert "Somebody logs in with this address already." in words(answer)
    changed = ada.send(one(house, "responder"), **NEW | {"email": "chloe@example.org"})
    assert changed.status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "no address"), ("role", "king"), ("language", "xx"),
     ("responder_id", "0" * 32)],
)  # fmt: skip
def test_what_is_missing_or_unknown_is_refused(ada: Client, field: str, value: str):
    answer = ada.send("/users/add", **NEW | {field: value})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_somebody_is_tied_to_the_responder_whose_shifts_are_theirs(house: Console, ada: Client):
    service, responder = new_id(), new_id()
    with write(house.engine) as connection:
        connection.execute(insert(partner_services).values(id=service, code="caw", names={}))
        connection.execute(
            insert(responders).values(
                id=responder, service_id=service, name="Nora C.", phone=b"x", languages=["nl"]
            )
        )
    assert "Nora C. (caw)" in words(ada.get("/users/add"))
    ada.send("/users/add", **NEW | {"responder_id": responder})
    assert user(house, "nora@example.org").responder_id == responder


def test_a_change_of_role_holds_from_the_next_page_on(house: Console, ada: Client):
    bram = house.client("responder")
    assert bram.get("/users").status_code == 403
    ada.send(
        one(house, "responder"), **NEW | {"email": "bram@example.org", "role": "administrator"}
    )
    assert bram.get("/users").status_code == 200


def test_whoever_is_switched_off_is_out_and_can_be_switched_on_again(house: Console, ada: Client):
    bram = house.client("responder")
    ada.send(one(house, "responder") + "/disable")
    assert bram.get("/").location == "/login"
    assert not user(house, "bram@example.org").active
    ada.send(one(house, "responder") + "/enable")
    assert user(house, "bram@example.org").active


def test_there_is_always_an_administrator(house: Console, ada: Client):
    ada.send(one(house, "administrator") + "/disable")
    assert user(house, "ada@example.org").active
    answer = ada.send(one(house, "administrator"), **NEW | {"email": "ada@example.org"})
    assert "There must be an administrator." in words(answer)
    house.change("coordinator", role="administrator")
    ada.send(one(house, "coordinator") + "/disable")
    assert not user(house, "chloe@example.org").active


def test_all_log_ins_of_somebody_can_be_ended(house: Console, ada: Client):
    bram = house.client("responder")
    ada.send(one(house, "responder") + "/end")
    assert bram.get("/").location == "/login"


def test_a_lost_second_factor_is_taken_away_and_a_new_one_asked_for(engine: Engine):
    house = Console(engine, replace(SETTINGS, second_factor="coordinators"))
    house.change("administrator", totp_secret="sealed")
    house.change("coordinator", totp_secret="sealed", recovery_codes=["x"])
    chloe, ada = house.client("coordinator"), house.client("administrator")
    assert chloe.get("/account").status_code == 200
    ada.send(one(house, "coordinator") + "/factors")
    assert chloe.get("/").location == "/login"
    stored = house.credentials("coordinator")
    assert (stored.totp_secret, stored.recovery_codes) == (None, ())
    assert house.client("coordinator").get("/").location == "/account/second-factor"


def test_a_link_is_made_only_after_a_question(house: Console, ada: Client):
    path = one(house, "responder") + "/link"
    assert "/login/link/" not in ada.get(path).text
    assert "/login/link/" in ada.send(path).text


def test_nobody_who_does_not_exist_can_be_changed(ada: Client):
    for path in ("", "/link", "/factors"):
        assert ada.get(f"/users/{'0' * 32}{path}").status_code == 404


def test_what_changes_who_can_log_in_asks_the_administrator_for_a_new_proof(
    house: Console, ada: Client
):
    house.clock.forward(20 * 60)
    for path in ("/users/add", one(house, "responder") + "/link"):
        assert ada.get(path).location.startswith("/login/again?next=/users/")
    ada.send(one(house, "responder") + "/disable")
    assert user(house, "bram@example.org").active

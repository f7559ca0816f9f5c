"""Logging in without a screen: passwords, second factors, sessions, limits."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from test_console_kit import CAST, SETTINGS, Client, Console, house
from werkzeug.test import TestResponse

from console import entering, links, log_ins, recovery
from console.accounts import codes
from logging_db import log_in, users
from logging_db.engine import read, write
from logging_db.tables import log_in_failures, sessions

__all__ = ["house"]  # fixtures
PASSWORD = "lantern bicycle sixteen"
OTHER = "granite umbrella violet"


def with_password(house: Console, role: str = "responder", password: str = PASSWORD) -> Client:
    house.give_password(role, password)
    return house.client()


def enter(client: Client, role: str = "responder", password: str = PASSWORD) -> TestResponse:
    return client.send("/login", email=CAST[role][1], password=password)


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


# The password


def test_the_right_password_opens_the_first_page(house: Console):
    client = with_password(house)
    answer = enter(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200


def test_the_address_may_be_typed_in_any_capitals(house: Console):
    client = with_password(house)
    answer = client.send("/login", email=" Bram@Example.ORG ", password=PASSWORD)
    assert answer.location == "/"


@pytest.mark.parametrize(
    ("email", "password"), [(CAST["responder"][1], "wrong"), ("nobody@example.org", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    house: Console, email: str, password: str
):
    client = with_password(house)
    answer = client.send("/login", email=email, password=password)
    assert answer.status_code == 422
    assert "The e-mail address or the password is not right." in words(answer)
    assert client.get("/").status_code == 303


def test_one_comes_back_to_the_page_that_asked_for_the_log_in(house: Console):
    client = with_password(house)
    asked = client.get("/account/log-ins")
    assert asked.location == "/login?next=/account/log-ins"
    answer = client.post(
        asked.location,
        data={"csrf_token": client.token(), "email": CAST["responder"][1], "password": PASSWORD},
    )
    assert answer.location == "/account/log-ins"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_sent_away_after_the_log_in(house: Console, away: str):
    client = with_password(house)
    data = {"csrf_token": client.token(), "email": CAST["responder"][1], "password": PASSWORD}
    answer = client.post("/login", query_string={"next": away}, data=data)
    assert answer.location == "/"


def test_a_user_who_is_switched_off_is_told_so_only_with_the_right_password(house: Console):
    client = with_password(house)
    house.change("responder", active=False)
    assert "switched off" in words(enter(client))
    assert "switched off" not in words(enter(client, password="wrong"))


def test_somebody_who_was_only_invited_cannot_log_in(house: Console):
    assert enter(house.client()).status_code == 422


def test_a_hash_of_lesser_cost_is_made_anew(house: Console):
    house.give_password("responder", PASSWORD)
    before = house.credentials("responder").password_hash
    dearer = house.beside(password_rounds=2)
    assert enter(dearer.client()).location == "/"
    after = house.credentials("responder").password_hash or ""
    assert before != after
    assert "t=2" in after
    assert after.startswith("$argon2id$")


# Guessing


def test_after_ten_failures_the_account_waits_a_quarter_of_an_hour(house: Console):
    client = with_password(house)
    for _ in range(10):
        enter(client, password="wrong")
    answer = enter(client)
    assert "Try again in 15 minutes." in words(answer)
    house.clock.forward(14 * 60)
    assert "Try again in 1 minute." in words(enter(client))
    house.clock.forward(61)
    assert enter(client).location == "/"


def test_an_unknown_account_waits_as_well_and_is_not_told_from_a_known_one(house: Console):
    client = house.client()
    for _ in range(10):
        client.send("/login", email="nobody@example.org", password="wrong")
    answer = client.send("/login", email="nobody@example.org", password="wrong")
    assert "Try again in 15 minutes." in words(answer)


def test_a_stranger_who_guesses_does_not_shut_the_owner_out_of_a_known_browser(house: Console):
    owner = with_password(house)
    enter(owner)
    owner.send("/logout")
    stranger = house.client()
    for _ in range(10):
        enter(stranger, password="wrong")
    assert "Try again" in words(enter(stranger))
    assert enter(owner).location == "/"


def test_an_address_that_fails_everywhere_waits(house: Console):
    client = with_password(house)
    for number in range(100):
        client.send("/login", email=f"n{number}@example.org", password="wrong")
    assert "Try again" in words(enter(client))


def test_success_begins_the_count_anew(house: Console):
    client = with_password(house)
    for _ in range(2):
        for _ in range(9):
            enter(client, password="wrong")
        assert enter(client).location == "/"
        client.send("/logout")


def test_the_table_of_failures_names_nobody_and_forgets_within_days(house: Console):
    client = with_password(house)
    enter(client, password="wrong")
    house.clock.forward(2 * 24 * 3600)
    client.send("/login", email="other@example.org", password="wrong")
    with read(house.engine) as connection:
        rows = connection.execute(select(log_in_failures)).all()
    assert len(rows) == 2  # the newer account, and the address
    assert all(re.fullmatch("[0-9a-f]{64}", row.key) for row in rows)


# The log-in at the server


def test_after_the_log_out_a_stolen_cookie_opens_nothing(house: Console):
    client = with_password(house)
    enter(client)
    stolen = client.get_cookie("permanence_console").value
    client.send("/logout")
    thief = house.client()
    thief.set_cookie("permanence_console", stolen)
    assert thief.get("/").location == "/login"


def test_a_new_log_in_gets_a_new_cookie_and_drops_what_was_before(house: Console):
    client = with_password(house)
    client.get("/login")
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    enter(client)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert log_ins.TOKEN in after


def test_a_forged_cookie_opens_nothing(house: Console):
    client = house.client()
    with client.session_transaction() as kept:
        kept[log_ins.TOKEN] = "guessed"
        kept["_user_id"] = house.cast["administrator"]
    assert client.get("/").location == "/login"


def test_a_user_who_is_switched_off_is_out_at_once(house: Console):
    client = house.client("responder")
    assert client.get("/account").status_code == 200
    house.change("responder", active=False)
    assert client.get("/").location == "/login"


def test_a_log_in_that_is_not_used_for_an_hour_is_over(house: Console):
    client = house.client("responder")
    for _ in range(3):
        house.clock.forward(59 * 60)
        assert client.get("/account").status_code == 200
    house.clock.forward(60 * 60)
    answer = client.get("/", follow_redirects=True)
    assert "You were away for a while" in words(answer)
    with read(house.engine) as connection:
        assert connection.execute(select(func.count()).select_from(sessions)).scalar() == 0


def test_a_log_in_is_over_after_twelve_hours_however_much_it_is_used(house: Console):
    client = house.client("responder")
    for _ in range(23):
        house.clock.forward(30 * 60)
        assert client.get("/account").status_code == 200
    house.clock.forward(30 * 60)
    assert "Your day’s log-in is over" in words(client.get("/", follow_redirects=True))


def test_one_can_see_where_one_is_logged_in_and_end_the_others(house: Console):
    here, there = house.client("responder"), house.client("responder")
    page = here.get("/account/log-ins")
    assert page.text.count('scope="row"') == 2
    here.send("/account/log-ins/end-others")
    assert there.get("/").location == "/login"
    assert here.get("/account").status_code == 200


def test_one_ends_only_log_ins_of_ones_own(house: Console):
    mine, theirs = house.client("responder"), house.client("coordinator")
    with read(house.engine) as connection:
        other = users.sessions_of(connection, house.cast["coordinator"])[0]
    mine.send(f"/account/log-ins/{other.id}/end")
    assert theirs.get("/account").status_code == 200


# The second factor


def with_app(house: Console, role: str = "coordinator") -> str:
    """Give somebody an authenticator, and return its secret."""
    house.give_password(role, PASSWORD)
    with house.app.test_request_context():
        secret = codes().generate_totp_secret()
    house.change(role, totp_secret=secret)
    return secret


def code_of(house: Console, secret: str) -> str:
    with house.app.test_request_context():
        return codes().code(secret, house.clock.at)


def test_with_an_app_the_password_alone_opens_nothing(house: Console):
    secret = with_app(house)
    client = house.client()
    assert enter(client, "coordinator").location == "/login/second"
    assert client.get("/").location == "/login"
    answer = client.send("/login/second", code=code_of(house, secret))
    assert answer.location == "/"
    assert client.get("/account").status_code == 200


def test_a_code_works_once(house: Console):
    secret = with_app(house)
    code = code_of(house, secret)
    first, second = house.client(), house.client()
    for client in (first, second):
        enter(client, "coordinator")
    assert first.send("/login/second", code=code).location == "/"
    assert "not right, or has been used already" in words(second.send("/login/second", code=code))


@pytest.mark.parametrize("seconds", [-90, 90])
def test_an_old_code_and_one_of_the_future_are_refused(house: Console, seconds: int):
    secret = with_app(house)
    client = house.client()
    enter(client, "coordinator")
    code = code_of(house, secret)
    house.clock.forward(seconds)
    assert client.send("/login/second", code=code).status_code == 422


def test_codes_cannot_be_guessed_for_long(house: Console):
    secret = with_app(house)
    client = house.client()
    enter(client, "coordinator")
    for number in range(10):
        client.send("/login/second", code=f"{number:06}")
    assert "Try again in" in words(client.send("/login/second", code=code_of(house, secret)))


def test_the_second_step_must_follow_within_ten_minutes(house: Console):
    secret = with_app(house)
    client = house.client()
    enter(client, "coordinator")
    house.clock.forward(600)
    answer = client.send("/login/second", code=code_of(house, secret))
    assert answer.location == "/login"


def test_a_recovery_code_works_once_in_place_of_the_app(house: Console):
    with_app(house)
    made = recovery.new()
    house.change("coordinator", recovery_codes=[recovery.digest(code) for code in made])
    client = house.client()
    enter(client, "coordinator")
    assert client.send("/login/recovery", recovery=made[0].upper()).location == "/"
    assert "7 recovery codes left" in words(client.get("/account"))
    client.send("/logout")
    enter(client, "coordinator")
    assert client.send("/login/recovery", recovery=made[0]).status_code == 422


def test_a_recovery_code_is_long_enough_to_be_kept_as_a_plain_digest(house: Console):
    made = recovery.new()
    assert len(set(made)) == recovery.COUNT
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in made)


def test_whoever_must_have_a_second_factor_can_do_nothing_before(engine: Engine):
    house = Console(engine, replace(SETTINGS, second_factor="coordinators"))
    client = house.client("coordinator")
    for path in ("/", "/account", "/account/log-ins", "/account/email"):
        assert client.get(path).location == "/account/second-factor", path
    assert client.get("/account/second-factor").status_code == 200
    assert house.client("responder").get("/account").status_code == 200


def test_setting_up_the_app_gives_recovery_codes_and_ends_other_log_ins(engine: Engine):
    house = Console(engine, replace(SETTINGS, second_factor="coordinators"))
    client, other = house.client("coordinator"), house.client("coordinator")
    client.get("/account/second-factor/app")
    with client.session_transaction() as kept:
        secret = kept["app_to_set_up"]
    wrong = client.send("/account/second-factor/app", code="000000")
    assert wrong.status_code == 422
    done = client.send("/account/second-factor/app", code=code_of(house, secret))
    assert len(re.findall(r"<li><code>[a-z2-7-]{29}</code>", done.text)) == recovery.COUNT
    assert client.get("/account").status_code == 200
    assert other.get("/").location == "/login"
    stored = house.credentials("coordinator")
    assert stored.totp_secret
    assert stored.totp_secret == secret
    assert not set(re.findall(r"[a-z2-7-]{29}", done.text)) & set(stored.recovery_codes)


def test_the_last_factor_that_is_needed_cannot_be_removed(engine: Engine):
    house = Console(engine, replace(SETTINGS, second_factor="coordinators"))
    with_app(house)
    client = house.client("coordinator")
    client.send("/account/second-factor/app/remove")
    assert house.credentials("coordinator").totp_secret
    assert "last second factor" in words(client.get("/account/second-factor"))


def test_a_responder_may_remove_the_app_again(house: Console):
    with_app(house, "responder")
    client = house.client("responder")
    client.send("/account/second-factor/app/remove")
    assert house.credentials("responder").totp_secret is None


def test_two_requests_with_the_same_code_cannot_both_succeed(house: Console):
    with_app(house)
    with write(house.engine) as connection:
        assert log_in.use_totp(connection, house.cast["coordinator"], 7)
        assert not log_in.use_totp(connection, house.cast["coordinator"], 7)
        assert not log_in.use_totp(connection, house.cast["coordinator"], 6)


# A new proof


def test_what_changes_who_can_log_in_asks_for_a_new_proof_after_a_while(house: Console):
    house.give_password("responder", PASSWORD)
    client = house.client("responder")
    assert client.get("/account/email").status_code == 200
    house.clock.forward(15 * 60)
    answer = client.get("/account/email")
    assert answer.location == "/login/again?next=/account/email"
    old = client.get_cookie("permanence_console").value
    data = {"csrf_token": client.token(), "password": PASSWORD}
    assert client.post(answer.location, data=data).location == "/account/email"
    assert client.get("/account/email").status_code == 200
    thief = house.client()
    thief.set_cookie("permanence_console", old)
    assert thief.get("/").location == "/login"


def test_a_new_proof_asks_for_the_code_as_well(house: Console):
    secret = with_app(house)
    client = house.client("coordinator")
    assert client.send("/login/again", password=PASSWORD).status_code == 422
    right = client.send("/login/again", password=PASSWORD, code=code_of(house, secret))
    assert right.location == "/account"


def test_a_wrong_proof_is_counted(house: Console):
    client = with_password(house)
    enter(client)
    for _ in range(10):
        client.send("/login/again", password="wrong")
    assert "Try again in" in words(client.send("/login/again", password=PASSWORD))


# The password, changed


def test_changing_the_password_ends_every_other_log_in(house: Console):
    client = with_password(house)
    enter(client)
    other = house.client("responder")
    answer = client.send("/account/password", password=PASSWORD, new=OTHER)
    assert answer.location == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/").location == "/login"
    assert enter(house.client()).status_code == 422
    assert enter(house.client(), password=OTHER).location == "/"


def test_the_present_password_is_needed_to_change_it(house: Console):
    client = with_password(house)
    enter(client)
    answer = client.send("/account/password", password="wrong", new=OTHER)
    assert "This is not your present password." in words(answer)


@pytest.mark.parametrize(
    "weak",
    ["short", "password1234", "azertyuiop123", "aaaaaaaaaaaaaaaa", "permanence2026", "BramPeeters1",
     "bram@example.org", "Bruxelles-1000", "qwertyqwerty"],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_refused(house: Console, weak: str):
    client = with_password(house)
    enter(client)
    answer = client.send("/account/password", password=PASSWORD, new=weak)
    assert answer.status_code == 422
    assert re.search("easy to guess|at least 12", words(answer))


@pytest.mark.parametrize(
    "good",
    [
        OTHER,
        "".join(f"{n * n * 7919:x}" for n in range(40)),
        "вода трава клинопись",
        " six words with spaces inside ",
    ],
)
def test_any_long_password_may_be_chosen_and_is_kept_as_typed(house: Console, good: str):
    client = with_password(house)
    enter(client)
    assert client.send("/account/password", password=PASSWORD, new=good).location == "/account"
    assert enter(house.client(), password=good).location == "/"
    assert enter(house.client(), password=good.strip() + "!").status_code == 422


# Links


def link_for(house: Console, role: str, purpose: str = "reset") -> str:
    with write(house.engine) as connection:
        return links.make(connection, house.cast[role], purpose, house.clock.at)[0]


def test_a_link_lets_somebody_choose_a_password_once(house: Console):
    path = link_for(house, "responder", "invitation")
    client = house.client()
    assert client.get(path).location == "/login/new-password"
    assert "Bram Peeters" in words(client.get("/login/new-password"))
    assert client.send("/login/new-password", new=OTHER).location == "/login"
    assert client.get("/").status_code == 303  # a link logs nobody in
    assert enter(client, password=OTHER).location == "/"
    again = house.client()
    again.get(path)
    assert again.get("/login/new-password").location == "/login"


def test_a_link_does_not_go_round_the_second_factor(house: Console):
    with_app(house)
    client = house.client()
    client.get(link_for(house, "coordinator"))
    client.send("/login/new-password", new=OTHER)
    assert enter(client, "coordinator", OTHER).location == "/login/second"


def test_a_link_is_over_after_a_day_and_an_invitation_after_a_week(house: Console):
    for purpose, good in (("reset", timedelta(hours=24)), ("invitation", timedelta(days=7))):
        client = house.client()
        client.get(link_for(house, "responder", purpose))
        house.clock.forward(good.total_seconds() - 1)
        assert client.get("/login/new-password").status_code == 200
        house.clock.forward(1)
        assert client.get("/login/new-password").location == "/login"


def test_a_new_link_ends_the_one_before(house: Console):
    old, new = link_for(house, "responder"), link_for(house, "responder")
    for path, status in ((old, 303), (new, 200)):
        client = house.client()
        client.get(path)
        assert client.get("/login/new-password").status_code == status


def test_a_reset_ends_every_log_in(house: Console):
    logged_in = house.client("responder")
    client = house.client()
    client.get(link_for(house, "responder"))
    client.send("/login/new-password", new=OTHER)
    assert logged_in.get("/").location == "/login"


def test_half_way_in_is_nobody(house: Console):
    with house.app.test_request_context():
        assert entering.half_way() is None

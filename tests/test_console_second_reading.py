"""What a second reader found: proofs, hours of two people at once, lengths, far days, links."""

import re
from datetime import time

import pytest
from sqlalchemy import func, select
from test_console_closing import hours_sent
from test_console_kit import Client, Console, house
from test_console_log_in import OTHER, PASSWORD, link_for, with_app, words
from test_console_own_kit import Line, line
from test_console_week_kit import LINE, NIGHT_LINE, Roster, anne, roster

from logging_db.engine import read
from logging_db.tables import sessions
from planning import hours
from planning.hours import Opening

__all__ = ["anne", "house", "line", "roster"]  # fixtures
FAR_DAYS = ("9999-12-31", "0001-01-01")
ODD_NUMBERS = ("²", "9" * 10, "9" * 23, "٣" * 23, "9" * 5000)


# The password is no second factor


def used_for_two_hours(house: Console, client: Client) -> None:
    for _ in range(3):
        house.clock.forward(40 * 60)
        assert client.get("/account").status_code == 200


def test_changing_the_password_is_no_proof_where_there_is_a_second_factor(house: Console):
    with_app(house, "responder")
    client, other = house.client("responder"), house.client("responder")
    used_for_two_hours(house, client)
    before = client.get_cookie("permanence_console").value
    answer = client.send("/account/password", password=PASSWORD, new=OTHER)
    assert answer.location == "/account"
    assert "/login/again" in client.get("/account/email").location
    client.send("/account/second-factor/app/remove")
    assert house.credentials("responder").totp_secret
    thief = house.client()
    thief.set_cookie("permanence_console", before)
    assert thief.get("/").location == "/login"  # the token is another one all the same
    assert other.get("/").location == "/login"
    assert client.get("/account").status_code == 200


def test_changing_the_password_is_proof_enough_where_there_is_nothing_else(house: Console):
    house.give_password("responder", PASSWORD)
    client = house.client("responder")
    used_for_two_hours(house, client)
    client.send("/account/password", password=PASSWORD, new=OTHER)
    assert client.get("/account/email").status_code == 200


# Links


def log_ins_of(house: Console, role: str) -> int:
    own = sessions.c.user_id == house.cast[role]
    with read(house.engine) as connection:
        return connection.execute(
            select(func.count()).select_from(sessions).where(own)
        ).scalar_one()


def test_a_link_that_is_none_logs_nobody_out(house: Console):
    client = house.client("responder")
    answer = client.get("/login/link/nonsense")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "This link is over" in words(client.get("/account"))


def test_a_link_that_is_good_ends_the_log_in_at_the_server_too(house: Console):
    client = house.client("coordinator")
    stolen = client.get_cookie("permanence_console").value
    assert client.get(link_for(house, "responder")).location == "/login/new-password"
    assert "Bram Peeters" in words(client.get("/login/new-password"))
    assert log_ins_of(house, "coordinator") == 0
    thief = house.client()
    thief.set_cookie("permanence_console", stolen)
    assert thief.get("/").location == "/login"


# Two people set the hours of a line


def test_hours_that_somebody_else_has_set_meanwhile_are_not_overwritten_unseen(line: Line):
    anne, ada = line.console.client("coordinator"), line.console.client("administrator")
    path = f"/closing/{line[LINE]}/hours"
    late = hours_sent(ada, path, "", "", "10:00-11:00", since="2026-12-07")  # opened before
    first = hours_sent(anne, path, "08:00-12:00", since="2026-12-07")
    assert anne.send(path, **first).status_code == 303
    answer = ada.send(path, **late)
    assert answer.status_code == 409
    said = words(answer)
    assert "Somebody else has set other hours for this line" in said
    assert "From Monday 7 December 2026 Monday 08:00–12:00" in said  # what is there now
    assert 'value="10:00"' in answer.text  # what was typed
    assert held(line) == (Opening(0, time(8), time(12)),)
    again = late | {"seen": seen_on(answer.text)}
    assert ada.send(path, **again).status_code == 303
    assert held(line) == (Opening(2, time(10), time(11)),)


def test_one_more_row_does_not_hide_that_the_hours_are_others_now(line: Line):
    anne, ada = line.console.client("coordinator"), line.console.client("administrator")
    path = f"/closing/{line[LINE]}/hours"
    late = hours_sent(ada, path, "", "", "10:00-11:00", since="2026-12-07")
    anne.send(path, **hours_sent(anne, path, "08:00-12:00", since="2026-12-07"))
    row = ada.send(path, **late, act="row:2")
    assert ada.send(path, **late | {"seen": seen_on(row.text)}).status_code == 409


def test_hours_without_a_word_on_what_was_seen_are_not_stored(line: Line):
    anne = line.console.client("coordinator")
    path = f"/closing/{line[LINE]}/hours"
    sent = hours_sent(anne, path, "08:00-12:00", since="2026-12-07")
    del sent["seen"]
    assert anne.send(path, **sent).status_code == 409


def seen_on(page: str) -> str:
    found = re.search(r'name="seen"[^>]* value="([^"]+)"', page)
    assert found is not None
    return found[1]


def held(line: Line) -> tuple[Opening, ...]:
    with read(line.engine) as connection:
        return hours.periods(connection, line[LINE])[-1].openings


# How long a shift is


def moved(roster: Roster, anne: Client, **values: str) -> tuple[int, str]:
    key = roster.key()
    version = str(roster.version(key))
    answer = anne.send(f"/shift/{key}/move", version=version, **values)
    return answer.status_code, words(answer)


def times(anne: Client, key: str) -> tuple[str, ...]:
    page = anne.get(f"/shift/{key}").text
    return tuple(
        found
        for name in ("starts", "ends")
        for found in re.findall(rf'name="{name}"[^>]* value="([^"]+)"', page)
    )


def test_a_shift_is_lengthened_and_shortened_by_minutes(roster: Roster, anne: Client):
    assert moved(roster, anne, longer="30")[0] == 303
    assert times(anne, roster.key()) == ("09:00", "13:30")
    assert moved(roster, anne, longer="-90")[0] == 303
    assert times(anne, roster.key()) == ("09:00", "12:00")


def whole_day(roster: Roster, anne: Client) -> str:
    """The key of a new shift from midnight to midnight, on the line that never closes."""
    form = roster.form(starts="00:00", ends="00:00", next_day="y", service="caw")
    answer = anne.send("/shift/new", **form | {"line": roster.id(NIGHT_LINE)})
    assert answer.status_code == 303, words(answer)
    return answer.location.rpartition("#s-")[2]


def test_a_shift_of_a_whole_day_does_not_become_half_an_hour(roster: Roster, anne: Client):
    key = whole_day(roster, anne)
    answer = anne.send(f"/shift/{key}/move", version="1", longer="30")
    assert answer.status_code == 422
    assert "A shift lasts 24 hours at most." in words(answer)
    assert anne.send(f"/shift/{key}/move", version="1", longer="-30").status_code == 303
    assert times(anne, key) == ("00:00", "23:30")
    assert anne.send(f"/shift/{key}/move", version="2", longer="30").status_code == 303
    assert times(anne, key) == ("00:00", "00:00")  # 24 hours
    assert anne.send(f"/shift/{key}/move", version="3", day="2026-12-02").status_code == 303


@pytest.mark.parametrize("values", [{"longer": "-240"}, {"longer": "-600"}, {"ends": "09:00"}])
def test_a_shift_without_length_is_refused_with_words(
    roster: Roster, anne: Client, values: dict[str, str]
):
    status, said = moved(roster, anne, **values)
    assert status == 422
    assert "would be over before it has begun" in said
    assert times(anne, roster.key()) == ("09:00", "13:00")


def test_a_script_reads_why_a_length_is_refused(roster: Roster, anne: Client):
    key = roster.key()
    data = {"csrf_token": anne.token(), "version": "1", "longer": "-240"}
    asked = {"Accept": "application/json"}
    answer = anne.post(f"/shift/{key}/move", data=data, headers=asked)
    assert answer.status_code == 422
    assert "would be over before it has begun" in answer.json["errors"][0]
    for odd in ("half", "²", "9" * 23):
        assert moved(roster, anne, longer=odd)[0] == 400


@pytest.mark.parametrize(
    ("ends", "act", "stays"), [("09:30", "sooner", "09:30"), ("09:00", "longer", "09:00")]
)
def test_the_buttons_of_the_form_do_not_wrap_round_the_day(
    roster: Roster, anne: Client, ends: str, act: str, stays: str
):
    form = roster.form(starts="09:00", ends=ends, act=act)
    if ends == "09:00":
        form["next_day"] = "y"
    page = anne.send("/shift/new", **form)
    assert f'value="{stays}"' in page.text
    assert re.search("over before it has begun|24 hours at most", words(page))
    assert "next_day" in form or not re.search(r'name="next_day"[^>]* checked', page.text)


# Days and numbers that nobody means


@pytest.mark.parametrize("day", FAR_DAYS)
def test_an_absence_on_a_day_that_nobody_means_is_refused_with_words(line: Line, day: str):
    anne = line.console.client("coordinator")
    path = f"/absences/person/{line['Alice']}"
    for sent in ({"first": day}, {"first": "2026-11-30", "last": day}):
        answer = anne.send(path, **sent)
        assert answer.status_code == 422
        assert "too far away" in words(answer)
    noted = anne.send(path, first="2026-11-30", last="2026-12-04")
    answer = anne.send(f"{noted.location}/end", last=day)
    assert answer.status_code == 422
    assert "too far away" in words(answer)


@pytest.mark.parametrize("day", FAR_DAYS)
def test_a_shift_on_a_day_that_nobody_means_is_refused_with_words(
    roster: Roster, anne: Client, day: str
):
    assert anne.get(f"/shift/new?day={day}").status_code == 200
    answer = anne.send("/shift/new", **roster.form(day=day, ends="08:00", next_day="y"))
    assert answer.status_code == 422
    assert "too far away" in words(answer)
    assert anne.get("/shift/candidates", query_string={"day": day}).status_code == 200
    asked = roster.form(day=day) | {"people": ""}
    assert anne.get("/shift/candidates", query_string=asked).status_code == 200
    weekly = roster.key().partition(".")[0]
    assert anne.get(f"/shift/{weekly}.{day.replace('-', '')}").status_code == 404
    status, said = moved(roster, anne, day=day)
    assert status == 422
    assert "too far away" in said
    assert anne.get(f"/week?day={day}").status_code == 404


@pytest.mark.parametrize("day", FAR_DAYS)
def test_the_hours_of_a_day_that_nobody_means_do_not_break_the_form(line: Line, day: str):
    anne = line.console.client("coordinator")
    home = f"/closing/{line[LINE]}"
    assert anne.get(f"{home}/hours?since={day}").status_code == 200
    sent = hours_sent(anne, f"{home}/hours", "08:00-12:00", since=day)
    assert anne.send(f"{home}/hours", **sent).status_code == 422
    reason = {"name_fr": "Grève", "name_nl": "Staking"}
    for days in ({"first": day}, {"first": "2026-12-07", "last": day}):
        assert anne.send(f"{home}/days/add", **days, **reason).status_code == 422


def test_a_time_with_a_zone_is_read_as_the_time_on_the_wall(roster: Roster, anne: Client):
    assert moved(roster, anne, ends="12:00+01:00")[0] == 303
    assert times(anne, roster.key()) == ("09:00", "12:00")
    times_of_the_address = {"starts": "09:00+01:00", "ends": "12:00"}
    assert anne.get("/shift/new", query_string=times_of_the_address).status_code == 200


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_number_that_is_none_finds_nothing_and_breaks_nothing(
    roster: Roster, anne: Client, number: str
):
    assert anne.get("/changes", query_string={"before": number}).status_code == 200
    assert anne.get(f"/changes/{number}").status_code == 404
    assert anne.get(f"/changes/{number}/undo").status_code == 404
    assert anne.send(f"/changes/{number}/undo").status_code in (404, 405)
    week = f"{roster.week()}/version"
    assert anne.get(week, query_string={"since": number}).json["who"] == []
    assert anne.get(roster.week(), query_string={"page": number}).status_code == 200
    key = roster.key()
    assert anne.send(f"/shift/{key}/move", version=number, ends="12:00").status_code == 409
    sent = roster.form(people=["Dirk"], version=number)
    assert anne.send(f"/shift/{key}", **sent).status_code == 409

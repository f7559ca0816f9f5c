"""A responder's own pages, without a screen."""

import re
from datetime import UTC, datetime

from sqlalchemy import update
from test_console_kit import Client
from test_console_own_kit import MONDAY, Line, line

from logging_db import number_checks
from logging_db.engine import write
from logging_db.federation import import_federation
from logging_db.tables import (
    absence_reports,
    responders,
    roster_changes,
    substitution_proposals,
)
from logging_db.tables import number_checks as checks
from permanence.demo import FEDERATION
from planning import people
from planning.ledger import Author, changing
from planning.people import Profile

__all__ = ["line"]  # fixtures


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def ask(line: Line, who: str = "dirk", **values: str) -> str:
    """Have Alice ask somebody to stand in on Monday; return the proposal."""
    person = line[{"dirk": "Dirk", "coordinator": "Chloé"}[who]]
    client = line.console.client("alice")
    answer = client.send(f"/mine/shift/{line.shift(hour=9)}/ask", who=person, **values)
    assert answer.status_code == 303
    return line.rows_of(substitution_proposals)[-1].id


def test_the_next_shift_stands_on_top_with_how_soon_it_is(line: Line):
    line.console.clock.at = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)
    said = words(line.console.client("alice").get("/mine"))
    assert "Next shift Monday 23 November 09:00–13:00 in 5 minutes" in said
    assert "You are on duty" not in said
    line.console.clock.forward(600)
    said = words(line.console.client("alice").get("/mine"))
    assert "You are on duty Monday 23 November 09:00–13:00 now, until 13:00" in said


def test_how_soon_is_said_as_people_say_it(line: Line):
    for hour, soon in ((10, "today, in 2 h 00"), (12, "now, until 17:00"), (17, "tomorrow")):
        line.console.clock.at = datetime(2026, 11, 23, hour, tzinfo=UTC)
        assert soon in words(line.console.client("responder").get("/mine"))


def test_who_answers_nothing_is_told_so(line: Line):
    assert "not connected" in words(line.console.client("administrator").get("/mine"))
    assert "no shift in the next six weeks" in words(line.console.client("dirk").get("/mine"))
    assert 'href="/mine"' not in line.console.client("administrator").get("/account").text


def test_i_cant_asks_first_then_tells_the_coordinators_and_can_be_taken_back(line: Line):
    client, path = line.console.client("alice"), f"/mine/shift/{line.shift(hour=9)}/cannot"
    assert "Monday 30 November" in words(client.get(path))
    assert line.rows_of(absence_reports) == []
    client.send(path)
    assert line.told() == ["cannot Ada", "cannot Chloé"]
    assert "You said: I can’t." in words(client.get("/mine"))
    (report,) = line.rows_of(absence_reports)
    bram = line.console.client("responder")
    bram.send(f"/mine/report/{report.id}/back")  # not his
    assert line.rows_of(absence_reports)[0].settled_at is None
    client.send(f"/mine/report/{report.id}/back")
    assert line.rows_of(absence_reports)[0].settled_at is not None
    assert "You said" not in words(client.get("/mine"))


def test_nobody_says_it_of_a_shift_of_somebody_else(line: Line):
    client, path = line.console.client("responder"), f"/mine/shift/{line.shift(hour=9)}/cannot"
    assert client.send(path).location == "/mine"
    assert "no longer on the list" in words(client.get("/mine"))
    assert line.rows_of(absence_reports) == []


def test_an_address_of_no_shift_leads_back_with_words(line: Line):
    client = line.console.client("alice")
    weekly = line.shift(hour=9).partition(".")[0]
    for key in ("0" * 32, "nonsense", "0" * 32 + ".20261301", f"{weekly}.99991231"):
        for act in ("cannot", "ask"):
            assert client.get(f"/mine/shift/{key}/{act}").location == "/mine"


def test_those_who_are_free_are_offered_and_the_one_asked_is_told(line: Line):
    client = line.console.client("alice")
    said = words(client.get(f"/mine/shift/{line.shift(hour=9)}/ask"))
    assert said.index("same languages") < said.index("Dirk Maes") < said.index("other languages")
    ask(line)
    assert line.told() == ["proposed Dirk"]
    assert "asked already" in words(client.get(f"/mine/shift/{line.shift(hour=9)}/ask"))
    assert "Alice Martin asks you to stand in" in words(line.console.client("dirk").get("/mine"))


def test_a_part_is_asked_for_and_a_wrong_one_says_why(line: Line):
    client, path = line.console.client("alice"), f"/mine/shift/{line.shift(hour=9)}/ask"
    answer = client.send(path, who=line["Dirk"], starts="08:00", ends="12:00")
    assert answer.status_code == 422
    assert "must lie within the shift, 09:00–13:00" in words(answer)
    assert client.send(path, starts="10:00", ends="12:00").status_code == 422  # nobody chosen
    ask(line, starts="10:00", ends="12:00")
    assert "10:00–12:00" in words(line.console.client("dirk").get("/mine"))


def test_accepting_changes_who_is_on_duty_and_everybody_is_told(line: Line):
    proposal = ask(line)
    other = ask(line, "coordinator")
    dirk = line.console.client("dirk")
    assert "Stand in for Alice Martin?" in words(dirk.get(f"/mine/proposal/{proposal}/accept"))
    assert line.on(MONDAY, 10) == ["Alice"]
    assert dirk.send(f"/mine/proposal/{proposal}/accept").location == "/mine"
    assert line.on(MONDAY, 10) == ["Dirk"]
    assert "instead of Alice Martin" in words(dirk.get("/mine"))
    # Whoever was asked and never got the mail hears nothing at all.
    assert line.told() == ["accepted Ada", "accepted Alice", "accepted Chloé", "proposed Dirk"]
    chloe = line.console.client("coordinator")
    chloe.send(f"/mine/proposal/{other}/accept")
    assert "nobody is needed any more" in words(chloe.get("/mine"))
    change = line.changes()[-1]
    assert (change.kind, change.line_id) == ("proposal_accepted", line["+3280035243"])


def test_declining_and_withdrawing(line: Line):
    dirk, alice = line.console.client("dirk"), line.console.client("alice")
    proposal = ask(line)
    dirk.send(f"/mine/proposal/{proposal}/decline")
    assert "declined Alice" in line.told()
    assert "cannot" in words(alice.get("/mine"))
    proposal = ask(line)
    assert "no answer yet" in words(alice.get("/mine"))
    alice.send(f"/mine/proposal/{proposal}/withdraw")
    assert "asks you" not in words(dirk.get("/mine"))
    assert [row.state for row in line.rows_of(substitution_proposals)] == ["declined", "withdrawn"]


def test_a_page_of_the_same_form_twice_is_accepted_once(line: Line):
    proposal, dirk = ask(line), line.console.client("dirk")
    for _ in range(2):
        dirk.send(f"/mine/proposal/{proposal}/accept")
    assert "accepted already" in words(dirk.get("/mine"))
    assert sum(row.kind == "proposal_accepted" for row in line.rows_of(roster_changes)) == 1


def seen(client: Client) -> str:
    """What the form of one's languages sends along, to be known again by."""
    found = re.search(r'name="seen"[^>]*value="([^"]+)"', client.get("/mine/settings").text)
    assert found is not None
    return found[1]


def test_languages_that_a_coordinator_has_changed_meanwhile_are_shown_first(line: Line):
    client, older = line.console.client("alice"), {"languages-0": "nl"}
    older["seen"] = seen(client)
    with write(line.engine) as connection:
        service = people.row_of(connection, line["Alice"]).service_id
        alice = Profile("Alice Martin", service, ("fr", "nl", "ar"))
        with changing(connection, line.console.clock.at, Author("Anne"), "person_changed") as it:
            people.change(it, line["Alice"], alice)
    answer = client.send("/mine/settings/languages", **older)
    assert answer.status_code == 409
    assert "Somebody else has changed what is known of Alice Martin" in words(answer)
    assert line.roster().responders[line["Alice"]].languages == ("fr", "nl", "ar")
    assert re.findall(r'<option selected value="(\w+)"', answer.text) == ["fr", "nl", "ar"]
    assert (
        client.send("/mine/settings/languages", **{**older, "seen": seen(client)}).status_code
        == 303
    )


def test_languages_are_stored_in_their_order(line: Line):
    client = line.console.client("alice")
    chosen = {"languages-0": "nl", "languages-1": "", "languages-2": "ar", "languages-3": "nl"}
    client.send("/mine/settings/languages", **chosen, seen=seen(client))
    assert line.roster().responders[line["Alice"]].languages == ("nl", "ar")
    nothing = {**dict.fromkeys(chosen, ""), "seen": seen(client)}
    answer = client.send("/mine/settings/languages", **nothing)
    assert answer.status_code == 422
    assert "at least one language" in words(answer)
    assert answer.text.count(" checked") == 2  # the reminders beside it are as they were


def test_reminders_are_stored_and_texts_are_offered_only_where_they_are_sent(line: Line):
    client = line.console.client("alice")
    assert "By text message" not in words(client.get("/mine/settings"))
    client.send("/mine/settings/reminders", remind_hour="y", remind_by="sms")
    (alice,) = (row for row in line.rows_of(responders) if row.id == line["Alice"])
    assert (alice.remind_day, alice.remind_hour, alice.remind_by) == (False, True, "email")
    client = line.console.beside(sms=True).client("alice")
    client.send("/mine/settings/reminders", remind_day="y", remind_by="sms")
    (alice,) = (row for row in line.rows_of(responders) if row.id == line["Alice"])
    assert (alice.remind_day, alice.remind_hour, alice.remind_by) == (True, False, "sms")


# The number, proved by a call


def code_of(page: str) -> str:
    found = re.search(r'class="own-code"><span aria-hidden="true">(\d{3}) (\d{3})<', page)
    return found[1] + found[2] if found else ""


def test_a_number_is_proved_by_a_call(line: Line):
    client = line.console.client("alice")
    answer = client.send("/mine/number", number="0470 99 99 99")
    assert answer.location == "/mine/number/check"
    (check,) = line.rows_of(checks)
    assert line.console.bell.rung == [("verify", check.id)]
    code = code_of(client.get("/mine/number/check").text)
    assert len(code) == 6
    assert code_of(line.console.client("alice").get("/mine/number/check").text) == ""
    cipher, at = line.console.cipher, line.console.clock.at
    with write(line.engine) as connection:
        assert number_checks.try_code(connection, cipher, check.id, "nothing", at) == "ringing"
    said = words(client.get("/mine/number/check"))
    assert "That was not the code. You can try 2 times more." in said
    with write(line.engine) as connection:
        number_checks.try_code(connection, cipher, check.id, code, at)
    page = client.get("/mine/number/check")
    assert "Your number is verified." in words(page)
    assert code not in page.text
    assert "0470 99 99 99" in words(client.send("/mine/number/show"))


def test_the_number_on_record_is_rung_without_typing_it(line: Line):
    client = line.console.client("alice")
    assert client.send("/mine/number", present="yes").status_code == 303
    assert len(line.rows_of(checks)) == 1


WRONG = {
    "": "Enter your number.",
    "0903 12 345": "pays extra",
    "+33 6 12 34 56 78": "foreign number",
    "0800 35 243": "number of the line itself",
    "12": "too short",
    "0470 00 00 02": "Somebody else answers",
}


def test_a_wrong_number_says_what_it_is(line: Line):
    client = line.console.client("alice")
    for typed, said in WRONG.items():
        answer = client.send("/mine/number", number=typed)
        assert answer.status_code == 422
        assert said in words(answer), typed


def test_a_check_that_is_over_says_so_and_asking_too_often_is_refused(line: Line):
    client = line.console.client("alice")
    for _ in range(5):
        client.send("/mine/number", present="yes")
    line.console.clock.forward(601)
    assert "The time is over." in words(client.get("/mine/number/check"))
    assert "Try again tomorrow" in words(client.send("/mine/number", present="yes"))


def test_a_number_is_never_in_a_page_that_did_not_ask_for_it(line: Line):
    client = line.console.client("alice")
    paths = ("/mine", "/mine/settings", "/mine/number", f"/mine/shift/{line.shift(hour=9)}/ask")
    for path in paths:
        page = client.get(path).text
        assert not re.search(r"(0|\+32)\s?470[\s\d]{6,}", page), path


def test_changing_a_number_asks_who_it_is_after_a_while(line: Line):
    client = line.console.client("alice")
    line.console.clock.forward(1000)
    assert client.get("/mine/number").location.startswith("/login/again")


def test_who_is_taken_off_the_lines_is_told(line: Line):
    with write(line.engine) as connection:
        connection.execute(update(responders).values(active=False))
    assert "You are not rung any more" in words(line.console.client("alice").get("/mine"))


def test_whom_calls_may_not_reach_is_told(line: Line):
    with write(line.engine) as connection:
        own = responders.c.id == line.ids(connection)["Alice"]
        connection.execute(update(responders).where(own).values(phone=b"no longer opens"))
    client = line.console.client("alice")
    assert "Calls may not reach you" in words(client.get("/mine"))
    assert client.send("/mine/number", present="yes").status_code == 422


def test_everybody_of_the_sample_federation_sees_their_shifts(line: Line):
    import_federation(line.engine, line.console.cipher, FEDERATION.read_text(encoding="utf-8"))
    seen = []
    for person in line.rows_of(responders):
        line.console.change("responder", responder_id=person.id)
        seen.append(words(line.console.client("responder").get("/mine")))
    assert sum("You are on duty" in said for said in seen) >= 4

"""Asking somebody to stand in, and what becomes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from threading import Barrier

import pytest
from sqlalchemy import insert, select

from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.rosters import read_book
from logging_db.tables import absence_reports, absences, substitution_proposals
from logging_db.tables import shifts as shift_rows
from planning import proposals, shifts
from planning.keys import ShiftKey
from planning.ledger import Author, changing
from planning.objections import Refused
from planning.own import DAY, Stint
from planning.own_reports import say_cannot
from planning.proposals_free import Wanted, candidates
from planning.substitutions import WHOLE, Part, substitute
from planning.undo import undo
from tests.test_planning_kit import LINE, MONDAY, NIGHT_LINE, House, house
from tests.test_planning_own import stint

__all__ = ["house"]

TUESDAY = date(2026, 12, 1)
MIDDLE: Part = (time(10), time(12))


def ask(house: House, other: str, during: Part = WHOLE, who: str = "Alice") -> str:
    mine = stint(house, who)
    made = house.make(lambda it: proposals.propose(it, mine, house[other], during), check=False)
    assert isinstance(made, str)
    return made


def accept(house: House, proposal: str, who: str) -> list[str]:
    fallen: list[str] = house.make(
        lambda it: proposals.accept(it, proposal, house[who]), check=False
    )
    return fallen


def state(house: House, proposal: str) -> str:
    with read(house.engine) as connection:
        made = substitution_proposals.c
        return str(connection.execute(select(made.state).where(made.id == proposal)).scalar_one())


def refusal(house: House, proposal: str, who: str) -> list[str]:
    return house.refused(lambda it: proposals.accept(it, proposal, house[who]))


def test_asking_changes_nothing_and_accepting_does(house: House):
    asked = ask(house, "Chloé")
    assert house.on(MONDAY, 10) == ["Alice"]
    assert accept(house, asked, "Chloé") == []
    assert house.on(MONDAY, 10) == ["Chloé"]
    assert house.on(TUESDAY, 10) == ["Alice"]
    assert state(house, asked) == "accepted"


def test_a_part_can_be_asked_for(house: House):
    accept(house, ask(house, "Chloé", MIDDLE), "Chloé")
    assert [house.on(MONDAY, hour) for hour in (9, 10, 11, 12)] == [
        ["Alice"],
        ["Chloé"],
        ["Chloé"],
        ["Alice"],
    ]


@pytest.mark.parametrize("during", [(time(8), None), (time(12), time(10)), (None, time(14))])
def test_a_part_outside_the_shift_is_refused(house: House, during: Part):
    mine = stint(house, "Alice")
    assert house.refused(lambda it: proposals.propose(it, mine, house["Chloé"], during)) == [
        "part_outside_own"
    ]


def test_two_who_accept_at_once_cannot_both_win(house: House):
    asked = {who: ask(house, who) for who in ("Chloé", "Dirk")}
    ids = {who: house[who] for who in asked}
    together = Barrier(2)

    def take(who: str) -> str:
        together.wait()
        try:
            with (
                write(house.engine) as connection,
                changing(connection, house.at, Author(who), "proposal_accepted") as ledger,
            ):
                proposals.accept(ledger, asked[who], ids[who])
        except Refused as refused:
            return refused.objections[0].code
        return "won"

    with ThreadPoolExecutor(2) as pool:
        ended = dict(zip(asked, pool.map(take, asked), strict=True))
    assert sorted(ended.values()) == ["proposal_withdrawn_already", "won"]
    (winner,) = [who for who, how in ended.items() if how == "won"]
    assert house.on(MONDAY, 10) == [winner]


def test_one_proposal_is_accepted_once(house: House):
    asked = ask(house, "Chloé")
    accept(house, asked, "Chloé")
    assert refusal(house, asked, "Chloé") == ["proposal_accepted_already"]


def test_nobody_accepts_what_somebody_else_was_asked(house: House):
    asked = ask(house, "Chloé")
    assert refusal(house, asked, "Dirk") == ["proposal_gone"]


def test_who_is_asked_for_other_hours_keeps_their_proposal(house: House):
    early, late = ask(house, "Chloé", (None, time(11))), ask(house, "Dirk", (time(11), None))
    assert accept(house, early, "Chloé") == []
    assert accept(house, late, "Dirk") == []
    assert (house.on(MONDAY, 10), house.on(MONDAY, 12)) == (["Chloé"], ["Dirk"])


def test_what_somebody_else_does_already_is_not_asked_for_again(house: House):
    accept(house, ask(house, "Chloé", MIDDLE), "Chloé")
    mine = stint(house, "Alice")  # from nine to one, with somebody else in between
    assert house.refused(lambda it: proposals.propose(it, mine, house["Dirk"], WHOLE)) == [
        "part_given_away"
    ]
    accept(house, ask(house, "Dirk", (time(12), None)), "Dirk")
    assert house.on(MONDAY, 12) == ["Dirk"]


def test_who_is_asked_twice_for_one_shift_is_refused_while_the_first_is_open(house: House):
    first = ask(house, "Chloé")
    mine = stint(house, "Alice")
    wish = lambda it: proposals.propose(it, mine, house["Chloé"], WHOLE)  # noqa: E731
    assert house.refused(wish) == ["asked_already"]
    house.make(lambda it: proposals.decline(it, first, house["Chloé"]), check=False)
    house.make(wish, check=False)


def test_a_place_that_was_given_away_meanwhile_is_too_late(house: House):
    asked = ask(house, "Chloé")
    key, version = house.key(MONDAY, 9)
    house.make(
        lambda it: substitute(it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"])
    )
    assert refusal(house, asked, "Chloé") == ["proposal_taken"]


@pytest.mark.parametrize(("starts", "ends"), [(10, 14), (13, 17)])
def test_nobody_is_held_to_hours_that_they_were_not_asked_for(house: House, starts: int, ends: int):
    asked = ask(house, "Chloé")
    key, version = house.key(MONDAY, 9)
    moved = house.plan(MONDAY, starts, ends, "Alice")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, moved))
    assert refusal(house, asked, "Chloé") == ["proposal_shift_moved"]


def test_a_shift_that_became_longer_gives_the_hours_that_were_asked_for(house: House):
    asked = ask(house, "Chloé")
    key, version = house.key(MONDAY, 9)
    longer = house.plan(MONDAY, 9, 15, "Alice")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, longer))
    accept(house, asked, "Chloé")
    assert house.on(MONDAY, 12) == ["Chloé"]
    assert house.on(MONDAY, 14) == ["Alice", "Bram"]


def test_a_shift_on_another_day_or_called_off_is_refused(house: House):
    asked = ask(house, "Chloé")
    key, version = house.key(MONDAY, 9)
    elsewhere = house.plan(TUESDAY, 9, 13, "Chloé")
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, elsewhere))
    assert refusal(house, asked, "Chloé") == ["proposal_shift_moved"]
    dated, version = _dated(house)
    house.make(lambda it: shifts.remove(it, ShiftKey(dated), version))
    assert refusal(house, asked, "Chloé") == ["proposal_shift_gone"]


def _dated(house: House) -> tuple[str, int]:
    with read(house.engine) as connection:
        of_weekly = shift_rows.c.weekly_id.is_not(None)
        row = connection.execute(select(shift_rows).where(of_weekly)).one()
        return row.id, row.version


def test_who_is_taken_up_elsewhere_or_absent_by_now_is_refused_in_words(house: House):
    asked = ask(house, "Chloé")
    plan = house.plan(MONDAY, 12, 15, "Chloé")
    made = house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    assert refusal(house, asked, "Chloé") == ["taken_up"]
    house.make(lambda it: shifts.remove(it, ShiftKey(made), 1))
    with write(house.engine) as connection:
        away = {
            "starts_at": datetime(2026, 11, 30, 11, tzinfo=UTC),
            "ends_at": datetime(2026, 12, 2, 9, tzinfo=UTC),
        }
        ids = house.ids(connection)
        connection.execute(insert(absences).values(id=new_id(), responder_id=ids["Chloé"], **away))
    assert refusal(house, asked, "Chloé") == ["absent_then"]


def test_what_is_over_is_not_accepted(house: House):
    asked = ask(house, "Chloé", (None, time(10)))
    house.at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert refusal(house, asked, "Chloé") == ["shift_is_over"]


def test_declined_and_withdrawn_is_final(house: House):
    asked = ask(house, "Chloé")
    assert house.refused(lambda it: proposals.decline(it, asked, house["Dirk"])) == [
        "proposal_gone"
    ]
    house.make(lambda it: proposals.decline(it, asked, house["Chloé"]), check=False)
    assert refusal(house, asked, "Chloé") == ["proposal_declined_already"]
    asked = ask(house, "Chloé")
    assert house.refused(lambda it: proposals.withdraw(it, asked, house["Chloé"])) == [
        "proposal_gone"
    ]
    house.make(lambda it: proposals.withdraw(it, asked, house["Alice"]), check=False)
    assert refusal(house, asked, "Chloé") == ["proposal_withdrawn_already"]


def test_accepting_settles_what_was_said_and_undoing_opens_all_of_it_again(house: House):
    mine = stint(house, "Alice")
    house.make(lambda it: say_cannot(it, mine), check=False)
    asked, other = ask(house, "Chloé"), ask(house, "Dirk")
    assert accept(house, asked, "Chloé") == [other]
    with read(house.engine) as connection:
        settled = connection.execute(select(absence_reports.c.settled_at)).scalar_one()
    assert settled == house.at
    change = house.changes()[-1]
    assert change.details["who"] == "Chloé Dubois"
    assert change.details["instead_of"] == "Alice Martin"
    with write(house.engine) as connection:
        undo(connection, house.at, Author("Bea"), change.id)
    assert house.on(MONDAY, 10) == ["Alice"]
    assert (state(house, asked), state(house, other)) == ("proposed", "proposed")
    accept(house, other, "Dirk")
    assert house.on(MONDAY, 10) == ["Dirk"]


def test_a_part_leaves_what_was_said_open(house: House):
    mine = stint(house, "Alice")
    house.make(lambda it: say_cannot(it, mine), check=False)
    accept(house, ask(house, "Chloé", MIDDLE), "Chloé")
    with read(house.engine) as connection:
        assert connection.execute(select(absence_reports.c.settled_at)).scalar_one() is None


def test_a_stand_in_can_ask_somebody_in_turn(house: House):
    accept(house, ask(house, "Chloé"), "Chloé")
    accept(house, ask(house, "Dirk", who="Chloé"), "Dirk")
    assert house.on(MONDAY, 10) == ["Dirk"]


def test_those_who_are_free_come_with_the_same_languages_first(house: House):
    mine = stint(house, "Alice")  # she speaks both of the line's languages
    assert _free(house, mine) == [("Dirk", True), ("Chloé", False), ("Bram", False)]
    plan = house.plan(MONDAY, 9, 10, "Dirk", service="caw")
    house.make(lambda it: shifts.add(it, house[LINE], plan))
    assert _free(house, mine) == [("Chloé", False), ("Bram", False)]
    assert _free(house, mine, MIDDLE)[0] == ("Dirk", True)


def _free(house: House, mine: Stint, during: Part = WHOLE) -> list[tuple[str, bool]]:
    with read(house.engine) as connection:
        book = read_book(connection, MONDAY - 2 * DAY, MONDAY + 3 * DAY)
        found = candidates(book, mine, Wanted.of(mine, during))
    return [(one.responder.name.split()[0], one.fits) for one in found]

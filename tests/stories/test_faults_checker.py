"""The checker finds what it is there to find: made-up histories, each with one fault."""

from dataclasses import replace

from tests.total_queue import Away, Channel, History, Rung, Talk, check, faults

SOUND = History(
    channels={
        "calls": Channel(("a", "b", "c"), ("a", "b"), ("a", "b")),
        "consents": Channel(("a",), ("a",), ("a",)),
    },
    talks=(Talk("anna", "caller a", 10, 20), Talk("anna", "caller b", 20, 30)),
    rings=(
        Rung("a", "anna", 0, 20),
        Rung("b", "bert", 5, 19, taken_back=True),
        Rung("b", "anna", 20, 30),
    ),
    able={"a": frozenset({"anna", "bert"}), "b": frozenset({"anna", "bert"})},
)


def found(**more) -> dict[str, tuple]:
    """What is wrong with the sound history after a change."""
    wrong = faults(check(replace(SOUND, **more)))
    return {name: (t.lost, t.doubled, t.unexpected) for name, t in wrong.items()}


def calls(channel: Channel) -> dict[str, tuple]:
    return found(channels={"calls": channel})


def test_nothing_is_found_in_a_history_without_a_fault():
    assert found() == {}
    assert check(SOUND)["calls"].out == 2


def test_what_was_acknowledged_and_never_came_out_is_lost():
    assert calls(Channel(("a", "b"), ("a", "b"), ("b",))) == {"calls": (("a",), (), ())}


def test_what_was_never_acknowledged_may_be_lost_or_recovered():
    assert calls(Channel(("a", "b"), ("b",), ("b",))) == {}
    verdict = check(History(channels={"calls": Channel(("a", "b"), ("b",), ("a", "b"))}))
    assert verdict["calls"].recovered == ("a",)


def test_what_came_out_twice_is_doubled():
    assert calls(Channel(("a",), ("a",), ("a", "a"))) == {"calls": ((), ("a",), ())}


def test_what_went_in_twice_may_come_out_twice():
    assert calls(Channel(("a", "a"), ("a", "a"), ("a", "a"))) == {}
    assert calls(Channel(("a", "a"), ("a", "a"), ("a",))) == {"calls": (("a",), (), ())}


def test_what_nobody_put_in_is_unexpected_however_often_it_comes():
    assert calls(Channel((), (), ("x", "x"))) == {"calls": ((), (), ("x", "x"))}


def test_one_who_talks_to_two_is_found_and_so_are_two_with_one():
    one_to_two = (Talk("anna", "caller a", 10, 20), Talk("anna", "caller b", 19, 30))
    assert found(talks=one_to_two)["talks"][1] == ("anna: caller a and caller b",)
    two_to_one = (Talk("anna", "caller a", 10, 20), Talk("bert", "caller a", 19, 30))
    assert found(talks=two_to_one)["talks"][1] == ("caller a: anna and bert",)


def test_a_talk_that_goes_on_in_another_room_is_no_second_talk():
    same = (Talk("anna", "caller a", 10, 20), Talk("anna", "caller a", 19, 30))
    assert found(talks=same) == {}


def test_who_is_rung_while_they_are_busy_is_found():
    both = (Rung("a", "anna", 0, 20), Rung("b", "anna", 19, 30))
    assert found(rings=both)["offers"][1] == ("anna: a and b",)
    assert found(telephones=both)["telephones"][1] == ("anna: a and b",)


def twice(*others: Rung, away: tuple[Away, ...] = ()) -> dict[str, tuple]:
    return found(rings=(Rung("a", "anna", 0, 20), *others, Rung("a", "anna", 30, 50)), away=away)


def test_one_who_is_rung_twice_before_the_others_is_found():
    assert twice()["turns"][1] == ("a: anna twice, bert not at all",)


def test_who_had_their_turn_or_was_busy_or_away_was_not_passed_over():
    assert twice(Rung("a", "bert", 5, 25)) == {}
    assert twice(Rung("other", "bert", 5, 40)) == {}
    assert twice(away=(Away("bert", 0, 100),)) == {}


def test_who_rests_from_an_earlier_turn_was_not_passed_over():
    assert "turns" in twice(Rung("a", "bert", -90, -1))
    assert twice(Rung("a", "bert", -90, 1)) == {}


def test_whose_turn_began_before_and_was_over_after_the_others_was_not_passed_over():
    first, again = Rung("a", "anna", 0, 1), Rung("a", "anna", 40, 50)
    assert found(rings=(first, Rung("a", "bert", -2, 9), again)) == {}
    assert "turns" in found(rings=(first, Rung("a", "bert", -9, 0.5), again))


def test_an_offer_that_was_taken_back_was_no_turn():
    assert "turns" in twice(Rung("a", "bert", 5, 25, taken_back=True))
    first_taken_back = (Rung("a", "anna", 0, 20, taken_back=True), Rung("a", "anna", 30, 50))
    assert found(rings=first_taken_back) == {}


def test_who_became_free_only_in_that_very_moment_was_not_passed_over():
    assert twice(Rung("other", "bert", 5, 29.5)) == {}
    assert "turns" in twice(Rung("other", "bert", 5, 28.5))

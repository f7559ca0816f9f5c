"""Which numbers a responder may key in, and why the others are refused."""

import pytest

from callbacks import numbers
from logging_db import phone_numbers

OURS = frozenset({"+3280035243", "+3225550100"})


@pytest.mark.parametrize(
    "typed", ["112", "100", "101", "110", "107", "1 1 2", "+32112", "0032 101", "911"]
)
def test_help_in_need_is_dialled_on_another_telephone(typed: str):
    assert numbers.refusal(typed, OURS) == "emergency"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0900 12 345", "premium"),
        ("0905 12 345", "premium"),
        ("+3290912345", "premium"),
        ("070 12 34 56", "premium"),
        ("077 12 34 56", "special"),
        ("078 15 20 20", "special"),
        ("0800 12 033", "special"),
        ("1207", "short"),
        ("116 000", "short"),
        ("+33 1 42 68 53 00", "foreign"),
        ("00 44 20 7946 0018", "foreign"),
        ("0800 35 243", "own_line"),
        ("+32 2 555 01 00", "own_line"),
        ("", "malformed"),
        ("le CPAS", "malformed"),
        ("02 511 34 56 ext. 12", "malformed"),
    ],
)
def test_a_number_that_costs_or_leads_nowhere_is_refused_with_its_reason(typed: str, why: str):
    assert numbers.refusal(typed, OURS) == why
    assert why in numbers.REFUSALS


@pytest.mark.parametrize("typed", ["02 511 34 56", "+32 470 12 34 56", "0032 2 511 34 56"])
def test_an_office_or_a_person_in_belgium_is_rung(typed: str):
    assert numbers.refusal(typed, OURS) is None
    assert phone_numbers.allowed(typed) is not None

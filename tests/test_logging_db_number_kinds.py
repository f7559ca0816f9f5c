"""What may be rung, and what is wrong with the rest: measured values of libphonenumber."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from callbacks import numbers
from logging_db.cipher import FieldCipher
from logging_db.engine import read
from logging_db.federation import import_federation
from logging_db.phone_numbers import REASONS, allowed, of_our_lines, why_not
from tests.stories.cast import FEDERATION

OWN = frozenset({"+3280035243", "+3225550100"})

GOOD = {
    "+3225113456": "+3225113456",  # Brussels, fixed
    "+32470123456": "+32470123456",
    "+32455123456": "+32455123456",
    "+32460123456": "+32460123456",
    "+32490123456": "+32490123456",
    "+3287123456": "+3287123456",
    "+3280312345": "+3280312345",  # zone 080: fixed, not freephone
    "0470/12.34.56": "+32470123456",
    "0470 12 34 56": "+32470123456",
    "0032 470 12 34 56": "+32470123456",
    "+32 (0)470-12-34-56": "+32470123456",
}
BAD = {
    "+3280035243": "own_line",
    "0800/35.243": "own_line",
    "+3225550100": "own_line",
    "+3280012345": "special",  # freephone
    "+3278051234": "special",  # 078, a company's
    "+3278791234": "special",  # shared cost
    "+3278123456": "special",
    "+3277123456": "special",  # machines
    "+3270123456": "premium",
    "+3270212345": "premium",
    "+3290012345": "premium",
    "+3290212345": "premium",
    "+3290412345": "premium",
    "+3290912345": "premium",
    "+32107": "short",
    "+321718": "short",
    "112": "short",
    "0470": "short",
    "+37125123456": "foreign",  # valid and mobile, which is no defence
    "+25261234567": "foreign",
    "+881612345678": "foreign",  # a satellite
    "+33612345678": "foreign",
    "": "malformed",
    "hello": "malformed",
    "0470FLOWER": "malformed",
    "04701234567": "malformed",
    "+324701234567890": "malformed",
    "02 511 34 56 ext 5": "malformed",
}


@pytest.mark.parametrize("typed", GOOD)
def test_a_belgian_fixed_or_mobile_number_may_be_rung_however_it_is_typed(typed: str):
    assert why_not(typed, OWN) is None
    assert allowed(typed) == GOOD[typed]


@pytest.mark.parametrize("typed", BAD)
def test_any_other_number_is_refused_with_its_reason(typed: str):
    assert why_not(typed, OWN) == BAD[typed]
    assert BAD[typed] in REASONS


@pytest.mark.parametrize("number", [n for n in (*GOOD, *BAD) if n.startswith("+") and " " not in n])
def test_callers_and_responders_are_judged_alike(number: str):
    assert (numbers.dialable(number) is None) == (why_not(number) is not None)


@given(st.text(max_size=24))
def test_whatever_is_typed_is_either_a_number_or_has_a_reason(typed: str):
    assert (why_not(typed) is None) == (allowed(typed) is not None)


def test_our_own_numbers_are_those_of_the_lines_and_their_caller_ids(
    engine: Engine, cipher: FieldCipher
):
    import_federation(engine, cipher, FEDERATION)
    with read(engine) as connection:
        assert of_our_lines(connection) == OWN

import pytest
from test_logging_db_federation_kit import but, refused

from logging_db.federation_file import read_federation


@pytest.mark.parametrize(
    "phone",
    ["+32470000001", "+32470000099", "+32455123456", "+3225550110", "+3287123456", "+3280312345"],
)
def test_synthetic_and_real_belgian_fixed_and_mobile_numbers_are_taken(phone):
    assert read_federation(but("+32470000001", phone)).responders[0].phone == phone


@pytest.mark.parametrize(
    ("phone", "reason"),
    [
        ("+3290012345", "is a premium-rate number"),
        ("+3270212345", "is a premium-rate number"),
        ("+3280055555", "is a toll-free number"),
        ("+3278791234", "is a shared-cost number"),
        ("+3278051234", "is a company-wide number"),
        ("+3278123456", "is a number that nobody can have"),
        ("+881612345678", "is a foreign number"),
        ("+37125123456", "is a foreign number"),
        ("+33123456789", "is a foreign number"),
        ("+3280035243", "is a line's own number or caller id"),
        ("+3225550101", "is a line's own number or caller id"),
        ("0470 00 00 01", "is no number in international form"),
        ("+32107", "is no number in international form"),
        ("+99912345678", "is no number in international form"),
    ],
)
def test_a_phone_that_may_not_be_rung_is_refused_without_being_repeated(phone, reason):
    (told,) = refused(but("+32470000001", phone))
    assert told.startswith(f"responders[1].phone: this number {reason}; write ")
    assert phone not in told


def test_a_phone_of_the_wrong_type_is_not_repeated_either():
    (told,) = refused(but('"+32470000001"', "32470000001"))
    assert told == (
        "responders[1].phone: this value is not a text between quotes; "
        'write for example "+32470000001".'
    )


@pytest.mark.parametrize(
    ("caller_id", "reason"),
    [
        ("+3280055555", "is a toll-free number, which cannot be shown as a caller id"),
        ("+3290012345", "is a premium-rate number, which cannot be shown as a caller id"),
        ("+3278791234", "is a shared-cost number, which cannot be shown as a caller id"),
        ("+32470123456", "is a mobile number, which cannot be shown as a caller id"),
        ("+33123456789", "is a foreign number, which cannot be shown as a caller id"),
        ("+3280035243", "is the number of the line itself"),
        ("02 555 01 00", "is no number in international form"),
    ],
)
def test_a_caller_id_is_a_geographic_number_other_than_the_lines(caller_id, reason):
    (told,) = refused(but("+3225550100", caller_id))
    assert told.startswith(f'lines[1].caller_id: "{caller_id}" {reason}; write ')


def test_a_geographic_line_may_not_show_its_own_number():
    text = but('number = "+3280035243"', 'number = "+3225550100"')
    assert (
        'lines[1].caller_id: "+3225550100" is the number of the line itself;'
        in refused(text.replace('line = "+3280035243"', 'line = "+3225550100"'))[0]
    )

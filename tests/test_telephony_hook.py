import pytest
from werkzeug.datastructures import MultiDict

from callbacks import numbers
from telephony.hook import SenselessError, parse
from tests.provider import params

WITHHELD = [
    "anonymous", "Anonymous", "ANONYMOUS", "RESTRICTED", "restricted", "unknown", "unavailable",
    "private", "", " ", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
    "266696687", "sip:anonymous@anonymous.invalid", "client:web", "Some description",
]  # fmt: skip


@pytest.mark.parametrize("sender", WITHHELD)
def test_every_form_of_a_withheld_number_is_no_number(sender):
    hook = parse(MultiDict(params(From=sender)))
    assert hook.own_number is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("+32470123456", "+32470123456"),
        ("0470123456", "+32470123456"),
        ("0032470123456", "+32470123456"),
        ("022345678", "+3222345678"),
        ("+32 470 12 34 56", None),  # not what a provider or a keypad sends
        ("+33612345678", None),  # abroad
        ("+37167000000", None),
        ("090012345", None),  # premium
        ("070123456", None),
        ("080035243", None),  # toll-free: nobody can be rung there
        ("112", None),
        ("+32470", None),
        ("١٢٣٤٥٦٧٨", None),
    ],
)
def test_which_numbers_may_be_rung_back(given, expected):
    assert numbers.dialable(given) == expected


def test_a_missing_sender_is_withheld():
    form = MultiDict(params())
    del form["From"]
    assert parse(form).own_number is None


@pytest.mark.parametrize("sid", ["", "CA123", "XX" + "1" * 32, "CA" + "1" * 33, "CA" + "g" * 32])
def test_a_call_without_a_proper_id_has_no_sense(sid):
    with pytest.raises(SenselessError, match="CallSid"):
        parse(MultiDict(params(CallSid=sid)))


def test_a_parameter_with_two_values_has_no_sense():
    form = MultiDict([*params().items(), ("To", "+3225550100")])
    with pytest.raises(SenselessError, match="To came with several values"):
        parse(form)


def test_the_same_value_twice_is_one_value():
    form = MultiDict([*params().items(), *params().items()])
    assert parse(form).to == params()["To"]


def test_an_endless_value_has_no_sense():
    with pytest.raises(SenselessError, match="longer"):
        parse(MultiDict(params(Digits="1" * 300)))


def test_unknown_parameters_are_ignored():
    assert parse(MultiDict(params(StirVerstat="TN-Validation-Passed-A", msg="Gather End")))

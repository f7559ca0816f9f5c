"""Which telephone numbers a federation file may name, and for what.

A responder's phone is rung at our cost, a caller id is shown to everybody we ring. So both
are allowed by region and type, not merely refused when known to be bad: premium, satellite
and foreign numbers pass for valid, and fraud lives on that. Type and validity are those of
libphonenumber, which counts the whole of a Belgian range as valid, so that the synthetic
+324700000xx and +3225550100 of tests and demonstrations are accepted like real ones.
"""

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberType as Type

REGION = "BE"
RESPONDER_TYPES = frozenset({Type.FIXED_LINE, Type.MOBILE, Type.FIXED_LINE_OR_MOBILE})
# An 0800 number is one that is called and never one that calls: operators reject or mask
# it as a caller id. Nor may it be a mobile number: the caller id has to be geographic.
CALLER_ID_TYPES = frozenset({Type.FIXED_LINE, Type.FIXED_LINE_OR_MOBILE})

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_IN_WORDS = {
    Type.FIXED_LINE: "a fixed number",
    Type.MOBILE: "a mobile number",
    Type.TOLL_FREE: "a toll-free number",
    Type.PREMIUM_RATE: "a premium-rate number",
    Type.SHARED_COST: "a shared-cost number",
    Type.UAN: "a company-wide number",
}

Objection = tuple[str, str]
"""Why a number will not do, and what to do about it."""


def is_e164(number: str) -> bool:
    """Tell whether ``number`` is written in E.164 and has a length its country knows."""
    if not _E164.fullmatch(number):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def form(number: str) -> Objection | None:
    """Return what speaks against the form of a number; ``None`` if it is E.164."""
    if is_e164(number):
        return None
    return (
        "is no number in international form",
        'write the plus sign, the country code and digits only, for example "+3225550100"',
    )


def caller_id(number: str, line_number: str) -> Objection | None:
    """Return what speaks against showing ``number`` as the caller id of a line."""
    remedy = 'write a geographic number of this line\'s own, for example "+3225550100"'
    if objection := form(number):
        return objection
    if number == line_number:
        return "is the number of the line itself", remedy
    if kind := _unlike(number, CALLER_ID_TYPES):
        return f"is {kind}, which cannot be shown as a caller id", remedy
    return None


def responder(number: str, ours: Collection[str]) -> Objection | None:
    """Return what speaks against ringing a responder at ``number``.

    ``ours`` are the numbers of the lines and their caller ids: ringing one of them would
    make the line call itself.
    """
    if objection := form(number):
        return objection
    if number in ours:
        return "is a line's own number or caller id", "write the number of the person's phone"
    if kind := _unlike(number, RESPONDER_TYPES):
        return f"is {kind}", "write a Belgian fixed or mobile number"
    return None


def _unlike(number: str, types: Collection[int]) -> str | None:
    """Return what ``number`` is in words if it is not of our region and ``types``."""
    parsed = phonenumbers.parse(number)
    kind = phonenumbers.number_type(parsed)
    if not phonenumbers.is_valid_number(parsed):
        return "a number that nobody can have"
    if phonenumbers.region_code_for_number(parsed) != REGION:
        return "a foreign number"
    return None if kind in types else _IN_WORDS.get(kind, "a special number")

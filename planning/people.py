"""The people who answer: added, changed, stopped, and their numbers.

All but the number goes through the ledger. A number is sealed and stands in no change: it
cannot be taken back, only changed again. Whoever is decided about here is marked, so that
a federation file leaves them as they are.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import phonenumbers
from sqlalchemy import Connection, Row, insert, select, update

from logging_db import number_checks, phone_numbers
from logging_db.cipher import FieldCipher, phone_place
from logging_db.columns import new_id
from logging_db.federation_marks import decided_here
from logging_db.tables import (
    counters,
    partner_services,
    responders,
    roster_changes,
    substitution_proposals,
)
from planning.keys import StaleError
from planning.ledger import Author, Ledger
from planning.objections import Objection, Refused, refuse
from planning.proposals import PROPOSED, WITHDRAWN

LONGEST_NAME = 200
MOST_LANGUAGES = 8
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Profile:
    """What is known of a person beside their number; languages in order of preference."""

    name: str
    service_id: str
    languages: tuple[str, ...]


def add(ledger: Ledger, cipher: FieldCipher, profile: Profile, number: str) -> str:
    """Add somebody who answers at a typed number, not verified; return their id."""
    person = new_id()
    profile = _fit(ledger.connection, profile, person)
    phone = fit_number(ledger.connection, cipher, person, number)
    ledger.details["who"] = profile.name
    ledger.insert(
        responders,
        id=person,
        name=profile.name,
        service_id=profile.service_id,
        languages=list(profile.languages),
        phone=cipher.seal(phone, phone_place(person)),
        active=True,
        by_hand=True,
    )
    return person


def digest(row: Row[Any]) -> str:
    """Return by what a form knows again the profile that it showed; ``row`` is a responder's."""
    told = json.dumps([row.name, row.service_id, list(row.languages)])
    return sha256(told.encode()).hexdigest()[:32]


def change(ledger: Ledger, person: str, profile: Profile, seen: str | None = None) -> None:
    """Give somebody another name, service or languages.

    With ``seen``, the :func:`digest` of what was shown: raises
    :class:`~planning.keys.StaleError` where that has been changed meanwhile.
    """
    row = row_of(ledger.connection, person)
    if seen is not None and seen != digest(row):
        raise StaleError([Objection("person_stale", {"who": row.name})])
    profile = _fit(ledger.connection, profile, person)
    values = {
        "name": profile.name,
        "service_id": profile.service_id,
        "languages": list(profile.languages),
    }
    ledger.details["who"] = profile.name
    if any(getattr(row, name) != value for name, value in values.items()):
        decided_here(ledger.connection, person)
        ledger.update(responders, person, **values)


def stop(ledger: Ledger, person: str) -> None:
    """Let somebody answer no more: their places stay, empty, until they are filled.

    What they asked of others, or others of them, falls away.
    """
    row = row_of(ledger.connection, person)
    ledger.details["who"] = row.name
    if not row.active:
        return
    decided_here(ledger.connection, person)
    ledger.update(responders, person, active=False)
    made = substitution_proposals.c
    query = select(made.id).where(
        made.state == PROPOSED, (made.instead_of == person) | (made.responder_id == person)
    )
    for proposal in list(ledger.connection.execute(query).scalars()):
        ledger.update(substitution_proposals, proposal, state=WITHDRAWN, settled_at=ledger.at)


def start(ledger: Ledger, cipher: FieldCipher, person: str) -> None:
    """Let somebody answer again, unless another person answers at their number by now."""
    row = row_of(ledger.connection, person)
    phone = number_checks.opened(cipher, row.phone, phone_place(person))
    if phone is not None and number_checks.is_taken(ledger.connection, cipher, person, phone):
        raise refuse("number_taken_meanwhile", who=row.name)
    ledger.details["who"] = row.name
    if not row.active:
        decided_here(ledger.connection, person)
        ledger.update(responders, person, active=True)


def change_number(
    connection: Connection,
    cipher: FieldCipher,
    at: datetime,
    author: Author,
    person: str,
    typed: str,
) -> bool:
    """Store another number, sealed and not verified; tell whether it differs.

    That it was changed is noted; the number itself is not, so there is no way back.
    """
    row = row_of(connection, person)
    phone = fit_number(connection, cipher, person, typed)
    if number_checks.opened(cipher, row.phone, phone_place(person)) == phone:
        return False
    values = {"phone": cipher.seal(phone, phone_place(person)), "verified_at": None}
    connection.execute(update(responders).where(responders.c.id == person).values(**values))
    decided_here(connection, person)
    # What is reckoned from numbers, such as whose are wrong, is kept by this counter.
    own = counters.c.name == "roster"
    connection.execute(update(counters).where(own).values(value=counters.c.value + 1))
    connection.execute(
        insert(roster_changes).values(
            at=at,
            user_id=author.user_id,
            who=author.name,
            kind="number_changed",
            details={"who": row.name},
            images=[],
        )
    )
    return True


def fit_number(connection: Connection, cipher: FieldCipher, person: str, typed: str) -> str:
    """Return a typed number in E.164; refuse one that must not or cannot be rung."""
    reason = phone_numbers.why_not(typed, phone_numbers.of_our_lines(connection))
    phone = phone_numbers.allowed(typed)
    if reason is not None or phone is None:
        raise refuse(f"number_{reason or 'malformed'}")
    if number_checks.is_taken(connection, cipher, person, phone):
        raise refuse("number_taken")
    return phone


def row_of(connection: Connection, person: str) -> Row[tuple[object, ...]]:
    """Return a responder's row; refuse one whom nobody knows."""
    row = connection.execute(select(responders).where(responders.c.id == person)).one_or_none()
    if row is None:
        raise refuse("person_unknown")
    return row


def _fit(connection: Connection, profile: Profile, person: str) -> Profile:
    """Return the profile as it is stored; refuse what is wrong with it, all at once."""
    name = " ".join(profile.name.split())
    languages = tuple(dict.fromkeys(filter(None, profile.languages)))
    own = partner_services.c.id == profile.service_id
    known = connection.execute(select(partner_services.c.code).where(own)).scalar_one_or_none()
    same = select(responders.c.id).where(
        responders.c.service_id == profile.service_id,
        responders.c.name == name,
        responders.c.id != person,
    )
    taken = connection.execute(same).first() is not None
    wrong = [
        refused.objections[0]
        for is_wrong, refused in (
            (not name or len(name) > LONGEST_NAME, refuse("person_name")),
            (known is None, refuse("service_unknown")),
            (taken, refuse("person_name_taken", who=name, service=known or "")),
            (not _spoken(languages), refuse("person_languages", most=MOST_LANGUAGES)),
        )
        if is_wrong
    ]
    if wrong:
        raise Refused(wrong)
    return Profile(name, profile.service_id, languages)


def _spoken(languages: tuple[str, ...]) -> bool:
    fit = all(_LANGUAGE.fullmatch(language) for language in languages)
    return fit and 1 <= len(languages) <= MOST_LANGUAGES


def spaced(number: str) -> str:
    """Return a number in E.164 as it is dialled in Belgium, in groups to be read aloud."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)

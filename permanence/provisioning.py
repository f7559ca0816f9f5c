"""What is to be changed at the provider, found out first, then done one by one.

A number's addresses and methods, and the permission to dial Belgium. Everything else that
`permanence check` may find has to be set by people: it costs money, or it is theirs to judge.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from permanence.countries import HOME
from permanence.errors import OperatorError
from permanence.provider import Account, LineNumber, Webhooks, owned
from permanence.static_fallback import wanted_for

NUMBER, COUNTRY = "number", "country"
LOW_RISK = "low_risk_numbers_enabled"
HIGH_RISK = ("high_risk_special_numbers_enabled", "high_risk_tollfraud_numbers_enabled")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

CREDENTIALS, QUERY = re.compile(r"//[^/?#]*@"), re.compile(r"\?.*", re.DOTALL)

T = TypeVar("T")


class ProviderRefusedError(OperatorError):
    """The provider did not do it; ``unclear``: or it did, and we do not know."""

    def __init__(self, words: str, *, unclear: bool) -> None:
        super().__init__(words)
        self.unclear = unclear


@dataclass(frozen=True)
class Change:
    """One thing at the provider, and its values: only those that differ."""

    kind: str
    id: str
    label: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    def words(self) -> Iterator[str]:
        """Give a line for each value."""
        for key, value in self.new.items():
            yield f"{self.label}: {key}: {_shown(self.old[key])} -> {_shown(value)}"


@dataclass
class Plan:
    """What is to be changed, and what cannot be: a sentence each."""

    changes: list[Change] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def _shown(value: Any) -> str:
    """Write a value for people; what an address may hold that is secret is left out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = CREDENTIALS.sub("//…@", str(value or ""))
    return QUERY.sub("?…", shown) or "(nothing)"


def check_address(public_url: str) -> None:
    """Refuse an address that the provider must not be told."""
    address = urlsplit(public_url)
    if address.scheme == "https" and address.hostname:
        return
    if address.scheme == "http" and address.hostname in LOOPBACK:
        return
    raise OperatorError(
        f"provider.public_url: {public_url or 'it is not set'}; the provider calls https "
        "addresses only, as what callers press and where they call from travels there. "
        "Set the https address under which it reaches us."
    )


def plan(account: Account, sid: str, numbers: Iterable[LineNumber], wanted: Webhooks) -> Plan:
    """Find out what has to change for these numbers, and for Belgium to be dialled."""
    made = Plan()
    for each in numbers:
        found = asked(partial(owned, account, each.number))
        label = f"number of {each.label}"
        if found is None or found.account_sid not in (None, sid):
            made.faults.append(
                f"{label}: {each.number} is not this account's; it belongs to another, or to "
                "none. Buy or port it, or correct the line."
            )
            continue
        if found.trunk_sid:
            made.faults.append(f"{label}: goes to a SIP trunk. Take it off the trunk there.")
        made.changes += _differing(NUMBER, found.sid, label, found, wanted_for(found, wanted))
    _plan_permission(account, made)
    return made


def _plan_permission(account: Account, made: Plan) -> None:
    try:
        found = asked(partial(_country, account, HOME))
    except ProviderRefusedError as error:
        made.remarks.append(f"dialling to {HOME}: cannot be looked up there ({error}).")
        return
    made.changes += _differing(COUNTRY, HOME, f"dialling to {HOME}", found, {LOW_RISK: True})


def plan_back(account: Account, changes: Iterable[Change]) -> Plan:
    """Find out what has to change for everything to be as it was before ``changes``."""
    made = Plan()
    for each in changes:
        try:
            found = asked(partial(_there, account, each))
        except ProviderRefusedError as error:
            made.faults.append(f"{each.label}: cannot be looked up there ({error}).")
            continue
        made.changes += _differing(each.kind, each.id, each.label, found, each.old)
    return made


def _there(account: Account, change: Change) -> Any:
    if change.kind == COUNTRY:
        return _country(account, change.id)
    return account.incoming_phone_numbers(change.id).fetch()


def _country(account: Account, iso: str) -> Any:
    return account.voice.v1.dialing_permissions.countries(iso).fetch()


def _differing(
    kind: str, row_id: str, label: str, found: Any, wanted: Mapping[str, Any]
) -> list[Change]:
    there = {key: _plain(getattr(found, key)) for key in wanted}
    new = {key: value for key, value in wanted.items() if there[key] != value}
    old = {key: there[key] for key in new}
    return [Change(kind, row_id, label, old, new)] if new else []


def _plain(value: Any) -> Any:
    return "" if value is None else value


def carry_out(account: Account, change: Change) -> None:
    """Set the new values; raise :class:`ProviderRefusedError`."""
    if change.kind == NUMBER:
        asked(partial(account.incoming_phone_numbers(change.id).update, **change.new))
        return
    asked(partial(_permit, account, change.id, change.new[LOW_RISK]))


def _permit(account: Account, iso: str, low_risk: bool) -> None:  # noqa: FBT001 # the value to set
    """Permit a country's ordinary numbers, or no longer; the dear ones stay as they are."""
    found = _country(account, iso)
    update = {"iso_code": iso, LOW_RISK: low_risk} | {key: getattr(found, key) for key in HIGH_RISK}
    texts = {k: v if isinstance(v, str) else str(bool(v)).lower() for k, v in update.items()}
    updates = account.voice.v1.dialing_permissions.bulk_country_updates
    updates.create(update_request=json.dumps([texts]))


def asked(question: Callable[[], T]) -> T:
    """Ask the provider; a failure becomes words without its own, which quote numbers."""
    try:
        return question()
    except TwilioRestException as error:
        words = f"the provider refused: HTTP {error.status}, code {error.code}"
        raise ProviderRefusedError(words, unclear=error.status >= 500) from None
    except (TwilioException, requests.RequestException) as error:
        words = f"the provider gave no clear answer: {type(error).__name__}"
        raise ProviderRefusedError(words, unclear=True) from None

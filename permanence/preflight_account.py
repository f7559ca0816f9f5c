"""`permanence check --provider`: what must be right in the account for calls to get through.

What no interface tells is said to be unknown; it is no fault.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import phonenumbers
import requests
from phonenumbers import PhoneNumberType
from sqlalchemy import Engine, func, select
from twilio.base.exceptions import TwilioException, TwilioRestException

from logging_db.engine import read
from logging_db.tables import calls, lines
from permanence.countries import countries
from permanence.preflight_result import Result
from permanence.provider import Account
from permanence.runtime import tokens
from permanence.settings import Settings

GEOGRAPHIC = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
KINDS = {
    PhoneNumberType.TOLL_FREE: "a free number (0800)",
    PhoneNumberType.MOBILE: "a mobile number",
    PhoneNumberType.PREMIUM_RATE: "a premium number",
}
USUAL_PACE = 1.0
USUAL_QUEUE = 100


def examine(settings: Settings, engine: Engine, account: Account) -> Iterator[Result]:
    """Look at one thing after another; the credentials are known to be accepted."""
    with read(engine) as connection:
        rows = connection.execute(
            select(lines.c.id, lines.c.name, lines.c.caller_id).order_by(lines.c.number)
        ).all()
        last = connection.execute(select(func.max(calls.c.received_at))).scalar()
        needed = countries(connection, settings)
    own, known = settings.provider.account_sid, tokens(settings)
    yield _asked("account", lambda: kind_of_account(account, own))
    yield _asked("signatures", lambda: signatures(account, own, known, last and f"{last:%d %b %Y}"))
    for row in rows:
        yield geographic(row.name, row.caller_id)
    for iso, why in needed.items():
        yield permission(account, iso, why)
    yield from _queues(account, [(row.name, f"line-{row.id}") for row in rows])
    yield pace(settings.provider.calls_per_second)


def _asked(name: str, question: Callable[[], Result]) -> Result:
    try:
        return question()
    except (TwilioException, requests.RequestException) as error:
        return Result(name, f"cannot be looked up ({type(error).__name__})", "Try again.")


def kind_of_account(account: Account, sid: str) -> Result:
    """Look whether it is a full account: one on trial rings verified numbers only."""
    found: Any = account.api.accounts(sid).fetch()
    if str(found.type).lower() == "trial":
        return Result("account", "is on trial and rings verified numbers only", "Upgrade it there.")
    return Result("account", "may ring anybody")


def signatures(account: Account, sid: str, known: Sequence[str], last: str | None) -> Result:
    """Tell how far it is known that the provider signs with a token of ours (``known``).

    That the token is accepted does not prove it: a second one may be accepted as well, but
    only the first signs. Some providers tell which that is.
    """
    first = account.api.accounts(sid).fetch().auth_token
    if first and not set(first) <= {"*"}:
        right = [hmac.compare_digest(first.encode(), token.encode()) for token in known]
        if any(right):
            which = "our auth token" if right[0] else "our previous auth token: switch there"
            return Result("signatures", f"are made with {which}")
        return Result(
            "signatures",
            "are made with another auth token than ours, so every call is refused",
            "Set the account's first token as provider.auth_token.",
        )
    seen = f"the last call with a right one came on {last}" if last else "no call has come yet"
    return Result("signatures", f"the provider does not tell by which token; {seen}")


def geographic(name: str, number: str) -> Result:
    """Look whether a caller id is a number of a place: the only kind that Belgium lets in."""
    label = f"kind of the caller id of {name}"
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        kind = PhoneNumberType.UNKNOWN
    if kind in GEOGRAPHIC:
        return Result(label, "geographic")
    return Result(
        label,
        f"it is {KINDS.get(kind, 'no geographic number')}, which no call may show",
        "Take a geographic number (02, …) as the line's caller_id.",
    )


def permission(account: Account, iso: str, why: str) -> Result:
    """Look whether a country may be dialled; ``why`` says whom we ring there."""
    label = f"dialling to {iso}"
    try:
        found = account.voice.v1.dialing_permissions.countries(iso).fetch()
    except TwilioRestException as error:
        told = f"the provider does not tell (HTTP {error.status}): place a call to be sure"
        return Result(label, told)
    except (TwilioException, requests.RequestException) as error:
        return Result(label, f"cannot be looked up ({type(error).__name__})", "Try again.")
    if found.low_risk_numbers_enabled:
        return Result(label, f"permitted ({why})")
    remedy = "Permit it there (Voice, geographic permissions)."
    if iso == "BE":
        remedy = "Run permanence provision, or permit it there."
    return Result(label, f"is not permitted, but needed: {why}", remedy)


def _queues(account: Account, wanted: list[tuple[str, str]]) -> Iterator[Result]:
    try:
        there = {queue.friendly_name: queue for queue in account.queues.list(limit=1000)}
    except (TwilioException, requests.RequestException):
        yield Result("queues", "the provider does not tell how many may wait")
        return
    for name, queue_name in wanted:
        yield queue(name, there.get(queue_name))


def queue(name: str, found: Any) -> Result:
    """Tell how many callers the provider lets wait on a line."""
    label = f"queue of {name}"
    if found is None:
        return Result(label, f"is made with the first caller, usually for {USUAL_QUEUE}")
    size, most = int(found.current_size or 0), int(found.max_size or USUAL_QUEUE)
    if size >= most:
        return Result(label, f"is full: {size} of {most}", "Raise its size there.")
    return Result(label, f"holds {most} callers")


def pace(calls_per_second: float) -> Result:
    """Tell at what pace we place calls; the account's own limit cannot be asked."""
    words = f"{calls_per_second:g} a second"
    if calls_per_second > USUAL_PACE:
        words += "; more than is usual: calls wait at the provider unless it has agreed"
    return Result("pace of calls", words)

"""`permanence check`: the provider knows us, and calls us where we are."""

from collections.abc import Iterator

import requests
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.base.exceptions import TwilioException, TwilioRestException

from logging_db.engine import read
from logging_db.tables import lines
from permanence import preflight_account
from permanence.preflight_result import Result
from permanence.provider import Account, Webhooks, client, numbers_of_lines, owned, webhooks
from permanence.settings import Settings
from permanence.static_fallback import wanted_for


def provider(settings: Settings, engine: Engine, *, deep: bool = False) -> Iterator[Result]:
    """Log in at the provider, then look at each line's numbers.

    With ``deep`` also at all else that there has to be right for calls to get through.
    """
    if not (settings.provider.account_sid and settings.provider.auth_token.get_secret_value()):
        return  # said under configuration
    account = client(settings.provider)
    result = credentials(account, settings.provider.account_sid)
    yield result
    if result.remedy:
        return
    try:
        with read(engine) as connection:
            known = connection.execute(select(lines.c.name, lines.c.caller_id)).all()
            numbers = list(numbers_of_lines(connection))
    except SQLAlchemyError:
        return  # said under database
    if not known:
        yield Result("lines", "there is none", "Import one: permanence import federation FILE")
    wanted = webhooks(settings.provider.public_url)
    for each in numbers:
        yield webhook(account, each.label, each.number, wanted)
    for name, shown in known:
        yield caller_id(account, name, shown)
    if deep:
        yield from preflight_account.examine(settings, engine, account)


def credentials(account: Account, sid: str) -> Result:
    """Fetch the account."""
    try:
        found = account.api.accounts(sid).fetch()
    except TwilioRestException as error:
        return Result(
            "credentials",
            f"the provider refused them (HTTP {error.status})",
            "Correct provider.account_sid and the auth token.",
        )
    except (TwilioException, requests.RequestException) as error:
        return Result(
            "credentials",
            f"the provider does not answer ({type(error).__name__})",
            "Look at the network and at provider.base_url.",
        )
    if found.status not in (None, "active"):
        return Result("credentials", f"the account is {found.status}", "Reopen it there.")
    return Result("credentials", "accepted")


def webhook(account: Account, name: str, number: str, wanted: Webhooks) -> Result:
    """Look at the addresses that the provider calls for one number."""
    label = f"number of {name}"
    try:
        found = owned(account, number)
    except (TwilioException, requests.RequestException) as error:
        return Result(label, f"cannot be looked up ({type(error).__name__})", "Try again.")
    if found is None:
        return Result(label, "the account does not have it", "Buy or port it, or correct the line.")
    if found.trunk_sid:
        return Result(label, "goes to a SIP trunk", "Take it off the trunk there.")
    if isinstance(found.capabilities, dict) and found.capabilities.get("voice") is False:
        return Result(label, "cannot take calls", "Take a number that can.")
    wrong = [
        f"{key} = {address or 'nothing'}"
        for key, address in wanted_for(found, wanted).items()
        if (getattr(found, key) or "") != address
    ]
    if wrong:
        remedy = "Run permanence provision, or set there: " + ", ".join(wrong)
        return Result(label, "calls other addresses", remedy)
    return Result(label, "calls us")


def caller_id(account: Account, name: str, number: str) -> Result:
    """Look whether calls may show this number: one of the account's, or a verified one."""
    label = f"caller id of {name}"
    try:
        found = owned(account, number) is not None
    except (TwilioException, requests.RequestException) as error:
        return Result(label, f"cannot be looked up ({type(error).__name__})", "Try again.")
    if found or _is_verified(account, number):
        return Result(label, "may be shown")
    return Result(
        label,
        f"{number} is not the account's, so every call we place is refused",
        "Buy, port or verify it there, or correct the line's caller_id.",
    )


def _is_verified(account: Account, number: str) -> bool:
    try:
        return bool(account.outgoing_caller_ids.list(phone_number=number, limit=1))
    except (TwilioException, requests.RequestException):
        return False  # a compatible provider may not know of verified numbers

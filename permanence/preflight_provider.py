"""`permanence check`: the provider knows us, and calls us where we are."""

from collections.abc import Iterator
from dataclasses import asdict

import requests
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from logging_db.engine import read
from logging_db.tables import lines
from permanence.preflight_result import Result
from permanence.provider import Webhooks, client, webhooks
from permanence.settings import Settings


def provider(settings: Settings, engine: Engine) -> Iterator[Result]:
    """Log in at the provider, then look at each line's number."""
    if not (settings.provider.account_sid and settings.provider.auth_token.get_secret_value()):
        return  # said under configuration
    account = client(settings.provider)
    result = credentials(account, settings.provider.account_sid)
    yield result
    if result.remedy:
        return
    try:
        with read(engine) as connection:
            known = connection.execute(
                select(lines.c.name, lines.c.number, lines.c.caller_id)
            ).all()
    except SQLAlchemyError:
        return  # said under database
    if not known:
        yield Result("lines", "there is none", "Import one: permanence import federation FILE")
    wanted = webhooks(settings.provider.public_url)
    for name, number, shown in known:
        yield webhook(account, name, number, wanted)
        yield caller_id(account, name, shown)


def credentials(account: Client, sid: str) -> Result:
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


def webhook(account: Client, name: str, number: str, wanted: Webhooks) -> Result:
    """Look at the addresses that the provider calls for one number."""
    label = f"number of {name}"
    try:
        found = account.incoming_phone_numbers.list(phone_number=number, limit=1)
    except (TwilioException, requests.RequestException) as error:
        return Result(label, f"cannot be looked up ({type(error).__name__})", "Try again.")
    if not found:
        return Result(label, "the account does not have it", "Buy or port it, or correct the line.")
    wrong = [
        f"{key} = {address}"
        for key, address in asdict(wanted).items()
        if getattr(found[0], key) != address
    ]
    if wrong:
        return Result(label, "calls other addresses", "Set there: " + ", ".join(wrong))
    return Result(label, "calls us")


def caller_id(account: Client, name: str, number: str) -> Result:
    """Look whether calls may show this number: one of the account's, or a verified one."""
    label = f"caller id of {name}"
    try:
        found = bool(account.incoming_phone_numbers.list(phone_number=number, limit=1))
    except (TwilioException, requests.RequestException) as error:
        return Result(label, f"cannot be looked up ({type(error).__name__})", "Try again.")
    if found or _is_verified(account, number):
        return Result(label, "may be shown")
    return Result(
        label,
        f"{number} is not the account's, so every call we place is refused",
        "Buy, port or verify it there, or correct the line's caller_id.",
    )


def _is_verified(account: Client, number: str) -> bool:
    try:
        return bool(account.outgoing_caller_ids.list(phone_number=number, limit=1))
    except (TwilioException, requests.RequestException):
        return False  # a compatible provider may not know of verified numbers

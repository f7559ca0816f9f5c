"""`permanence check`: what callers hear when nothing of ours answers; what waits on the disk."""

from collections.abc import Iterator

import requests
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from twilio.base.exceptions import TwilioException

from logging_db.engine import read
from logging_db.rosters import Rosters
from permanence import places
from permanence.clock import now
from permanence.preflight_result import Result
from permanence.provider import Account, client, numbers_of_lines, owned
from permanence.settings import Settings
from permanence.static_fallback import Fetcher, NotFetchedError, document, kept_elsewhere, same
from routing.roster import Line
from telephony.spool import ASIDE, Spool

OURS = (
    "is not kept elsewhere, so callers hear the provider's words while we are down; a TwiML Bin "
    "would serve them: permanence fallback-twiml"
)


def fallback(
    settings: Settings, engine: Engine, fetcher: Fetcher | None = None
) -> Iterator[Result]:
    """Look at what each number falls back to at the provider, and whether it is of today."""
    provider = settings.provider
    token = provider.auth_token.get_secret_value()
    if not (provider.account_sid and token):
        return  # said under configuration
    try:
        with read(engine) as connection:
            numbers = list(numbers_of_lines(connection))
            known = Rosters().load(connection, now()).by_number
    except SQLAlchemyError:
        return  # said under database
    account = client(provider)
    fetcher = fetcher or Fetcher(provider.account_sid, token)
    for each in numbers:
        if each.number in known:
            yield from _of_number(
                account, each.label, each.number, known[each.number].line, fetcher
            )


def _of_number(
    account: Account, name: str, number: str, line: Line, fetcher: Fetcher
) -> Iterator[Result]:
    label = f"fallback of {name}"
    try:
        found = owned(account, number)
    except (TwilioException, requests.RequestException):
        return  # said of the number
    if found is None:
        return  # said of the number
    if kept_elsewhere(found):
        yield _compared(label, number, found, line, fetcher)
    else:  # and if it is not ours either, that is said of the number
        yield Result(label, OURS)


def _compared(label: str, number: str, found: object, line: Line, fetcher: Fetcher) -> Result:
    url = str(getattr(found, "voice_fallback_url", ""))
    method = str(getattr(found, "voice_fallback_method", None) or "POST")
    try:
        kept = fetcher.fetch(url, method)
    except NotFetchedError as error:
        return Result(label, f"is kept elsewhere, and {error}", "Mend it, or set our own there.")
    if same(kept, document(line, number)):
        return Result(label, "is kept elsewhere and up to date")
    renew = f"Put there what this writes: permanence fallback-twiml {number}"
    return Result(label, "is kept elsewhere and out of date", renew)


def spool(settings: Settings) -> Iterator[Result]:
    """Name what was spooled while the database was away, and could not be taken in."""
    folder = places.spool_folder(settings.data_dir)
    aside = Spool(folder).aside()
    if aside:
        yield Result(
            "spool",
            f"{len(aside)} file(s) could not be read: {', '.join(aside)}",
            f"Look at them in {folder / ASIDE}, enter the calls by hand, remove them.",
        )

"""The provider's account, looked at and set up the way an operator would."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from requests.exceptions import InvalidJSONError
from sqlalchemy import Connection, select
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from logging_db.tables import line_numbers, lines
from permanence.settings import Provider
from telephony import paths

REST_SECONDS = 5.0

Account: TypeAlias = Client
"""The provider's account, as the commands speak with it."""


@dataclass(frozen=True)
class Webhooks:
    """What the provider should call for a line's number."""

    voice_url: str
    voice_fallback_url: str
    status_callback: str
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"
    voice_application_sid: str = ""  # an application would go before the addresses


@dataclass(frozen=True)
class LineNumber:
    """A number of a line. ``label`` names it for people: the line, and a language."""

    line_id: str
    label: str
    number: str


def webhooks(public_url: str) -> Webhooks:
    """Return the addresses that every line's number must have at the provider."""
    return Webhooks(
        voice_url=public_url + paths.INCOMING,
        voice_fallback_url=public_url + paths.FALLBACK,
        status_callback=public_url + paths.STATUS,
    )


class _Http(TwilioHttpClient):  # type: ignore[misc] # the library's types are loose here
    """Takes a page for people, such as a proxy's, for no answer at all."""

    def request(self, *about: Any, **more: Any) -> Response:
        """Ask, and raise :class:`requests.RequestException` where a success is no JSON."""
        response = super().request(*about, **more)
        if response.text and response.status_code < 300:
            try:
                json.loads(response.text)
            except ValueError:
                raise InvalidJSONError("the answer is no JSON") from None
        return response


def client(provider: Provider) -> Client:
    """Return the stock client, with a time limit."""
    made = Client(
        provider.account_sid,
        provider.auth_token.get_secret_value(),
        http_client=_Http(timeout=REST_SECONDS),
    )
    if provider.base_url:
        made.api.base_url = provider.base_url
        made.voice.base_url = provider.base_url  # where permissions to dial are kept
    return made


def numbers_of_lines(connection: Connection) -> Iterator[LineNumber]:
    """Give every line's number, and after it those that stand for a language."""
    more = connection.execute(select(line_numbers).order_by(line_numbers.c.number)).all()
    for line in connection.execute(
        select(lines.c.id, lines.c.name, lines.c.number).order_by(lines.c.number)
    ).all():
        yield LineNumber(line.id, line.name, line.number)
        for row in more:
            if row.line_id == line.id:
                yield LineNumber(line.id, f"{line.name} ({row.language})", row.number)


def owned(account: Client, number: str) -> Any | None:
    """Return the account's entry of a number; the list also gives those that contain it."""
    found = account.incoming_phone_numbers.list(phone_number=number, limit=20)
    return next((one for one in found if one.phone_number == number), None)


def own(account: Client, number: str) -> None:
    """Have the account own the number, to show it on calls. See :func:`point`."""
    if owned(account, number) is None:
        account.incoming_phone_numbers.create(phone_number=number)


def point(account: Client, number: str, wanted: Webhooks) -> None:
    """Have the number call us; buy it first if the account does not have it.

    Only the simulator sells any number that is asked for.
    """
    found = owned(account, number)
    chosen = asdict(wanted)
    if found is not None:
        found.update(**chosen)
    else:
        account.incoming_phone_numbers.create(phone_number=number, **chosen)

"""The provider's account, looked at and set up the way an operator would."""

from dataclasses import asdict, dataclass

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from permanence.settings import Provider
from telephony import paths

REST_SECONDS = 5.0


@dataclass(frozen=True)
class Webhooks:
    """What the provider should call for a line's number."""

    voice_url: str
    voice_fallback_url: str
    status_callback: str
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"


def webhooks(public_url: str) -> Webhooks:
    """Return the addresses that every line's number must have at the provider."""
    return Webhooks(
        voice_url=public_url + paths.INCOMING,
        voice_fallback_url=public_url + paths.FALLBACK,
        status_callback=public_url + paths.STATUS,
    )


def client(provider: Provider) -> Client:
    """Return the stock client, with a time limit."""
    made = Client(
        provider.account_sid,
        provider.auth_token.get_secret_value(),
        http_client=TwilioHttpClient(timeout=REST_SECONDS),
    )
    if provider.base_url:
        made.api.base_url = provider.base_url
    return made


def own(account: Client, number: str) -> None:
    """Have the account own the number, to show it on calls. See :func:`point`."""
    if not account.incoming_phone_numbers.list(phone_number=number, limit=1):
        account.incoming_phone_numbers.create(phone_number=number)


def point(account: Client, number: str, wanted: Webhooks) -> None:
    """Have the number call us; buy it first if the account does not have it.

    Only the simulator sells any number that is asked for.
    """
    found = account.incoming_phone_numbers.list(phone_number=number, limit=1)
    chosen = asdict(wanted)
    if found:
        found[0].update(**chosen)
    else:
        account.incoming_phone_numbers.create(phone_number=number, **chosen)

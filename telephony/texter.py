"""Text messages over the provider's REST API."""

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from notices.channels import DeliveryError
from telephony.dialler import REST_SECONDS

NOT_NOW = frozenset({401, 403, 429})
"""HTTP codes that say nothing of this message: the account, or the pace."""


class TwilioTexter:
    """Sends text messages; see :class:`notices.channels.Texter`.

    ``base_url`` is empty for Twilio, else the address of a compatible provider. A request is
    never repeated here. What an error says is dropped: it quotes the number.
    """

    def __init__(self, account_sid: str, auth_token: str, base_url: str = "") -> None:
        http = TwilioHttpClient(timeout=REST_SECONDS)
        self._client = Client(account_sid, auth_token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    def send(self, to: str, sender: str, text: str) -> None:
        """Send the message; raise :class:`DeliveryError`."""
        try:
            self._client.messages.create(to=to, from_=sender, body=text)
        except TwilioRestException as error:
            raise _refusal(error) from None
        except requests.RequestException as error:
            never = _never_connected(error)
            raise DeliveryError(type(error).__name__, unclear=not never, away=never) from None
        except (TwilioException, ValueError) as error:
            raise DeliveryError(type(error).__name__, unclear=True) from None


def _refusal(error: TwilioRestException) -> DeliveryError:
    code = f"provider {error.code or error.status}"
    if error.status in NOT_NOW:
        return DeliveryError(code, away=True)
    unclear = error.status >= 500
    return DeliveryError(code, unclear=unclear, final=not unclear)


def _never_connected(error: requests.RequestException) -> bool:
    """Tell whether the request cannot have reached the provider."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)

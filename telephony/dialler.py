"""The Twilio dialler: the stock client, with the time limits that it lacks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callbacks.dialler import DiallerError, Ring

REST_SECONDS = 6.0
CLOCKS_APART = timedelta(seconds=30)
PLACED = "outbound-api"
NOT_IN_PROGRESS = 21220
NOT_FOUND = 20404
EVENTS = ["initiated", "answered", "completed"]  # that it rings changes nothing for us

P = ParamSpec("P")
R = TypeVar("R")


def _translated(method: Callable[P, R]) -> Callable[P, R]:
    """Turn what the client raises into a :class:`DiallerError`, without its message.

    The provider's messages quote the number that was dialled; its code says enough.
    """

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except TwilioRestException as error:
            raise _refusal(error) from None
        except (requests.RequestException, TwilioException, ValueError):
            raise DiallerError("The provider gave no clear answer", unclear=True) from None

    return wrapper


def _refusal(error: TwilioRestException) -> DiallerError:
    return DiallerError(
        f"The provider refused: HTTP {error.status}, code {error.code}",
        unclear=error.status >= 500,
        throttled=error.status == 429,
        gone=error.code in (NOT_IN_PROGRESS, NOT_FOUND),
        code=error.code,
    )


class TwilioDialler:
    """Places and changes calls over the provider's REST API.

    ``base_url`` is empty for Twilio, else the address of a compatible provider. A request
    takes at most :data:`REST_SECONDS`; it is never repeated here.
    """

    def __init__(self, account_sid: str, auth_token: str, base_url: str = "") -> None:
        http = TwilioHttpClient(timeout=REST_SECONDS, pool_connections=True)
        self._client = Client(account_sid, auth_token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    @_translated
    def place(self, ring: Ring) -> str:
        """Place the call and return its id."""
        call = self._client.calls.create(
            to=ring.to,
            from_=ring.caller_id,
            url=ring.answer_url,
            method="POST",
            fallback_url=ring.fallback_url,
            fallback_method="POST",
            status_callback=ring.status_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=ring.ring_seconds,
        )
        return str(call.sid)

    @_translated
    def find(self, to: str, caller_id: str, since: datetime) -> str | None:
        """Return the id of the newest call to ``to`` created since then, or shortly before.

        The provider's clock is not ours; who asks knows which calls are known already.
        """
        earliest = since - CLOCKS_APART
        found: list[Any] = self._client.calls.list(to=to, from_=caller_id, limit=20)
        # What the provider forwards by itself may go to the same person from the same number.
        placed = (call for call in found if call.direction == PLACED)
        recent = [call for call in placed if call.date_created and call.date_created >= earliest]
        newest = max(recent, key=lambda call: call.date_created, default=None)
        return str(newest.sid) if newest else None

    @_translated
    def redirect(self, provider_sid: str, url: str) -> None:
        """Have the call fetch ``url``."""
        self._client.calls(provider_sid).update(url=url, method="POST")

    @_translated
    def hang_up(self, provider_sid: str) -> None:
        """End the call: ``completed`` ends a ringing one as well as a talking one."""
        self._client.calls(provider_sid).update(status="completed")

    @_translated
    def find_room(self, name: str) -> str | None:
        """Return the id of the newest conference of this name that is not over."""
        found: list[Any] = self._client.conferences.list(friendly_name=name, limit=20)
        return next((str(room.sid) for room in found if room.status != "completed"), None)

    @_translated
    def hold(self, room_sid: str, provider_sid: str, url: str | None) -> None:
        """Hold a participant, who hears ``url``, or let them talk again."""
        participant = self._client.conferences(room_sid).participants(provider_sid)
        if url is None:
            participant.update(hold=False)
        else:
            participant.update(hold=True, hold_url=url, hold_method="POST")

    @_translated
    def set_ending(self, room_sid: str, provider_sid: str, *, ends: bool) -> None:
        """Change what a participant's leaving does."""
        participant = self._client.conferences(room_sid).participants(provider_sid)
        participant.update(end_conference_on_exit=ends)

    @_translated
    def status(self, provider_sid: str) -> str | None:
        """Return the call's status, ``None`` where the provider has no such call."""
        try:
            return str(self._client.calls(provider_sid).fetch().status)
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise

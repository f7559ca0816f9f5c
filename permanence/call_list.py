"""The provider's list of calls, as the comparison with the book reads it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from callbacks.dialler import DiallerError
from permanence.provider import client
from permanence.settings import Provider
from telephony.comparing import LIVE_STATUSES, Told
from telephony.hook import FINAL_STATUSES, SID

PER_PAGE = 500

# Only what we know is taken over: whatever else a list holds might be somebody's number.
STATUSES = FINAL_STATUSES | LIVE_STATUSES
UNKNOWN = "unknown"

T = TypeVar("T")


class ProviderCalls:
    """Reads the list with the stock client; each request takes a few seconds at most."""

    def __init__(self, provider: Provider) -> None:
        self._sid = provider.account_sid
        self._calls = client(provider).calls

    def page(
        self, since: datetime, until: datetime, after: str | None
    ) -> tuple[list[Told], str | None]:
        """Return a page of calls that started in a period, and the address of the next."""
        return _translated(lambda: self._page(since, until, after))

    def _page(
        self, since: datetime, until: datetime, after: str | None
    ) -> tuple[list[Told], str | None]:
        if after is None:
            page = self._calls.page(
                start_time_after=since, start_time_before=until, page_size=PER_PAGE
            )
        else:
            page = self._calls.get_page(after)
        own = [_told(call) for call in page if self._is_own(call)]
        return own, page.next_page_url

    def _is_own(self, call: Any) -> bool:
        return bool(SID.fullmatch(str(call.sid))) and call.account_sid in (None, self._sid)

    def one(self, sid: str) -> Told | None:
        """Return one call, ``None`` where the provider has no such call."""
        return _translated(lambda: self._one(sid))

    def _one(self, sid: str) -> Told | None:
        try:
            return _told(self._calls(sid).fetch())
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise


def _translated(question: Callable[[], T]) -> T:
    """Ask; turn what the client raises into a :class:`DiallerError`, without its message."""
    try:
        return question()
    except TwilioRestException as error:
        raise _refused(error.status, error.code) from None
    except TwilioException as error:
        raise _refused(_status_of_page(error), None) from None
    except (requests.RequestException, ValueError, TypeError, KeyError):
        raise DiallerError("the provider gave no clear answer", unclear=True) from None


def _status_of_page(error: TwilioException) -> int:
    """Return the HTTP status of a page that the client could not read; 0 if there is none."""
    response = error.args[1] if len(error.args) > 1 else None
    return int(getattr(response, "status_code", 0))


def _refused(status: int, code: int | None) -> DiallerError:
    more = f", code {code}" if code else ""
    return DiallerError(
        f"the provider refused: HTTP {status}{more}",
        unclear=status >= 500 or status == 0,
        throttled=status == 429,
        code=code,
    )


def _told(call: Any) -> Told:
    return Told(
        sid=str(call.sid),
        direction=str(call.direction),
        status=str(call.status) if call.status in STATUSES else UNKNOWN,
        to=str(call.to or ""),
        sender=str(getattr(call, "_from", "") or ""),
        started=call.start_time,
        ended=call.end_time,
        seconds=int(call.duration) if str(call.duration).isdecimal() else None,
    )

"""What ringing people needs of a telephony provider, without knowing which one it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class DiallerError(Exception):
    """The provider did not do what it was asked.

    ``unclear``: it may have done it all the same (a time-out, a 5xx): look before asking
    again. ``gone``: the call that was to be changed is over. ``throttled``: it was refused
    because of pace and may be asked again. Otherwise the refusal is final. ``code`` is the
    provider's own error number, for the log.
    """

    def __init__(
        self,
        message: str,
        *,
        unclear: bool = False,
        gone: bool = False,
        throttled: bool = False,
        code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.unclear = unclear
        self.gone = gone
        self.throttled = throttled
        self.code = code


@dataclass(frozen=True)
class Ring:
    """One outbound call to place. Times in seconds; addresses absolute."""

    to: str
    caller_id: str
    answer_url: str
    status_url: str
    fallback_url: str
    ring_seconds: int


class Dialler(Protocol):
    """The provider's outbound side. Every method raises :class:`DiallerError`."""

    def place(self, ring: Ring) -> str:
        """Place the call and return the provider's id of it. Not idempotent."""

    def find(self, to: str, caller_id: str, since: datetime) -> str | None:
        """Return the id of the newest call to ``to`` created at or after ``since``, if any."""

    def redirect(self, provider_sid: str, url: str) -> None:
        """Have the live call fetch its next instructions at ``url``. Idempotent."""

    def hang_up(self, provider_sid: str) -> None:
        """End the call, whether it rings or talks. Idempotent."""

    def find_room(self, name: str) -> str | None:
        """Return the id of the conference that goes on under ``name``, if any."""

    def hold(self, room_sid: str, provider_sid: str, url: str | None) -> None:
        """Have somebody in a conference hear ``url`` and nobody else; ``None``: let them talk.

        Idempotent; ``gone`` where they are not in it.
        """

    def set_ending(self, room_sid: str, provider_sid: str, *, ends: bool) -> None:
        """Say whether the conference ends when this person leaves it. As :meth:`hold`."""

    def status(self, provider_sid: str) -> str | None:
        """Return the provider's status of the call, ``None`` where it knows no such call."""

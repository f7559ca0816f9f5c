"""What the console needs to know of the product's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

SecondFactor = Literal["coordinators", "nobody"]


@dataclass(frozen=True)
class Sentence:
    """What a line says unless it has words of its own.

    ``names`` are those that may stand in braces in its place and are filled in when it is
    spoken. ``recordable``: a recording may stand for it; else it tells something new each time, or
    must be short.
    """

    text: str
    names: tuple[str, ...] = ()
    recordable: bool = True


@dataclass(frozen=True)
class ConsoleSettings:
    """The console's settings, frozen. The front door makes them out of ``[console]``.

    ``public_url`` is the address in the browser, without a last slash; where it is https the
    cookies are marked secure. ``session_key`` and ``totp_key`` are 32 random bytes each: one
    signs cookies, the other seals the secrets of authenticator apps. ``second_factor`` says
    who must have one. ``proxies`` is how many reverse proxies stand in front, whose word on
    the visitor's address counts. ``password_memory`` is what argon2 takes, in KiB.
    ``sms``: whether reminders may go by text message.
    ``uploads`` is a private folder in which files wait to be imported; without one, a folder
    of this process's own. ``streams`` is how many live boards a process tells of each change.
    ``sentences`` are those that a line may say in its own words: by language, then by key, in
    the order in which callers may hear them.
    ``calls_per_second`` is the pace of outbound calls, which those from a talk keep too.
    """

    session_key: bytes
    totp_key: bytes
    public_url: str
    second_factor: SecondFactor = "coordinators"
    idle: timedelta = timedelta(minutes=60)
    lifetime: timedelta = timedelta(hours=12)
    proxies: int = 0
    password_memory: int = 46 * 1024
    password_rounds: int = 3
    sms: bool = False
    uploads: Path | None = None
    streams: int = 16
    sentences: Mapping[str, Mapping[str, Sentence]] = field(default_factory=dict, hash=False)
    calls_per_second: float = 1.0

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console by https."""
        return self.public_url.startswith("https://")

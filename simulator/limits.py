"""How patient the provider is with one address.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: connect 5 s, 15 s
in all, one retry, and that only when the connection failed.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Limits:
    """Connection overrides of one address: seconds, the number and kinds of retries."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


def limits_of(fragment: str) -> Limits:
    """Read the overrides ``rc=2&ct=1000&rp=5xx``; what is out of range is ignored."""
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}
    policy = frozenset(word for word in given.get("rp", "ct").split(",") if word)
    return Limits(
        connect=_between(given.get("ct"), 100, 10_000, 5000) / 1000,
        read=_between(given.get("rt"), 100, 15_000, 15_000) / 1000,
        total=_between(given.get("tt"), 100, 15_000, 15_000) / 1000,
        retries=_between(given.get("rc"), 0, 5, 1),
        policy=policy,
    )


def _between(text: str | None, low: int, high: int, default: int) -> int:
    if text is None or not text.isdigit() or not low <= int(text) <= high:
        return default
    return int(text)

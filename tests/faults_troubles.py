"""Everything that goes wrong in the fault runs, how likely it is, and how often it did."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from threading import Lock
from typing import Any

from simulator.disorder import Disorder
from simulator.exchange import Exchange
from simulator.faults import Fault


@dataclass(frozen=True)
class Troubles:
    """How likely everything is that goes wrong. ``provider`` is a second, the rest each time."""

    duplicate: float = 0.2
    triple: float = 0.1
    late: float = 4.0  # seconds
    lose_news: float = 0.03
    lose_document: float = 0.01
    repeat_document: float = 0.1
    lose_ring: float = 0.05
    provider: float = 0.05
    death: float = 0.002


NONE = Troubles(**{field.name: 0.0 for field in fields(Troubles)})

DENSE = Troubles(lose_document=0.02, provider=0.3, death=0.004)
"""For few callers, so that each kind of trouble comes all the same."""

ORDERS: tuple[dict[str, Any], ...] = (
    {"method": "POST", "resource": "Calls", "status": 500},
    {"method": "POST", "resource": "Calls", "status": 500, "after_doing": True},
    {"method": "POST", "resource": "Calls", "status": None, "after_doing": True},
    {"method": "POST", "resource": "Calls", "status": 429, "times": 2},
    {"method": "POST", "resource": "Calls/*", "status": 500},
    {"method": "POST", "resource": "Calls/*", "status": 429, "times": 2},
    {"method": "POST", "resource": "Calls/*", "status": None, "after_doing": True},
    {"method": "GET", "resource": "Calls", "status": 503, "times": 3},
    {"method": "GET", "resource": "Calls", "lie": True, "times": 2},
    {"method": "GET", "resource": "Calls/*", "status": 500, "times": 2},
)


class Toll:
    """Counts what truly went wrong: a run in which nothing did proves nothing."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, kind: str) -> None:
        """Count one trouble of this kind."""
        with self._lock:
            self._counts[kind] += 1

    def of(self, beginning: str) -> int:
        """Return how many troubles there were whose kind begins so."""
        return sum(n for kind, n in self._counts.items() if kind.startswith(beginning))

    def kinds(self) -> set[str]:
        """Return what there was at all."""
        return set(self._counts)

    def __str__(self) -> str:
        return ", ".join(f"{kind} {count}" for kind, count in sorted(self._counts.items()))


class CountedDisorder(Disorder):
    """Disorder that is counted as it comes."""

    def __init__(self, toll: Toll, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._toll = toll

    def delays(self) -> list[float]:
        """Return when one piece of news is told, each time."""
        found = super().delays()
        self._toll.count(("news lost", "news once", "news twice", "news thrice")[len(found)])
        return found


def count_failures(exchange: Exchange, toll: Toll) -> None:
    """Count every failure of the provider's when it comes, not when it is ordered."""
    take: Callable[[str, str], Fault | None] = exchange.faults.take

    def taken(method: str, resource: str) -> Fault | None:
        fault = take(method, resource)
        if fault is not None:
            toll.count(f"provider: {_described(fault)}")
        return fault

    exchange.faults.take = taken  # type: ignore[method-assign] # it stands in between


def _described(fault: Fault) -> str:
    how = "lies" if fault.lie else fault.status or "silence"
    return f"{fault.method} {fault.resource} {how}{' but done' if fault.after_doing else ''}"

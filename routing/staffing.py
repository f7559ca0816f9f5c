"""How a waiting line behaves in theory: Erlang's formulas for identical responders in one pool.

Arrivals are Poisson, talks exponential; ``load`` is what is offered, in erlangs (arrivals a
second times the mean talk in seconds). Rates are per second, times in seconds.
"""

from dataclasses import dataclass
from math import exp

NEGLIGIBLE = 1e-14


@dataclass(frozen=True)
class Expected:
    """What to expect of a line: shares of all callers (0 to 1), and the mean wait of all."""

    waits: float
    abandons: float
    mean_wait: float


def erlang_b(load: float, responders: int) -> float:
    """Return the share that finds everybody busy and leaves at once (A. K. Erlang, 1917)."""
    blocked = 1.0
    for count in range(1, responders + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(load: float, responders: int) -> float:
    """Return the share that has to wait where nobody ever gives up; 1.0 where it never ends."""
    if load >= responders:
        return 1.0
    blocked = erlang_b(load, responders)
    return responders * blocked / (responders - load * (1 - blocked))


def answered_within(arrivals: float, talk: float, responders: int, seconds: float) -> float:
    """Return the share that is answered within ``seconds`` where nobody gives up (Erlang C)."""
    load = arrivals * talk
    if load >= responders:
        return 0.0
    return 1 - erlang_c(load, responders) * exp(-(responders - load) * seconds / talk)


def erlang_a(arrivals: float, talk: float, patience: float, responders: int) -> Expected:
    """Return what to expect where callers give up after an exponential ``patience``.

    Palm's model M/M/n+M (C. Palm, 1943; "Erlang A" since Garnett, Mandelbaum and Reiman,
    2002), solved as a birth-death chain: with ``k`` in the line or in a talk, deaths come at
    ``min(k, n)/talk + max(0, k − n)/patience``. Little's law gives the mean wait.
    """
    weight, total, waiting, busy, k = 1.0, 1.0, 0.0, 0.0, 0
    while True:
        if k >= responders:
            busy += weight
            waiting += weight * (k - responders)
        k += 1
        weight *= arrivals / (min(k, responders) / talk + max(0, k - responders) / patience)
        total += weight
        if k > responders and weight < NEGLIGIBLE * total:
            break
    in_line = waiting / total
    return Expected(
        waits=busy / total,
        abandons=in_line / patience / arrivals,
        mean_wait=in_line / arrivals,
    )

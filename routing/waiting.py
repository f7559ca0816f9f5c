"""How long a caller may expect to wait, said only where it can be kept.

While somebody waits, the line answers at a certain pace: the time from one answer to the next.
Many people who end their conversations independently make these gaps nearly exponential, so
that of what is to come there is a bound: if n gaps took the time T together, the next m take

    at most  T · m/n · F,   F being the 90 % quantile of the F distribution (2m, 2n),

nine times out of ten (a prediction interval; Lawless, *Statistical Models and Methods for
Lifetime Data*, 4.1). That bound is told, rounded up. What is unsure makes it longer, and where
it becomes too long or too vague to help anybody, nothing is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

WITHIN = timedelta(minutes=90)
"""Answers of longer ago say nothing about now."""

LATEST = 25
"""Of more answers than these, the older ones are left out."""

FEWEST = 8
"""With fewer answers than these nothing can be told …"""

FEWEST_ON_DUTY = 2
"""… nor where one conversation alone decides."""

QUEUED = timedelta(seconds=60)
"""Whoever waited for less was not waiting for somebody to be free, only for the ringing."""

WIDEST = timedelta(minutes=10)
"""If the wait may as well be this much shorter than the bound, the bound tells nothing."""

SHORTEST = timedelta(minutes=2)
"""Less is never promised: ringing and picking up take their time."""

SURE = 1.2816
"""The 90 % quantile of the normal distribution: nine out of ten are to be answered earlier."""


@dataclass(frozen=True)
class Answer:
    """Somebody was answered: since when they waited, when it was, and by whom. Aware UTC."""

    since: datetime
    at: datetime
    responder: str


@dataclass(frozen=True)
class Place:
    """Where a caller stands, and behind whom.

    ``ahead`` wait before them in their language, the first of all (or they themselves) since
    ``first_since``; ``on_duty`` people who speak it are on duty.
    """

    ahead: int
    on_duty: int
    first_since: datetime


def estimate(
    answers: Sequence[Answer], place: Place, at: datetime, most: timedelta
) -> timedelta | None:
    """Return within which time they will mostly be answered, in whole minutes, or ``None``.

    ``answers`` are the line's, in their language; ``most`` is what may be told at most: a
    longer wait is not told at all.
    """
    lately = sorted((one for one in answers if at - WITHIN <= one.at <= at), key=_when)[-LATEST:]
    gaps = _gaps(lately)
    if len(gaps) < FEWEST or place.on_duty < FEWEST_ON_DUTY:
        return None
    # Nobody has been answered for a while: that is news too, though it is not over yet.
    pause = max(at - max(lately[-1].at, place.first_since), timedelta())
    # Fewer people than those who answered: slower. More: that has yet to be seen.
    fewer = max(1.0, len({one.responder for one in lately}) / place.on_duty)
    pace = (sum(gaps, timedelta()) + pause) / len(gaps) * fewer
    coming = place.ahead + 1
    told = _rounded_up(pace * coming * quantile(2 * coming, 2 * len(gaps), SURE))
    least = pace * coming * quantile(2 * coming, 2 * len(gaps), -SURE)
    return told if told <= most and told - least <= WIDEST else None


def _when(answer: Answer) -> datetime:
    return answer.at


def _gaps(answers: Sequence[Answer]) -> list[timedelta]:
    """Return how long the first in the line stood there, for those who had to wait."""
    return [
        later.at - max(later.since, before.at)
        for before, later in pairwise(answers)
        if later.at - later.since >= QUEUED
    ]


def _rounded_up(length: timedelta) -> timedelta:
    """Round up to whole minutes, from ten on to the next five: no better is known."""
    minutes = math.ceil(max(length, SHORTEST) / timedelta(minutes=1))
    return timedelta(minutes=minutes if minutes <= 10 else 5 * math.ceil(minutes / 5))


def quantile(freedom: int, other: int, normal: float) -> float:
    """Return a quantile of the F distribution with these two degrees of freedom.

    ``normal`` is the same quantile of the normal distribution. Paulson's approximation
    (*Annals of Mathematical Statistics* 13, 1942), good to a few per cent for ``other`` > 5.
    """
    a, b = 2 / (9 * freedom), 2 / (9 * other)
    root = math.sqrt((1 - a) ** 2 * b + (1 - b) ** 2 * a - normal**2 * a * b)
    cube_root = ((1 - a) * (1 - b) + normal * root) / ((1 - b) ** 2 - normal**2 * b)
    return max(cube_root, 0.0) ** 3

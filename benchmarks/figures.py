"""Figures out of measurements, and tables out of figures."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of a table: what was measured, what came out, what was hoped for."""

    what: str
    value: str
    aim: str = ""


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that ``percent`` of all do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def spread(values: Sequence[float], form: str) -> str:
    """Return the median with the 10th and the 90th percentile."""
    low, high = percentile(values, 10), percentile(values, 90)
    return f"{median(values):{form}} ({low:{form}} to {high:{form}})"


def milliseconds(seconds: Sequence[float], *percents: float) -> str:
    """Return percentiles of durations, in milliseconds."""
    named = {percent: "max" if percent == 100 else f"p{percent:g}" for percent in percents}
    return ", ".join(
        f"{name} {percentile(seconds, percent) * 1000:.1f} ms" for percent, name in named.items()
    )


def table(title: str, figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table."""
    head = [f"## {title}", "", "| what | measured | aim |", "| --- | --- | --- |"]
    return "\n".join([*head, *(f"| {f.what} | {f.value} | {f.aim} |" for f in figures), ""])

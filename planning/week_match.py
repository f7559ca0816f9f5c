"""What is wanted on a day, beside what is there: equal, changed, missing, too much."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from planning.objections import Objection
from planning.week_slots import Slot
from routing.duty import Occurrence

Mode = Literal["replace", "fill"]


class Wanted(NamedTuple):
    """A slot as the source has it, and without people who answer no more."""

    raw: Slot
    slot: Slot


class There(NamedTuple):
    """A shift that is there, as a slot without people who answer no more."""

    on: Occurrence
    slot: Slot


@dataclass
class DayMatch:
    """A day of the comparison."""

    kept: list[There] = field(default_factory=list)
    pairs: list[tuple[Wanted, There]] = field(default_factory=list)
    added: list[Wanted] = field(default_factory=list)
    removed: list[There] = field(default_factory=list)
    left_out: list[tuple[Slot, Objection]] = field(default_factory=list)


def match(
    wanted: Sequence[Wanted],
    there: Sequence[There],
    why_not: Callable[[Slot], Objection | None],
    is_frozen: Callable[[There], bool],
    mode: Mode,
) -> DayMatch:
    """Compare a day. ``why_not`` says why a slot cannot be had there, ``is_frozen`` what stays.

    Each slot finds at most one shift: first one that is equal, then one of the same service
    and times. What cannot be had leaves the shift of the same times as it is.
    """
    day = DayMatch()
    pool = _Pool(there)
    rest = []
    for each in wanted:
        equal = pool.take_equal(each.slot)
        if equal is None:
            rest.append(each)
        else:
            day.kept.append(equal)
    possible = []
    for each in rest:
        reason = why_not(each.slot)
        if reason is None:
            possible.append(each)
            continue
        same_times = pool.take(each.slot)
        if same_times is not None:
            day.kept.append(same_times)
        if same_times is None or mode == "replace":
            day.left_out.append((each.raw, reason))
    day.kept += pool.take_all(is_frozen)
    _pair(day, possible, pool, mode)
    return day


def _pair(day: DayMatch, possible: Iterable[Wanted], pool: "_Pool", mode: Mode) -> None:
    for each in possible:
        found = pool.take(each.slot)
        if found is None:
            day.added.append(each)
        elif mode == "fill":
            day.kept.append(found)
        else:
            day.pairs.append((each, found))
    left = pool.take_all(lambda _: True)
    if mode == "fill":
        day.kept += left
    else:
        day.removed += left


class _Pool:
    """The shifts of a day, each to be taken once."""

    def __init__(self, there: Sequence[There]) -> None:
        self._left = dict(enumerate(there))
        self._equal: defaultdict[Hashable, list[int]] = defaultdict(list)
        self._same: defaultdict[Hashable, list[int]] = defaultdict(list)
        for number, each in self._left.items():
            self._equal[each.slot].append(number)
            self._same[each.slot.key].append(number)

    def take_equal(self, slot: Slot) -> There | None:
        return self._take(self._equal.get(slot, ()))

    def take(self, slot: Slot) -> There | None:
        return self._take(self._same.get(slot.key, ()))

    def take_all(self, which: Callable[[There], bool]) -> list[There]:
        numbers = [number for number, each in self._left.items() if which(each)]
        return [self._left.pop(number) for number in numbers]

    def _take(self, numbers: Iterable[int]) -> There | None:
        for number in numbers:
            if number in self._left:
                return self._left.pop(number)
        return None

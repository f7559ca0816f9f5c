"""What the roster says, as frozen values: lines, services, responders, shifts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.duty import Piece

_place = itemgetter(0)


def _within(day: date, since: date | None, until: date | None) -> bool:
    return (since is None or since <= day) and (until is None or day < until)


@dataclass(frozen=True)
class Hours:
    """Opening hours on a weekday (0 is Monday), local wall time, half-open.

    ``closes`` at or before ``opens`` means the next day. They hold for what begins on the
    local days from ``since`` to before ``until``; ``None`` is without that limit.
    """

    weekday: int
    opens: time
    closes: time
    since: date | None = None
    until: date | None = None

    def hold_on(self, day: date) -> bool:
        """Tell whether the line opens by these hours on a local ``day``."""
        return self.weekday == day.weekday() and _within(day, self.since, self.until)


@dataclass(frozen=True)
class Closure:
    """A local day on which the line stays closed, with its name by language."""

    day: date
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """A sound that a line plays instead of words, how long it lasts, and what it says."""

    id: str
    seconds: float
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A telephone number that people ring, and how it behaves. Durations in seconds.

    ``policy`` and ``ring_at_once`` say how responders are chosen (:mod:`routing.matching`);
    ``backup`` are the ids of those who stand by behind the people on duty, in ring order, for
    whoever has waited for ``backup_after_seconds``.

    ``numbers`` are further numbers, each with the language of whoever rings it. ``words`` are
    the line's own, by key and language, a text or a recording; without them it says ours.
    ``greet_first``: its greeting is heard before a language is asked for; ``tell_wait``: callers
    may be told how long it takes.
    """

    id: str
    number: str
    name: str
    languages: tuple[str, ...]
    timezone: str
    caller_id: str
    fallback_number: str | None
    ring_seconds: int
    max_wait_seconds: int
    wrap_up_seconds: int
    callback_when_closed: bool
    hours: tuple[Hours, ...]
    closures: tuple[Closure, ...]
    policy: str = "longest_idle"
    ring_at_once: int = 3
    backup: tuple[str, ...] = ()
    backup_after_seconds: int = 60
    greet_first: bool = False
    tell_wait: bool = True
    numbers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[tuple[str, str], "str | Recording"] = field(default_factory=dict)

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Its own number and the further ones."""
        return (self.number, *self.numbers)


@dataclass(frozen=True)
class PartnerService:
    """An organisation whose responders answer in turns; its name by language."""

    id: str
    code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Responder:
    """A person who answers. ``languages`` in order of preference (ISO 639 codes)."""

    id: str
    name: str
    service: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Absence:
    """A time in which a person does not answer, wherever they are assigned. Half-open, UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Substitution:
    """Somebody stands in for *one* person of a shift, not for the others beside them.

    ``starts`` and ``ends`` are wall times within the shift, half-open; ``None`` is the
    shift's own. A stand-in may be stood in for in turn.
    """

    id: str
    instead_of: str
    responder: str
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True)
class Shift:
    """Who stands by, weekly (``weekday``) or once (``day``), in local wall time, half-open.

    ``ends`` at or before ``starts`` means the next day. ``responders`` are ids in ring
    order; ``needed`` is the headcount asked for; ``languages`` should be spoken by somebody
    among them. ``zone`` is that of the wall times, ``None`` the line's.

    A weekly shift holds on days from ``since`` to before ``until``, but not on those in
    ``except_days``: something else was decided there. A dated one may say of which weekly
    shift it is an occurrence, and of which day. What is ``cancelled`` is not worked.
    """

    id: str
    service: str
    weekday: int | None
    day: date | None
    starts: time
    ends: time
    needed: int
    responders: tuple[str, ...]
    languages: tuple[str, ...] = ()
    substitutions: tuple[Substitution, ...] = ()
    zone: str | None = None
    since: date | None = None
    until: date | None = None
    except_days: frozenset[date] = frozenset()
    weekly_id: str | None = None
    weekly_day: date | None = None
    cancelled: bool = False
    version: int = 1

    def is_on(self, day: date) -> bool:
        """Tell whether it begins on the local ``day``."""
        if self.cancelled:
            return False
        if self.day is not None:
            return self.day == day
        return (
            self.weekday == day.weekday()
            and _within(day, self.since, self.until)
            and day not in self.except_days
        )


@dataclass(frozen=True)
class Roster:
    """All that decides who answers one line.

    ``begins`` and ``ends`` bound the local days whose shifts it knows, half-open; ``None``
    is without that limit.
    """

    line: Line
    shifts: tuple[Shift, ...]
    responders: Mapping[str, Responder]
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    begins: date | None = None
    ends: date | None = None

    @cached_property
    def dated(self) -> Mapping[date, tuple[tuple[int, Shift], ...]]:
        """The dated shifts by day, each with its place among all."""
        found: dict[date, list[tuple[int, Shift]]] = {}
        for place, shift in enumerate(self.shifts):
            if shift.day is not None:
                found.setdefault(shift.day, []).append((place, shift))
        return {day: tuple(of_day) for day, of_day in found.items()}

    @cached_property
    def weekly(self) -> Mapping[int, tuple[tuple[int, Shift], ...]]:
        """The weekly shifts by weekday, each with its place among all."""
        found: dict[int, list[tuple[int, Shift]]] = {}
        for place, shift in enumerate(self.shifts):
            if shift.weekday is not None:
                found.setdefault(shift.weekday, []).append((place, shift))
        return {weekday: tuple(of_day) for weekday, of_day in found.items()}

    @cached_property
    def zones(self) -> frozenset[str]:
        """The time zones in which its shifts are written."""
        return frozenset(shift.zone or self.line.timezone for shift in self.shifts)

    @cached_property
    def by_day(self) -> "dict[date, tuple[Piece, ...]]":
        """What :func:`routing.duty.pieces` has found, kept because nothing here changes."""
        return {}

    def shifts_on(self, day: date) -> list[Shift]:
        """Return the shifts that begin on a local ``day``, in the roster's order."""
        of_day = (*self.dated.get(day, ()), *self.weekly.get(day.weekday(), ()))
        return [shift for _, shift in sorted(of_day, key=_place) if shift.is_on(day)]


@dataclass(frozen=True)
class Duty:
    """Who is on duty at an instant, in ring order; with nobody, the reason why.

    ``reason`` is one of ``closed``, ``closure``, ``no_shift``, ``absent``, ``language``.
    """

    open: bool
    reason: str | None
    responders: tuple[Responder, ...] = ()
    closure: Closure | None = None

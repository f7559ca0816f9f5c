"""What the roster says, as frozen values: lines, services, responders, shifts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True)
class Hours:
    """Opening hours on a weekday (0 is Monday), local wall time, half-open.

    ``closes`` at or before ``opens`` means the next day.
    """

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Closure:
    """A local day on which the line stays closed, with its name by language."""

    day: date
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A telephone number that people ring, and how it behaves. Durations in seconds."""

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
class Shift:
    """Who stands by, weekly (``weekday``) or once (``day``), in local wall time, half-open.

    ``ends`` at or before ``starts`` means the next day. ``responders`` are ids in ring
    order; ``needed`` is the headcount asked for.
    """

    id: str
    service: str
    weekday: int | None
    day: date | None
    starts: time
    ends: time
    needed: int
    responders: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """All that decides who answers one line."""

    line: Line
    shifts: tuple[Shift, ...]
    responders: Mapping[str, Responder]


@dataclass(frozen=True)
class Duty:
    """Who is on duty at an instant, in ring order; with nobody, the reason why.

    ``reason`` is one of ``closed``, ``closure``, ``no_shift``, ``absent``, ``language``.
    """

    open: bool
    reason: str | None
    responders: tuple[Responder, ...] = ()
    closure: Closure | None = None

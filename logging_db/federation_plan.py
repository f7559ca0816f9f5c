"""What a federation file asks for, as frozen values, and what an import of it changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time

from routing.roster import Closure, Hours

Person = tuple[str, str]
"""Who a responder is, across imports: the code of the service, and the name."""


@dataclass(frozen=True)
class Slot:
    """A stretch of local wall time, every week (``weekday``, 0 is Monday) or once (``day``).

    Half-open; ``ends`` at or before ``starts`` means the next day, so equal times are
    twenty-four hours.
    """

    weekday: int | None
    day: date | None
    starts: time
    ends: time


@dataclass(frozen=True)
class LineEntry:
    """A line of the file. ``place`` is where it stands in it. Durations in seconds."""

    place: str
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
    policy: str
    ring_at_once: int
    backup_after_seconds: int
    backup: tuple[Person, ...]
    greet_first: bool = False
    tell_wait: bool = True
    numbers: Mapping[str, str] = field(default_factory=dict)  # language by number


@dataclass(frozen=True)
class ServiceEntry:
    """A partner service of the file; ``names`` by language."""

    place: str
    code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class ResponderEntry:
    """A responder of the file. The phone stays out of what is printed of it."""

    place: str
    name: str
    service: str
    phone: str = field(repr=False)
    languages: tuple[str, ...]

    @property
    def person(self) -> Person:
        """Return the key under which the record book knows this responder."""
        return self.service, self.name


@dataclass(frozen=True)
class ShiftEntry:
    """A shift of the file: one slot a weekday, or one dated. ``people`` in ring order."""

    place: str
    line: str
    service: str
    slots: tuple[Slot, ...]
    needed: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Federation:
    """All that one file asks for, each list in the order of the file."""

    lines: tuple[LineEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    responders: tuple[ResponderEntry, ...] = ()
    shifts: tuple[ShiftEntry, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many rows of one kind were added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.added + other.added, self.changed + other.changed, self.removed + other.removed
        )

    def __str__(self) -> str:
        told = [f"{n} {verb}" for verb, n in vars(self).items() if n]
        return ", ".join(told) or "unchanged"


@dataclass(frozen=True)
class Changes:
    """What an import changed; false if nothing. A removed responder is only set inactive."""

    lines: Count = Count()
    hours: Count = Count()
    closures: Count = Count()
    services: Count = Count()
    responders: Count = Count()
    shifts: Count = Count()
    assignments: Count = Count()
    backup: Count = Count()
    numbers: Count = Count()
    sentences: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self.counts().values())

    def counts(self) -> dict[str, Count]:
        """Return the counts by kind."""
        kinds = [f.name for f in fields(self) if f.name != "sentences"]
        return {kind: getattr(self, kind) for kind in kinds}

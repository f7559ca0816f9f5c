"""The two clocks of the simulator: one that stands still until told, and the wall's."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the exchange asks of a clock; ``virtual`` says who moves the time."""

    virtual: bool

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


class VirtualClock:
    """A clock that stands still until :meth:`move` is called.

    :meth:`move` is the single place where time passes, so that a subclass may write the
    new instant somewhere else too (a file that other processes read, for example).
    """

    virtual = True

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a virtual clock starts at an aware instant")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the clock was last moved to, aware, in UTC."""
        return self._now

    def move(self, to: datetime) -> None:
        """Set the clock to ``to``; ``ValueError`` when that lies in the past."""
        if to < self._now:
            raise ValueError("time does not run backwards")
        self._now = to.astimezone(UTC)


class RealClock:
    """The machine's own clock."""

    virtual = False

    def now(self) -> datetime:
        """Return the wall's instant, aware, in UTC."""
        return datetime.now(UTC)

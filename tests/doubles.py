"""Hand-written doubles of the two seams, the clock and the dialler, and a bell that counts."""

from datetime import UTC, datetime, timedelta

from callbacks.dialler import DiallerError, Ring

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Brussels


class StillClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class RecordingDialler:
    """Does as it is told, writes down what it was asked, fails when it is told to."""

    def __init__(self) -> None:
        self.placed: list[Ring] = []
        self.asked: list[tuple[str, ...]] = []
        self.failures: list[DiallerError] = []
        self.known: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.statuses: dict[str, str | None] = {}

    def fail_next(self, error: DiallerError) -> None:
        self.failures.append(error)

    def _maybe_fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def place(self, ring: Ring) -> str:
        self.placed.append(ring)
        self._maybe_fail()
        return f"CA{len(self.placed):032x}"

    def find(self, to: str, _caller_id: str, _since: datetime) -> str | None:
        self.asked.append(("find",))
        self._maybe_fail()
        return self.known.get(to)

    def redirect(self, provider_sid: str, url: str) -> None:
        self.asked.append(("redirect", provider_sid, url))
        self._maybe_fail()

    def hang_up(self, provider_sid: str) -> None:
        self.asked.append(("hang_up", provider_sid))
        self._maybe_fail()

    def find_room(self, name: str) -> str | None:
        self.asked.append(("find_room", name))
        self._maybe_fail()
        return self.rooms.get(name)

    def hold(self, room_sid: str, provider_sid: str, url: str | None) -> None:
        self.asked.append(("hold" if url else "unhold", room_sid, provider_sid))
        self._maybe_fail()

    def set_ending(self, room_sid: str, provider_sid: str, *, ends: bool) -> None:
        self.asked.append(("ends" if ends else "stays", room_sid, provider_sid))
        self._maybe_fail()

    def status(self, provider_sid: str) -> str | None:
        self.asked.append(("status", provider_sid))
        self._maybe_fail()
        return self.statuses.get(provider_sid, "in-progress")


class CountingBell:
    """Writes down every ring."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []

    def ring(self, job: str, row_id: str) -> None:
        self.rung.append((job, row_id))

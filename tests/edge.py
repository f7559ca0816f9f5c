"""The provider's edge with both its sides in hand: what is posted to it, what it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, text
from structlog.testing import capture_logs

from logging_db.engine import read
from logging_db.tables import callback_requests, calls, legs, offers
from telephony import jobs, sweep
from telephony.desk import Desk
from tests.doubles import CountingBell, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.provider import CALLER, LINE, SID, Provider, said, verbs
from tests.stories.cast import FEDERATION

OTHER_LINE = "+3280099999"


class Edge:
    """The usual line and people; callers call, telephones ring, time passes when told to."""

    def __init__(
        self,
        provider: Provider,
        desk: Desk,
        bell: CountingBell,
        dialler: RecordingDialler,
        clock: StillClock,
    ) -> None:
        imported(desk.engine, desk.cipher, FEDERATION)
        self.provider, self.desk, self.bell = provider, desk, bell
        self.dialler, self.clock = dialler, clock

    # --- our side

    def work_off(self) -> None:
        while self.bell.rung:
            jobs.run(self.desk, *self.bell.rung.pop(0))

    def tick(self, seconds: float = 0) -> None:
        self.clock.forward(seconds)
        sweep.tick(self.desk)

    def rows(self, *columns: Any) -> list[Any]:
        with read(self.desk.engine) as connection:
            found = connection.execute(select(*columns)).all()
        return [row[0] if len(columns) == 1 else tuple(row) for row in found]

    def execute(self, statement: str, **values: Any) -> None:
        with self.desk.engine.begin() as connection:
            connection.execute(text(statement), values)

    def nobody_on_duty(self) -> None:
        self.execute("DELETE FROM assignments")
        self.execute("UPDATE counters SET value = value + 1 WHERE name = 'roster'")

    # --- the caller

    def waits(self, key: str = "1", **more: Any):
        return self.provider.follow(
            self.provider.post("/voice/incoming", **more), "Gather", Digits=key, **more
        )

    def hears_the_wait(self):
        return self.provider.follow(self.waits(), "Enqueue", "waitUrl")

    def hangs_up(self) -> None:
        self.provider.post("/voice/status", CallStatus="completed")

    def page(self, name: str, **more: Any):
        (call_id,) = self.rows(calls.c.id)
        return self.provider.post(
            f"/voice/calls/{call_id}/{name}", CallStatus="in-progress", **more
        )

    def asks_where(self):
        return self.provider.follow(self.hears_the_wait(), "Gather", Digits="1")

    def asked_for_a_callback(self) -> None:
        noted = self.provider.follow(self.asks_where(), "Gather", Digits="1")
        assert "C'est noté" in said(noted)
        self.hangs_up()

    # --- the legs

    def path(self, url: str) -> str:
        return url.removeprefix(self.desk.public_url)

    def leg(self, index: int) -> dict[str, str]:
        return {"CallSid": f"CA{index + 1:032x}", "Direction": "outbound-api"}

    def picks_up(self, index: int):
        url = self.dialler.placed[index].answer_url
        leg = self.leg(index) | {"CallStatus": "in-progress"}
        return self.provider.post(self.path(url), **leg)

    def takes(self, index: int):
        return self.provider.follow(
            self.picks_up(index), "Gather", Digits="1", **self.leg(index), CallStatus="in-progress"
        )

    def says(self, index: int, status: str) -> int:
        url = self.dialler.placed[index].status_url
        return self.provider.post(self.path(url), **self.leg(index), CallStatus=status).status_code

    def redirects(self, sid: str = SID) -> list[str]:
        """The pages that a call was sent to, in order."""
        asked = [one for one in self.dialler.asked if one[:2] == ("redirect", sid)]
        return [one[2].partition("?")[0].rsplit("/", 1)[-1] for one in asked]

    def room(self, event: str, label: str | None = None) -> None:
        offer_id = next(i for i, s in self.rows(offers.c.id, offers.c.state) if s == "taken")
        told = {"StatusCallbackEvent": event, "ParticipantLabel": label}
        assert self.provider.post(f"/voice/rooms/{offer_id}/events", **told).status_code == 204

    # --- longer ways

    def claimed(self) -> None:
        """A caller waits in the queue and the first of three responders has pressed 1."""
        self.hears_the_wait()
        self.work_off()
        self.takes(0)

    def moved(self) -> None:
        """The caller was brought into the room."""
        self.claimed()
        self.work_off()
        assert "Dial" in verbs(self.page("room"))

    def callback_taken(self) -> int:
        """A responder has taken a callback; return the index of the leg to whom it is for."""
        self.asked_for_a_callback()
        self.work_off()
        self.takes(0)
        self.work_off()
        assert self.dialler.placed[-1].to == CALLER
        return len(self.dialler.placed) - 1

    def request(self) -> tuple[str, str | None, int, bool]:
        """State, outcome, attempts, and whether the number is kept."""
        r = callback_requests.c
        ((state, outcome, attempts, number),) = self.rows(r.state, r.outcome, r.attempts, r.number)
        return state, outcome, attempts, number is not None

    def live_callee(self) -> str:
        """The id of the leg to somebody who is to be rung back."""
        found = self.rows(legs.c.id, legs.c.party, legs.c.state)
        (leg_id,) = (i for i, party, state in found if party == "caller" and state != "ended")
        return str(leg_id)

    def is_due_in(self, seconds: float) -> bool:
        (due_at,) = self.rows(callback_requests.c.due_at)
        return bool((due_at - self.clock()).total_seconds() == seconds)


@contextmanager
def no_book(edge: Edge) -> Iterator[None]:
    edge.execute("ALTER TABLE calls RENAME TO calls_elsewhere")
    try:
        with capture_logs():  # to print a traceback takes seconds
            yield
    finally:
        edge.execute("ALTER TABLE calls_elsewhere RENAME TO calls")


def two_lines(second: str) -> str:
    """The usual federation, and the line of ``second`` with the same people and hours."""
    renamed = second.replace(LINE, OTHER_LINE)
    line = renamed.split("[[services]]", maxsplit=1)[0]
    shifts = renamed[renamed.index("[[shifts]]") :]
    return FEDERATION + line + shifts

"""A conversation in the stories, and what its responders ask for from their screens."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from logging_db import contacts, rooms
from logging_db.engine import read
from logging_db.tables import call_events, offers, responders
from tests.stories.cast import Cast
from tests.stories.world import Person, World

INTERPRETER = "+3225550301"
OFFICE = "+3225550302"


class Talk:
    """Nadia talks to Alice; what Alice and others do next goes by their screens."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.world = cast, cast.world
        self.nadia, self.alice, self.bram = cast.nadia, cast.alice, cast.bram
        self.interpreter = self.world.person(INTERPRETER)
        self.office = self.world.person(OFFICE)
        self.ids = _ids(self.world)

    def begin(self, seconds: float = 30) -> "Talk":
        self.nadia.dials()
        self.nadia.presses("1")
        self.alice.takes_the_call()
        self.nadia.talks_to(self.alice)
        self.world.pass_time(seconds)
        return self

    def does(self, act: Callable[..., rooms.Done], who: str = "Alice Martin", **more: Any) -> Any:
        """Have somebody do ``act`` in the conversation that they are in."""
        return self.at_offer(act, self.offer_of(who), who, **more)

    def at_offer(self, act: Callable[..., rooms.Done], offer_id: str, who: str, **more: Any) -> Any:
        def ask(connection: Connection, at: datetime) -> rooms.Done:
            return act(connection, self.ids[who], offer_id, at=at, **more)

        return self.asks(ask)

    def asks(self, ask: Callable[[Connection, datetime], rooms.Done]) -> rooms.Done:
        with self.world.desk.step() as step:
            done = ask(step.connection, step.at)
            for bell in done.bells:
                step.later(*bell)
        self.world.settle()
        return done

    def invites(self, number: str, who: str = "Alice Martin", **more: Any) -> rooms.Done:
        guest = rooms.Guest(number=number)
        return self._brings_in(guest, who, **more)

    def invites_contact(self, number: str, languages: tuple[str, ...] = ("nl",)) -> rooms.Done:
        with self.world.desk.step() as step:
            entry = contacts.Entry("Tolk", contacts.INTERPRETER, languages)
            cipher = self.world.desk.cipher
            made = contacts.add(step.connection, cipher, entry, number, step.at)
        return self._brings_in(rooms.Guest(contact_id=made), "Alice Martin")

    def _brings_in(self, guest: rooms.Guest, who: str, **more: Any) -> rooms.Done:
        offer_id = self.offer_of(who)

        def ask(connection: Connection, at: datetime) -> rooms.Done:
            return rooms.invite(
                connection, self.world.desk.cipher, self.ids[who], offer_id, guest, at,
                calls_per_second=100, **more,
            )  # fmt: skip

        return self.asks(ask)

    def hands_over(self, to: str, **more: Any) -> rooms.Done:
        found: rooms.Done = self.does(
            rooms.hand_over, to=self.ids[to], calls_per_second=100, **more
        )
        return found

    def offer_of(self, who: str) -> str:
        with read(self.world.engine) as connection:
            query = select(offers.c.id).where(offers.c.responder_id == self.ids[who])
            newest = query.order_by(offers.c.open.desc(), offers.c.offered_at.desc()).limit(1)
            return str(connection.execute(newest).scalar_one())

    def now(self, who: str = "Alice Martin") -> rooms.RoomNow | None:
        with read(self.world.engine) as connection:
            return rooms.now(connection, self.ids[who])

    def history(self) -> list[str]:
        with read(self.world.engine) as connection:
            query = select(call_events.c.kind).order_by(call_events.c.id)
            return list(connection.execute(query).scalars())

    def hear_each_other(self, *people: Person, within: float = 30) -> None:
        """Let time pass until exactly these people are in the room and not held."""
        numbers = {person.phone.number for person in people}
        self.world.until(
            lambda: all(
                set(person.phone.talking_to) == numbers - {person.phone.number} for person in people
            ),
            within,
            f"they hear: {[person.phone.talking_to for person in people]}",
        )


def _ids(world: World) -> dict[str, str]:
    with read(world.engine) as connection:
        return {row.name: row.id for row in connection.execute(select(responders))}

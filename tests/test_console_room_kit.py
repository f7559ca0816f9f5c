"""A responder in a talk, behind a console; what the telephone does is written as it would.

No tests here.
"""

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from test_console_own_kit import Line

from logging_db import contacts, rooms
from logging_db.contacts import INTERPRETER, Entry
from logging_db.engine import read, write
from logging_db.offers import move_leg, move_offer, open_offer, plan_leg
from logging_db.rooms import RoomNow
from logging_db.tables import calls, guests, legs, lines, offers
from routing import states

CALL = "c" * 32
SAMIRA = Entry("Samira, arabe", INTERPRETER, ("ar", "fr"), "En journée")


@dataclass
class Talk:
    """Alice talks to a caller since 10:00; what the telephone does is written as it would."""

    line: Line
    offer_id: str = ""

    def begin(self) -> "Talk":
        at = self.line.console.clock.at
        with write(self.line.engine) as connection:
            found = select(lines.c.id).order_by(lines.c.number).limit(1)
            line_id = connection.execute(found).scalar_one()
            connection.execute(
                insert(calls).values(
                    id=CALL, provider_sid="CA1", line_id=line_id, language="fr", received_at=at,
                    state=states.TALKING, place="room", answered_at=at, seen_at=at, waiting_at=at,
                )
            )  # fmt: skip
        self.offer_id = self.offer("Alice", line_id)
        with write(self.line.engine) as connection:
            connection.execute(update(calls).values(offer_id=self.offer_id))
        return self

    def offer(self, who: str, line_id: str) -> str:
        at, responder = self.line.console.clock.at, self.line[who]
        with write(self.line.engine) as connection:
            made = open_offer(
                connection, line_id=line_id, responder_id=responder, at=at, call_id=CALL
            )
            assert made is not None
            move_offer(connection, made, states.TAKEN, taken_at=at)
            leg = plan_leg(connection, made, "responder", at)
            move_leg(connection, leg, states.PLACING)
            move_leg(connection, leg, states.ANSWERED, answered_at=at, provider_sid=f"CA{who}")
        return made

    @property
    def now(self) -> RoomNow:
        with read(self.line.engine) as connection:
            found = rooms.now(connection, self.line["Alice"])
        assert found is not None
        return found

    def guest_comes(self) -> None:
        """Whoever is being rung picks up, and is in."""
        at, coming = self.line.console.clock.at, self.now.guests
        with write(self.line.engine) as connection:
            for each in coming:
                if each.state in ("placing", "ringing"):
                    move_leg(connection, each.leg_id, states.PLACING)
                    move_leg(connection, each.leg_id, states.ANSWERED, answered_at=at)
                    theirs = guests.c.leg_id == each.leg_id
                    connection.execute(update(guests).where(theirs).values(joined_at=at))

    def is_held(self) -> None:
        """The provider has put the caller on hold."""
        with write(self.line.engine) as connection:
            connection.execute(update(offers).values(held_there=True))

    def leg_ends(self, leg_id: str, ending: str) -> None:
        at = self.line.console.clock.at
        with write(self.line.engine) as connection:
            move_leg(connection, leg_id, states.ENDED, ended_at=at, ending=ending)

    def hangs_up(self) -> None:
        """Alice hangs up; the caller hears goodbye."""
        at = self.line.console.clock.at
        with write(self.line.engine) as connection:
            connection.execute(update(legs).values(state=states.ENDED, ended_at=at))
            connection.execute(update(offers).values(open=False, closed_at=at))
            connection.execute(update(calls).values(state=states.LEAVING, place="words"))

    def is_over(self) -> None:
        """The caller has heard goodbye; Alice writes up."""
        with write(self.line.engine) as connection:
            connection.execute(update(calls).values(state=states.ENDED))


def add_contact(talk: Talk, entry: Entry = SAMIRA, number: str = "+32470112233") -> str:
    with write(talk.line.engine) as connection:
        cipher, at = talk.line.console.cipher, talk.line.console.clock.at
        return contacts.add(connection, cipher, entry, number, at)

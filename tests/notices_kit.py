"""The usual line and people with their users; what is told to them is kept to be looked at."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Engine, insert, select, text, update

from logging_db import users
from logging_db.cipher import FieldCipher
from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.tables import (
    absence_reports,
    absences,
    counters,
    lines,
    notices,
    partner_services,
    responders,
    shifts,
    substitution_proposals,
    substitutions,
)
from notices.channels import DeliveryError
from notices.noticing import look_ahead
from notices.sending import Post, send_due
from tests.doubles import START, StillClock
from tests.kept_books import imported
from tests.stories.cast import FEDERATION

SENDER = "Allo <noreply@aide.example>"
CONSOLE = "https://console.example"


class Mailbox:
    """A mailer that keeps what it is given, and fails when it is told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.failures: list[DeliveryError] = []

    def send(self, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.mails.append(message)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Who was told what, by address and subject."""
        return [(m["To"].addresses[0].username, str(m["Subject"])) for m in self.mails]

    def bodies(self) -> str:
        return "\n".join(mail.get_content() for mail in self.mails)


class Telephone:
    """A texter that keeps what it is given, and fails when it is told to."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str, str]] = []
        self.failures: list[DeliveryError] = []

    def send(self, to: str, sender: str, text: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.texts.append((to, sender, text))


class Office:
    """Alice (French) and Bram (Dutch) answer and log in; Chloé only answers; Carla coordinates."""

    def __init__(self, engine: Engine, cipher: FieldCipher, clock: StillClock) -> None:
        self.engine, self.cipher, self.clock = engine, cipher, clock
        self.mailbox, self.telephone = Mailbox(), Telephone()
        imported(engine, cipher, FEDERATION)
        with write(engine) as connection:
            rows = connection.execute(select(responders.c.name, responders.c.id))
            self.people = {row.name.split()[0].lower(): row.id for row in rows}
            self.line_id = connection.execute(select(lines.c.id)).scalar_one()
        self.users = {
            "alice": self.user("alice", "responder", "fr", self.people["alice"]),
            "bram": self.user("bram", "responder", "nl", self.people["bram"]),
            "carla": self.user("carla", "coordinator", "fr"),
            "dirk": self.user("dirk", "administrator", "nl"),
        }
        self.post = Post(
            engine=engine, clock=clock, cipher=cipher, mailer=self.mailbox, sender=SENDER,
            console=CONSOLE, texter=self.telephone,
        )  # fmt: skip

    def user(self, name: str, role: str, language: str, responder_id: str | None = None) -> str:
        with write(self.engine) as connection:
            return users.add(
                connection, email=f"{name}@example.org", name=name.title(), role=role,
                language=language, at=START, responder_id=responder_id,
            )  # fmt: skip

    # --- the roster

    def execute(self, statement: Any, **values: Any) -> None:
        """Do something to the tables, as a change of the roster."""
        with write(self.engine) as connection:
            connection.execute(text(statement) if isinstance(statement, str) else statement, values)
            connection.execute(update(counters).values(value=counters.c.value + 1))

    def wishes(self, who: str, **values: Any) -> None:
        this = responders.c.id == self.people[who]
        self.execute(update(responders).where(this).values(**values))

    def is_away(self, who: str, begins: datetime, ends: datetime) -> None:
        row = {"id": new_id(), "responder_id": self.people[who]}
        self.execute(insert(absences).values(**row, starts_at=begins, ends_at=ends))

    def dated_shift(self, day: date, starts: Any, ends: Any, *who: str) -> str:
        """A shift of one day, in place of nothing."""
        shift_id = new_id()
        with read(self.engine) as connection:
            service = connection.execute(select(partner_services.c.id)).scalars().first()
        self.execute(
            insert(shifts).values(
                id=shift_id, line_id=self.line_id, service_id=service, position=9, day=day,
                starts=starts, ends=ends, zone="Europe/Brussels", needed=1, languages=[],
                origin="hand", version=1, cancelled=False,
            )
        )  # fmt: skip
        for place, name in enumerate(who):
            self.execute(
                "INSERT INTO assignments (id, shift_id, responder_id, position)"
                " VALUES (:id, :shift, :who, :place)",
                id=new_id(), shift=shift_id, who=self.people[name], place=place,
            )  # fmt: skip
        return shift_id

    def stands_in(self, shift_id: str, who: str, instead_of: str, starts=None, ends=None) -> None:
        self.execute(
            insert(substitutions).values(
                id=new_id(), shift_id=shift_id, instead_of=self.people[instead_of],
                responder_id=self.people[who], starts=starts, ends=ends, position=0,
            )
        )  # fmt: skip

    def only_dated(self) -> None:
        """Do away with the weekly shifts."""
        self.execute("DELETE FROM assignments")
        self.execute("DELETE FROM shifts")

    def report(self, shift_id: str, day: date, who: str) -> str:
        report_id = new_id()
        self.execute(
            insert(absence_reports).values(
                id=report_id, shift_id=shift_id, day=day, responder_id=self.people[who],
                said_at=self.clock(),
            )
        )  # fmt: skip
        return report_id

    def proposal(self, shift_id: str, day: date, who: str, instead_of: str, *part: Any) -> str:
        proposal_id = new_id()
        starts, ends = part or (None, None)
        self.execute(
            insert(substitution_proposals).values(
                id=proposal_id, shift_id=shift_id, day=day, instead_of=self.people[instead_of],
                responder_id=self.people[who], starts=starts, ends=ends, state="proposed",
                proposed_at=self.clock(),
            )
        )  # fmt: skip
        return proposal_id

    # --- what is told

    def at(self, when: datetime) -> None:
        self.clock.at = when

    def minutes(self, count: float, step: float = 1) -> None:
        """Let time pass as the teller does: look ahead, then send, every ``step`` minutes."""
        end = self.clock() + timedelta(minutes=count)
        while self.clock() < end:
            look_ahead(self.post)
            send_due(self.post)
            self.clock.at = min(end, self.clock() + timedelta(minutes=step))
        send_due(self.post)

    def send(self) -> None:
        send_due(self.post)

    def rows(self, *columns: Any) -> Sequence[Any]:
        with read(self.engine) as connection:
            return connection.execute(select(*(columns or (notices,)))).all()

    def errors(self) -> list[str]:
        return sorted(row.error for row in self.rows() if row.dropped_at is not None)

"""What a spooled file tells of one call: read event by event, in the order in which they came."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing import states
from telephony.hook import FINAL_STATUSES
from telephony.spool import Event

# What became of a telephone that rang in vain, by the provider's word for its end. One that
# was picked up and not connected completes: a voicemail, or somebody who pressed nothing.
IN_VAIN = {
    "no-answer": states.MISSED,
    "busy": states.MISSED,
    "completed": states.MISSED,
    "canceled": states.WITHDRAWN,
}


SEEN = frozenset({"received", "language", "closed", "nobody", "rang", "accepted", "over"})
"""What only whoever served the caller can tell; of the end, everybody hears."""


@dataclass
class Ring:
    """One telephone that we had ring."""

    responder: str
    at: datetime
    state: str = states.WITHDRAWN  # until something else is told: the caller left
    taken_at: datetime | None = None
    over_at: datetime | None = None


@dataclass
class Journal:
    """A call, as far as it was served without the database."""

    sid: str
    seen: bool = False  # we served the caller, and did not only hear of the end
    line_id: str | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    language: str | None = None
    rings: list[Ring] = field(default_factory=list)
    pending: str | None = None
    ended_at: datetime | None = None
    status: str = "completed"

    @property
    def taken(self) -> Ring | None:
        """The ring that led to a talk."""
        return next((ring for ring in self.rings if ring.taken_at is not None), None)

    @property
    def over_at(self) -> datetime | None:
        """When the talk was over, if there was one: the caller is gone a moment later."""
        return self.taken.over_at if self.taken else None

    def outcome(self) -> str:
        """Return how the call ended, as far as is known here."""
        pending = self.pending if self.seen else "failed"
        return states.outcome(
            answered=self.taken is not None, pending=pending, provider_status=self.status
        )


def read(sid: str, events: Iterable[Event]) -> Journal:
    """Return what the events tell."""
    journal = Journal(sid)
    for event in events:
        at = datetime.fromisoformat(event["at"])
        journal.first_at = journal.first_at or at
        journal.last_at = at
        journal.line_id = journal.line_id or event.get("line")
        journal.seen = journal.seen or event["kind"] in SEEN
        tell = _TELL.get(event["kind"])
        if tell is not None:
            tell(journal, event, at)
    return journal


def _language(journal: Journal, event: Event, _at: datetime) -> None:
    journal.language = str(event["language"])


def _closed(journal: Journal, _event: Event, _at: datetime) -> None:
    journal.pending = "closed"


def _nobody(journal: Journal, _event: Event, _at: datetime) -> None:
    journal.pending = "nobody"


def _rang(journal: Journal, event: Event, at: datetime) -> None:
    journal.rings.append(Ring(str(event["responder"]), at))


def _accepted(journal: Journal, event: Event, at: datetime) -> None:
    ring = _of(journal, event, at)
    ring.state, ring.taken_at = states.TAKEN, at


def _declined(journal: Journal, event: Event, at: datetime) -> None:
    _of(journal, event, at).state = states.DECLINED


def _over(journal: Journal, event: Event, at: datetime) -> None:
    """The ``<Dial>`` is over. It alone knows whether the two were connected."""
    began = at - timedelta(seconds=int(event["seconds"]))
    ring = _of(journal, event, began)
    ring.over_at = at
    if event["talked"]:
        ring.state, ring.taken_at = states.TAKEN, ring.taken_at or began
    elif ring.state != states.DECLINED:
        ring.state, ring.taken_at = IN_VAIN.get(event["status"], states.FAILED), None


def _status(journal: Journal, event: Event, at: datetime) -> None:
    if event["status"] in FINAL_STATUSES and journal.ended_at is None:
        # The clock may have been set back: nothing ends before it began.
        journal.ended_at = max(at, journal.first_at or at)
        journal.status = event["status"]


def _of(journal: Journal, event: Event, at: datetime) -> Ring:
    """Return the last ring of a person. That they were rung, another machine may have written."""
    person = str(event["responder"])
    own = [ring for ring in journal.rings if ring.responder == person]
    if not own:
        own.append(Ring(person, at))
        journal.rings.append(own[-1])
    return own[-1]


_TELL = {
    "language": _language,
    "closed": _closed,
    "nobody": _nobody,
    "rang": _rang,
    "accepted": _accepted,
    "declined": _declined,
    "over": _over,
    "status": _status,
}

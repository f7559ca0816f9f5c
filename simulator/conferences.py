"""Conferences: who is in, who hears whom, who is told.

Rules: https://www.twilio.com/docs/voice/twiml/conference. A conference starts when two are
in and one of them has ``startConferenceOnEnter``; its callbacks are those that the first
participant asked for.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.calls import Call, Step
from simulator.params import yes_no
from simulator.sids import new_sid, stamp
from simulator.transport import Request

if TYPE_CHECKING:
    from simulator.exchange import Exchange

# The words of ``statusCallbackEvent`` and the events they stand for.
EVENTS = {
    "start": ("conference-start",),
    "end": ("conference-end",),
    "join": ("participant-join",),
    "leave": ("participant-leave",),
    "mute": ("participant-mute", "participant-unmute"),
    "hold": ("participant-hold", "participant-unhold"),
    "modify": ("participant-modify",),
    "speaker": ("participant-speech-start", "participant-speech-stop"),
    "announcement": ("announcement-end", "announcement-fail"),
}
ENDINGS = {
    "conference-ended-via-api": "The conference was ended via the API",
    "participant-with-end-conference-on-exit-left": (
        "A participant with endConferenceOnExit left the conference"
    ),
    "participant-with-end-conference-on-exit-kicked": (
        "A participant with endConferenceOnExit was removed from the conference"
    ),
    "last-participant-left": "The last participant left the conference",
    "last-participant-kicked": "The last participant was removed from the conference",
}


@dataclass
class Subscription:
    """Where a conference's events go, and which."""

    url: str
    method: str
    events: frozenset[str]
    sent: int = 0


@dataclass(eq=False)
class Participant:
    """One call in a conference."""

    call: Call
    conference: "Conference"
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_step: Step | None = None
    wait_step: Step | None = None  # None: the provider's own music
    silent: bool = False  # waitUrl="": nothing is played at all
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    joined_at: datetime | None = None
    removed: bool = False

    def peers(self) -> list[Call]:
        """Return the calls this participant is talking to: none before the start, or on hold."""
        if self.hold or self.conference.status != "in-progress":
            return []
        others = self.conference.participants.values()
        return [p.call for p in others if p is not self and not p.hold]


@dataclass(eq=False)
class Conference:
    """A conference by its friendly name; ``status`` is init, in-progress or completed."""

    name: str
    created_at: datetime
    updated_at: datetime
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: str = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    invited: dict[str, Participant] = field(default_factory=dict)
    subscription: Subscription | None = None
    reason_ended: str | None = None
    ended_by: str | None = None


def open_or_find(ex: "Exchange", name: str) -> Conference:
    """Return the conference of this name that has not ended, a new one when there is none."""
    for conference in ex.conferences.values():
        if conference.name == name and conference.status != "completed":
            return conference
    now = ex.clock.now()
    conference = Conference(name, now, now)
    ex.conferences[conference.sid] = conference
    return conference


def enter(ex: "Exchange", participant: Participant) -> None:
    """Let ``participant`` in, and start the conference when that makes it complete."""
    conference, call = participant.conference, participant.call
    participant.joined_at = ex.clock.now()
    conference.invited.pop(call.sid, None)
    call.invitation = None
    conference.participants[call.sid] = participant
    call.participant = participant
    tell(ex, conference, "participant-join", participant)
    _beep(ex, participant, "onEnter")
    present = conference.participants.values()
    complete = len(present) >= 2 and any(p.start_on_enter for p in present)
    if conference.status == "init" and complete:
        conference.status = "in-progress"
        tell(ex, conference, "conference-start")
    poke(ex, conference)


def invite(participant: Participant) -> None:
    """Note that ``participant`` is being dialled into its conference."""
    participant.call.invitation = participant
    participant.conference.invited[participant.call.sid] = participant


def invitation_failed(ex: "Exchange", call: Call) -> None:
    """Tell that a dialled participant never came; a conference left empty by it ends."""
    participant, call.invitation = call.invitation, None
    if participant is None:
        return
    conference = participant.conference
    conference.invited.pop(call.sid, None)
    why = {"ParticipantCallStatus": call.status, "ReasonParticipantLeft": "participant_add_failed"}
    tell(ex, conference, "participant-leave", participant, why)
    if not conference.participants and not conference.invited:
        close(ex, conference, "last-participant-left", participant)


def leave(ex: "Exchange", participant: Participant, reason: str, *, kicked: bool = False) -> None:
    """Take ``participant`` out; with ``end_on_exit``, or as the last, the conference ends."""
    conference = participant.conference
    if participant.removed or participant.call.sid not in conference.participants:
        return
    _take_out(ex, participant, reason)
    how = "kicked" if kicked else "left"
    if participant.end_on_exit:
        close(ex, conference, f"participant-with-end-conference-on-exit-{how}", participant)
    elif not conference.participants:
        close(ex, conference, f"last-participant-{how}", participant)
    else:
        _beep(ex, participant, "onExit")
        poke(ex, conference)


def close(
    ex: "Exchange", conference: Conference, reason: str, by: Participant | None = None
) -> None:
    """End the conference; everybody still in goes on after their ``<Dial>``."""
    if conference.status == "completed":
        return
    conference.status, conference.updated_at = "completed", ex.clock.now()
    conference.reason_ended = reason
    conference.ended_by = by.call.sid if by is not None else None
    why = "moderator_ended_conference" if by is not None else "conference_ended_via_api"
    for participant in list(conference.participants.values()):
        _take_out(ex, participant, why)
    extra = {"ReasonConferenceEnded": reason, "Reason": ENDINGS[reason]}
    if by is not None:
        extra["CallSidEndingConference"] = by.call.sid
        if by.label:
            extra["ParticipantLabelEndingConference"] = by.label
    tell(ex, conference, "conference-end", extra=extra)


def _take_out(ex: "Exchange", participant: Participant, reason: str) -> None:
    participant.removed = True
    participant.call.participant = None
    participant.conference.participants.pop(participant.call.sid, None)
    status = participant.call.status
    extra = {"ParticipantCallStatus": status, "ReasonParticipantLeft": reason}
    tell(ex, participant.conference, "participant-leave", participant, extra)
    ex.engine.poke(participant.call.task)


def tell(
    ex: "Exchange",
    conference: Conference,
    event: str,
    participant: Participant | None = None,
    extra: dict[str, str] | None = None,
) -> None:
    """Send one of the conference's events to whoever asked for it."""
    subscription = conference.subscription
    if subscription is None or event not in subscription.events:
        return
    subscription.sent += 1
    about = {
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
        "AccountSid": ex.account_sid,
        "SequenceNumber": str(subscription.sent),
        "Timestamp": stamp(ex.clock.now()),
        "StatusCallbackEvent": event,
    }
    if participant is not None:
        about |= _about(participant)
    request = Request(subscription.url, subscription.method, about | (extra or {}))
    ex.notify(f"status:{conference.sid}", request)


def _about(participant: Participant) -> dict[str, str]:
    about = {
        "CallSid": participant.call.sid,
        "Muted": yes_no(participant.muted),
        "Hold": yes_no(participant.hold),
        "Coaching": "false",
        "EndConferenceOnExit": yes_no(participant.end_on_exit),
        "StartConferenceOnEnter": yes_no(participant.start_on_enter),
    }
    if participant.label:
        about["ParticipantLabel"] = participant.label
    return about


def poke(ex: "Exchange", conference: Conference) -> None:
    """Let every participant's script look at the conference again."""
    for participant in conference.participants.values():
        ex.engine.poke(participant.call.task)


def _beep(ex: "Exchange", participant: Participant, moment: str) -> None:
    if participant.beep not in ("true", moment):
        return
    for other in participant.conference.participants.values():
        if not other.hold:
            ex.hear(other.call, "Beep")

"""``<Dial><Conference>``: wait for the conference, talk in it, be held, leave it."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import conferences, documents
from simulator.calls import Call, HungUp, Redirected, Step
from simulator.conferences import EVENTS, Conference, Participant, Subscription
from simulator.script import Condition, Script, wait
from simulator.twiml import Document, DocumentError, Verb
from simulator.verbs.waiting import wait_to_music

if TYPE_CHECKING:
    from simulator.exchange import Exchange

MOST = 250
FULL, LABEL_TAKEN = 13237, 16025


class _Removed(Exception):  # noqa: N818 - a turn of the story, not an error
    """The conference is over for this participant."""


def join(ex: "Exchange", call: Call, noun: Verb, dial: Verb, document: Document) -> Script[None]:
    """Be in the conference that ``noun`` names until it is over for this call."""
    conference = conferences.open_or_find(ex, noun.text)
    most = noun.whole("maxParticipants", MOST, 1, MOST)
    if len(conference.participants) >= most:
        ex.notice(FULL, document.url, call.sid, "the conference is full")
        return
    participant = participant_of(call, conference, noun, document)
    if any(p.label == participant.label != "" for p in conference.participants.values()):
        ex.notice(LABEL_TAKEN, document.url, call.sid, "the participant label is taken")
        return
    if conference.subscription is None and not conference.participants:
        conference.subscription = _subscription(noun, document)
    limit = dial.whole("timeLimit", 14_400, 1, 86_400)
    star = dial.flag("hangupOnStar", default=False)
    yield from stay(ex, participant, limit, star=star)


def stay(
    ex: "Exchange", participant: Participant, limit: float | None, *, star: bool = False
) -> Script[None]:
    """Enter the conference and remain in it, ``limit`` seconds at most."""
    call = participant.call
    call.keys.clear()
    conferences.enter(ex, participant)
    try:
        with call.task_now.watch(lambda: participant.removed, _Removed):
            yield from _inside(ex, participant, limit, star=star)
        conferences.leave(ex, participant, "participant_hung_up")
    except _Removed:
        pass
    except HungUp:
        conferences.leave(ex, participant, "participant_hung_up")
        raise
    except Redirected:
        conferences.leave(ex, participant, "participant_updated_via_api")
        raise


def participant_of(
    call: Call, conference: Conference, noun: Verb, document: Document
) -> Participant:
    """Read the attributes of ``<Conference>``."""
    wait_url = noun.attrs.get("waitUrl")
    participant = Participant(call, conference, label=noun.attrs.get("participantLabel", "")[:128])
    participant.muted = noun.flag("muted", default=False)
    participant.beep = noun.attrs.get("beep", "true")
    participant.start_on_enter = noun.flag("startConferenceOnEnter", default=True)
    participant.end_on_exit = noun.flag("endConferenceOnExit", default=False)
    participant.silent = wait_url is not None and not wait_url.strip()
    if wait_url is not None and wait_url.strip():
        url = urljoin(document.url, wait_url.strip())
        participant.wait_step = Step(url, noun.method("waitMethod"))
    return participant


def events_of(words: tuple[str, ...]) -> frozenset[str]:
    """Turn ``start end join`` into the names of the events."""
    return frozenset(event for word in words for event in EVENTS.get(word, ()))


def _subscription(noun: Verb, document: Document) -> Subscription | None:
    url = noun.attrs.get("statusCallback", "").strip()
    if not url:
        return None
    events = events_of(noun.words("statusCallbackEvent"))
    return Subscription(urljoin(document.url, url), noun.method("statusCallbackMethod"), events)


def _inside(
    ex: "Exchange", participant: Participant, limit: float | None, *, star: bool
) -> Script[None]:
    call, conference = participant.call, participant.conference

    def away() -> bool:
        return star and "*" in call.keys

    while not away():
        if participant.hold:
            yield from _held(ex, participant)
        elif conference.status == "init":
            yield from _before_the_start(ex, participant)
        else:
            until = lambda: participant.hold or away()  # noqa: E731
            if not (yield from wait(limit, until=until)):
                return


def _held(ex: "Exchange", participant: Participant) -> Script[None]:
    step = participant.hold_step
    yield from _music(ex, participant, step, lambda: not participant.hold)


def _before_the_start(ex: "Exchange", participant: Participant) -> Script[None]:
    conference = participant.conference
    yield from _music(
        ex,
        participant,
        participant.wait_step,
        lambda: participant.hold or conference.status != "init",
        silent=participant.silent,
    )


def _music(
    ex: "Exchange",
    participant: Participant,
    step: Step | None,
    until: Condition,
    *,
    silent: bool = False,
) -> Script[None]:
    call = participant.call
    try:
        allowed = documents.CONFERENCE_WAIT
        yield from wait_to_music(ex, call, lambda: step, allowed, until, silent=silent)
    except DocumentError as error:
        ex.notice(error.code, error.url, call.sid)
        yield from wait(until=until)

"""``<Enqueue>``: the caller waits in a queue until somebody takes the call.

Rules: https://www.twilio.com/docs/voice/twiml/enqueue. The wait document is fetched again
whenever it runs out; ``action`` is told how the wait ended.
"""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import documents, legs, queues
from simulator.calls import Call, HungUp, Redirected, Step
from simulator.documents import performs
from simulator.queues import Member
from simulator.script import Script, wait
from simulator.twiml import Document, DocumentError, Verb
from simulator.verbs.flow import Left
from simulator.verbs.waiting import tell_and_forget, wait_to_music

if TYPE_CHECKING:
    from simulator.exchange import Exchange

LONGEST_NAME = 64


@performs("Enqueue")
def enqueue(ex: "Exchange", call: Call, verb: Verb, document: Document) -> Script[Step | None]:
    """Put the caller into the queue named by the text and wait."""
    legs.answer(ex, call)
    queue = queues.find(ex, verb.text)
    if not verb.text or len(verb.text) > LONGEST_NAME:
        return _action(verb, document, "error", None, 0)
    if queue is None:
        queue = queues.create(ex, verb.text)
    room = min(queue.max_size, verb.whole("maxQueueSize", queue.max_size, 1, 1000))
    if len(queue.members) >= room:
        return _action(verb, document, "queue-full", queue.sid, 0)
    member = queues.enter(ex, queue, call)
    try:
        result = yield from _stay(ex, call, verb, document, member)
    except (HungUp, Redirected) as turn:
        result = _broken_off(member, hung_up=isinstance(turn, HungUp))
        _out(ex, call, member)
        step = _ended(ex, verb, document, member, result)
        if step is not None:
            tell_and_forget(ex, call, step)
        raise
    _out(ex, call, member)
    return _ended(ex, verb, document, member, result)


def _stay(
    ex: "Exchange", call: Call, verb: Verb, document: Document, member: Member
) -> Script[str]:
    try:
        yield from wait_to_music(
            ex,
            call,
            lambda: _wait_step(ex, verb, document, member),
            documents.QUEUE_WAIT,
            lambda: member.taken_by is not None,
        )
    except Left:
        return "leave"
    except DocumentError as error:
        if member.taken_by is not None:
            raise
        ex.notice(error.code, error.url, call.sid)
        return "error"
    yield from _bridged(ex, call, member)
    return "bridged"


def _bridged(ex: "Exchange", call: Call, member: Member) -> Script[None]:
    taker = member.taken_by
    if member.greeting is not None:
        try:
            yield from documents.run(ex, call, member.greeting, documents.SCREENING)
        except DocumentError as error:
            ex.notice(error.code, error.url, call.sid)
    member.ready = True
    ex.engine.poke(taker.task if taker else None)
    yield from wait(until=lambda: member.done)


def _broken_off(member: Member, *, hung_up: bool) -> str:
    if hung_up:
        return "bridged" if member.ready else "hangup"
    return "redirected" if member.taken_by is None else "redirected-from-bridged"


def _out(ex: "Exchange", call: Call, member: Member) -> None:
    queues.remove(ex, member)
    call.member = None
    member.gone = True
    ex.unbridge(call)
    if member.taken_by is not None:
        ex.engine.poke(member.taken_by.task)


def _wait_step(ex: "Exchange", verb: Verb, document: Document, member: Member) -> Step | None:
    url = verb.attrs.get("waitUrl", "").strip()
    if not url:
        return None
    queue, now = member.queue, ex.clock.now()
    position = queue.members.index(member) + 1 if member in queue.members else 0
    about = {
        "QueuePosition": str(position),
        "QueueSid": queue.sid,
        "QueueTime": str(member.seconds(now)),
        "AvgQueueTime": str(queue.average_wait(now)),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.max_size),
    }
    return Step(urljoin(document.url, url), verb.method("waitUrlMethod"), about)


def _ended(
    ex: "Exchange", verb: Verb, document: Document, member: Member, result: str
) -> Step | None:
    waited = member.seconds(ex.clock.now())
    return _action(verb, document, result, member.queue.sid, waited)


def _action(
    verb: Verb, document: Document, result: str, sid: str | None, waited: int
) -> Step | None:
    url = verb.attrs.get("action", "").strip()
    if not url:
        return None
    about = {"QueueResult": result, "QueueTime": str(waited)}
    if sid is not None:
        about["QueueSid"] = sid
    return Step(urljoin(document.url, url), verb.method(), about)

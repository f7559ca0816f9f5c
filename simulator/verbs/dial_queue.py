"""``<Dial><Queue>``: take the front member of a queue."""

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from simulator import legs, queues
from simulator.calls import Call, Step
from simulator.queues import Member, Queue
from simulator.script import Script, afterwards, wait
from simulator.twiml import Document, Verb
from simulator.verbs.dial_numbers import Outcome

if TYPE_CHECKING:
    from simulator.exchange import Exchange

NO_QUEUE = 13257


def take(
    ex: "Exchange", call: Call, noun: Verb, dial: Verb, document: Document, outcome: Outcome
) -> Script[None]:
    """Wait for a member, ``timeout`` seconds at most, and talk to it."""
    legs.answer(ex, call)
    outcome.status, outcome.bridged = "failed", False
    queue = queues.find(ex, noun.text)
    if queue is None:
        ex.notice(NO_QUEUE, document.url, call.sid, "there is no such queue")
        return
    if not (yield from _somebody(call, queue, dial.whole("timeout", 30, 0, 600))):
        outcome.status = "no-answer"
        return
    url = noun.attrs.get("url", "").strip()
    greeting = Step(urljoin(document.url, url), noun.method()) if url else None
    member = queues.take_front(ex, queue, call, greeting)
    if member is not None:
        if greeting is not None:
            greeting.extra.update(_about(ex, member, call))
        outcome.extra = _about(ex, member, call)
        outcome.status = "completed"
        yield from _talk(ex, call, dial, member, outcome)


def _somebody(call: Call, queue: Queue, timeout: int) -> Script[bool]:
    if queue.members:
        return True
    queue.waiters.append(call)
    try:
        return (
            yield from wait(timeout, until=lambda: bool(queue.members) and queue.waiters[0] is call)
        )
    finally:
        queue.waiters.remove(call)


def _about(ex: "Exchange", member: Member, taker: Call) -> dict[str, str]:
    return {
        "QueueSid": member.queue.sid,
        "QueueTime": str(member.seconds(ex.clock.now())),
        "DequeingCallSid": taker.sid,  # the provider's spelling
    }


def _talk(ex: "Exchange", call: Call, dial: Verb, member: Member, outcome: Outcome) -> Script[None]:
    outcome.party = member.call
    with afterwards(partial(_release, ex, call, member)):
        yield from wait(until=lambda: member.ready or member.gone)
        if member.gone:
            return
        call.keys.clear()
        ex.bridge(call, member.call)
        outcome.bridged = True
        limit = dial.whole("timeLimit", 14_400, 1, 86_400)
        star = dial.flag("hangupOnStar", default=False)
        yield from wait(limit, until=lambda: member.gone or (star and "*" in call.keys))


def _release(ex: "Exchange", call: Call, member: Member) -> None:
    ex.unbridge(call)
    member.done = True
    ex.engine.poke(member.call.task)

"""Waiting to music: a document played again and again until something comes."""

from typing import TYPE_CHECKING

from simulator import documents, params
from simulator.calls import Call, Step
from simulator.script import Condition, Script, wait
from simulator.transport import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.exchange import Exchange

MUSIC = "hold music"
SHORTEST = 1.0  # a document that takes no time at all is not asked for more often


class Enough(Exception):  # noqa: N818 - a turn of the story, not an error
    """What was waited for has come."""


def wait_to_music(
    ex: "Exchange",
    call: Call,
    step: "Callable[[], Step | None]",
    allowed: frozenset[str],
    until: Condition,
    *,
    silent: bool = False,
) -> Script[None]:
    """Play the document at ``step()``, asked for anew each round, until ``until`` holds.

    Without a document the provider's own music plays (``silent``: nothing).
    """
    first = step()
    if first is None or silent:
        if not silent:
            ex.hear(call, "Play", MUSIC)
        yield from wait(until=until)
        return
    try:
        with call.task_now.watch(until, Enough):
            while True:
                began = ex.clock.now()
                yield from documents.run(ex, call, step() or first, allowed)
                if (ex.clock.now() - began).total_seconds() < SHORTEST:
                    yield from wait(SHORTEST)
    except Enough:
        return


def tell_and_forget(ex: "Exchange", call: Call, step: Step) -> None:
    """Send an ``action`` whose answer nobody will perform: the call has gone elsewhere."""
    about = params.of_call(call) | step.extra
    ex.engine.send(f"voice:{call.sid}", Request(step.url, step.method, about), call.jar)

"""The life of one leg: answered, run, sent elsewhere, ended."""

from typing import TYPE_CHECKING

from simulator import documents, progress
from simulator.calls import Call, HungUp, Redirected, Step
from simulator.script import Script, wait
from simulator.twiml import DocumentError

if TYPE_CHECKING:
    from simulator.exchange import Exchange

APOLOGY = "We're sorry. An application error has occurred. Goodbye."


def answer(ex: "Exchange", call: Call) -> None:
    """Answer an inbound call that is still ringing; others are left as they are."""
    if call.direction == "inbound" and call.status == "ringing":
        call.status = "in-progress"
        call.answered_at = ex.clock.now()


def begin(ex: "Exchange", call: Call, opening: Script[None]) -> None:
    """Start the script of ``call``: ``opening`` first, then wherever it is sent."""
    call.task = ex.engine.spawn(f"voice:{call.sid}", call.jar)
    call.task.start(_live(ex, call, opening))


def _live(ex: "Exchange", call: Call, opening: Script[None]) -> Script[None]:
    try:
        with call.task_now.watch(lambda: call.over, HungUp):
            yield from _turns(ex, call, opening)
    except HungUp:
        pass
    answer(ex, call)  # a document without a word still answers, and then hangs up
    ex.end(call, "completed")
    progress.announce_end(ex, call)


def _turns(ex: "Exchange", call: Call, opening: Script[None]) -> Script[None]:
    turn = opening
    while True:
        try:
            with call.task_now.watch(lambda: call.redirect is not None, Redirected):
                yield from turn
        except Redirected:
            step, call.redirect = call.redirect, None
            if step is None:
                return
            turn = documents.run(ex, call, step, documents.MAIN)
        except DocumentError as error:
            turn = _recover(ex, call, error)
        else:
            return


def _recover(ex: "Exchange", call: Call, error: DocumentError) -> Script[None]:
    ex.notice(error.code, error.url, call.sid)
    fallback = call.fallback
    if fallback is None or fallback.url == error.url:
        return _apologise(ex, call)
    extra = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
    step = Step(fallback.url, fallback.method, extra)
    return documents.run(ex, call, step, documents.MAIN)


def _apologise(ex: "Exchange", call: Call) -> Script[None]:
    answer(ex, call)
    ex.hear(call, "Say", APOLOGY, "en-US")
    yield from wait(ex.speaking_time(APOLOGY))

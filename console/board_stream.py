"""The live board as a stream of server-sent events, and as one answer for who gets no stream.

WHATWG HTML, "Server-sent events": ``id`` is what the state is known by, ``retry`` how long a
browser waits before it comes back. A stream ends after five minutes, when the log-in does, and
at once when the web server stops; the browser comes back by itself and has the whole state.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, stream_with_context
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from console import log_ins
from console.board_state import State
from console.board_watch import Process, Seen, Watch, the_watch
from console.languages import language
from console.person import needs
from console.week_grid import service_name

pages = Blueprint("board_stream", __name__)

ROUND_SECONDS = 0.5
BEAT_SECONDS = 15.0
LOG_IN_SECONDS = 60.0
LONGEST_SECONDS = 300.0
RETRY = "retry: 1500\n\n"
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx hands on each event at once
}


@pages.get("/board/state")
@needs("coordinator")
def state() -> Response:
    """Give the board as it is now, for a page that has no stream."""
    return jsonify(told(the_watch().fresh()))


@pages.get("/board/stream")
@needs("coordinator")
def stream() -> Response:
    """Tell the board whenever it changes, as long as there is a place for the stream."""
    watch = the_watch()
    if not watch.enter():
        return Response("", 503, {"Retry-After": "30", "Cache-Control": "no-store"})
    response = Response(stream_with_context(_events(watch)), headers=STREAM_HEADERS)
    response.call_on_close(watch.leave)
    return response


def told(seen: Seen, said: str = "") -> dict[str, Any]:
    """Return what the page's script is told, in the language of whoever looks.

    However many look, it is put into words once a language.
    """
    spoken = language()
    if spoken not in seen.words:
        seen.words[spoken] = {
            "at": seen.at.timestamp(),
            "id": seen.digest,
            "html": html(seen.state, seen.at),
            "summary": summary(seen.state),
            "waiting": sum(len(line.waiting) + line.more_waiting for line in seen.state.lines),
        }
    return {**seen.words[spoken], "said": said}


def html(state: State, at: datetime) -> str:
    """Return the board itself, as the page has it."""
    names = {each.code: service_name(each, language()) for each in state.services.values()}
    return render_template("board_live.html", state=state, at=at, service_names=names)


def summary(state: State) -> str:
    """Say in a sentence what a screen reader is told now and then."""
    waiting = sum(len(line.waiting) + line.more_waiting for line in state.lines)
    free = len({one.id for line in state.lines for one in line.people if one.doing.state == "free"})
    due = sum(line.callbacks.due for line in state.lines)
    return " ".join(
        (
            ngettext("%(num)s caller waits.", "%(num)s callers wait.", waiting),
            ngettext("%(num)s responder is free.", "%(num)s responders are free.", free),
            ngettext("%(num)s callback is due.", "%(num)s callbacks are due.", due),
        )
    )


def _events(watch: Watch) -> Iterator[str]:
    began = spoke = checked = monotonic()
    known, behind = "", False
    yield RETRY
    while not Process.ending and monotonic() - began < LONGEST_SECONDS:
        seen = watch.wait(known, ROUND_SECONDS)
        now = monotonic()
        if now - checked >= LOG_IN_SECONDS:
            checked = now
            if not _may_still_look():
                yield "event: over\ndata: {}\n\n"
                return
        if seen is not None and seen.digest != known and not seen.behind:
            known, spoke = seen.digest, now
            yield f"event: state\nid: {known}\ndata: {json.dumps(told(seen))}\n\n"
            behind = False
        elif now - spoke >= BEAT_SECONDS or behind != _is_behind(seen):
            spoke, behind = now, _is_behind(seen)
            # Where the lines cannot be looked at, the page must not say that all is as it was.
            yield f"event: {'behind' if behind else 'beat'}\ndata: {{}}\n\n"


def _is_behind(seen: Seen | None) -> bool:
    return seen is None or seen.behind


def _may_still_look() -> bool:
    """Tell whether the log-in still opens this page. Where nobody can tell, it does."""
    try:
        return log_ins.still_opens("coordinator")
    except (SQLAlchemyError, TimeoutError):
        return True

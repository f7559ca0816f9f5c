"""News that nobody could take while the database was away: kept, and told again when it is back.

What is kept of a webhook is its address, which holds ids, and the few parameters that are no
number. Telling it again means exactly that: the same request, at the instant at which it came,
to the same code. It copes with news that come late, twice or shuffled in any case.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from flask import Blueprint, Flask
from werkzeug.test import Client

from logging_db.columns import is_id
from telephony import signature
from telephony.hook import FINAL_STATUSES, SID, Hook
from telephony.paths import STATUS
from telephony.spool import Event, Spool

if TYPE_CHECKING:
    from telephony.desk import Desk, Step

log = structlog.get_logger(__name__)

AGAIN_LATER = {"Retry-After": "2"}
"""Comes with news that could not be taken just now; what breaks in another way lacks it."""

KIND = "news"
PREFIX = "news-"

# What the handlers of news ask for, without what may hold somebody's number.
KEPT = (
    "CallSid", "CallStatus", "Direction", "ErrorCode", "StatusCallbackEvent", "ParticipantLabel",
    "ConferenceSid", "SequenceNumber", "CallDuration",
)  # fmt: skip


class AgainLaterError(Exception):
    """The database is away again, or left alone for a moment after it was."""


def keep(desk: "Desk", path: str, form: Mapping[str, str]) -> bool:
    """Spool a piece of news; tell whether that is safe."""
    told = {name: form[name][:128] for name in KEPT if name in form}
    at = desk.clock()
    sid = told.get("CallSid", "")
    if path.endswith(STATUS) and not told.get("Direction", "").startswith("outbound"):
        return SID.fullmatch(sid) is not None and _keep_end(desk, at, sid, form)
    about = next(filter(is_id, path.split("/")), None)
    return about is not None and desk.spool.add(PREFIX + about, at, KIND, path=path, form=told)


def _keep_end(desk: "Desk", at: datetime, sid: str, form: Mapping[str, str]) -> bool:
    """The end of a call belongs to what else is known of the call; its other news tell nothing."""
    if form.get("CallStatus", "") not in FINAL_STATUSES:
        return True
    known = desk.snapshots.last(at)
    roster = known.book.by_number.get(form.get("To", "")) if known else None
    line = {"line": roster.line.id} if roster else {}
    return desk.spool.add(sid, at, "status", status=form.get("CallStatus", "")[:16], **line)


def belongs_to_spool(step: "Step", hook: Hook) -> bool:
    """Keep the end of a call that was served without the database, and is not in the book yet."""
    spool = step.desk.spool
    if not spool.has(hook.sid):
        return False
    roster = step.book.by_number.get(hook.to)  # the disk may have been too full to say it before
    line = {"line": roster.line.id} if roster else {}
    return not hook.is_final or spool.add(hook.sid, step.at, "status", status=hook.status, **line)


def tell(desk: "Desk", voice: Blueprint, events: list[Event]) -> list[Event]:
    """Tell a piece of news after the other, in the order in which they came.

    Return those that cannot be taken at all; raise :class:`AgainLaterError` where the database
    is in no state to take any.
    """
    now: list[datetime] = []
    refused = []
    app = Flask(__name__)
    # Nothing is spooled twice: what cannot be taken now either stays where it is.
    app.extensions["desk"] = replace(desk, clock=lambda: now[-1], spool=Spool())
    app.register_blueprint(voice)
    client = Client(app)
    for event in sorted(events, key=lambda event: str(event["at"])):
        if not isinstance(event.get("form"), dict):
            refused.append(event)  # somebody else's file
            continue
        now.append(datetime.fromisoformat(event["at"]))
        path, form = str(event.get("path")), {str(k): str(v) for k, v in event["form"].items()}
        signed = signature.sign(desk.public_url + path, form, desk.tokens[0])
        answer = client.post(
            path,
            data=urlencode(form),
            headers={signature.HEADER: signed},
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"RAW_URI": path},
        )
        if answer.status_code < 500:
            continue
        if all(name in answer.headers for name in AGAIN_LATER):
            raise AgainLaterError
        refused.append(event)
    return refused

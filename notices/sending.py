"""Sending what is due: taken up, looked at once more, addressed, handed over, crossed out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import structlog
from sqlalchemy import Engine, Row, select

from logging_db.cipher import FieldCipher, notice_place
from logging_db.engine import read, write
from logging_db.rosters import Rosters
from logging_db.tables import lines
from notices import links, outbox, people, texts, truth
from notices.channels import DeliveryError, Mailer, Texter
from notices.kinds import KINDS, SMS
from notices.mail import compose
from notices.truth import Now

log = structlog.get_logger(__name__)

REST = timedelta(seconds=30)
"""How long a channel is left alone over which nothing could be sent."""


@dataclass(frozen=True)
class Post:
    """What sending works with.

    ``console`` is the address of the console, without a last slash; ``sender`` that of our
    mails. Without a ``texter`` nothing goes by SMS. ``clock`` gives the present as aware UTC.
    """

    engine: Engine
    clock: Callable[[], datetime]
    cipher: FieldCipher
    mailer: Mailer
    sender: str
    console: str
    texter: Texter | None = None
    rosters: Rosters = field(default_factory=Rosters)
    resting: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Sms:
    """A text message, and whom it goes to. Kept in memory only."""

    to: str
    sender: str
    text: str


@dataclass(frozen=True)
class Parcel:
    """Notices that go out as one message."""

    rows: Sequence[Row[Any]]
    content: EmailMessage | Sms

    @property
    def ids(self) -> list[str]:
        """The ids of its notices."""
        return [row.id for row in self.rows]


def send_due(post: Post, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send everything that is due, until ``stopping``; return how many messages went out."""
    at = post.clock()
    with read(post.engine) as connection:
        found = outbox.due(connection, at)
    count = 0
    for notice in found:
        if stopping():
            break
        if post.resting.get(notice.channel, at) <= at:
            count += _send(post, notice)
    return count


def _send(post: Post, notice: Row[Any]) -> bool:
    try:
        parcel = _take(post, notice)
    except Exception:
        log.exception("notice_not_prepared", notice=notice.id, kind=notice.kind)
        with write(post.engine) as connection:
            outbox.claim(connection, notice.id, post.clock())
            outbox.later(connection, [notice.id], post.clock(), "not prepared", blame=True)
        return False
    if parcel is None:
        return False
    try:
        _hand_over(post, parcel)
    except DeliveryError as error:
        _not_sent(post, parcel, error)
        return False
    with write(post.engine) as connection:
        outbox.sent(connection, parcel.ids, post.clock())
    log.info("notice_sent", notice=notice.id, kind=notice.kind, count=len(parcel.rows))
    return True


def _take(post: Post, notice: Row[Any]) -> Parcel | None:
    """Claim a notice, with what goes together with it, and write the message.

    ``None`` where somebody else has it, or where nothing is left to be told.
    """
    with write(post.engine) as connection:
        at = post.clock()
        rows = [
            row
            for row in outbox.together(connection, notice, at)
            if outbox.claim(connection, row.id, at)
        ]
        now = Now(connection, post.rosters.load(connection, at), at)
        true = [row for row in rows if truth.holds(now, row)]
        untrue = {row.id for row in rows} - {row.id for row in true}
        if untrue:
            outbox.drop(connection, untrue, at, "no longer true")
        if not true:
            return None
        try:
            return Parcel(true, _content(post, now, true))
        except DeliveryError as error:
            outbox.drop(connection, [row.id for row in true], at, error.code)
            return None


def _content(post: Post, now: Now, rows: Sequence[Row[Any]]) -> EmailMessage | Sms:
    first = rows[0]
    link = post.console + KINDS[first.kind].path
    return _sms(post, now, first, link) if first.channel == SMS else _mail(post, now, rows, link)


def _sms(post: Post, now: Now, notice: Row[Any], link: str) -> Sms:
    to = people.phone_of(now.connection, post.cipher, notice.responder_id)
    query = select(lines.c.caller_id).where(lines.c.id == notice.params["line_id"])
    sender = now.connection.execute(query).scalar_one_or_none()
    if post.texter is None or to is None or sender is None:
        raise DeliveryError("no address", final=True)
    return Sms(to, sender, texts.sms(notice.kind, notice.language, notice.params, link))


def _mail(post: Post, now: Now, rows: Sequence[Row[Any]], link: str) -> EmailMessage:
    first = rows[0]
    reader = (
        people.user(now.connection, first.user_id)
        if first.user_id
        else people.user_of(now.connection, first.responder_id)
    )
    if reader is None:
        raise DeliveryError("no address", final=True)
    params = [_unsealed(post.cipher, row) for row in rows]
    text = texts.mail(first.kind, first.language, params, link)
    body = texts.letter(first.language, reader.name, text)
    return compose(post.sender, reader.name, reader.email, text.subject, body, now.at, first.id)


def _unsealed(cipher: FieldCipher, notice: Row[Any]) -> texts.Params:
    params = dict(notice.params)
    sealed = params.pop("sealed_link", None)
    if sealed is not None:
        params["link"] = links.opened(cipher, sealed, notice_place(notice.id))
    return params


def _hand_over(post: Post, parcel: Parcel) -> None:
    content = parcel.content
    if isinstance(content, EmailMessage):
        post.mailer.send(content)
    elif post.texter is not None:
        post.texter.send(content.to, content.sender, content.text)


def _not_sent(post: Post, parcel: Parcel, error: DeliveryError) -> None:
    first = parcel.rows[0]
    log.warning("notice_not_sent", notice=first.id, kind=first.kind, code=error.code)
    with write(post.engine) as connection:
        at = post.clock()
        if error.unclear:
            outbox.settle_unclear(connection, parcel.rows, at)
        elif error.final:
            outbox.drop(connection, parcel.ids, at, error.code)
        else:
            outbox.later(connection, parcel.ids, at, error.code, blame=not error.away)
    if error.away:
        post.resting[first.channel] = at + REST

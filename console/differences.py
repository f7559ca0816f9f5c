"""Differences with the provider: what each night's comparison found, and what is to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from console import navigation
from console.differences_words import WORDS, Words, detail
from console.languages import local
from console.office import office
from console.person import needs
from logging_db import reconciliations

NIGHTS = 14
MOST = 500
ORDER = list(WORDS)

pages = Blueprint("differences", __name__)
navigation.add_to_account(
    "differences.page", _l("Differences with the provider"), order=25, needs="coordinator"
)


@dataclass(frozen=True)
class Shown:
    """A difference. ``at``: when the call reached us, where it is a call of the book.

    ``apart``: by the clocks of the line that is on another day than the night's.
    """

    words: Words
    detail: str
    sid: str
    at: datetime | None
    apart: bool
    mended: bool


@dataclass(frozen=True)
class Night:
    """What the comparison of a day found; the day is one of UTC. ``left``: not mended."""

    id: str
    day: date
    compared: int
    under_way: bool
    failure: str | None
    found: int
    left: int
    shown: Sequence[Shown]


@pages.get("/differences")
@needs("coordinator")
def page() -> str:
    """List the last nights, the newest first."""
    before = _day(request.args.get("before", ""))
    with office().read() as connection:
        runs = reconciliations.latest(connection, NIGHTS + 1, before)
        ids = [run.id for run in runs[:NIGHTS]]
        counts = reconciliations.counted(connection, ids)
        found = reconciliations.found(connection, ids, MOST + 1)
    nights = [_night(run, counts, found[:MOST]) for run in runs[:NIGHTS]]
    older = runs[NIGHTS - 1].since.date() if len(runs) > NIGHTS else None
    return render_template(
        "differences.html",
        nights=nights,
        older=older,
        first=before is None,
        more=len(found) > MOST,
    )


def _day(text: str) -> datetime | None:
    """Return the beginning of a day (UTC) that an address names, if it names one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _night(
    run: Row[Any], counts: Mapping[str, tuple[int, int]], found: Sequence[Row[Any]]
) -> Night:
    total, mended = counts.get(run.id, (0, 0))
    own = [row for row in found if row.reconciliation_id == run.id]
    own.sort(key=lambda row: (row.mended_at is not None, ORDER.index(row.kind)))
    return Night(
        id=run.id,
        day=run.since.date(),
        compared=run.compared,
        under_way=run.ended_at is None,
        failure=run.failure,
        found=total,
        left=total - mended,
        shown=[_shown(row, run.since.date()) for row in own],
    )


def _shown(row: Row[Any], day: date) -> Shown:
    return Shown(
        words=WORDS[row.kind],
        detail=detail(row.kind, row.detail),
        sid=row.provider_sid,
        at=row.received_at,
        apart=row.received_at is not None and local(row.received_at).date() != day,
        mended=row.mended_at is not None,
    )

"""Taking a change back: each row as it was, unless somebody has changed it since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.exc import IntegrityError

from logging_db import number_checks
from logging_db.cipher import FieldCipher, phone_place
from logging_db.tables import assignments, responders, roster_changes, shifts, substitutions
from planning.checks import look_over
from planning.ledger import KEPT, Author, Image, Ledger, Values, changing, restored, slices
from planning.line_words import refuse_lost_recordings
from planning.objections import Objection, refuse
from planning.past import refuse_the_past

_MARKS = frozenset({"by_hand", "file_service", "file_name"})  # older images lack them
_NOT_SAID = _MARKS | {"version"}


def undo(
    connection: Connection,
    at: datetime,
    author: Author,
    change_id: int,
    cipher: FieldCipher | None = None,
) -> tuple[Objection, ...]:
    """Take a change back, as a change of its own (which can be taken back in turn).

    Returns what should be known of the roster afterwards. Raises
    :class:`~planning.objections.Refused` where a row has been changed since, where a shift of
    it is over, where it was taken back already, where somebody would be in two shifts at
    once by it, or (given the ``cipher``) where somebody who answers again shares a number.
    Nothing has changed then.
    """
    query = select(roster_changes).where(roster_changes.c.id == change_id)
    change = connection.execute(query).one_or_none()
    if change is None:
        raise refuse("change_unknown")
    if change.undone_by is not None:
        raise refuse("change_undone_already")
    images = [Image(**image) for image in change.images]
    if not images:
        raise refuse("change_has_no_way_back")
    details = {"change": change.id, "of": change.kind}
    with changing(connection, at, author, "undo", change.line_id, **details) as ledger:
        for run in _runs(reversed(images)):
            _take_back(ledger, run)
        if cipher is not None:
            _refuse_shared_numbers(ledger, cipher)
        warnings = look_over(ledger)
    _link(connection, change.id)
    return warnings


def _refuse_shared_numbers(ledger: Ledger, cipher: FieldCipher) -> None:
    """Refuse where somebody who answers again has a number at which another answers by now."""
    for image in ledger.images:
        before, after = image.before or {}, image.after or {}
        if image.table != responders.name or before.get("active") or not after.get("active"):
            continue
        own = select(responders.c.phone).where(responders.c.id == image.id)
        sealed = ledger.connection.execute(own).scalar_one()
        phone = number_checks.opened(cipher, sealed, phone_place(image.id))
        if phone and number_checks.is_taken(ledger.connection, cipher, image.id, phone):
            raise refuse("number_taken_meanwhile", who=after["name"])


def _link(connection: Connection, change_id: int) -> None:
    """Have the change and the one that took it back name each other."""
    newest = select(roster_changes.c.id).order_by(roster_changes.c.id.desc()).limit(1)
    own = connection.execute(newest).scalar_one()
    for row_id, values in ((own, {"undoes": change_id}), (change_id, {"undone_by": own})):
        this = roster_changes.c.id == row_id
        connection.execute(update(roster_changes).where(this).values(**values))


def _runs(images: Iterable[Image]) -> Iterator[list[Image]]:
    """Return images that can be taken back together: neighbours, alike, each row once."""
    run: list[Image] = []
    ids: set[str] = set()
    for image in images:
        if run and (_likeness(run[-1]) != _likeness(image) or image.id in ids):
            yield run
            run, ids = [], set()
        run.append(image)
        ids.add(image.id)
    if run:
        yield run


def _likeness(image: Image) -> tuple[object, ...]:
    return image.table, image.before is None, image.after is None


def _take_back(ledger: Ledger, run: Sequence[Image]) -> None:
    """Take back what was done alike to several rows of one table."""
    table = KEPT[run[0].table]
    now = ledger.seen_rows(table, [image.id for image in run])
    if any(_content(now.get(image.id)) != _content(image.after) for image in run):
        raise refuse("changed_since")
    for image in run:
        refuse_the_past(table, image.before, image.after, ledger.at)
    refuse_lost_recordings(ledger.connection, run)
    if run[0].before is None:
        if table is shifts:
            _refuse_in_use(ledger.connection, [image.id for image in run])
        with _as_it_was(ledger):
            ledger.delete(table, [image.id for image in run])
        return
    with _as_it_was(ledger):
        if run[0].after is None:
            rows = [restored(table, image.before or {}) for image in run]
            ledger.insert_many(table, rows)
        else:
            _put_back(ledger, table, run, now)


def _put_back(
    ledger: Ledger, table: Table, run: Sequence[Image], now: Mapping[str, Values]
) -> None:
    """Give rows back what they said: those with the same columns to change in one go."""
    alike: defaultdict[tuple[str, ...], dict[str, Values]] = defaultdict(dict)
    for image in run:
        before, there = image.before or {}, now[image.id]
        kept = (name for name in before if name not in _MARKS)
        values = {name: before[name] for name in kept if before[name] != there[name]}
        if "version" in there:  # never used twice: open forms must notice
            values["version"] = there["version"] + 1
        alike[tuple(values)][image.id] = restored(table, values)
    for columns, changes in alike.items():
        if columns:
            ledger.update_many(table, changes)


@contextmanager
def _as_it_was(ledger: Ledger) -> Iterator[None]:
    """Refuse where the database does: something refers to a row, or stands in its place by now."""
    try:
        with ledger.connection.begin_nested():
            yield
    except IntegrityError:
        raise refuse("changed_since") from None


def _content(values: Values | None) -> Values | None:
    """Return what a row says: neither how often it was changed, nor whether by a file."""
    return values and {name: value for name, value in values.items() if name not in _NOT_SAID}


def _refuse_in_use(connection: Connection, shift_ids: Sequence[str]) -> None:
    """Refuse where people were put into a shift by a later change, and would go with it."""
    for some in slices(shift_ids):
        for table, column in (
            (assignments, assignments.c.shift_id),
            (substitutions, substitutions.c.shift_id),
            (shifts, shifts.c.weekly_id),
        ):
            if connection.execute(select(table.c.id).where(column.in_(some)).limit(1)).first():
                raise refuse("changed_since")

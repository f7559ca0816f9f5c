"""Taking a change back: each row as it was, unless somebody has changed it since."""

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from logging_db.tables import assignments, roster_changes, shifts, substitutions
from planning.checks import look_over
from planning.ledger import KEPT, Author, Image, Ledger, Values, changing, restored, seen
from planning.objections import Objection, refuse
from planning.past import has_ended


def undo(
    connection: Connection, at: datetime, author: Author, change_id: int
) -> tuple[Objection, ...]:
    """Take a change back, as a change of its own (which can be taken back in turn).

    Returns what should be known of the roster afterwards. Raises
    :class:`~planning.objections.Refused` where a row has been changed since, where a shift of
    it is over, where it was taken back already, or where somebody would be in two shifts at
    once by it. Nothing has changed then.
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
        for image in reversed(images):
            _take_back(ledger, image)
        warnings = look_over(ledger)
    _link(connection, change.id)
    return warnings


def _link(connection: Connection, change_id: int) -> None:
    """Have the change and the one that took it back name each other."""
    newest = select(roster_changes.c.id).order_by(roster_changes.c.id.desc()).limit(1)
    own = connection.execute(newest).scalar_one()
    for row_id, values in ((own, {"undoes": change_id}), (change_id, {"undone_by": own})):
        this = roster_changes.c.id == row_id
        connection.execute(update(roster_changes).where(this).values(**values))


def _take_back(ledger: Ledger, image: Image) -> None:
    table = KEPT[image.table]
    row = ledger.connection.execute(select(table).where(table.c.id == image.id)).one_or_none()
    now = None if row is None else seen(row)
    if _content(now) != _content(image.after):
        raise refuse("changed_since")
    if table is shifts:
        _refuse_the_past(ledger, image)
    if image.before is None:
        if table is shifts and _is_in_use(ledger.connection, image.id):
            raise refuse("changed_since")
        _delete(ledger, image)
    elif row is None:
        ledger.insert(table, **restored(table, image.before))
    else:
        before = restored(table, image.before)
        if "version" in before:  # a version is never used twice: open forms must notice
            before["version"] = row.version + 1
        del before["id"]
        ledger.update(table, image.id, **before)


def _delete(ledger: Ledger, image: Image) -> None:
    """Delete a row again, unless something refers to it by now: a person asked for, say."""
    try:
        with ledger.connection.begin_nested():
            ledger.delete(KEPT[image.table], [image.id])
    except IntegrityError:
        raise refuse("changed_since") from None


def _content(values: Values | None) -> Values | None:
    """Return what a row says; its version only counts how often it was changed."""
    return values and {name: value for name, value in values.items() if name != "version"}


def _is_in_use(connection: Connection, shift_id: str) -> bool:
    """Tell whether people were put into a shift by a later change, and would go with it."""
    return any(
        connection.execute(select(table.c.id).where(column == shift_id).limit(1)).first()
        for table, column in (
            (assignments, assignments.c.shift_id),
            (substitutions, substitutions.c.shift_id),
            (shifts, shifts.c.weekly_id),
        )
    )


def _refuse_the_past(ledger: Ledger, image: Image) -> None:
    for values in (image.before, image.after):
        if values is not None and has_ended(restored(shifts, values), ledger.at):
            raise refuse("shift_is_over", day=restored(shifts, values)["day"])

"""Rows of a roster that contradict each other."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

from planning.file_shift import Notes, ShiftRow


def note_contradictions(rows: Sequence[ShiftRow], notes: Notes) -> None:
    """Note who stands twice in the same shift, and shifts whose rows differ in what they need.

    A row that says nothing about a need agrees with those that do.
    """
    shifts: defaultdict[Hashable, list[ShiftRow]] = defaultdict(list)
    for row in rows:
        shifts[row.shift].append(row)
    for together in shifts.values():
        _note_people(together, notes)
        _note_difference(together, "needed", lambda row: row.needed, notes)
        _note_difference(together, "languages", lambda row: frozenset(row.languages) or None, notes)


def _note_people(together: Sequence[ShiftRow], notes: Notes) -> None:
    first: dict[str, ShiftRow] = {}
    for row in together:
        if row.responder is None:
            continue
        before = first.setdefault(row.responder.casefold(), row)
        if before is not row:
            notes.note(
                "file_person_twice", row.row, "responder", name=row.responder, other=before.row
            )


def _note_difference(
    together: Sequence[ShiftRow],
    column: str,
    value: Callable[[ShiftRow], Hashable | None],
    notes: Notes,
) -> None:
    told = [row for row in together if value(row) is not None]
    for row in told[1:]:
        if value(row) != value(told[0]):
            notes.note(
                "file_shift_differs",
                row.row,
                column,
                this=_said(row, column),
                that=_said(told[0], column),
                other=told[0].row,
            )


def _said(row: ShiftRow, column: str) -> str:
    return str(row.needed) if column == "needed" else " ".join(row.languages)

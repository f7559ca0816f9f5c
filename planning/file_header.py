"""The header of a roster file: columns by their names in three languages, in any order."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.file_shift import COLUMNS, Notes
from planning.file_shown import letters, shown
from planning.file_table import Cells, Row, Value

NAMES: Mapping[str, Sequence[str]] = {
    "line": ("line", "ligne", "lijn"),
    "service": ("service", "service", "dienst"),
    "date": ("date", "date", "datum", "jour", "dag", "day"),
    "from": ("from", "de", "van", "début", "begin", "start"),
    "to": ("to", "à", "tot", "fin", "einde", "end", "jusqu'à"),
    "responder": ("responder", "répondant", "beantwoorder", "répondante", "répondant·e"),
    "order": ("order", "ordre", "volgorde"),
    "needed": ("needed", "nécessaires", "nodig", "nécessaire"),
    "languages": ("languages", "langues", "talen", "language", "langue", "taal"),
}
"""What a column may be called; the first three are English, French and Dutch."""

OPTIONAL = frozenset({"order", "needed", "languages"})


def plain(name: str) -> str:
    """Return a name as it is compared: small letters without accents and signs around."""
    decomposed = unicodedata.normalize("NFKD", name.replace("’", "'"))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split()).strip("*: ")


_KNOWN = {plain(name): column for column, names in NAMES.items() for name in names}


def known(cells: Cells) -> int:
    """Return how many of the cells name a column."""
    return sum(isinstance(cell, str) and plain(cell) in _KNOWN for cell in cells)


@dataclass(frozen=True)
class Header:
    """Where each column stands (from 0), and what this file calls it."""

    labelled: frozenset[int]
    places: Mapping[str, int]
    called: Mapping[str, str]

    def cell(self, row: Row, column: str) -> Value:
        """Return what stands in a column; nothing where the row or the file lacks it."""
        place = self.places.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def name(self, column: str) -> str:
        """Return what this file calls a column."""
        return self.called.get(column, column)


def read_header(row: Row, *, needs_line: bool, notes: Notes) -> Header:
    """Return the header, noting columns that are unknown, missing or there twice.

    Only with ``needs_line`` must the line be a column.
    """
    places: dict[str, int] = {}
    called: dict[str, str] = {}
    for place, cell in enumerate(row.cells):
        name = shown(cell)
        column = _KNOWN.get(plain(str(cell)))
        if column is None:
            if name:
                _note_unknown(name, notes)
        elif column in places:
            other = letters(places[column] + 1)
            notes.note(
                "file_column_twice", row.number, name, first=other, second=letters(place + 1)
            )
        else:
            places[column], called[column] = place, name
    for column in COLUMNS:
        if column not in places and column not in OPTIONAL and (column != "line" or needs_line):
            notes.note("file_column_missing", name=" / ".join(dict.fromkeys(NAMES[column][:3])))
    labelled = frozenset(place for place, cell in enumerate(row.cells) if str(cell).strip())
    return Header(labelled, places, called)


def _note_unknown(name: str, notes: Notes) -> None:
    close = difflib.get_close_matches(plain(name), _KNOWN, n=1, cutoff=0.6)
    if close:
        meant = next(n for n in NAMES[_KNOWN[close[0]]] if plain(n) == close[0])
        notes.note("file_column_unknown", name=name, meant=meant)
    else:
        notes.note("file_column_stranger", name=name, known=", ".join(COLUMNS))


def note_overhang(header: Header, row: Row, notes: Notes) -> None:
    """Note cells under no heading: nobody can say what they are."""
    for place, cell in enumerate(row.cells):
        if place not in header.labelled and str(cell).strip():
            notes.note("file_cell_unnamed", row.number, letters(place + 1), value=shown(cell))

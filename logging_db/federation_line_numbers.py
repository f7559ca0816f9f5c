"""Further numbers of a line, each of which stands for a language: read, checked, kept.

A number leads to one line and one language, so it may stand in one place only: in the file,
and among the lines on record that the file does not name.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from sqlalchemy import Connection, select

from logging_db import federation_numbers as numbers
from logging_db.federation_faults import Faults
from logging_db.federation_fields import Fields, quoted
from logging_db.federation_plan import Count, LineEntry
from logging_db.federation_rows import Sync
from logging_db.tables import line_numbers, lines

REMEDY = "let each number lead to one line and one language"


def read_numbers(line: Fields, languages: Sequence[str]) -> dict[str, str]:
    """Return the language of each further number, noting the faults of each."""
    found: dict[str, str] = {}
    table = line.table("numbers", {lang: f'{lang} = "+3280035244"' for lang in languages})
    for language in languages:
        if table is None or language not in table:
            continue
        number = table.text(language)
        objection = numbers.form(number) if number else None
        if objection:
            table.fault(language, f"{quoted(number)} {objection[0]}", objection[1])
        elif number in found:
            table.fault(language, f"{quoted(number)} stands here twice", REMEDY)
        elif number:
            found[number] = language
    return found


def note_repeats(entries: Sequence[LineEntry], faults: Faults) -> None:
    """Note the further numbers that are a number of another line, or of the line itself."""
    own = {line.number: f"{line.place}.number" for line in entries}
    for place, number in _places(entries):
        first = own.setdefault(number, place)
        if first != place:
            faults.add(place, f"{quoted(number)} stands in {first} already", REMEDY)


def _places(entries: Sequence[LineEntry]) -> Iterator[tuple[str, str]]:
    for line in entries:
        for number, language in line.numbers.items():
            yield f"{line.place}.numbers.{language}", number


def refuse_taken(connection: Connection, entries: Sequence[LineEntry]) -> None:
    """Raise ``FederationRefused`` if a number leads to a line that the file does not name."""
    named = {line.number for line in entries}
    own = select(lines.c.number, lines.c.name)
    further = select(line_numbers.c.number, lines.c.name).join(lines)
    others = own.where(lines.c.number.not_in(named))
    taken = {
        row.number: row.name
        for query in (others, further.where(lines.c.number.not_in(named)))
        for row in connection.execute(query)
    }
    faults = Faults()
    wanted = [(f"{line.place}.number", line.number) for line in entries]
    for place, number in (*wanted, *_places(entries)):
        if number in taken:
            said = f"{quoted(number)} leads to the line {quoted(taken[number])} already"
            faults.add(place, said, "name that line in the file too, or write another number")
    faults.refuse_if_any()


def sync_numbers(
    connection: Connection, entries: Sequence[LineEntry], line_ids: Mapping[str, str]
) -> Count:
    """Make the further numbers of these lines those of the file.

    Of all at once: a number may move from one line to another.
    """
    wanted = {
        number: {"line_id": line_ids[line.number], "number": number, "language": language}
        for line in entries
        for number, language in line.numbers.items()
    }
    ids = [line_ids[line.number] for line in entries]
    query = select(line_numbers).where(line_numbers.c.line_id.in_(ids))
    found = [dict(row) for row in connection.execute(query).mappings()]
    return (
        Sync(line_numbers, itemgetter("number"), exact=True).run(connection, found, wanted).count()
    )

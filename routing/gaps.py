"""Where a line is open and too few people are there: opening hours, less closures, less cover."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from routing.duty import Piece, pieces
from routing.opening import joined, openings
from routing.roster import Line, Roster
from routing.wall import zone_of

Changes = defaultdict[datetime, list[Piece]]
Short = tuple[str | None, int, int]
"""A language, or ``None`` whatever people speak; how many are needed; how many are there."""


@dataclass(frozen=True)
class Gap:
    """A time (UTC, half-open) in which ``covered`` people are there and ``needed`` should be.

    ``language`` is what they should speak; ``None``: there are too few, whatever they speak.
    """

    begins: datetime
    ends: datetime
    language: str | None
    needed: int
    covered: int


def gaps(roster: Roster, begins: datetime, ends: datetime) -> list[Gap]:
    """Return the gaps between two instants (aware), by beginning, then ``None``, then language.

    The roster must know the days between them and two more on either side. Each opening
    should have one person on duty, or as many as the shifts worked then need together; and
    one for each language of the line, or as many as there are shifts that want it. Where
    nobody is on duty, no language is named. Openings that touch are one, so a roster without
    shifts is one gap an opening.
    """
    found = _sweep(roster, begins.astimezone(UTC), ends.astimezone(UTC))
    return sorted(found, key=lambda gap: (gap.begins, gap.language or ""))


def _sweep(roster: Roster, begins: datetime, ends: datetime) -> Iterator[Gap]:
    """Walk through the time, from one instant at which something changes to the next."""
    bounds = dict(_openings(roster.line, begins, ends))
    come, go = _by_instant(_pieces(roster, begins, ends))
    tally, closes = _Tally(roster), None
    since: dict[Short, datetime] = {}
    for at in sorted({*come, *go, *bounds, *bounds.values()}):
        for piece in go.get(at, ()):
            tally.count(piece, -1)
        for piece in come.get(at, ()):
            tally.count(piece, 1)
        closes = bounds.get(at, None if at == closes else closes)
        short = tally.short() if closes else set()
        for over in since.keys() - short:
            yield Gap(since.pop(over), at, *over)
        since |= dict.fromkeys(short - since.keys(), at)


def _openings(line: Line, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return the openings between two instants, joined where they touch, cut at the bounds."""
    zone = zone_of(line.timezone)
    first = begins.astimezone(zone).date() - timedelta(days=1)
    last = ends.astimezone(zone).date()
    for opens, closes in joined(list(openings(line, first, last))):
        if max(opens, begins) < min(closes, ends):
            yield max(opens, begins), min(closes, ends)


def _pieces(roster: Roster, begins: datetime, ends: datetime) -> Iterator[Piece]:
    """Return at least who stands in the shifts worked between two instants."""
    # Wherever it is, the local day is the day of UTC or a neighbour of it; and a shift
    # reaches into the local day after its own.
    first = begins.date() - timedelta(days=2)
    for n in range((ends.date() - first).days + 2):
        yield from pieces(roster, first + timedelta(days=n))


def _by_instant(found: Iterable[Piece]) -> tuple[Changes, Changes]:
    """Return the pieces by when they begin, and by when they end."""
    come: Changes = defaultdict(list)
    go: Changes = defaultdict(list)
    for piece in found:
        come[piece.begins].append(piece)
        go[piece.ends].append(piece)
    return come, go


class _Tally:
    """How many are needed and how many are there, at an instant that moves on."""

    def __init__(self, roster: Roster) -> None:
        self._of_line: dict[str | None, int] = dict.fromkeys(roster.line.languages, 1)
        self._languages = {name: set(p.languages) for name, p in roster.responders.items()}
        self._needed = 0
        self._wanted: Counter[str] = Counter()  # shifts, by language
        self._places: Counter[str] = Counter()  # by person
        self._people = 0
        self._speakers: Counter[str | None] = Counter()  # people, by language

    def count(self, piece: Piece, sign: int) -> None:
        """Count in what begins (``sign`` 1), or out what ends (-1)."""
        shift = piece.on.shift
        self._needed += sign * shift.needed
        for language in set(shift.languages):
            self._wanted[language] += sign
        # Who stands in two places is one person: they come with the first, go with the last.
        alone = 1 if sign > 0 else 0
        for person in piece.places:
            if person is None:
                continue
            places = self._places[person] = self._places[person] + sign
            if places == alone:
                self._people += sign
                for language in self._languages[person]:
                    self._speakers[language] += sign

    def short(self) -> set[Short]:
        """Return what is short."""
        needed: dict[str | None, int] = {None: max(1, self._needed)}
        if self._people:
            needed |= self._of_line
            needed |= {language: n for language, n in self._wanted.items() if n}
        there = {None: self._people, **self._speakers}
        return {
            (language, n, there.get(language, 0))
            for language, n in needed.items()
            if there.get(language, 0) < n
        }

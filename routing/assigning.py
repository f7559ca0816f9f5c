"""Giving each piece of work a responder: a bipartite matching by augmenting paths.

Kuhn 1955, run in the order of the line: nobody who was given somebody earlier is ever left
out in favour of somebody later. It works on ids alone; who may take what comes from
:mod:`routing.matching`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice


@dataclass(frozen=True)
class Choices:
    """Who may be rung for a piece of work, the best first.

    ``pool`` is shared by all work of its kind; those who were rung before (``again``, after
    their rest) come after it, and ``rung`` are left out of it.
    """

    pool: tuple[str, ...]
    rung: frozenset[str] = frozenset()
    again: tuple[str, ...] = ()

    @property
    def kind(self) -> tuple[int, frozenset[str], tuple[str, ...]]:
        """Return what is the same for all who may take the same people."""
        return id(self.pool), self.rung, self.again


class Assignment:
    """Gives responders to work. Nobody who was given is ever free again, only moved."""

    def __init__(self, choices: Mapping[str, Choices]) -> None:
        self.choices = choices
        self.holder: dict[str, str] = {}  # responder → work
        self.held: dict[str, str] = {}  # work → responder
        self._taken: defaultdict[int, int] = defaultdict(int)  # pool → so many first ones are held

    def one_each(self, queue: Sequence[str]) -> dict[str, str]:
        """Give each piece of work at most one responder; return work → responder."""
        hopeless: set[object] = set()
        for work_id in queue:
            own = self.choices[work_id]
            if own.kind in hopeless:
                continue  # who may take the same people finds nobody either
            responder = self._free_one(own)
            path = {responder: work_id} if responder else self._augment(work_id)
            if not path:
                hopeless.add(own.kind)
            self.holder.update(path)
            self.held.update({work: person for person, work in path.items()})
        return dict(self.held)

    def more(
        self, queue: Sequence[str], ringing: Mapping[str, int], most: int
    ) -> Iterator[tuple[str, str]]:
        """Give who is left over, one a round; yield work and responder.

        ``ringing`` counts how many ring for each piece of work already.
        """
        rings = dict(ringing)
        dry: set[object] = set()
        for level in range(1, most):
            for work_id in queue:
                own = self.choices[work_id]
                if rings[work_id] != level or own.kind in dry:
                    continue
                spare = self._free_one(own)
                if spare is None:
                    dry.add(own.kind)
                    continue
                self.holder[spare] = work_id
                rings[work_id] += 1
                yield work_id, spare

    def _free_one(self, own: Choices) -> str | None:
        """Return the best who is not held; as nobody is let go of, the search goes on."""
        pool, start = own.pool, self._taken[id(own.pool)]
        while start < len(pool) and pool[start] in self.holder:
            start += 1
        self._taken[id(pool)] = start
        if not own.rung:
            return pool[start] if start < len(pool) else None
        fresh = (one for one in islice(pool, start, None) if one not in own.rung)
        return next((one for one in chain(fresh, own.again) if one not in self.holder), None)

    def _augment(self, work_id: str) -> dict[str, str]:
        """Return the changes that serve ``work_id`` too; empty if there are none.

        Breadth first, so that as few others as possible are moved. Everybody is reached once:
        what is left of a pool is all that the next work of its kind looks at.
        """
        came_from: dict[str, str] = {}  # responder → the work that reached out for them
        left: dict[int, list[str]] = {}
        frontier = [work_id]
        while frontier:
            reached: list[str] = []
            for current in frontier:
                own = self.choices[current]
                if left.get(id(own.pool)) == [] and not own.again:
                    continue
                for responder in self._unreached(own, left, came_from):
                    came_from[responder] = current
                    if responder not in self.holder:
                        return self._trace(responder, work_id, came_from)
                    reached.append(self.holder[responder])
            frontier = reached
        return {}

    @staticmethod
    def _unreached(
        own: Choices, left: dict[int, list[str]], came_from: Mapping[str, str]
    ) -> list[str]:
        pool = [one for one in left.get(id(own.pool), own.pool) if one not in came_from]
        left[id(own.pool)] = [one for one in pool if one in own.rung]
        again = [one for one in own.again if one not in came_from]
        return [one for one in pool if one not in own.rung] + again

    def _trace(self, responder: str, root: str, came_from: Mapping[str, str]) -> dict[str, str]:
        """Walk the path back from a free ``responder`` to ``root`` and return its new pairs."""
        changes = {responder: came_from[responder]}
        current = came_from[responder]
        while current != root:
            freed = self.held[current]
            changes[freed] = came_from[freed]
            current = came_from[freed]
        return changes

"""Callbacks that arrive twice, late, out of order or not at all."""

from random import Random


class Disorder:
    """How badly status callbacks travel, reproducibly from ``seed``.

    ``duplicate``, ``triple`` and ``lose`` are probabilities; every copy is late by up to
    ``shuffle_seconds``, so that later events can overtake earlier ones. Requests for TwiML
    are never touched: the provider needs their answer.
    """

    def __init__(
        self,
        seed: int = 0,
        duplicate: float = 0.0,
        shuffle_seconds: float = 0.0,
        lose: float = 0.0,
        triple: float = 0.0,
    ) -> None:
        self.duplicate = duplicate
        self.shuffle_seconds = shuffle_seconds
        self.lose = lose
        self.triple = triple
        self._random = Random(seed)  # noqa: S311 - reproducible mischief, no secret

    def delays(self) -> list[float]:
        """Return the delay in seconds of each copy of one callback; none when it is lost."""
        if self._random.random() < self.lose:
            return []
        copies = 2 if self._random.random() < self.duplicate else 1
        if self.triple and self._random.random() < self.triple:
            copies = 3
        return [self._random.uniform(0, self.shuffle_seconds) for _ in range(copies)]

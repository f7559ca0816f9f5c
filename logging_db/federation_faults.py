"""What is wrong with a federation file: whole sentences, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 50
"""How many faults one refusal names; a file with more was not meant for us."""


@dataclass(frozen=True)
class FederationFault:
    """One thing that is wrong: where, why, and what to do about it.

    ``place`` is a path in the file that counts from 1, as people do: ``lines[1]`` is the
    first line. Numbers of people are never quoted: a refusal may end up in a log.
    """

    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}; {self.remedy}."


class FederationRefused(Exception):  # noqa: N818 -- named by what happened to the file
    """The file cannot be used; nothing was changed. ``faults`` holds up to :data:`MOST`."""

    def __init__(self, faults: Sequence[FederationFault]) -> None:
        self.faults = tuple(faults[:MOST])
        told = [str(fault) for fault in self.faults]
        if len(faults) > MOST:
            told.append(f"… and {len(faults) - MOST} more.")
        super().__init__("\n".join(told))


class Faults:
    """Collects faults while a file is read, so that all are told together."""

    def __init__(self) -> None:
        self._found: list[FederationFault] = []

    def add(self, place: str, reason: str, remedy: str) -> None:
        """Note a fault."""
        self._found.append(FederationFault(place, reason, remedy))

    def refuse_if_any(self) -> None:
        """Raise :class:`FederationRefused` if anything was noted."""
        if self._found:
            raise FederationRefused(self._found)

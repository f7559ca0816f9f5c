"""The clock. A module of its own, so that whoever asks the time loads nothing else."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present, aware, in UTC. Of the whole product this alone reads a clock."""
    return datetime.now(UTC)

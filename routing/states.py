"""The states of calls, offers and legs, and the moves between them that are allowed.

Webhooks come twice and out of order, so a state moves only along these tables; whatever
else is asked for is ignored by the caller of :func:`may_move`.
"""

from typing import Final

# --- calls
RECEIVED: Final = "received"  # greeted, choosing a language
WAITING: Final = "waiting"  # in the line
CLAIMED: Final = "claimed"  # a responder pressed 1; the caller is being moved
TALKING: Final = "talking"  # in the room
FORWARDED: Final = "forwarded"  # waited for too long, and chose the line's fallback number
LEAVING: Final = "leaving"  # last words: closed, nobody there, or a callback noted
ENDED: Final = "ended"

CALL_MOVES: Final[dict[str, frozenset[str]]] = {
    RECEIVED: frozenset({WAITING, LEAVING, ENDED}),
    WAITING: frozenset({CLAIMED, FORWARDED, LEAVING, ENDED}),
    CLAIMED: frozenset({TALKING, WAITING, LEAVING, ENDED}),
    TALKING: frozenset({WAITING, LEAVING, ENDED}),
    FORWARDED: frozenset({LEAVING, ENDED}),
    LEAVING: frozenset({WAITING, ENDED}),
    ENDED: frozenset(),
}

# --- offers
OFFERED: Final = "offered"  # the responder is being rung
TAKEN: Final = "taken"
DECLINED: Final = "declined"
MISSED: Final = "missed"  # rang out, busy, voicemail, or no key
WITHDRAWN: Final = "withdrawn"  # somebody else took it, or the caller left
FAILED: Final = "failed"  # the provider could not ring

OFFER_MOVES: Final[dict[str, frozenset[str]]] = {
    OFFERED: frozenset({TAKEN, DECLINED, MISSED, WITHDRAWN, FAILED}),
    **{state: frozenset() for state in (TAKEN, DECLINED, MISSED, WITHDRAWN, FAILED)},
}

# --- legs
PLANNED: Final = "planned"  # written down, not yet asked of the provider
PLACING: Final = "placing"  # asked; the answer is not there, or was unclear
RINGING: Final = "ringing"
ANSWERED: Final = "answered"
# and ENDED

LEG_MOVES: Final[dict[str, frozenset[str]]] = {
    PLANNED: frozenset({PLACING, ENDED}),
    PLACING: frozenset({RINGING, ANSWERED, ENDED}),
    RINGING: frozenset({ANSWERED, ENDED}),
    ANSWERED: frozenset({ENDED}),
    ENDED: frozenset(),
}

# --- outcomes of a call
IN_PROGRESS: Final = "in_progress"


def may_move(moves: dict[str, frozenset[str]], old: str, new: str) -> bool:
    """Tell whether ``old`` → ``new`` is allowed by the table ``moves``."""
    return new in moves[old]


def states_before(moves: dict[str, frozenset[str]], new: str) -> tuple[str, ...]:
    """Return the states from which ``new`` may be reached: the guard of an UPDATE."""
    return tuple(old for old, allowed in moves.items() if new in allowed)


def outcome(*, answered: bool, pending: str | None, provider_status: str) -> str:
    """Return how a call that is over ended.

    ``pending`` is what had been decided should the caller hang up (a callback noted, the
    line closed, nobody there). Without it the caller left by themselves: *abandoned*,
    unless the provider says that the call itself failed.
    """
    if answered:
        return "answered"
    if pending:
        return pending
    return "failed" if provider_status == "failed" else "abandoned"

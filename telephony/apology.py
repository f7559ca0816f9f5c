"""When something breaks behind a webhook: words and a next step, never an error page."""

from dataclasses import dataclass

from routing.roster import Line
from telephony import paths, words
from telephony.desk import Desk
from telephony.replies import Forward, Hangup, Leave, Play, Redirect, Reply, Verb, say

PATIENCE = 3
"""How many times in a row a waiting caller is asked for patience before people are rung."""

# Pages of a caller who asks for a callback: nothing of that can be kept now.
ASKS_FOR_CALLBACK = frozenset({"key", "callback", "number", "check"})

# Pages of a caller who is in the line, or between it and a room: they can simply stay there.
STAYS_IN_LINE = ASKS_FOR_CALLBACK | {"wait", "back", "room"}


@dataclass(frozen=True)
class Circumstances:
    """What the address of a request says, for when there is nothing else."""

    page: str
    call_id: str | None = None
    language: str | None = None
    sorry: int = 0
    attempt: int = 1

    @property
    def may_wait(self) -> bool:
        """Tell whether it is a caller who can be asked for patience."""
        return self.waits and self.sorry < PATIENCE

    @property
    def waits(self) -> bool:
        """Tell whether it is a caller who waits."""
        return self.call_id is not None and self.page in STAYS_IN_LINE


def languages(line: Line | None, chosen: str | None) -> tuple[str, ...]:
    """Return the languages to apologise in: the caller's, else all that may be theirs."""
    if chosen in words.LANGUAGES:
        return (chosen,)
    return line.languages if line else words.LANGUAGES


def sorry(line: Line | None, spoken: tuple[str, ...]) -> Reply:
    """Apologise, then connect with the line's fallback number; without one, say what to do."""
    again: tuple[Verb, ...] = (*(say("sorry_ring_again", lang) for lang in spoken), Hangup())
    if line is None or line.fallback_number is None:
        return (*(say("sorry", language) for language in spoken), *again)
    # Whoever is in danger must not have to wait until that number has rung in vain.
    keys = ("sorry", "emergency", "sorry_forward")
    told = tuple(say(key, language) for language in spoken for key in keys)
    return (*told, Forward(line.fallback_number, line.caller_id), *again)


def patience(desk: Desk, where: Circumstances) -> Reply:
    """Ask a caller who waits for a little patience; whoever wanted a callback hears of it."""
    spoken = where.language if where.language in words.LANGUAGES else words.LANGUAGES[0]
    key = "away_no_callback" if where.page in ASKS_FOR_CALLBACK else "moment"
    again = paths.call(
        desk, str(where.call_id), "wait", where.language, turn=1, sorry=where.sorry + 1
    )
    return (say(key, spoken), Play(desk.url(paths.MUSIC)), Redirect(again))


def out_of_the_queue(desk: Desk, language: str | None) -> Reply:
    """Leave the queue, whose documents cannot dial, for where people are rung.

    In it the queue's action follows, which leads there; out of it Leave does nothing.
    """
    chosen = {"lang": language} if language in words.LANGUAGES else {}
    return (Leave(), Redirect(paths.away(desk, "ring", **chosen)))

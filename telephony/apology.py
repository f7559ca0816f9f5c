"""When something breaks behind a webhook: words and a next step, never an error page."""

from dataclasses import dataclass

from routing.roster import Line
from telephony import paths, words
from telephony.desk import Desk
from telephony.replies import Forward, Hangup, Leave, Play, Redirect, Reply, Verb, say

PATIENCE = 3
"""How many times in a row a waiting caller is asked for patience before we forward them."""

# Pages of a caller who is in the line, or choosing from it: they can simply stay there.
STAYS_IN_LINE = frozenset({"wait", "key", "callback", "number", "check", "back"})


@dataclass(frozen=True)
class Circumstances:
    """What is known of a request without the database."""

    call_id: str | None
    page: str
    to: str
    language: str | None
    sorry: int


def words_for(desk: Desk, where: Circumstances) -> Reply:
    """Return what to say to whoever is on the telephone."""
    waits = where.call_id is not None and where.page in STAYS_IN_LINE
    if waits and where.sorry < PATIENCE:
        return _stay(desk, str(where.call_id), where.language, where.sorry)
    book = desk.rosters.last_known()
    roster = book.by_number.get(where.to) if book else None
    line = roster.line if roster else None
    regrets = sorry(line, languages(line, where.language))
    # Nobody can be dialled from a document of the queue; out of it, Leave does nothing.
    return (Leave(), *regrets) if waits else regrets


def languages(line: Line | None, chosen: str | None) -> tuple[str, ...]:
    """Return the languages to apologise in: the caller's, else all that may be theirs."""
    if chosen in words.LANGUAGES:
        return (chosen,)
    return line.languages if line else words.LANGUAGES


def sorry(line: Line | None, spoken: tuple[str, ...]) -> Reply:
    """Apologise, then connect with the line's fallback number; without one, say what to do."""
    regrets = tuple(say("sorry", language) for language in spoken)
    again: tuple[Verb, ...] = (*(say("sorry_ring_again", lang) for lang in spoken), Hangup())
    if line is None or line.fallback_number is None:
        return (*regrets, *again)
    forward = Forward(line.fallback_number, line.caller_id)
    return (*regrets, *(say("sorry_forward", lang) for lang in spoken), forward, *again)


def _stay(desk: Desk, call_id: str, language: str | None, count: int) -> Reply:
    spoken = language if language in words.LANGUAGES else words.LANGUAGES[0]
    again = paths.call(desk, call_id, "wait", language, turn=1, sorry=count + 1)
    return (say("moment", spoken), Play(desk.url(paths.MUSIC)), Redirect(again))

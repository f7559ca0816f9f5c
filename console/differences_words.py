"""What a difference with the provider is, and what to do about it, in words."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

STATUSES: dict[str, LazyString] = {
    "abandoned": _l("the caller hung up"),
    "answered": _l("one of us answered"),
    "busy": _l("the number was busy"),
    "canceled": _l("it was broken off"),
    "completed": _l("somebody picked up"),
    "failed": _l("it could not be put through"),
    "in-progress": _l("it goes on"),
    "no-answer": _l("nobody picked up"),
    "queued": _l("it waits to be dialled"),
    "ringing": _l("it is ringing"),
}
"""The words of the book and of the provider for how a call ended, or stands."""


@dataclass(frozen=True)
class Words:
    """``what`` it is; ``mended``, what was done about it; ``to_do``, what is left to do."""

    what: LazyString
    to_do: LazyString
    mended: LazyString | None = None


NOTHING = _l("Nothing. If it happens often, tell whoever runs the server: news is being lost.")

# In the order in which they are shown: what asks for somebody first.
WORDS: dict[str, Words] = {
    "unknown_here": Words(
        _l("Somebody called, and the call never reached us"),
        _l("Ask whoever runs the server whether it could be reached at that time."),
        _l("The call now stands in the book."),
    ),
    "open_here": Words(
        _l("We took the call for one that goes on, but it was over"),
        NOTHING,
        _l("It was closed, with the time at which it ended."),
    ),
    "leg_open_here": Words(
        _l("We took somebody for busy whose telephone had long been put down"),
        NOTHING,
        _l("They are free again."),
    ),
    "still_there": Words(
        _l("The call is over for us, but goes on at the provider"),
        _l("Have it ended in the provider’s own pages: it costs money until then."),
    ),
    "unknown_leg": Words(
        _l("The provider placed a call in the line’s name that we did not ask for"),
        _l("Ask who else uses the account. If nobody does, change its password and auth token."),
    ),
    "unknown_there": Words(
        _l("The provider knows nothing of a call that we have noted"),
        _l("Ask whether it was deleted there, or whether the account has changed."),
    ),
    "other_status": Words(
        _l("We and the provider do not say the same about whether anybody answered"),
        _l("Nothing has to be done. The book keeps what it was told at the time."),
    ),
    "other_duration": Words(
        _l("We and the provider do not say the same about how long it lasted"),
        _l("Nothing has to be done. Compare it with the bill if that seems wrong."),
    ),
}


def detail(kind: str, text: str | None) -> str:
    """Write out what the row says beside its kind: a status, or both sides' of something."""
    here, _slash, there = (text or "").partition("/")
    if kind == "other_duration" and here.isdigit() and there.isdigit():
        both = {"here": _length(int(here)), "there": _length(int(there))}
        return str(_("Here %(here)s, there %(there)s.", **both))
    if kind == "other_status" and there:
        both = {"here": _status(here), "there": _status(there)}
        return str(_("Here: %(here)s; there: %(there)s.", **both))
    return str(_("At the provider: %(status)s.", status=_status(here))) if here else ""


def _status(word: str) -> str:
    return str(STATUSES.get(word, word))


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return str(_("%(seconds)s s", seconds=rest))
    return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest))

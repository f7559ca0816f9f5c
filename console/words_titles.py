"""What each sentence that callers hear is called, and when it is heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import flask_babel

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

Words = Callable[[], str]


@dataclass(frozen=True)
class Told:
    """A sentence: its name, when callers hear it, and the part of a call to which it belongs."""

    title: Words
    when: Words
    part: str


PARTS: Mapping[str, Words] = {
    "open": lambda: _("When somebody can answer"),
    "nobody": lambda: _("When nobody can answer"),
    "closed": lambda: _("When the line is closed"),
    "end": lambda: _("At the end"),
    "other": lambda: _("Others"),
}

SENTENCES: Mapping[str, Told] = {
    "greeting": Told(
        lambda: _("Greeting"),
        lambda: _("The first thing of all, on a line that greets before it asks for the language."),
        "open",
    ),
    "menu": Told(
        lambda: _("Choice of the language"),
        lambda: _("At the beginning, in each language of the line, one after the other."),
        "open",
    ),
    "welcome": Told(
        lambda: _("Welcome"),
        lambda: _("Once, when the wait begins: what the caller can expect."),
        "open",
    ),
    "callback_hint": Told(
        lambda: _("A callback instead of waiting"),
        lambda: _("While waiting, between the music. Key 1 asks to be called back."),
        "open",
    ),
    "connecting": Told(
        lambda: _("Being connected"),
        lambda: _("When somebody has taken the call, until the two can talk."),
        "open",
    ),
    "back_in_line": Told(
        lambda: _("Back in the line"),
        lambda: _("When the conversation broke off and the caller waits again."),
        "open",
    ),
    "nobody": Told(
        lambda: _("Nobody can answer"),
        lambda: _("When the line is open but nobody is there for the caller’s language."),
        "nobody",
    ),
    "too_long": Told(
        lambda: _("Waited too long"),
        lambda: _("When nobody has answered within the line’s longest wait."),
        "nobody",
    ),
    "callback_offer": Told(
        lambda: _("Offer of a callback"),
        lambda: _(
            "After “Nobody can answer”, or when the line is closed and takes callbacks. Key 1."
        ),
        "nobody",
    ),
    "callback_offer_waiting": Told(
        lambda: _("Offer after a long wait"),
        lambda: _("After “Waited too long”: key 1 asks for a callback, * goes on waiting."),
        "nobody",
    ),
    "callback_offer_forward": Told(
        lambda: _("Offer after a long wait, with another number"),
        lambda: _(
            "The same on a line that has a fallback number: key 1 asks for a callback, 2 connects "
            "to that number, * goes on waiting."
        ),
        "nobody",
    ),
    "forwarding": Told(
        lambda: _("Connected to another number"),
        lambda: _("Before the line’s fallback number is rung."),
        "nobody",
    ),
    "forward_failed": Told(
        lambda: _("The other number does not answer"),
        lambda: _("When the fallback number was rung in vain."),
        "nobody",
    ),
    "callback_noted": Told(
        lambda: _("Callback noted"),
        lambda: _("When a caller has asked to be called back and agreed to it."),
        "nobody",
    ),
    "closed": Told(
        lambda: _("The line is closed"),
        lambda: _("Outside the opening hours."),
        "closed",
    ),
    "closed_for": Told(
        lambda: _("The line is closed, and why"),
        lambda: _("On a day that is closed, with the reason given under “Hours & closures”."),
        "closed",
    ),
    "reopens": Told(
        lambda: _("When it opens again"),
        lambda: _("After either sentence that says that the line is closed."),
        "closed",
    ),
    "emergency": Told(
        lambda: _("Emergency numbers"),
        lambda: _("Whenever nobody can answer now."),
        "closed",
    ),
    "ring_again": Told(
        lambda: _("Invitation to ring again"),
        lambda: _("When a caller does not want to be called back."),
        "end",
    ),
    "after_talk": Told(
        lambda: _("After the conversation"),
        lambda: _("When the responder has hung up and the caller has not."),
        "end",
    ),
    "goodbye": Told(
        lambda: _("Goodbye"),
        lambda: _("The last word before the line hangs up."),
        "end",
    ),
}
"""The sentences by key. One that is not here goes by its key, and stands at the end."""


def told(key: str) -> Told:
    """Return what is told of a sentence."""
    return SENTENCES.get(key) or Told(lambda: key, lambda: "", "other")


def title(key: str) -> str:
    """Return what a sentence is called."""
    return told(key).title()

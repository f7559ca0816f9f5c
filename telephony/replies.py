"""What we answer to the provider, as plain values. ``telephony.twiml`` writes them out."""

from dataclasses import dataclass

from telephony import words


@dataclass(frozen=True)
class Say:
    """Speak ``text`` in ``language``."""

    text: str
    language: str


@dataclass(frozen=True)
class Play:
    """Play the sound at ``url``; it lasts ``seconds``, where that matters."""

    url: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Pause:
    """Be silent for ``seconds``."""

    seconds: int


@dataclass(frozen=True)
class Gather:
    """Wait for keys, while the ``prompts`` are heard; go on at ``action`` when some come.

    With no ``digits`` any number of keys, ended by #. ``timeout`` in seconds, counted from
    the end of the prompts. With no key at all, the next verb of the document follows.
    """

    action: str
    prompts: "tuple[Say | Play | Pause, ...]"
    timeout: int
    digits: int | None = 1


@dataclass(frozen=True)
class Redirect:
    """Go on at ``url``."""

    url: str


@dataclass(frozen=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True)
class Leave:
    """Leave the queue: the call goes on at the action of its :class:`Enqueue`.

    A document heard in the queue may not dial, nor enqueue again; it must leave first.
    """


@dataclass(frozen=True)
class Enqueue:
    """Wait in the provider's queue ``name``, hearing what ``wait_url`` says."""

    name: str
    wait_url: str
    action: str


@dataclass(frozen=True)
class Room:
    """Enter the conference ``name``; with ``ends`` it ends when whoever entered by this leaves.

    With ``beep`` those who are in hear a tone as they come in.
    """

    name: str
    label: str
    action: str
    events_url: str
    wait_url: str
    ends: bool = True
    beep: bool = False


@dataclass(frozen=True)
class Forward:
    """Connect with another number, showing ``caller_id``; go on at ``action`` afterwards.

    Whoever picks up there hears what ``screen`` says first, and is connected unless that ends
    their call.
    """

    number: str
    caller_id: str
    action: str | None = None
    timeout: int = 30
    screen: str | None = None


Verb = Say | Play | Pause | Gather | Redirect | Hangup | Leave | Enqueue | Room | Forward
Reply = tuple[Verb, ...]


def say(key: str, language: str, /, **values: object) -> Say:
    """Return the prompt ``key`` as something to say."""
    return Say(words.sentence(key, language, **values), language)

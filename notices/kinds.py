"""What people are told of, and how each kind is treated."""

from dataclasses import dataclass

EMAIL, SMS = "email", "sms"


@dataclass(frozen=True)
class Kind:
    """How one kind of notice is treated.

    ``once``: where it cannot be known whether it was sent, it is not sent again: a reminder
    that comes twice is worse than none. The others may come twice, under one Message-ID.
    ``gathers``: all that is due for one person goes into one mail. ``path``: the page of the
    console that its link opens.
    """

    once: bool = False
    gathers: bool = False
    path: str = "/"


KINDS = {
    "remind_day": Kind(once=True, path="/mine"),
    "remind_hour": Kind(once=True, path="/mine"),
    "hole": Kind(gathers=True, path="/week"),
    "cannot": Kind(path="/requests"),
    "proposed": Kind(path="/mine"),
    "accepted": Kind(),
    "declined": Kind(),
    "withdrawn": Kind(path="/mine"),
    "changed": Kind(gathers=True, path="/mine"),
    "set_aside": Kind(path="/"),
    "set_aside_you": Kind(path="/mine"),
    "invitation": Kind(),
    "reset": Kind(),
}

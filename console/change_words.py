"""What each kind of change did, as a sentence: the list of changes, and the page of one."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import flask_babel

from console import languages
from console.change_kinds import KIND_NAMES
from console.week_words import language_name
from console.words_titles import title

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

Details = Mapping[str, Any]


def change_words(kind: str, details: Details) -> str:
    """Return what a change did; plain words where its details do not tell more."""
    words = KINDS.get(kind)
    return words(_Told(details)) if words else _("The roster was changed.")


class _Told(dict[str, Any]):
    """Details, as the sentences want them: what is missing is a dash."""

    def __missing__(self, name: str) -> str:
        return "—"

    def shift(self, before: str = "") -> str:
        """Return which shift it is: caw, Mon 30 Nov, 13:00–17:00."""
        told = [str(self[f"{before}service"]), self.day(f"{before}day")]
        told.append(f"{self[f'{before}starts']}–{self[f'{before}ends']}")
        return ", ".join(each for each in told if each not in ("—", "—–—"))

    def day(self, name: str = "day") -> str:
        """Return a day as people write it."""
        try:
            return languages.short_day(date.fromisoformat(str(self[name])))
        except ValueError:
            return str(self[name])


def _added(told: _Told) -> str:
    if told.get("joined"):
        return _("Added a shift: %(shift)s, with %(who)s.", shift=told.shift(), who=told["joined"])
    return _("Added a shift: %(shift)s.", shift=told.shift())


def _changed(told: _Told) -> str:
    said = []
    if "was_day" in told:
        said.append(
            _("Moved a shift: %(was)s is now %(now)s.", was=told.shift("was_"), now=told.shift())
        )
    else:
        said.append(_("Changed a shift: %(shift)s.", shift=told.shift()))
    if told.get("joined"):
        said.append(_("New in it: %(who)s.", who=told["joined"]))
    if told.get("left"):
        said.append(_("No longer in it: %(who)s.", who=told["left"]))
    return " ".join(said)


def _substituted(told: _Told) -> str:
    values = {"who": told["who"], "other": told["instead_of"], "shift": told.shift()}
    if "during" in told:
        return _(
            "%(who)s stands in for %(other)s, %(times)s: %(shift)s.", times=told["during"], **values
        )
    if "also" in told:
        return _("%(who)s stands in for %(other)s all day: %(shift)s and others.", **values)
    return _("%(who)s stands in for %(other)s: %(shift)s.", **values)


def _ended(told: _Told) -> str:
    if "who" not in told:
        return _("Ended a substitution: %(shift)s.", shift=told.shift())
    return _(
        "%(who)s no longer stands in for %(other)s: %(shift)s.",
        who=told["who"],
        other=told["instead_of"],
        shift=told.shift(),
    )


def _swapped(told: _Told) -> str:
    return _(
        "%(who)s (%(shift)s) and %(other)s (%(other_shift)s) have traded places.",
        who=told["who"],
        other=told["other"],
        shift=told.shift(),
        other_shift=told.shift("other_"),
    )


def _moved_over(told: _Told) -> str:
    return _(
        "%(who)s went over from %(shift)s to %(other_shift)s.",
        who=told["who"],
        shift=told.shift(),
        other_shift=told.shift("other_"),
    )


def _undone(told: _Told) -> str:
    return _(
        "Took back change no. %(change)s (%(what)s).",
        change=told["change"],
        what=KIND_NAMES[told["of"]]() if told.get("of") in KIND_NAMES else told["of"],
    )


def _copied(told: _Told) -> str:
    return _("Copied the week of %(was)s to %(now)s.", was=told.day("from"), now=told.day("to"))


def _spoken(told: _Told) -> dict[str, str]:
    """Return which sentence it is, and in which language."""
    return {"sentence": title(str(told["key"])), "language": language_name(str(told["language"]))}


def _closed(told: _Told) -> str:
    if "last" in told:
        return _(
            "The line stays closed from %(day)s to %(last)s.",
            day=told.day(),
            last=told.day("last"),
        )
    return _("The line stays closed on %(day)s.", day=told.day())


KINDS: Mapping[str, Callable[[_Told], str]] = {
    "shift_added": _added,
    "shift_changed": _changed,
    "shift_removed": lambda told: _("Removed a shift: %(shift)s.", shift=told.shift()),
    "substituted": _substituted,
    "substitution_ended": _ended,
    "swapped": _swapped,
    "person_moved": _moved_over,
    "followed_again": lambda told: _(
        "The standing week holds again: %(shift)s.", shift=told.shift()
    ),
    "undo": _undone,
    "federation": lambda _told: _("Imported a federation file."),
    "import": lambda told: _("Imported a roster file: %(file)s.", file=told["file"]),
    "week_copied": _copied,
    "template_applied": lambda told: _(
        "Laid the template “%(name)s” over the week of %(day)s.",
        name=told["name"],
        day=told.day("monday"),
    ),
    "template_saved": lambda told: _("Saved the template “%(name)s”.", name=told["name"]),
    "standing_changed": lambda _told: _("Changed the standing week."),
    "hours_changed": lambda _told: _("Changed the opening hours."),
    "closure_added": _closed,
    "closure_removed": lambda told: _(
        "The line no longer stays closed on %(day)s.", day=told.day()
    ),
    "absence_added": lambda told: _("Noted an absence of %(who)s.", who=told["who"]),
    "absence_ended": lambda told: _("Let an absence of %(who)s end sooner.", who=told["who"]),
    "absence_removed": lambda told: _("Removed an absence of %(who)s.", who=told["who"]),
    "person_changed": lambda told: _("Changed what is known of %(who)s.", who=told["who"]),
    "cannot_said": lambda told: _(
        "%(who)s said that they cannot come: %(shift)s.", who=told["who"], shift=told.shift()
    ),
    "cannot_taken_back": lambda told: _("%(who)s can come after all.", who=told["who"]),
    "number_changed": lambda told: _("Changed the number of %(who)s.", who=told["who"]),
    "person_added": lambda told: _("%(who)s was added.", who=told["who"]),
    "person_stopped": lambda told: _("%(who)s answers no more.", who=told["who"]),
    "person_started": lambda told: _("%(who)s answers again.", who=told["who"]),
    "proposal_made": lambda told: _(
        "%(other)s asked %(who)s to stand in: %(shift)s.",
        who=told["who"],
        other=told["instead_of"],
        shift=told.shift(),
    ),
    "proposal_withdrawn": lambda told: _(
        "%(who)s is no longer asked to stand in: %(shift)s.", who=told["who"], shift=told.shift()
    ),
    "proposal_declined": lambda told: _(
        "%(who)s cannot stand in: %(shift)s.", who=told["who"], shift=told.shift()
    ),
    "standing_applied": lambda told: _(
        "The standing week holds again from the week of %(day)s.", day=told.day("monday")
    ),
    "template_changed": lambda told: _("Changed the template “%(name)s”.", name=told["name"]),
    "template_renamed": lambda told: _("Renamed a template to “%(name)s”.", name=told["name"]),
    "template_removed": lambda told: _("Removed the template “%(name)s”.", name=told["name"]),
    "cannot_settled": lambda told: _("Settled that %(who)s cannot come.", who=told["who"]),
    "proposal_accepted": lambda told: _(
        "%(who)s agreed to stand in for %(other)s.", who=told["who"], other=told["instead_of"]
    ),
    "words_changed": lambda told: _(
        "Changed what callers hear: %(sentence)s (%(language)s).", **_spoken(told)
    ),
    "words_taken_back": lambda told: _(
        "Callers hear our words again: %(sentence)s (%(language)s).", **_spoken(told)
    ),
}
"""The sentence of each kind of change."""

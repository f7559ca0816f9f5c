"""What each kind of change is called within a sentence."""

from collections.abc import Callable, Mapping

import flask_babel

_: Callable[..., str] = flask_babel.gettext  # the library declares no types

KIND_NAMES: Mapping[str, Callable[[], str]] = {
    "shift_added": lambda: _("a new shift"),
    "shift_changed": lambda: _("a changed shift"),
    "shift_removed": lambda: _("a removed shift"),
    "substituted": lambda: _("a substitution"),
    "substitution_ended": lambda: _("the end of a substitution"),
    "swapped": lambda: _("a swap"),
    "person_moved": lambda: _("somebody who went over"),
    "followed_again": lambda: _("the standing week followed again"),
    "undo": lambda: _("a change taken back"),
    "federation": lambda: _("a federation file"),
    "import": lambda: _("a roster file"),
    "week_copied": lambda: _("a copied week"),
    "template_applied": lambda: _("a template laid over a week"),
    "template_saved": lambda: _("a saved template"),
    "standing_changed": lambda: _("a changed standing week"),
    "hours_changed": lambda: _("changed opening hours"),
    "closure_added": lambda: _("a closure"),
    "closure_removed": lambda: _("a removed closure"),
    "absence_added": lambda: _("an absence"),
    "absence_ended": lambda: _("an absence that ends sooner"),
    "absence_removed": lambda: _("a removed absence"),
    "person_changed": lambda: _("a changed person"),
    "cannot_said": lambda: _("a report"),
    "cannot_taken_back": lambda: _("a report taken back"),
    "cannot_settled": lambda: _("a settled report"),
    "number_changed": lambda: _("a changed number"),
    "person_added": lambda: _("a new person"),
    "person_stopped": lambda: _("somebody who answers no more"),
    "person_started": lambda: _("somebody who answers again"),
    "proposal_made": lambda: _("a proposal"),
    "proposal_withdrawn": lambda: _("a proposal withdrawn"),
    "proposal_declined": lambda: _("a proposal declined"),
    "standing_applied": lambda: _("the standing week laid over a week"),
    "template_changed": lambda: _("a changed template"),
    "template_renamed": lambda: _("a renamed template"),
    "template_removed": lambda: _("a removed template"),
    "proposal_accepted": lambda: _("an accepted proposal"),
    "words_changed": lambda: _("changed words of a line"),
    "words_taken_back": lambda: _("our words again"),
}
"""What a kind of change is called within a sentence."""

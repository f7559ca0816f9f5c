"""Every table of the record book, by name in one place, so that privacy is reviewed in one place.

Numbers of people stand in five columns only, all encrypted: ``responders.phone``,
``number_checks.number`` (a responder's, while it is being proved), ``contacts.number`` (an
interpreter's or an office's), ``guests.number`` (one that a responder keyed in to bring somebody
into a room; erased when that is over) and ``callback_requests.number``. The last exists only
with a consent and is erased when the request closes. A caller's number stands nowhere else.
"""

from logging_db.tables_base import counters, metadata
from logging_db.tables_calls import (
    call_events,
    callback_attempts,
    callback_requests,
    calls,
    consents,
    contacts,
    discrepancies,
    guests,
    legs,
    offers,
    pace,
    pauses,
    reconciliations,
)
from logging_db.tables_people import (
    log_in_failures,
    log_in_links,
    notices,
    passkeys,
    sessions,
    users,
)
from logging_db.tables_roster import (
    absence_reports,
    absences,
    assignments,
    calendar_feeds,
    closures,
    line_backups,
    line_numbers,
    lines,
    number_checks,
    opening_hours,
    partner_services,
    responders,
    roster_changes,
    shifts,
    substitution_proposals,
    substitutions,
    templates,
)
from logging_db.tables_words import line_words, recordings

__all__ = [
    "absence_reports",
    "absences",
    "assignments",
    "calendar_feeds",
    "call_events",
    "callback_attempts",
    "callback_requests",
    "calls",
    "closures",
    "consents",
    "contacts",
    "counters",
    "discrepancies",
    "guests",
    "legs",
    "line_backups",
    "line_numbers",
    "line_words",
    "lines",
    "log_in_failures",
    "log_in_links",
    "metadata",
    "notices",
    "number_checks",
    "offers",
    "opening_hours",
    "pace",
    "partner_services",
    "passkeys",
    "pauses",
    "reconciliations",
    "recordings",
    "responders",
    "roster_changes",
    "sessions",
    "shifts",
    "substitution_proposals",
    "substitutions",
    "templates",
    "users",
]

"""Every table of the record book, by name in one place, so that privacy is reviewed in one place.

Numbers of people stand in three columns only, all encrypted: ``responders.phone``,
``number_checks.number`` (a responder's, while it is being proved) and
``callback_requests.number``. The last exists only with a consent and is erased when the
request closes. A caller's number stands nowhere else.
"""

from logging_db.tables_base import counters, metadata
from logging_db.tables_calls import (
    call_events,
    callback_attempts,
    callback_requests,
    calls,
    consents,
    legs,
    offers,
    pace,
    pauses,
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
    "counters",
    "legs",
    "line_backups",
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
    "responders",
    "roster_changes",
    "sessions",
    "shifts",
    "substitution_proposals",
    "substitutions",
    "templates",
    "users",
]

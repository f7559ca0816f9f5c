"""When a shift is, as somebody reads it on the way to it."""

from datetime import date, datetime, time, timedelta

from babel import dates
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from console import languages
from planning.own import Stint
from planning.proposals import Proposal
from routing.duty import zone_of

DAY = timedelta(days=1)


def wall(at: datetime, zone: str) -> datetime:
    """Return an instant as the clocks of a zone show it."""
    return at.astimezone(zone_of(zone))


def span_words(starts: time, ends: time) -> str:
    """Write two times of a day: 09:00–13:00."""
    return f"{starts:%H:%M}–{ends:%H:%M}"


def day_words(day: date) -> str:
    """Write a day that is near enough to go without its year: Monday 30 November."""
    return str(dates.format_date(day, "EEEE d MMMM", locale=get_locale() or "fr_BE"))


def how_soon(stint: Stint, at: datetime) -> str:
    """Write how far off a shift is: now, in minutes, tomorrow, in days."""
    zone = stint.on.zone
    if stint.begins <= at:
        return str(_("now, until %(time)s", time=f"{wall(stint.ends, zone):%H:%M}"))
    minutes = -(-int((stint.begins - at).total_seconds()) // 60)
    days = (wall(stint.begins, zone).date() - wall(at, zone).date()).days
    if minutes < 90:
        return str(ngettext("in %(num)s minute", "in %(num)s minutes", minutes))
    if days == 0:
        return str(
            _("today, in %(hours)s h %(minutes)02d", hours=minutes // 60, minutes=minutes % 60)
        )
    if days == 1:
        return str(_("tomorrow"))
    return str(ngettext("in %(num)s day", "in %(num)s days", days))


def week_words(monday: date, today: date) -> str:
    """Write which week it is: this one, the next, or by its Monday."""
    weeks = (monday - (today - today.weekday() * DAY)).days // 7
    if weeks == 0:
        return str(_("This week"))
    if weeks == 1:
        return str(_("Next week"))
    return str(_("Week of %(day)s", day=languages.short_day(monday)))


def proposal_words(proposal: Proposal) -> str:
    """Write when a request to stand in is: Mon 30 Nov, 09:00–13:00."""
    return f"{languages.short_day(proposal.day)}, {span_words(proposal.starts, proposal.ends)}"

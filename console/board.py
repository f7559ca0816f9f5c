"""The live board: who waits, who answers, how the day goes; and what a coordinator does about it.

The page stands by itself. Its script has it follow what happens (``board.js``,
:mod:`console.board_stream`); without one there is a link to load it again.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from console import board_stream, navigation
from console.board_watch import look
from console.languages import short_day
from console.office import office
from console.person import needs

pages = Blueprint("board", __name__)
navigation.add("board.page", _l("Live board"), order=12, needs="coordinator")


@pages.get("/board")
@needs("coordinator")
def page() -> str:
    """Show the board as it is now."""
    seen = look(office())
    return render_template(
        "board.html",
        at=seen.at,
        digest=seen.digest,
        board=board_stream.html(seen.state, seen.at),
        summary=board_stream.summary(seen.state),
    )


@pages.app_template_global("span_of")
def span_of(seconds: float) -> str:
    """Write a length of time as clocks do: 0:09, 12:05, 1:02:00. The script does it alike."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


@pages.app_template_global("wall_time")
def wall_time(at: datetime, timezone: str, now: datetime) -> str:
    """Write an instant as clocks show it where the line is, with its day if that is another."""
    zone = ZoneInfo(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = local.strftime("%H:%M")
    return clock if local.date() == today else f"{short_day(local.date())}, {clock}"

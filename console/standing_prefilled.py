"""What the forms of weekly shifts begin with."""

from datetime import date, time

from flask import request

from console.standing_frame import Frame
from console.week_books import service_id
from console.weeks_lines import asked_day
from routing.roster import Shift


def day_to_begin(frame: Frame) -> date:
    """Return from when a change holds: the coming Monday, or the later day that was looked at."""
    asked = asked_day("on")
    return asked if asked and asked > frame.next_monday else frame.next_monday


def prefilled(frame: Frame) -> dict[str, object]:
    """Return what a new shift begins with: the address's word, and the opening hours."""
    text = request.args.get("weekday", "")
    weekday = int(text) if text in tuple("0123456") else None
    since = day_to_begin(frame)
    opens, closes = next(
        (
            (each.opens, each.closes)
            for each in frame.line.hours
            if each.weekday == (weekday or 0) and (each.until is None or since < each.until)
        ),
        (time(9), time(17)),
    )
    return {
        "service": request.args.get("service", ""),
        "weekdays": [] if weekday is None else [weekday],
        "since": since,
        "starts": opens,
        "ends": closes,
        "next_day": closes <= opens,
        "needed": 1,
        "line": frame.line.id,
    }


def as_it_is(frame: Frame, shift: Shift) -> dict[str, object]:
    """Return a weekly shift as the form has it."""
    return {
        "service": service_id(frame.book, shift.service),
        "weekdays": [shift.weekday],
        "since": day_to_begin(frame),
        "starts": shift.starts,
        "ends": shift.ends,
        "next_day": shift.ends <= shift.starts,
        "needed": shift.needed,
        "languages": list(shift.languages),
        "people": list(shift.responders),
        "version": str(shift.version),
        "line": frame.line.id,
    }

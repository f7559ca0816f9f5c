"""Every family of pages, a line each. A module of pages has a blueprint called ``pages``."""

from flask import Flask

from console import (
    absences,
    account,
    again,
    calendars,
    calendars_feed,
    changes,
    choosing,
    closing,
    factors,
    files,
    language_switch,
    login,
    own,
    passkey_pages,
    people,
    people_requests,
    second,
    shift,
    shift_acts,
    shift_replace,
    shift_swap,
    standing,
    standing_shift,
    standing_template,
    today,
    user_pages,
    week,
    weeks,
)


def install(app: Flask) -> None:
    """Register the blueprints."""
    for module in (
        absences,
        account,
        again,
        calendars,
        calendars_feed,
        changes,
        choosing,
        closing,
        factors,
        files,
        language_switch,
        login,
        own,
        passkey_pages,
        people,
        people_requests,
        second,
        shift,
        shift_acts,
        shift_replace,
        shift_swap,
        standing,
        standing_shift,
        standing_template,
        today,
        user_pages,
        week,
        weeks,
    ):
        app.register_blueprint(module.pages)

"""Every family of pages, a line each. A module of pages has a blueprint called ``pages``."""

from flask import Flask

from console import (
    account,
    again,
    calendars,
    calendars_feed,
    changes,
    choosing,
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
    today,
    user_pages,
    week,
)


def install(app: Flask) -> None:
    """Register the blueprints."""
    for module in (
        account,
        again,
        calendars,
        calendars_feed,
        changes,
        choosing,
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
        today,
        user_pages,
        week,
    ):
        app.register_blueprint(module.pages)

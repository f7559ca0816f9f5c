"""Every family of pages, a line each. A module of pages has a blueprint called ``pages``."""

from flask import Flask

from console import (
    account,
    again,
    choosing,
    factors,
    language_switch,
    login,
    passkey_pages,
    second,
    today,
    user_pages,
)


def install(app: Flask) -> None:
    """Register the blueprints."""
    for module in (
        account,
        again,
        choosing,
        factors,
        language_switch,
        login,
        passkey_pages,
        second,
        today,
        user_pages,
    ):
        app.register_blueprint(module.pages)

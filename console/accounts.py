"""Flask-Security over our tables: it hashes passwords, keeps authenticators, logs people in.

Its own pages stay off: they cannot end a log-in at the server, keep a half-finished log-in
without a limit of time, and one of them (the rescue by mail) cannot be switched off.
"""

import base64
from functools import cached_property
from typing import Any

from flask import Flask
from flask_security import RoleMixin, Security, UserDatastore, UserMixin
from flask_security.proxies import _security
from sqlalchemy import Connection

from console.config import ConsoleSettings
from console.office import office
from console.person import person_or_none
from console.totp import OneTimeCodes
from logging_db import log_in, users
from logging_db.log_in import Credentials


class Account(UserMixin):
    """A user as Flask-Security knows them. Nothing is read before it is asked for."""

    fs_uniquifier: str = ""
    roles: list[RoleMixin] = []  # noqa: RUF012 # ours are in console.person; it wants the name

    def __init__(self, user_id: str, found: Credentials | None = None) -> None:
        self.id = self.fs_uniquifier = user_id  # type: ignore[assignment] # it thinks of numbers
        if found is not None:
            self.__dict__["stored"] = found

    @cached_property
    def stored(self) -> Credentials:
        """What they prove themselves with."""
        with office().read() as connection:
            found = log_in.credentials(connection, user_id=self.fs_uniquifier)
        if found is None:
            raise LookupError("This user is gone.")
        return found

    @property
    def email(self) -> str:  # type: ignore[override] # read here, never assigned
        """Their address, which they log in with."""
        return self.stored.email

    @property
    def active(self) -> bool:  # type: ignore[override] # read here, never assigned
        """Whether they may log in."""
        return self.stored.active

    @cached_property
    def password(self) -> str | None:  # type: ignore[override] # assigned when rehashed
        """The hash of their password."""
        return self.stored.password_hash

    @property
    def tf_totp_secret(self) -> str | None:  # type: ignore[override] # read here only
        """The sealed secret of their authenticator app."""
        return self.stored.totp_secret

    @property
    def tf_primary_method(self) -> str | None:  # type: ignore[override] # read here only
        """The second factor that is a code."""
        return "authenticator" if self.stored.totp_secret else None


class Accounts(UserDatastore):
    """Finds accounts, and stores what Flask-Security itself changes: a hash made anew."""

    def __init__(self) -> None:
        super().__init__(Account, RoleMixin)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:  # noqa: ARG002, FBT001, FBT002 # its signature; our addresses are all in small letters
        """Return the account with this ``email``, or with this id."""
        with office().read() as connection:
            found = find(connection, **wanted)
        return None if found is None else Account(found.id, found)

    def put(self, model: Account) -> Account:
        """Store the hash of the password, which was made anew by today's settings."""
        with office().step() as step:
            users.change(step.connection, model.fs_uniquifier, password_hash=model.password)
        return model

    def commit(self) -> None:
        """Do nothing: every step commits by itself."""


def find(connection: Connection, **wanted: Any) -> Credentials | None:
    """Return the credentials of whoever has this ``email``, or else this id."""
    if "email" in wanted:
        return log_in.credentials(connection, email=users.normal_email(wanted["email"]))
    return log_in.credentials(connection, user_id=str(next(iter(wanted.values()))))


def codes() -> OneTimeCodes:
    """Return the maker and checker of authenticator codes."""
    made = _security._totp_factory
    if not isinstance(made, OneTimeCodes):
        raise TypeError("Flask-Security was set up with other codes.")
    return made


def install(app: Flask) -> None:
    """Set Flask-Security up, without its pages."""
    app.config.update(_configuration(office_settings(app)))
    security = Security(app, Accounts(), register_blueprint=False, totp_cls=OneTimeCodes)
    security.login_manager.user_loader(_who)


def office_settings(app: Flask) -> ConsoleSettings:
    """Return the settings outside a request."""
    with app.app_context():
        return office().settings


def _who(user_id: str) -> Account | None:
    """Believe Flask-Login's cookie only where the guard has found a log-in for it."""
    person = person_or_none()
    return Account(user_id) if person is not None and person.id == user_id else None


def _configuration(settings: ConsoleSettings) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__memory_cost": settings.password_memory,
            "argon2__time_cost": settings.password_rounds,
            "argon2__parallelism": 1,
        },
        # The same letter may reach us in one code or in two; nothing else is touched.
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFC",
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {"1": base64.b64encode(settings.totp_key).decode()},
        "SECURITY_TOTP_ISSUER": "Permanence",
        "SECURITY_CLI_USERS_NAME": False,
        "SECURITY_CLI_ROLES_NAME": False,
        "REMEMBER_COOKIE_DURATION": 0,
    }

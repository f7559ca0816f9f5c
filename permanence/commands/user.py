"""`permanence user`: who may log in to the console."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection, select

from console import links
from logging_db import log_in, users
from logging_db.engine import read, write
from logging_db.tables import partner_services
from logging_db.users import LANGUAGES, ROLES, User
from permanence.clock import now
from permanence.database import opened
from permanence.errors import OperatorError
from permanence.settings import Settings, load

EMAIL = click.argument("email")
LONGEST_EMAIL, LONGEST_NAME = 254, 200
ROLE = click.Choice(ROLES)


@click.group()
def command() -> None:
    """Add, list and change those who may log in to the console."""


@contextmanager
def _writing(settings: Settings) -> Iterator[Connection]:
    with opened(settings) as engine, write(engine) as connection:
        yield connection


@command.command()
@EMAIL
@click.option("--name", required=True, help="As others see it.")
@click.option("--role", type=ROLE, required=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)
@click.option("--service", help="Code of the service that the responder belongs to.")
@click.option("--responder", help="Name of the responder whose shifts are theirs.")
def add(
    email: str, name: str, role: str, language: str, service: str | None, responder: str | None
) -> None:
    """Add somebody, and print the link by which they choose a password."""
    settings = _settings_with_address()
    email, name = _address(email), _shown_name(name)
    with _writing(settings) as connection:
        if users.by_email(connection, email) is not None:
            raise OperatorError(f"{email}: somebody logs in with it already. See: user list")
        user_id = users.add(
            connection,
            email=email,
            name=name,
            role=role,
            language=language,
            at=now(),
            responder_id=_responder(connection, service, responder),
        )
        _print_link(settings, connection, user_id, "invitation")


def _address(typed: str) -> str:
    """Return the address, checked as the console's form does: by its look, asking nobody."""
    email = typed.strip()
    try:
        validate_email(email, check_deliverability=False)
        fits = len(email) <= LONGEST_EMAIL
    except EmailNotValidError:
        fits = False
    if not fits:
        raise click.BadParameter(
            f"{typed!r} is no e-mail address. It looks like name@example.org.", param_hint="EMAIL"
        )
    return email


def _shown_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise click.BadParameter(
            f"a name has 1 to {LONGEST_NAME} characters. Write it as others see it.",
            param_hint="--name",
        )
    return name


def _responder(connection: Connection, service: str | None, name: str | None) -> str | None:
    if service is None and name is None:
        return None
    if service is None or name is None:
        raise OperatorError("--service and --responder belong together. Give both, or neither.")
    query = select(partner_services.c.id).where(partner_services.c.code == service)
    service_id = connection.execute(query).scalar()
    if service_id is None:
        raise OperatorError(f"--service {service}: no service has this code. Import it first.")
    found = users.responder_named(connection, service_id, name)
    if found is None:
        raise OperatorError(f"--responder {name}: nobody of {service} has this name.")
    return found


def _settings_with_address() -> Settings:
    settings = load()
    if not settings.console_url:
        raise OperatorError(
            "console.public_url: it is not set, so no link can be made. Write it in config.toml, "
            "or set PERMANENCE_CONSOLE__PUBLIC_URL."
        )
    return settings


def _print_link(settings: Settings, connection: Connection, user_id: str, purpose: str) -> None:
    path, expires = links.make(connection, user_id, purpose, now())
    click.echo(f"{settings.console_url}{path}")
    click.echo(
        f"Good once, until {expires:%Y-%m-%d %H:%M} UTC. Give it to this person and nobody else.",
        err=True,
    )


@command.command("list")
def list_() -> None:
    """Print everybody who may log in, a line each."""
    with opened(load()) as engine, read(engine) as connection:
        for user in users.everybody(connection):
            factor = "second factor" if user.has_totp or user.has_passkey else "password only"
            state = factor if user.has_password else "invited"
            words = (user.email, user.name, user.role, user.language)
            click.echo("\t".join((*words, state if user.active else "switched off")))


def _named(connection: Connection, email: str) -> User:
    user = users.by_email(connection, email)
    if user is None:
        raise OperatorError(f"{email}: nobody logs in with it. See: permanence user list")
    return user


def _refuse_the_last_administrator(connection: Connection, user: User) -> None:
    others = [each for each in users.everybody(connection) if each.id != user.id]
    if user.role == "administrator" and not any(
        each.active and each.role == "administrator" for each in others
    ):
        raise OperatorError(f"{user.email}: the last administrator. Make somebody else one first.")


@command.command()
@EMAIL
def disable(email: str) -> None:
    """Switch somebody off; their log-ins end at once."""
    with _writing(load()) as connection:
        user = _named(connection, email)
        _refuse_the_last_administrator(connection, user)
        users.change(connection, user.id, active=False)
        users.end_sessions(connection, user.id)
    click.echo(f"{user.email}: switched off.")


@command.command()
@EMAIL
def enable(email: str) -> None:
    """Switch somebody on again."""
    with _writing(load()) as connection:
        user = _named(connection, email)
        users.change(connection, user.id, active=True)
    click.echo(f"{user.email}: switched on.")


@command.command()
@EMAIL
@click.option("--second-factor", is_flag=True, help="Take a lost second factor away as well.")
def reset(email: str, *, second_factor: bool) -> None:
    """Print a link by which somebody chooses a new password, within a day.

    Their second factor stays, unless it is lost: be sure then who asks.
    """
    settings = _settings_with_address()
    with _writing(settings) as connection:
        user = _named(connection, email)
        if second_factor:
            log_in.remove_second_factors(connection, user.id)
            users.end_sessions(connection, user.id)
        _print_link(settings, connection, user.id, "reset" if user.has_password else "invitation")


@command.command()
@EMAIL
@click.argument("role", type=ROLE)
def role(email: str, role: str) -> None:
    """Give somebody another role."""
    with _writing(load()) as connection:
        user = _named(connection, email)
        if role != "administrator":
            _refuse_the_last_administrator(connection, user)
        users.change(connection, user.id, role=role)
    click.echo(f"{user.email}: {role}.")

"""`permanence check`: is everything set up? A line each, and a remedy for each fault."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from logging_db import migrate
from logging_db.engine import make_engine
from permanence import embedded, places
from permanence.clock import now
from permanence.preflight_clock import clock
from permanence.preflight_fallback import fallback, spool
from permanence.preflight_mail import mail
from permanence.preflight_nights import nights
from permanence.preflight_provider import provider
from permanence.preflight_result import Result
from permanence.settings import Settings
from permanence.settings_faults import ConfigurationError

SECONDS = 3.0
OLDEST_REDIS = (6, 2)


def examine(settings: Settings, *, deep: bool = False) -> Iterator[Result]:
    """Look at one thing after another; a fault does not hide the next.

    With ``deep`` also at all that has to be right in the provider's account.
    """
    yield from configuration(settings)
    engine = make_engine(settings.database_url)
    try:
        yield database(settings, engine)
        yield store(settings)
        yield clock(settings, engine)
        yield mail(settings)
        yield from provider(settings, engine, deep=deep)
        yield from fallback(settings, engine)
        yield from spool(settings)
        yield from nights(engine, now())
    finally:
        engine.dispose()


def configuration(settings: Settings) -> Iterator[Result]:
    """Look for what `serve` needs."""
    try:
        settings.with_provider()
    except ConfigurationError as error:
        for fault in error.faults:
            yield Result("configuration", f"{fault.place}: {fault.reason}", fault.remedy)
        return
    address = urlsplit(settings.provider.public_url)
    if address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield Result(
            "configuration",
            "provider.public_url is not encrypted",
            "Use https://: what callers press and where they call from travels there.",
        )
        return
    yield Result("configuration", "complete")


def database(settings: Settings, engine: Engine) -> Result:
    """Look whether the database answers, with the tables that this version expects."""
    own_file = not settings.database.url.get_secret_value()
    if own_file and not places.database_file(settings.data_dir).exists():
        return Result("database", "does not exist yet", "Make it: permanence migrate")
    try:
        at, newest = migrate.current(engine), migrate.head()
    except SQLAlchemyError as error:
        return Result(
            "database",
            f"does not answer ({type(error).__name__})",
            "Start the server, or correct database.url.",
        )
    if at != newest:
        return Result(
            "database", f"is at revision {at}, not {newest}", "Update it: permanence migrate"
        )
    return Result("database", f"{engine.dialect.name} at revision {at}")


def store(settings: Settings) -> Result:
    """Look whether Redis answers and is new enough."""
    if settings.embeds_redis:
        embedded.binary()
        up = embedded.is_up(settings.data_dir)
        return Result("redis", "embedded, " + ("running" if up else "started by serve"))
    redis = Redis.from_url(
        settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )
    try:
        version = str(redis.info("server")["redis_version"])
    except RedisError as error:
        return Result(
            "redis",
            f"does not answer ({type(error).__name__})",
            "Start it, correct redis.url, or leave that empty for an embedded one.",
        )
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        return Result("redis", f"version {version} is too old", "Install 6.2 or newer, or Valkey.")
    return Result("redis", f"version {version}")

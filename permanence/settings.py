"""Every setting, its default, its limits, and where its value comes from.

An environment variable wins over `config.toml`, which wins over the default. A relative
``data_dir`` is relative to the current directory, as a path on a command line is.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from permanence import places, settings_check, settings_faults, settings_sources
from permanence.settings_faults import ConfigurationError, Fault

Address = Annotated[str, AfterValidator(settings_check.address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(settings_check.database_address)]
RedisAddress = Annotated[SecretStr, AfterValidator(settings_check.redis_address)]
Key = Annotated[SecretStr, AfterValidator(settings_check.key)]
Mailbox = Annotated[str, AfterValidator(settings_check.mailbox)]
EMPTY = SecretStr("")


class Table(BaseModel):
    """One table of config.toml. Knows no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Database(Table):
    """``url``: empty means SQLite in ``data_dir``."""

    url: DatabaseAddress = EMPTY


class Redis(Table):
    """``url``: empty means an embedded Valkey in ``data_dir``."""

    url: RedisAddress = EMPTY


class Provider(Table):
    """The account at the telephony provider. Both addresses stand without a last slash."""

    account_sid: Annotated[str, Field(pattern="^[A-Za-z0-9_-]*$")] = ""
    auth_token: SecretStr = EMPTY
    previous_auth_token: SecretStr = EMPTY
    base_url: Address = ""
    public_url: Address = ""
    calls_per_second: Annotated[float, Field(gt=0, le=100)] = 1.0


class Web(Table):
    """Where we listen, and with how many processes of how many threads.

    ``board_token`` opens /board.json, which is closed without one.
    """

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=32)] = 1
    threads: Annotated[int, Field(ge=1, le=64)] = 8
    board_token: SecretStr = EMPTY


class Console(Table):
    """Where coordinators and responders log in, and for how long.

    ``second_factor`` says who must have one. ``proxies`` is how many reverse proxies stand in
    front: the visitor's address is taken from the last of them. ``streams``: how many live
    boards each web process tells of every change; it has so many threads more than
    ``web.threads``, and what else is open asks every few seconds.
    """

    public_url: Address = ""
    second_factor: Literal["coordinators", "nobody"] = "coordinators"
    idle_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60
    session_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 12
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    password_memory_mib: Annotated[int, Field(ge=1, le=1024)] = 46
    streams: Annotated[int, Field(ge=0, le=200)] = 16
    session_key: Key = EMPTY
    totp_key: Key = EMPTY


class Mail(Table):
    """Where mails are handed over; with no ``smtp_host`` they are files in ``data_dir``/mail.

    ``sms``: whether reminders may go by SMS, which the provider charges for.
    """

    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = EMPTY
    sender: Mailbox = "permanence@localhost"
    sms: bool = False


class Worker(Table):
    """How many processes answer the bell."""

    processes: Annotated[int, Field(ge=1, le=16)] = 1


class Privacy(Table):
    """``encryption_key``: 32 bytes in base64; empty means a file made under ``data_dir``."""

    encryption_key: Key = EMPTY


class Log(Table):
    """``auto`` is words on a terminal and JSON elsewhere."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class Settings(BaseSettings):
    """All settings, frozen. Made by :func:`load`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=settings_sources.PREFIX,
        env_nested_delimiter="__",
    )

    data_dir: Annotated[Path, AfterValidator(Path.resolve), Field(validate_default=True)] = Path(
        "var"
    )
    database: Database = Database()
    redis: Redis = Redis()
    provider: Provider = Provider()
    web: Web = Web()
    console: Console = Console()
    mail: Mail = Mail()
    worker: Worker = Worker()
    privacy: Privacy = Privacy()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 # the library names them
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, then what :func:`load` hands over; nothing else."""
        if isinstance(env_settings, EnvSettingsSource):
            # `…_FILE` names a file that `load` has read; it is no key of the table.
            env_settings.env_vars = {
                name: value
                for name, value in env_settings.env_vars.items()
                if not name.endswith("_file")
            }
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        """The record book's SQLAlchemy address."""
        given = self.database.url.get_secret_value()
        return given or f"sqlite:///{places.database_file(self.data_dir)}"

    @property
    def embeds_redis(self) -> bool:
        """Whether `serve` runs a Valkey of its own."""
        return not self.redis.url.get_secret_value()

    @property
    def redis_url(self) -> str:
        """The address of the Redis that carries the bell."""
        socket = quote(str(places.valkey_socket(self.data_dir)))
        return self.redis.url.get_secret_value() or f"unix://{socket}?db=0"

    @property
    def console_url(self) -> str:
        """The address of the console in a browser, without a last slash."""
        return self.console.public_url or self.provider.public_url

    def with_provider(self) -> Self:
        """Return itself, or raise where the provider's account is not set up."""
        wanted = {
            "account_sid": "Write it in config.toml, or set {0}.",
            "auth_token": "Set {0}, or {0}_FILE to the file that holds it.",
            "public_url": "Write it in config.toml, or set {0}.",
        }
        faults = [
            Fault(
                f"provider.{key}",
                "it is not set",
                remedy.format(settings_sources.variable("provider", key)),
            )
            for key, remedy in wanted.items()
            if getattr(self.provider, key) in ("", EMPTY)
        ]
        if faults:
            raise ConfigurationError(faults)
        return self


def load(path: Path | None = None) -> Settings:
    """Return the settings, or raise :class:`ConfigurationError` with a line a fault.

    ``path``, or else ``PERMANENCE_CONFIG``, names the file; without either it is
    `config.toml` in the current directory, which may be missing.
    """
    layers = settings_sources.read(Settings, path, os.environ)
    if layers.faults:
        raise ConfigurationError(layers.faults)
    try:
        return Settings(**layers.values)
    except ValidationError as error:
        raise ConfigurationError(settings_faults.explain(error, layers, Settings)) from None

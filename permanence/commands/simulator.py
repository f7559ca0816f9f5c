"""`permanence simulator`."""

import secrets
import tomllib
from pathlib import Path

import click

from permanence import logs, ports
from permanence.errors import OperatorError
from permanence.settings import load
from simulator.serve import serve


@click.command()
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="The port to listen on.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--cast",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file of telephones: [[phones]] with number, name, role, language, behaviour.",
)
@click.option("--watch-url", help="Where the phone wall reads the state of the lines.")
def command(port: int, host: str, cast: Path | None, watch_url: str | None) -> None:
    """Run the provider simulator and its phone wall, until Ctrl-C.

    It takes the credentials of provider.account_sid and provider.auth_token; where they are
    not set it makes some up and prints them. Belgian geographic numbers count as verified
    there, so that a line's caller_id may be shown; any other must be one of its numbers.
    """
    settings = load()
    logs.set_up(settings.log, service="simulator")
    ports.refuse_taken(host, port, "Choose another: --port.")
    sid = settings.provider.account_sid
    token = settings.provider.auth_token.get_secret_value()
    if not (sid and token):
        sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
        click.echo(f"account_sid = {sid}\nauth_token  = {token}")
    click.echo(f"The phone wall is at http://{host}:{port}/")
    serve(
        port,
        host,
        account_sid=sid,
        auth_token=token,
        cast=read_cast(cast) if cast else (),
        watch_url=watch_url,
        calls_per_second=settings.provider.calls_per_second,
    )


def read_cast(path: Path) -> list[dict[str, str]]:
    """Return the telephones of a cast file."""
    try:
        phones = tomllib.loads(path.read_text("utf-8")).get("phones", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path}: {error}. Write it as TOML, in UTF-8.") from None
    if not isinstance(phones, list) or not all(_is_phone(row) for row in phones):
        raise OperatorError(
            f'{path}: phones must be [[phones]] tables, each with a number = "+32...".'
        )
    return phones


def _is_phone(row: object) -> bool:
    return (
        isinstance(row, dict)
        and "number" in row
        and all(isinstance(value, str) for value in row.values())
    )

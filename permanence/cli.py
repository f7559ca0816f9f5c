"""The command line. A command's module is imported when that command runs, and only then."""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from permanence.errors import OperatorError

# name: (module under permanence.commands, what `--help` says)
COMMANDS = {
    "serve": ("serve", "Run web, worker and sweep together, on one machine."),
    "web": ("web", "Run the web server that the provider calls."),
    "worker": ("worker", "Run a worker: it answers the bell."),
    "sweep": ("sweep", "Run the sweep: it finds what the bell missed."),
    "migrate": ("migrate", "Bring the database to the shape this version expects."),
    "check": ("check", "Look whether everything is set up; a line each, exit 1 on a fault."),
    "provision": ("provision", "Set at the provider what check finds wrong, shown first."),
    "reconcile": ("reconcile", "Compare the provider's list of calls with the book, and mend."),
    "import": ("import_", "Bring in lines, services, responders and shifts from a file."),
    "export": ("export", "Write calls or callbacks as JSON Lines or CSV."),
    "duty": ("duty", "Say who is on duty for a line, now or at another time."),
    "gaps": ("gaps", "List when a line is open and too few people are there."),
    "fallback-twiml": ("fallback_twiml", "Write what callers hear when all of this is down."),
    "user": ("user", "Add, list and change those who may log in to the console."),
    "demo": ("demo", "Run the whole product with sample data and a simulated provider."),
    "simulator": ("simulator", "Run the provider simulator and its phone wall."),
}


class Commands(click.Group):
    """A group that knows its commands' names and words without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; ``None`` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"permanence.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Turn what an operator can put right into sentences and an exit code."""
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another file than config.toml in the current directory (or PERMANENCE_CONFIG).",
)
@click.version_option(package_name="permanence", message="%(prog)s %(version)s")
def commands(config: Path | None) -> None:
    """Run and look after the telephone middleware of a free, anonymous social helpline."""
    if config is not None:
        # One way for every process: what we start reads the same variable.
        os.environ["PERMANENCE_CONFIG"] = str(config.resolve())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    commands(arguments, prog_name="permanence")

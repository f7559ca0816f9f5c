"""`permanence user`: who may log in, from the command line."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from logging_db import users
from logging_db.engine import make_engine, read
from permanence.cli import commands


class Line:
    """The command line over a database of its own."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.url = f"sqlite:///{shutil.copy(template, folder / 'book.db')}"
        self.env = {
            "PERMANENCE_CONFIG": "/dev/null",
            "PERMANENCE_DATA_DIR": str(folder),
            "PERMANENCE_DATABASE__URL": self.url,
            "PERMANENCE_CONSOLE__PUBLIC_URL": "https://console.example",
        }

    def __call__(self, *arguments: str) -> Result:
        return CliRunner(env=self.env).invoke(commands, ["user", *arguments])

    def user(self, email: str) -> users.User | None:
        engine = make_engine(self.url)
        with read(engine) as connection:
            found = users.by_email(connection, email)
        engine.dispose()
        return found


@pytest.fixture
def line(tmp_path: Path, sqlite_template: Path) -> Line:
    return Line(tmp_path, sqlite_template)


def add(line: Line, email: str = "ada@example.org", role: str = "administrator") -> Result:
    return line("add", email, "--name", "Ada Okafor", "--role", role, "--language", "nl")


def test_adding_somebody_prints_a_link_and_when_it_ends(line: Line):
    done = add(line)
    assert done.exit_code == 0
    assert re.fullmatch(r"https://console\.example/login/link/[\w-]{32}\n", done.stdout)
    assert "Good once, until" in done.stderr
    made = line.user("ada@example.org")
    assert made is not None
    assert (made.role, made.language, made.has_password) == ("administrator", "nl", False)


def test_everybody_is_listed_on_a_line_of_their_own(line: Line):
    add(line)
    add(line, "bram@example.org", "responder")
    line("disable", "bram@example.org")
    assert line("list").stdout.splitlines() == [
        "ada@example.org\tAda Okafor\tadministrator\tnl\tinvited",
        "bram@example.org\tAda Okafor\tresponder\tnl\tswitched off",
    ]


def test_somebody_can_be_switched_off_and_on_and_given_a_role(line: Line):
    add(line, "bram@example.org", "responder")
    assert line("disable", "Bram@example.org").exit_code == 0
    assert line.user("bram@example.org").active is False
    line("enable", "bram@example.org")
    line("role", "bram@example.org", "coordinator")
    changed = line.user("bram@example.org")
    assert (changed.active, changed.role) == (True, "coordinator")


REFUSED = {
    "twice": (("add", "ada@example.org", "--name", "A", "--role", "responder"), "logs in with it"),
    "no service": (
        ("add", "x@y.be", "--name", "A", "--role", "responder", "--service", "caw",
         "--responder", "A"),
        "no service has this code",
    ),
    "half a responder": (
        ("add", "x@y.be", "--name", "A", "--role", "responder", "--service", "caw"),
        "belong together",
    ),
    "unknown": (("reset", "nobody@example.org"), "nobody logs in with it"),
    "the last one off": (("disable", "ada@example.org"), "the last administrator"),
    "the last one down": (("role", "ada@example.org", "responder"), "the last administrator"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(line: Line, name: str):
    add(line)
    arguments, said = REFUSED[name]
    done = line(*arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(line("list").stdout.splitlines()) == 1
    assert line.user("ada@example.org").active


@pytest.mark.parametrize(
    "address", ["ada", "x y@@b", "", "@", "ada@", "ada@localhost", "a" * 250 + "@example.org"]
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(line: Line, address: str):
    done = add(line, address)
    assert done.exit_code == 2
    assert "is no e-mail address. It looks like name@example.org." in done.stderr
    assert line("list").stdout == ""


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_that_others_could_not_see_is_refused(line: Line, name: str):
    done = line("add", "ada@example.org", "--name", name, "--role", "responder")
    assert done.exit_code == 2
    assert "--name" in done.stderr
    assert "Write it as others see it." in done.stderr
    assert line("list").stdout == ""


def test_spaces_around_an_address_and_a_name_are_left_out(line: Line):
    assert line("add", " ada@example.org ", "--name", " Ada  Okafor ",
                "--role", "responder").exit_code == 0  # fmt: skip
    assert "ada@example.org\tAda Okafor\t" in line("list").stdout


def test_without_an_address_of_the_console_no_link_is_made(line: Line):
    del line.env["PERMANENCE_CONSOLE__PUBLIC_URL"]
    done = add(line)
    assert done.exit_code == 1
    assert "console.public_url: it is not set" in done.stderr
    assert line.user("ada@example.org") is None


def test_a_reset_prints_a_link_and_the_one_before_ends(line: Line):
    first = add(line).stdout
    second = line("reset", "ada@example.org").stdout
    assert first != second
    assert second.startswith("https://console.example/login/link/")

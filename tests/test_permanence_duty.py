"""`permanence duty` and `permanence gaps`, as an operator or another program calls them."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine
from logging_db.tables import responders, shifts, substitutions
from permanence.cli import commands
from permanence.commands import duty as duty_command
from tests.kept_books import imported
from tests.permanence_kit import environment

FEDERATION = """
services = [
  { code = "cssbse", name = { fr = "CSSBSE" } },
  { code = "caw", name = { nl = "CAW" } },
]
responders = [
  { name = "Alice Martin", service = "cssbse", phone = "+32470000001", languages = ["fr"] },
  { name = "Bram Peeters", service = "caw", phone = "+32470000002", languages = ["nl", "fr"] },
]

[[lines]]
number = "+3280035243"
name = "Allo"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
hours = [
  { days = ["mon", "tue", "wed", "thu", "fri"], from = "09:00", to = "17:00" },
  { days = ["sun"], from = "00:00", to = "06:00" },
]
closures = [{ date = 2026-12-25, name = { fr = "Noël", nl = "Kerstmis" } }]

[[lines]]
number = "+3225550177"
name = "Une autre ligne"
languages = ["fr"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
hours = [{ days = ["mon"], from = "09:00", to = "17:00" }]

[[shifts]]
line = "+3280035243"
service = "caw"
days = ["mon", "tue"]
from = "09:00"
to = "13:00"
needed = 2
responders = ["Alice Martin", "Bram Peeters"]

[[shifts]]
line = "+3280035243"
service = "cssbse"
date = 2026-11-25
from = "09:00"
to = "13:00"
responders = ["Alice Martin"]

[[shifts]]
line = "+3280035243"
service = "cssbse"
date = 2026-11-27
from = "09:00"
to = "13:00"
responders = []
"""

LINE = ("--line", "+3280035243")


@pytest.fixture
def env(tmp_path: Path, sqlite_template: Path, cipher: FieldCipher) -> dict[str, str]:
    """The environment of an installation with two lines."""
    tmp_path.chmod(0o700)
    shutil.copy(sqlite_template, tmp_path / "permanence.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'permanence.db'}")
    imported(engine, cipher, FEDERATION)
    engine.dispose()
    return environment(tmp_path)


def run(env: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments, env=env)


def answer(env: dict[str, str], *arguments: str) -> Any:
    done = run(env, *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_duty_says_who_is_rung_in_order_and_nothing_else(env):
    asked = ("duty", *LINE, "--at", "2026-11-23T10:00", "--format", "json")
    assert answer(env, *asked) == {
        "at": "2026-11-23T09:00:00Z",
        "line": "+3280035243",
        "open": True,
        "reason": None,
        "responders": [
            {"name": "Alice Martin", "service": "cssbse", "languages": ["fr"]},
            {"name": "Bram Peeters", "service": "caw", "languages": ["nl", "fr"]},
        ],
    }


@pytest.mark.parametrize(
    ("at", "language", "open_", "reason", "names"),
    [
        ("2026-11-23T10:00", "nl", True, None, ["Bram Peeters"]),
        ("2026-11-23T10:00", "NL", True, None, ["Bram Peeters"]),
        ("2026-11-25T10:00", None, True, None, ["Alice Martin"]),
        ("2026-11-25T10:00", "nl", True, "language", []),
        ("2026-11-26T10:00", None, True, "no_shift", []),
        ("2026-11-27T10:00", None, True, "absent", []),
        ("2026-12-25T10:00", None, False, "closure", []),
        ("2026-11-28T10:00", None, False, "closed", []),
    ],
)
def test_with_nobody_duty_says_why(env, at, language, open_, reason, names):
    spoken = ("--language", language) if language else ()
    found = answer(env, "duty", *LINE, "--at", at, *spoken)
    assert (found["open"], found["reason"]) == (open_, reason)
    assert [person["name"] for person in found["responders"]] == names


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-23T10:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23 10:00:30", "2026-11-23T09:00:30Z"),
        ("2026-11-23T09:00Z", "2026-11-23T09:00:00Z"),
        ("2026-11-23T04:00-05:00", "2026-11-23T09:00:00Z"),
        ("2026-07-20T10:00", "2026-07-20T08:00:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),  # it comes twice: the first
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z"),  # the second, by its offset
    ],
)
def test_a_time_without_an_offset_is_the_line_s_own(env, written: str, meant: str):
    assert answer(env, "duty", *LINE, "--at", written)["at"] == meant


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-03-29T02:30", "from 2026-03-29T03:00 on; or give an offset"),
        ("tomorrow", "'tomorrow' is no time. Write the line's local time, for example 2026-"),
        ("0001-01-01T00:00Z", "no roster knows the year 1."),
        ("9999-12-31T23:59-10:00", "no roster knows the year 9999."),
    ],
)
def test_what_is_no_time_is_refused_with_what_to_write(env, written: str, words: str):
    done = run(env, "duty", *LINE, "--at", written)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert "--at" in done.stderr


def test_without_a_time_it_is_now(env, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(duty_command, "now", lambda: datetime(2026, 11, 23, 9, 0, 0, 250, UTC))
    found = answer(env, "duty", *LINE)
    assert found["at"] == "2026-11-23T09:00:00Z"
    assert len(found["responders"]) == 2


@pytest.mark.parametrize(
    "written", ["0800/35.243", "0800 35 243", "+32 800 35 243", "003280035243"]
)
def test_a_line_is_found_however_its_number_is_written(env, written: str):
    found = answer(env, "duty", "--line", written, "--at", "2026-11-23T10:00")
    assert found["line"] == "+3280035243"


@pytest.mark.parametrize("written", ["0800/99.999", "Allo", ""])
@pytest.mark.parametrize(
    "command",
    [("duty",), ("gaps", "--from", "2026-11-23", "--to", "2026-11-24")],
    ids=["duty", "gaps"],
)
def test_an_unknown_line_is_answered_with_the_lines_there_are(env, command, written: str):
    done = run(env, *command, "--line", written)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"No line has the number {written}. The lines are: +3225550177, +3280035243.\n"
    )


def test_a_database_that_is_new_is_a_sentence(tmp_path: Path):
    done = run(environment(tmp_path), "duty", *LINE)
    assert done.exit_code == 1
    assert "permanence migrate" in done.stderr


def test_duty_in_words(env):
    done = run(env, "duty", *LINE, "--at", "2026-11-23T09:00Z", "--format", "text")
    assert done.stdout.splitlines() == [
        "Allo (+3280035243), Mon 23 Nov 2026, 10:00",
        "1. Alice Martin (cssbse; fr)",
        "2. Bram Peeters (caw; nl, fr)",
    ]
    done = run(env, "duty", *LINE, "--at", "2026-12-25T09:00Z", "--format", "text")
    assert done.stdout.splitlines()[1] == "The line is closed for the day: Noël / Kerstmis."
    done = run(env, "duty", *LINE, "--at", "2026-11-28T09:00Z", "--format", "text")
    assert done.stdout.splitlines()[1] == "The line is closed."


def test_a_substitution_in_the_record_book_is_followed(env, tmp_path: Path):
    engine = make_engine(f"sqlite:///{tmp_path / 'permanence.db'}")
    with engine.begin() as connection:
        people = {row.name: row.id for row in connection.execute(responders.select())}
        dated = shifts.select().where(shifts.c.day.is_not(None)).order_by(shifts.c.day)
        shift = connection.execute(dated).first()
        connection.execute(
            substitutions.insert(),
            {"id": "s" * 32, "shift_id": shift.id, "position": 0, "starts": time(11),
             "instead_of": people["Alice Martin"], "responder_id": people["Bram Peeters"]},
        )  # fmt: skip
    engine.dispose()
    for at, name in (("10:59", "Alice Martin"), ("11:00", "Bram Peeters")):
        found = answer(env, "duty", *LINE, "--at", f"2026-11-25T{at}")
        assert [person["name"] for person in found["responders"]] == [name]


def test_gaps_are_the_openings_less_the_cover(env):
    asked = ("gaps", *LINE, "--from", "2026-11-24", "--to", "2026-11-26", "--format", "json")
    nobody = {"language": None, "needed": 1, "covered": 0}
    assert answer(env, *asked) == [
        {"from": "2026-11-24T12:00:00Z", "to": "2026-11-24T16:00:00Z", **nobody},
        {"from": "2026-11-25T08:00:00Z", "to": "2026-11-25T12:00:00Z", "language": "nl",
         "needed": 1, "covered": 0},
        {"from": "2026-11-25T12:00:00Z", "to": "2026-11-25T16:00:00Z", **nobody},
    ]  # fmt: skip


def test_gaps_of_the_night_with_an_hour_more(env):
    found = answer(env, "gaps", *LINE, "--from", "2026-10-25", "--to", "2026-10-26")
    assert [(gap["from"], gap["to"]) for gap in found] == [
        ("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z")
    ]


def test_gaps_leave_out_the_day_that_to_names(env):
    days = {gap["from"][:10] for gap in answer(
        env, "gaps", *LINE, "--from", "2026-11-26", "--to", "2026-11-27"
    )}  # fmt: skip
    assert days == {"2026-11-26"}


def test_no_gap_is_an_empty_list_and_a_sentence(env):
    asked = ("gaps", *LINE, "--from", "2026-11-28", "--to", "2026-11-29")
    assert answer(env, *asked) == []
    assert run(env, *asked, "--format", "text").stdout == "There are no gaps.\n"


def test_gaps_in_words(env):
    asked = ("gaps", *LINE, "--from", "2026-11-25", "--to", "2026-11-26", "--format", "text")
    assert run(env, *asked).stdout.splitlines() == [
        "Wed 25 Nov 2026 09:00 to 13:00: who speak nl: 0 of 1",
        "Wed 25 Nov 2026 13:00 to 17:00: people: 0 of 1",
    ]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-25", "2026-11-25", "it must lie after --from"),
        ("2026-11-25", "2026-11-24", "it must lie after --from"),
        ("2026-11-25", "2028-12-01", "within two years"),
        ("2026-11-25", "soon", "does not match the format"),
        ("9999-12-30", "9999-12-31", "no roster knows the year 9999"),
    ],
)
def test_days_that_make_no_stretch_are_refused(env, first: str, last: str, words: str):
    done = run(env, "gaps", *LINE, "--from", first, "--to", last)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (("--since", "9999-12-30"), "no roster knows the year 9999"),
        (("--until", "9999-12-31"), "no roster knows the year 9999"),
        (("--since", "1970-01-01"), "no roster knows the year 1970"),
        (("--since", "2026-11-25", "--until", "2026-11-25"), "it must lie after --since"),
        (("--since", "2026-11-25", "--until", "2026-11-20"), "it must lie after --since"),
        (("--until", "2020-01-01"), "it must lie after today"),
        (("--since", "2026-11-25", "--until", "2028-12-01"), "within two years"),
        (("--since", "soon"), "does not match the format"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_days_that_make_no_stretch_of_a_roster_to_write_are_refused(
    env, bounds: tuple[str, ...], words: str, form: str
):
    done = run(env, "export", "roster", "--format", form, *bounds)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize("what", ["calls", "callbacks"])
def test_records_of_no_stretch_of_days_are_refused(env, what: str):
    done = run(env, "export", what, "--since", "2026-11-25", "--until", "2026-11-25")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "it must lie after --since" in done.stderr


def test_a_roster_is_written_from_a_day_on(env):
    done = run(env, "export", "roster", "--format", "csv", "--since", "2026-11-25")
    assert done.exit_code == 0
    assert "Alice Martin" in done.stdout


def test_neither_command_brings_in_what_it_does_not_need():
    program = (
        "import sys, permanence.commands.duty, permanence.commands.gaps\n"
        "heavy = {'flask', 'twilio', 'rq', 'redis', 'alembic', 'gunicorn', 'telephony'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

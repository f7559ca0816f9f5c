import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from permanence import logs
from permanence.cli import COMMANDS, commands
from tests.permanence_kit import environment

HEAVY = ("sqlalchemy", "twilio", "flask", "rq", "redis", "pydantic", "alembic", "gunicorn")


def run(*arguments: str, env: dict[str, str]) -> Result:
    """Run a command in this process: to start one takes longer than most commands."""
    return CliRunner().invoke(commands, arguments, env=env)


@pytest.fixture(autouse=True)
def own_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command sends the log of its whole process to its own output: not that of the tests."""
    monkeypatch.setattr(logs, "set_up", lambda *_log, **_service: None)


def process(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator does."""
    return subprocess.run(
        [sys.executable, "-m", "permanence", *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command_and_imports_none():
    program = (
        "import sys\nfrom permanence.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"sys.exit(', '.join(set({HEAVY!r}) & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str):
    done = CliRunner().invoke(commands, [name, "--help"])
    assert done.exit_code == 0
    assert f" {name} " in done.output.splitlines()[0]


def test_a_fault_in_the_settings_ends_with_a_sentence_and_exit_code_2(tmp_path: Path):
    env = environment(tmp_path, PERMANENCE_WEB__PROT="1")
    done = CliRunner().invoke(commands, ["migrate"], env=env)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == (
        "PERMANENCE_WEB__PROT: no setting has this name. Did you mean PERMANENCE_WEB__PORT?\n"
    )


def test_serving_without_an_account_says_what_to_set(tmp_path: Path):
    env = environment(tmp_path)
    env |= {f"PERMANENCE_PROVIDER__{name}": None for name in ("ACCOUNT_SID", "AUTH_TOKEN")}
    done = CliRunner().invoke(commands, ["serve"], env=env)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2


def test_the_config_option_wins_over_the_variable(tmp_path: Path):
    file = tmp_path / "own.toml"
    file.write_text("[web]\nport = 'x'")
    done = run("--config", str(file), "migrate", env=environment(tmp_path))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{file}: web.port: ")


def test_migrate_makes_the_database_and_running_it_again_does_nothing(tmp_path: Path):
    data_dir = tmp_path / "data"
    for _ in range(2):
        done = process("migrate", env=environment(data_dir))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("The database is at revision ")
    assert (data_dir / "permanence.db").exists()
    assert data_dir.stat().st_mode & 0o777 == 0o700


def test_migrate_to_an_unknown_revision_is_refused(tmp_path: Path):
    done = run("migrate", "--to", "nowhere", env=environment(tmp_path))
    assert done.exit_code == 1
    assert "The newest revision is " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_simulator_on_a_taken_port_says_so(tmp_path: Path, unused_port_taken: int):
    done = run("simulator", "--port", str(unused_port_taken), env=environment(tmp_path))
    assert done.exit_code == 1
    assert done.stderr == (
        f"Port {unused_port_taken} on 127.0.0.1 is in use. Choose another: --port.\n"
    )


@pytest.fixture
def unused_port_taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_module_can_be_run_from_anywhere(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "permanence", "--version"],
        cwd=tmp_path,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("permanence 0.")


SAMPLE = Path(__file__).parent.parent / "permanence" / "sample" / "federation.toml"


def test_the_sample_is_imported_exported_and_answered_for(tmp_path: Path, sqlite_template: Path):
    env = environment(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "permanence.db")
    done = process("import", "federation", str(SAMPLE), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "responders: 5 added" in done.stdout
    done = run("export", "calls", "--format", "csv", env=env)
    assert done.stdout.startswith("id,provider_sid,line,")
    done = run("fallback-twiml", "+3280035243", env=env)
    assert "<Number>+3225550199</Number>" in done.stdout
    done = run("fallback-twiml", "+3280000000", env=env)
    assert done.exit_code == 1
    assert "+3280035243" in done.stderr


def test_a_federation_file_with_faults_is_refused_without_a_traceback(
    tmp_path: Path, sqlite_template: Path
):
    file = tmp_path / "federation.toml"
    file.write_text("[[lines]]\nnumber = 'x'\n")
    env = environment(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "permanence.db")
    done = run("import", "federation", str(file), env=env)
    assert done.exit_code == 1
    assert "lines[1].number" in done.stderr
    assert "Traceback" not in done.stderr

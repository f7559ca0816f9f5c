"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from permanence.bell import QUEUE
from telephony import jobs

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "callbacks",
    "console",
    "logging_db",
    "notices",
    "permanence",
    "planning",
    "routing",
    "simulator",
    "telephony",
)
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts
)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_and_functions_stay_small():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, shown(path)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 40, (shown(path), node.name)


def test_an_init_holds_a_docstring_and_nothing_else():
    inits = [path for path in SOURCES if path.name == "__init__.py"]
    assert len(inits) >= len(ROOMS)
    for path in inits:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert [type(node) for node in body] == [ast.Expr], shown(path)


def test_the_centre_reads_no_clock():
    centre = [p for p in SOURCES if p.parts[-2] in ("routing", "callbacks", "notices")]
    assert len(centre) > 20
    for path in centre:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"datetime\.now|utcnow|time\.time\(|date\.today", text), shown(path)


def test_only_the_dialler_the_texter_and_the_preflight_speak_to_the_provider():
    users = {
        shown(path)
        for path in SOURCES
        if re.search(r"from twilio\.(rest|http)", path.read_text(encoding="utf-8"))
    }
    assert users <= {
        "telephony/dialler.py",
        "telephony/texter.py",
        "permanence/preflight_provider.py",  # asks whether the account is set up
        "permanence/provider.py",
    }


def test_no_webhook_calls_the_provider():
    """Handlers run inside one transaction; only jobs and the sweep may use the dialler."""
    handlers = (
        "calls",
        "consent",
        "farewell",
        "fallback",
        "legs",
        "offers",
        "room",
        "verifying",
        "webhooks",
        "gate",
    )
    for name in handlers:
        text = (ROOT / "telephony" / f"{name}.py").read_text(encoding="utf-8")
        assert "dialler" not in text, name
        assert "texter" not in text, name


def test_every_bell_that_is_rung_has_a_job_and_the_queue_a_worker():
    rung = set()
    for path in (ROOT / "telephony").glob("*.py"):
        rung |= set(re.findall(r'\.later\("(\w+)"', path.read_text(encoding="utf-8")))
    assert rung
    assert rung <= set(jobs.JOBS)
    worker = (ROOT / "permanence" / "worker.py").read_text(encoding="utf-8")
    assert "Queue(QUEUE" in worker
    assert QUEUE == "bell"


def test_tests_have_no_namesake_of_a_room():
    """A package tests/routing would hide the room of that name."""
    assert not [room for room in ROOMS if (ROOT / "tests" / room).exists()]


def test_the_wheel_holds_every_room_with_its_data(tmp_path: Path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        shown(path)
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_no_file_names_a_package_index_or_a_path_of_this_machine():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    forbidden = re.compile("--(extra-)?index" + "-url|/ro" + "ot/|/wo" + "rk/|pypi" + r"\.org")
    for name in tracked:
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".wav"):
            found = forbidden.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert not found, f"{name}: {found.group() if found else ''}"

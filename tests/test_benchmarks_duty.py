"""The benchmark of duty runs, in a tiny size: what it measures there means nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import duty
from benchmarks.rosters import MIDDLE, Federation, roster, write
from logging_db.engine import make_engine, read
from logging_db.rosters import AFTER, BEFORE, read_book
from routing.duty import on_duty


@pytest.mark.long
def test_duty_is_measured_in_every_size():
    size = duty.Size(small=(2, 6), large=(3, 12), days=60, weeks=1, steps=(2, 4), blocks=1, block=2)
    figures = {figure.what: figure.value for figure in duty.run(size)}
    assert all(figures.values())
    assert sum("gaps of 1 weeks" in what for what in figures) == 2
    assert sum("read out of a year" in what for what in figures) == 2
    assert any(what.startswith("4 services") for what in figures)


def test_what_is_read_back_decides_as_what_was_made_up(tmp_path: Path, sqlite_template: Path):
    path = shutil.copy(sqlite_template, tmp_path / "permanence.db")
    engine = make_engine(f"sqlite:///{path}")
    made = roster(Federation(3, 12, 60))
    with engine.begin() as connection:
        write(connection, made)
    with read(engine) as connection:
        book = read_book(connection, MIDDLE - BEFORE, MIDDLE + AFTER)
    engine.dispose()
    found = on_duty(book.by_id[made.line.id], duty.AT)
    assert found == on_duty(replace(made), duty.AT)
    assert found.responders

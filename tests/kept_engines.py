"""Engines that outlive a test: what SQLAlchemy has compiled for one serves all that follow.

A statement is compiled once an engine, which takes longer than running it. The database is a
new one for each test nevertheless: a copy of the template, or emptied tables.
"""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from logging_db import engine as stores


@cache
def kept(url: str) -> Engine:
    """Return this run's engine for ``url``."""
    return stores.make_engine(url)


def as_new(engine: Engine) -> Engine:
    """Forget what the last test did to the engine: connections left open, failures."""
    pool: Any = engine.pool
    if engine.dialect.name == "sqlite" or pool.checkedout():
        engine.dispose()
    stores._breakers.pop(engine, None)
    return engine


def copied(template: Path, file: Path) -> Engine:
    """Return the engine of ``file``, which now is a copy of ``template``."""
    made = as_new(kept(f"sqlite:///{file}"))
    for old in (Path(f"{file}-wal"), Path(f"{file}-shm")):
        old.unlink(missing_ok=True)
    # At once: whoever still looks into the last test's file must not meet half of one.
    Path(shutil.copy(template, f"{file}.new")).replace(file)
    return made

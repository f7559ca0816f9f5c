"""`permanence reconcile`, the line of `check` about it, and the thread that does it by night."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from logging_db import calls as record
from logging_db import reconciliations as book
from logging_db.engine import read, write
from logging_db.tables import calls, reconciliations
from permanence import places
from permanence.preflight_nights import nights
from tests.permanence_kit import running, until
from tests.provider_account import LINE, Installation, installation
from tests.reconciling_kit import add_call

DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = TODAY - DAY


@pytest.fixture
def here(tmp_path: Path, sqlite_template: Path) -> Iterator[Installation]:
    with installation(tmp_path, sqlite_template) as made:
        made.line_id = made.add_line()
        yield made


def outcomes(here: Installation) -> list[str]:
    """How the calls of yesterday and today ended."""
    late = select(calls.c.outcome).where(calls.c.received_at >= YESTERDAY - DAY)
    with read(here.engine) as connection:
        return list(connection.execute(late).scalars())


def is_ours(here: Installation) -> None:
    """Have the line be ours for long: a call of weeks ago stands in the book."""
    at, sid = YESTERDAY - 30 * DAY, "CA" + "0" * 32
    with write(here.engine) as connection:
        over = {"state": "ended", "outcome": "abandoned", "ended_at": at}
        record.open_call(connection, provider_sid=sid, line_id=here.line_id, at=at, **over)


def test_yesterday_is_compared_and_told_as_json(here: Installation):
    is_ours(here)
    sid = add_call(here.exchange, YESTERDAY + DAY / 2)
    add_call(here.exchange, TODAY)  # not over yet
    done = here.runs("reconcile", "--format", "json")
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    (found,) = told["differences"]
    assert (told["compared"], told["failure"]) == (1, None)
    assert told["since"] == f"{YESTERDAY:%Y-%m-%d}T00:00:00Z"
    assert (found["kind"], found["provider_sid"]) == ("unknown_here", sid)
    assert found["mended_at"]
    assert outcomes(here) == ["failed"]


def test_several_days_are_told_a_line_each_without_any_number(here: Installation):
    is_ours(here)
    sid = add_call(here.exchange, YESTERDAY - DAY / 2)
    days = [f"{day:%Y-%m-%d}" for day in (YESTERDAY - 2 * DAY, YESTERDAY - DAY, YESTERDAY)]
    done = here.runs("reconcile", "--since", days[0], "--until", days[2])
    assert done.stdout == (
        f"{days[0]}: 0 calls compared, 0 differences, 0 mended\n"
        f"{days[1]}: 1 calls compared, 1 differences, 1 mended\n"
        f"  mended unknown_here {sid} (completed)\n"
    )
    again = here.runs("reconcile", "--since", days[1], "--until", days[2])
    assert "1 mended" in again.stdout  # it stays written down what was mended
    assert outcomes(here) == ["failed"]
    assert LINE.lstrip("+") not in done.output


def test_a_day_that_could_not_be_compared_ends_with_exit_code_1(here: Installation):
    here.exchange.faults.fail("GET", "Calls", status=401)
    done = here.runs("reconcile")
    assert done.exit_code == 1
    assert "FAILED: the provider refused: HTTP 401" in done.stdout


def test_a_day_that_somebody_is_at_is_left_to_them(here: Installation):
    with write(here.engine) as connection:
        book.claim(connection, YESTERDAY, TODAY, datetime.now(UTC))
    done = here.runs("reconcile")
    assert done.exit_code == 1
    assert "somebody else is comparing it now" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--until", f"{TODAY + DAY:%Y-%m-%d}"], "only days that are over"),
        (["--since", f"{TODAY:%Y-%m-%d}"], "not over yet"),
        (["--since", "2026-01-02", "--until", "2026-01-02"], "after --since"),
        (["--since", "2020-01-02", "--until", "2026-01-02"], "400 days"),
    ],
)
def test_a_period_that_cannot_be_compared_is_refused_with_words(
    here: Installation, arguments: list[str], words: str
):
    done = here.runs("reconcile", *arguments)
    assert done.exit_code == 2
    assert words in done.output


def test_a_long_period_draws_a_bar_in_a_terminal(here: Installation):
    since = f"{YESTERDAY - 2 * DAY:%Y-%m-%d}"
    code, said = here.types("", "reconcile", "--since", since)
    assert code == 0, said
    assert "Comparing days" in said
    assert "100%" in said


def test_check_says_what_the_last_night_left_to_be_done(here: Installation):
    def says(at: datetime = TODAY + DAY) -> list[str]:
        return [str(result) for result in nights(here.engine, at)]

    assert says() == []  # no night was yet
    here.runs("reconcile")
    assert says() == []
    assert "Look whether the sweep runs" in says(TODAY + 4 * DAY)[0]
    add_call(here.exchange, YESTERDAY, to="+32470000001", direction="outbound-api",
             from_="+3225550100")  # fmt: skip
    here.runs("reconcile")
    (unmended,) = says()
    assert unmended.startswith("FAULT  reconciliation: that of ")
    assert "found 1 unknown_leg. Look at them in the console" in unmended
    here.exchange.faults.fail("GET", "Calls", status=401)
    here.runs("reconcile")
    (failed,) = says()
    assert "failed: the provider refused: HTTP 401. The next night repeats it" in failed
    assert "FAULT  reconciliation" in here.runs("check").output
    with write(here.engine) as connection:
        connection.execute(update(reconciliations).values(ended_at=None))
    # Also where this test is run in the last hour of a day.
    assert "did not end. The next night repeats it" in says(TODAY + 2 * DAY)[0]


def test_a_difference_that_asks_for_nothing_is_told_but_is_no_fault(here: Installation):
    at = YESTERDAY + DAY / 2
    with write(here.engine) as connection:
        sid = add_call(here.exchange, at, seconds=300)
        call_id = record.open_call(connection, provider_sid=sid, line_id=here.line_id, at=at)
        record.end_call(connection, str(call_id), at + timedelta(seconds=20), "completed")
    here.runs("reconcile")
    (line,) = [str(result) for result in nights(here.engine, TODAY + DAY)]
    assert line.startswith("ok     reconciliation: that of ")
    assert line.endswith("found 1 other_duration; nothing has to be done")


def test_the_process_of_the_sweep_compares_the_days_that_are_due(here: Installation):
    sid = add_call(here.exchange, YESTERDAY - DAY / 2)
    with write(here.engine) as connection:  # the line is ours since then
        known = add_call(here.exchange, YESTERDAY - DAY)
        record.open_call(connection, provider_sid=known, line_id=here.line_id, at=YESTERDAY - DAY)
    log = here.settings.data_dir / "sweep.log"
    with running("sweep", env=here.env, log=log):
        until(lambda: len(outcomes(here)) == 2 and None not in outcomes(here), 30)
    with read(here.engine) as connection:
        found = {row.provider_sid: row.outcome for row in connection.execute(select(calls))}
    assert found == {sid: "failed", known: "abandoned"}
    assert LINE.lstrip("+") not in log.read_text()


def test_a_provider_that_hangs_delays_no_round_of_the_sweep(here: Installation):
    with write(here.engine) as connection:
        at = YESTERDAY - DAY / 2  # due at any hour; yesterday is from two on
        sid = add_call(here.exchange, at)
        record.open_call(connection, provider_sid=sid, line_id=here.line_id, at=at)
    here.exchange.faults.fail("GET", "Calls", delay=30, times=9)
    beat = places.sweep_beat(here.settings.data_dir)
    beats: set[int] = set()

    def goes_round() -> bool:
        beats.update([beat.stat().st_mtime_ns] if beat.exists() else [])
        return len(beats) > 3

    def still_asking() -> bool:
        with read(here.engine) as connection:
            return any(run.ended_at is None for run in book.latest(connection))

    with running("sweep", env=here.env, log=here.settings.data_dir / "sweep.log") as process:
        until(still_asking, 30)
        until(goes_round, 20)
        assert still_asking()
        process.terminate()
        assert process.wait(10) == 0

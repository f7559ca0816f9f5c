"""SIGKILL wherever it can strike, both stores lost mid-call: two machines lose and double nothing.

The long form, until every point of every process has been died at, is `./run bench faults`.
"""

import pytest

from tests.faults_machines import ROLES, Town, machines, nemesis, verdict
from tests.faults_virtual import federation, phone_of
from tests.permanence_kit import until
from tests.total_queue import faults

STAFF = 8


@pytest.mark.timeout(240)
def test_no_death_of_a_process_or_a_store_loses_or_doubles_anything():
    staff = [phone_of(number) for number in range(STAFF)]
    with (
        machines(federation(STAFF, wrap_up=0)) as (made, witness),
        Town(made.exchange, staff, callers=3, seed=1) as town,
    ):
        died = nemesis(made, ROLES, seconds=12)
        made.wipe_valkey()
        made.restart_postgres()
        before = len(witness.talks)
        until(lambda: len(witness.talks) > before, 40)  # it all goes on
        town.go_home()
        found = verdict(made, witness, seconds=45)
    assert faults(found) == {}
    assert {point.split()[0] for point in died} == set(ROLES)
    assert len(died) > len(ROLES)
    assert found["calls"].out > 0

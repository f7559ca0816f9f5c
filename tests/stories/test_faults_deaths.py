"""SIGKILL wherever it strikes, both stores lost mid-call: two machines lose and double nothing.

Meanwhile webhooks come twice, thrice and in disorder, and the provider fails in every way.

The long form, until every point of every process has been died at, is `./run bench faults`.
"""

import pytest

from tests.faults_crowd import federation, phone_of
from tests.faults_machines import ROLES, machines, nemesis, verdict
from tests.faults_town import Town
from tests.faults_troubles import ORDERS, CountedDisorder, Toll, count_failures
from tests.total_queue import faults

STAFF = 6
SLOW = {"method": "POST", "resource": "Calls/*", "after_doing": True, "delay": 1.5}


@pytest.mark.timeout(240)
def test_no_death_of_a_process_or_a_store_loses_or_doubles_anything():
    toll = Toll()
    staff = [phone_of(number) for number in range(STAFF)]
    with (
        machines(federation(STAFF, wrap_up=0)) as (made, witness),
        Town(made.exchange, staff, callers=3, seed=1) as town,
    ):
        count_failures(made.exchange, toll)
        made.exchange.disorder = CountedDisorder(
            toll, 1, duplicate=0.2, triple=0.1, shuffle_seconds=0.3
        )
        for order in (*ORDERS, SLOW):
            made.exchange.faults.fail(**order)
        died = nemesis(made, ROLES, seconds=6)
        made.wipe_valkey()
        made.restart_postgres()
        before = len(witness.talks)
        made.until(lambda: len(witness.talks) > before, 40)  # it all goes on
        town.go_home()
        found, told = verdict(made, witness, seconds=45)
    assert faults(found) == {}, "\n".join(told)
    assert {point.split()[0] for point in died} == set(ROLES)
    assert len(died) > len(ROLES)
    assert toll.kinds() >= {"news twice", "news thrice"}
    assert toll.of("provider: ") > 3
    assert min(found[name].out for name in ("calls", "keys", "legs", "talks", "offers")) > 0

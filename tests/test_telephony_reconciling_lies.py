"""A provider that lies, and a line that was not always ours: what the night must not believe."""

from dataclasses import replace
from datetime import timedelta

from test_telephony_reconciling import PLACED, calls_there, exchange, night

from logging_db.tables import calls
from permanence.preflight_nights import nights
from telephony.comparing import Told
from tests.reconciling_kit import CALLER, MONDAY, NIGHT, NOON, Night
from tests.stories.world import LINE

__all__ = ["calls_there", "exchange", "night"]  # fixtures


def test_a_list_that_takes_a_living_call_for_over_closes_nothing(night: Night, monkeypatch):
    sid = night.there(status="in-progress")
    night.here(sid, seconds=None)
    honest = night.calls.page

    def page(*asked: object):
        told, after = honest(*asked)
        return [replace(one, status="completed", ended=NOON) for one in told], after

    monkeypatch.setattr(night.calls, "page", page)
    night.passes()
    assert (night.found, night.run.failure, night.run.compared) == ({}, None, 1)
    assert [row.ended_at for row in night.rows(calls)] == [None]


def test_an_answer_about_another_call_than_was_asked_for_is_not_believed(night: Night, monkeypatch):
    night.here(night.there(status="in-progress"), seconds=None)
    other = Told("CA" + "e" * 32, "inbound", "completed", LINE, CALLER, NOON, NOON)
    monkeypatch.setattr(night.calls, "one", lambda _sid: other)
    night.passes()
    assert night.found == {}
    assert night.run.failure == "the provider answers with another call than was asked for"


def test_a_call_of_the_evening_before_that_never_ended_here_is_closed_too(night: Night):
    late = MONDAY - timedelta(minutes=30)
    night.here(night.there(late, seconds=90), late, seconds=None)
    night.passes()
    (row,) = night.rows(calls)
    assert row.ended_at == late + timedelta(seconds=90)


def test_what_was_before_the_first_call_that_reached_us_was_the_business_of_others(night: Night):
    night.there(NOON - timedelta(hours=2))
    night.there(NOON - timedelta(hours=2), **PLACED)
    night.here(night.there())
    night.passes()
    assert (night.found, len(night.rows(calls))) == ({}, 1)


def test_a_line_that_no_call_ever_reached_gets_no_records_but_its_calls_are_shown(night: Night):
    sid = night.there()
    night.passes()
    assert (night.found, night.rows(calls)) == ({sid: ("unknown_here", False)}, [])
    (told,) = nights(night.engine, NIGHT)
    assert "Look at them in the console" in told.remedy


def test_a_call_that_ended_before_it_began_is_timed_by_its_length(night: Night, monkeypatch):
    night.here(night.there())
    honest = night.calls.page

    def page(*asked: object):
        told, after = honest(*asked)
        return [replace(one, ended=NOON - timedelta(hours=1)) for one in told], after

    monkeypatch.setattr(night.calls, "page", page)
    night.passes()
    assert night.found == {}


def test_calls_of_another_account_are_not_ours(night: Night):
    night.is_ours()
    sid = night.there()
    night.exchange.calls[sid].account_sid = "AC" + "9" * 32
    night.passes()
    assert night.found == {}

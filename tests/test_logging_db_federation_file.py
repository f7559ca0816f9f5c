from datetime import date, time

from test_logging_db_federation_kit import GOOD, but, line, refused

from logging_db.federation_file import read_federation
from logging_db.federation_plan import Slot
from routing.roster import Closure, Hours


def test_a_good_file_reads_without_a_fault():
    federation = read_federation(GOOD)
    first, second = federation.lines
    assert first.languages == ("fr", "nl")
    assert first.hours == (Hours(0, time(9), time(17)), Hours(1, time(9), time(17)))
    assert first.closures == (Closure(date(2026, 12, 25), {"fr": "Noël", "nl": "Kerstmis"}),)
    assert second.hours == ()
    assert [entry.person for entry in federation.responders] == [
        ("cssbse", "Alice Martin"),
        ("caw", "Bram Peeters"),
    ]
    weekly, dated = federation.shifts
    assert weekly.slots == (
        Slot(0, None, time(9), time(13)),
        Slot(1, None, time(9), time(13)),
    )
    assert dated.slots == (Slot(None, date(2026, 11, 25), time(22), time(6)),)


def test_what_is_left_out_has_the_defaults_of_the_interface():
    federation = read_federation(GOOD)
    first = federation.lines[0]
    assert (first.ring_seconds, first.max_wait_seconds, first.wrap_up_seconds) == (20, 600, 30)
    assert first.callback_when_closed is False
    assert first.fallback_number is None
    assert [shift.needed for shift in federation.shifts] == [2, 1]


def test_a_shift_without_responders_is_a_normal_state_and_needs_one():
    federation = read_federation(but('responders = ["Alice Martin", "Bram Peeters"]', ""))
    assert federation.shifts[0].people == ()
    assert federation.shifts[0].needed == 1


def test_a_shift_may_need_nobody():
    text = but('responders = ["Alice Martin", "Bram Peeters"]', "needed = 0")
    assert read_federation(text).shifts[0].needed == 0


def test_an_empty_file_asks_for_nothing():
    assert read_federation("").lines == ()


def test_a_byte_order_mark_is_ignored():
    assert read_federation("\ufeff" + GOOD) == read_federation(GOOD)


def test_line_endings_of_windows_make_no_difference():
    assert read_federation(GOOD.replace("\n", "\r\n")) == read_federation(GOOD)


def test_times_and_dates_may_be_written_with_or_without_quotes():
    text = but('from = "09:00"', "from = 09:00:00").replace("2026-11-25", '"2026-11-25"')
    text = text.replace("date = 2026-12-25", 'date = "2026-12-25"')
    assert read_federation(text) == read_federation(GOOD)


def test_24_00_ends_at_midnight_and_equal_times_are_a_whole_day():
    day = line('hours = [{ days = ["sat"], from = "00:00", to = "24:00" }]')
    assert read_federation(day).lines[0].hours == (Hours(5, time(0), time(0)),)


def test_a_closure_may_have_one_name_for_all_languages_of_its_line_or_none():
    text = but('name = { fr = "Noël", nl = "Kerstmis" }', 'name = "Kerst"')
    assert read_federation(text).lines[0].closures[0].names == {"fr": "Kerst", "nl": "Kerst"}
    text = but(', name = { fr = "Noël", nl = "Kerstmis" }', "")
    assert read_federation(text).lines[0].closures[0].names == {}


def test_names_that_look_alike_are_alike():
    text = but('name = "Alice Martin"', 'name = " Zoe\u0308 "')
    text = text.replace('["Alice Martin", ', '["Zo\u00eb", ')
    assert read_federation(text).shifts[0].people[0] == ("cssbse", "Zo\u00eb")


def test_the_order_of_days_means_nothing():
    assert read_federation(but('["mon", "tue"]\nfrom', '["tue", "mon"]\nfrom')) == (
        read_federation(GOOD)
    )


def test_languages_of_lines_are_those_that_have_prompts():
    text = but('languages = ["fr", "nl"]', 'languages = ["de"]')
    assert refused(text) == ['lines[1].languages: "de" has no prompts; choose from fr, nl, en.']
    assert read_federation(text, ("nl", "de")).lines[0].languages == ("de",)


TWO_ALICES = (
    GOOD
    + """
[[responders]]
name = "Alice Martin"
service = "caw"
phone = "+32470000003"
languages = ["nl"]
"""
)


def test_of_two_people_with_one_name_the_one_of_the_shifts_service_is_meant():
    assert read_federation(TWO_ALICES).shifts[0].people[0] == ("cssbse", "Alice Martin")


def test_a_name_that_two_other_services_know_is_ambiguous():
    text = TWO_ALICES + '[[services]]\ncode = "larc"\nname = "L\'Arc"\n'
    assert refused(text.replace('service = "cssbse"\ndays', 'service = "larc"\ndays')) == [
        (
            'shifts[1].responders: "Alice Martin" may be of cssbse or caw; '
            "make the names differ, or give the shift the service that is meant."
        )
    ]

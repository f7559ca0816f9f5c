"""Lists of calls through the stock client: filters, pages, forgetting."""

from collections.abc import Iterator

import pytest
from test_simulator_kit import ALICE, BOB, CALLER, LINE, SHOWN, Kit
from twilio.base.exceptions import TwilioRestException


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.page("out", "<Pause length='60'/>")
        yield made


def place(kit, number=ALICE):
    made = kit.client.calls.create(to=number, from_=SHOWN, url=kit.at("out"))
    kit.ex.settle()
    return made


def test_calls_are_listed_newest_first_by_what_they_are(kit):
    first, second = place(kit), place(kit, BOB)
    kit.phone(BOB).decline()
    calls = kit.client.calls
    assert [call.sid for call in calls.list()] == [second.sid, first.sid]
    assert [call.sid for call in calls.list(to=BOB)] == [second.sid]
    assert [call.sid for call in calls.list(status="ringing")] == [first.sid]
    assert [call.sid for call in calls.list(from_=SHOWN, limit=1)] == [second.sid]
    assert calls.list(from_=LINE) == []


def test_calls_are_listed_by_their_parent(kit):
    kit.page("out", f"<Dial>{BOB}</Dial>")
    made = place(kit)
    kit.phone(ALICE).answer()
    kit.ex.settle()
    [child] = kit.client.calls.list(parent_call_sid=made.sid)
    assert (child.to, child.direction, child.parent_call_sid) == (BOB, "outbound-dial", made.sid)


def test_calls_are_listed_by_their_start(kit):
    first = place(kit)
    kit.ex.advance(3600)
    second = place(kit, BOB)
    cut = first.date_created.replace(minute=30)
    calls = kit.client.calls
    assert [c.sid for c in calls.list(start_time_after=cut)] == [second.sid]
    assert [c.sid for c in calls.list(start_time_before=cut)] == [first.sid]
    assert len(calls.list(start_time=first.date_created.date())) == 2


def test_a_long_list_comes_in_pages(kit):
    for number in range(7):
        place(kit, f"+3247100000{number}")
    page = kit.client.calls.page(page_size=3)
    seen = [len(list(page))]
    while (page := page.next_page()) is not None:
        seen.append(len(list(page)))
    assert seen == [3, 3, 1]
    assert len(kit.client.calls.list(page_size=2)) == 7


def test_an_ended_call_is_forgotten_and_a_live_one_is_not(kit):
    made = place(kit)
    with pytest.raises(TwilioRestException):
        kit.client.calls(made.sid).delete()
    kit.phone(ALICE).decline()
    assert kit.client.calls(made.sid).delete()
    assert kit.client.calls.list() == []


def test_inbound_calls_are_seen_too(kit):
    kit.page("voice", "<Pause length='60'/>")
    phone = kit.dial()
    seen = kit.client.calls(phone.call_sid).fetch()
    assert (seen.direction, seen._from, seen.status) == ("inbound", CALLER, "ringing")
    assert seen.phone_number_sid == kit.client.incoming_phone_numbers.list(phone_number=LINE)[0].sid

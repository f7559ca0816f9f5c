"""Private calendars: their addresses, and what they say."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from sqlalchemy import insert, select

from logging_db.columns import new_id
from logging_db.engine import read, write
from logging_db.rosters import Book
from logging_db.tables import absences, calendar_feeds, closures
from planning import feed_content, feeds, shifts
from planning.feed_content import Edition
from planning.feeds import Address, Owner
from planning.keys import ShiftKey
from planning.substitutions import substitute
from planning.undo import undo
from routing.duty import on_duty, on_now, present
from routing.roster import PartnerService, Roster
from tests.examples import examples
from tests.rosters_at_random import MIDDLES, PEOPLE, rosters
from tests.test_planning_kit import ANNE, LINE, MONDAY, NIGHT_LINE, House, house

__all__ = ["house"]

LINK = "https://console.example.org/"
BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY = MONDAY + timedelta(days=1)


def body(house: House, who: str, kind="responder", language="en", at: datetime | None = None):
    address = Address("a", Owner(kind, house[who]), language, house.at)
    with read(house.engine) as connection:
        edition = feed_content.edition(connection, address, at or house.at, LINK)
    return feed_content.written(edition)


def events(content: bytes) -> list[Event]:
    return sorted(Calendar.from_ical(content).walk("VEVENT"), key=lambda one: one["DTSTART"].dt)


def on(found: list[Event], day: date) -> list[str]:
    """The events of a day as "09:00-11:00 title"."""
    return [
        f"{event['DTSTART'].dt:%H:%M}-{event['DTEND'].dt:%H:%M} {event['SUMMARY']}"
        for event in found
        if event["DTSTART"].dt.date() == day
    ]


def test_an_address_is_known_by_its_secret_which_is_kept_nowhere(house: House):
    owner = Owner("responder", house["Alice"])
    with write(house.engine) as connection:
        token = feeds.make(connection, house.at, owner, "fr")
        found = feeds.find(connection, token)
        rows = connection.execute(select(calendar_feeds)).all()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    assert found is not None
    assert (found.owner, found.language, found.created_at) == (owner, "fr", house.at)
    assert token not in repr(rows)


def test_another_address_or_none_ends_the_one_before(house: House):
    owner, other = Owner("responder", house["Alice"]), Owner("service", house["caw"])
    with write(house.engine) as connection:
        kept = feeds.make(connection, house.at, other, "nl")
        first = feeds.make(connection, house.at, owner, "fr")
        second = feeds.make(connection, house.at, owner, "fr")
        assert feeds.find(connection, first) is None
        assert feeds.find(connection, second) == feeds.address_of(connection, owner)
        assert feeds.revoke(connection, house.at, owner)
        assert not feeds.revoke(connection, house.at, owner)
        assert feeds.find(connection, second) is None
        assert feeds.address_of(connection, owner) is None
        assert feeds.of_services(connection) == {other.id: feeds.find(connection, kept)}
        assert feeds.find(connection, "") is None


def test_the_duties_of_a_person_from_four_weeks_back_to_half_a_year_ahead(house: House):
    found = events(body(house, "Alice"))
    assert on(found, MONDAY) == ["09:00-13:00 Allo ? Aide sociale – CSSBSE"]
    days = [event["DTSTART"].dt.date() for event in found]
    assert (days[0], days[-1]) == (date(2026, 10, 26), date(2027, 5, 24))
    assert found[0]["DESCRIPTION"].splitlines() == [
        "Centre de Service Social",
        "Nobody else is planned at this time.",
        f"The roster as it stands: {LINK}",
    ]
    alarms = [alarm["TRIGGER"].dt for alarm in found[0].walk("VALARM")]
    assert alarms == [timedelta(days=-1), timedelta(hours=-1)]


def test_who_stands_in_has_the_duty_and_who_is_away_has_none(house: House):
    key, version = house.key(MONDAY, 9)
    during = (time(10), time(11))
    house.make(
        lambda it: substitute(
            it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"], during
        )
    )
    with write(house.engine) as connection:
        starts = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # 10:00 in Brussels
        away = {"id": new_id(), "responder_id": house["Alice"], "starts_at": starts}
        connection.execute(insert(absences).values(**away, ends_at=starts + timedelta(days=2)))
    title = "Allo ? Aide sociale – CSSBSE"
    alice, dirk = events(body(house, "Alice")), events(body(house, "Dirk"))
    assert on(alice, MONDAY) == [f"09:00-10:00 {title}", f"11:00-13:00 {title}"]
    assert on(dirk, MONDAY) == [f"10:00-11:00 {title}"]
    assert on(alice, TUESDAY) == [f"09:00-10:00 {title}"]
    assert on(alice, TUESDAY + timedelta(days=1)) == []
    uids = [event["UID"] for event in (*alice, *dirk)]
    assert len(set(uids)) == len(uids)


def test_who_else_is_there_and_which_languages_are_wanted_is_told(house: House):
    plan = house.plan(MONDAY, 12, 14, "Dirk", "Chloé", service="caw", languages=("nl", "fr"))
    house.make(lambda it: shifts.add(it, house[LINE], plan))
    (duty,) = events(body(house, "Chloé", language="fr"))
    assert duty["DESCRIPTION"].splitlines() == [
        "CAW Brussel",
        "Avec Dirk Maes (CAW), Alice Martin (CSSBSE), Bram Peeters (CAW).",
        "Langues souhaitées : néerlandais, français.",
        f"L’horaire à jour : {LINK}",
    ]


def test_a_shift_keeps_its_identity_and_its_sequence_only_grows(house: House):
    def of_monday() -> Event:
        return next(
            one for one in events(body(house, "Alice")) if one["DTSTART"].dt.date() == MONDAY
        )

    key, version = house.key(MONDAY, 9)
    seen = [of_monday()]
    plan = house.plan(MONDAY, 9, 12, "Alice")
    house.at += timedelta(minutes=5)
    house.make(lambda it: shifts.change(it, ShiftKey.parse(key), version, plan))
    seen.append(of_monday())
    with write(house.engine) as connection:
        undo(connection, house.at, ANNE, house.changes()[-1].id)
    seen.append(of_monday())
    assert [one["DTEND"].dt.hour for one in seen] == [13, 12, 13]
    assert len({one["UID"] for one in seen}) == 1
    sequences = [one["SEQUENCE"] for one in seen]
    assert sequences == sorted(set(sequences))
    assert seen[1]["LAST-MODIFIED"].dt == house.at


def test_the_same_roster_gives_the_same_bytes(house: House):
    assert body(house, "Alice") == body(house, "Alice", at=house.at + timedelta(hours=5))


def test_a_shift_while_the_line_is_closed_is_no_duty(house: House):
    with write(house.engine) as connection:
        values = {"id": new_id(), "line_id": house[LINE], "day": MONDAY, "names": {"fr": "Pont"}}
        connection.execute(insert(closures).values(**values))
    found = events(body(house, "Alice"))
    assert on(found, MONDAY) == []
    assert on(found, date(2026, 12, 25)) == []  # Christmas, by the federation’s file
    assert len(on(found, TUESDAY)) == 1


def test_a_service_has_all_its_shifts_with_names_and_places_to_fill(house: House):
    plan = house.plan(MONDAY, 14, 16, "Chloé", needed=2)
    house.make(lambda it: shifts.add(it, house[LINE], plan))
    found = events(body(house, "cssbse", "service"))
    assert on(found, MONDAY) == [
        "09:00-13:00 Allo ? Aide sociale – CSSBSE: Alice Martin",
        "14:00-16:00 Allo ? Aide sociale – CSSBSE: Chloé Dubois – to fill: 1 of 2",
    ]
    assert [one for one in found if one.walk("VALARM")] == []
    assert any("14:00–16:00: Chloé Dubois" in one["DESCRIPTION"] for one in found)
    assert all("CAW" not in one["SUMMARY"] for one in found)


def test_the_parts_of_a_shift_are_told_where_others_answer(house: House):
    key, version = house.key(MONDAY, 9)
    during = (time(11), None)
    house.make(
        lambda it: substitute(
            it, ShiftKey.parse(key), version, house["Alice"], house["Dirk"], during
        )
    )
    found = events(body(house, "cssbse", "service", "nl"))
    told = next(one for one in found if one["DTSTART"].dt.date() == MONDAY)
    assert told["DESCRIPTION"].splitlines()[1:3] == [
        "09:00–11:00: Alice Martin",
        "11:00–13:00: Dirk Maes",
    ]


@pytest.mark.parametrize("kind", ["responder", "service"])
def test_no_calendar_has_a_telephone_number(house: House, kind: str):
    plan = house.plan(MONDAY, 22, 6, "Alice", "Dirk", needed=3)
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    who = "Alice" if kind == "responder" else "cssbse"
    text = body(house, who, kind).decode().replace("\r\n ", "")
    text = re.sub(r"[0-9a-f]{32}", "an id", text)  # digits of chance
    assert not re.search(r"\+?32\d{7,}|0800", text)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 27), 7), (date(2026, 10, 24), 9), (date(2026, 12, 5), 8)]
)
def test_a_night_lasts_as_long_as_it_really_does(house: House, day: date, hours: int):
    house.at = datetime.combine(day - timedelta(days=3), time(12), UTC)
    plan = house.plan(day, 22, 6, "Chloé")
    house.make(lambda it: shifts.add(it, house[NIGHT_LINE], plan))
    (night,) = events(body(house, "Chloé"))
    begins, ends = (night[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND"))
    assert ends - begins == timedelta(hours=hours)
    assert (night["DTSTART"].dt.hour, night["DTEND"].dt.hour) == (22, 6)
    assert night["DTSTART"].params["TZID"] == "Europe/Brussels"


def _edition(roster: Roster, person: str, middle: date) -> Edition:
    service = PartnerService("s", "cssbse", {"fr": "Centre"})
    book = Book(1, middle, middle, {"l": roster}, {roster.line.number: roster}, {"s": service})
    stamp = datetime(2026, 1, 1, tzinfo=UTC)
    address = Address("a", Owner("responder", person), "fr", stamp)
    days = middle - timedelta(days=6), middle + timedelta(days=6)
    return Edition(address, person, book, BRUSSELS, *days, LINK, stamp)


@examples(60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_calendar_says_what_routing_says_at_every_instant(data: st.DataObject):
    """Whoever is rung has an event; whoever has an event stands in a shift."""
    middle = data.draw(st.sampled_from(MIDDLES))
    drawn = data.draw(rosters(middle))
    own = tuple(replace(shift, id=f"s{n}") for n, shift in enumerate(drawn.shifts))
    roster = replace(drawn, shifts=own)
    noon = datetime.combine(middle, time(12), UTC)
    minutes = data.draw(st.lists(st.integers(-4320, 4320), min_size=20, max_size=40))
    instants = [noon + timedelta(minutes=n) for n in minutes]
    for person in PEOPLE:
        content = feed_content.written(_edition(roster, person, middle))
        spans = [
            (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC))
            for event in events(content)
        ]
        edges = [edge for span in spans for edge in span if abs(edge - noon) < timedelta(days=5)]
        for at in (*instants, *edges, *(edge - timedelta(minutes=1) for edge in edges)):
            rung = person in {one.id for one in on_duty(roster, at).responders}
            has_event = any(begins <= at < ends for begins, ends in spans)
            stands = person in {
                who
                for occurrence in on_now(roster, at)
                for _, who in present(roster, occurrence, at)
            }
            assert rung <= has_event <= stands, (person, at)

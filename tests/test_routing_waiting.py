"""What callers are told of their wait: only what can be kept."""

import heapq
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.waiting import Answer, Place, estimate, quantile

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def answers(count: int, every: timedelta, waited: timedelta = 5 * MINUTE) -> list[Answer]:
    """Return answers up to now, by three people in turns."""
    return [
        Answer(NOW - n * every - waited, NOW - n * every, f"R{n % 3}") for n in range(count, -1, -1)
    ]


def place(ahead: int = 0, on_duty: int = 3, waits: timedelta = timedelta()) -> Place:
    return Place(ahead, on_duty, NOW - waits)


def test_a_busy_line_that_answers_every_other_minute_tells_the_first_in_it_six_minutes():
    told = estimate(answers(12, 2 * MINUTE), place(), NOW, HOUR)
    assert told == 6 * MINUTE


def test_with_seven_answers_nothing_is_told_and_with_eight_something():
    assert estimate(answers(7, MINUTE), place(), NOW, HOUR) is None
    assert estimate(answers(8, MINUTE), place(), NOW, HOUR) is not None


def test_where_one_person_is_on_duty_nothing_is_told():
    assert estimate(answers(12, MINUTE), place(on_duty=1), NOW, HOUR) is None


def test_people_who_were_answered_at_once_say_nothing_about_those_who_have_to_wait():
    at_once = answers(20, MINUTE, waited=timedelta(seconds=20))
    assert estimate(at_once, place(), NOW, HOUR) is None


def test_yesterday_says_nothing_about_today():
    old = [Answer(a.since - 3 * HOUR, a.at - 3 * HOUR, a.responder) for a in answers(12, MINUTE)]
    assert estimate(old, place(), NOW, HOUR) is None


def test_a_wait_that_may_be_anything_is_not_told():
    assert estimate(answers(10, 8 * MINUTE), place(), NOW, 10 * HOUR) is None


def test_a_pause_that_is_not_over_yet_makes_it_longer():
    usual = estimate(answers(12, MINUTE), place(), NOW, HOUR)
    later = NOW + 8 * MINUTE
    paused = estimate(answers(12, MINUTE), Place(0, 3, NOW), later, HOUR)
    assert usual is not None
    assert paused is not None
    assert paused > usual


def test_with_fewer_people_than_have_answered_it_takes_longer():
    three = estimate(answers(12, 2 * MINUTE), place(on_duty=3), NOW, HOUR)
    two = estimate(answers(12, 2 * MINUTE), place(on_duty=2), NOW, HOUR)
    assert three is not None
    assert two is not None
    assert two > three


@pytest.mark.parametrize(
    ("freedom", "other", "exact"),  # of the published tables, at 90 %
    [(2, 16, 2.668), (4, 20, 2.249), (10, 30, 1.819), (20, 40, 1.605)],
)
def test_the_quantile_is_that_of_the_tables(freedom: int, other: int, exact: float):
    assert quantile(freedom, other, 1.2816) == pytest.approx(exact, rel=0.02)


some_answers = st.lists(
    st.builds(
        lambda ago, waited, who: Answer(
            NOW - timedelta(seconds=ago + waited), NOW - timedelta(seconds=ago), f"R{who}"
        ),
        st.integers(0, 7200),
        st.integers(0, 1200),
        st.integers(0, 5),
    ),
    max_size=40,
)
some_places = st.builds(
    lambda ahead, duty, waits: place(ahead, duty, timedelta(seconds=waits)),
    st.integers(0, 20),
    st.integers(0, 8),
    st.integers(0, 1200),
)
limits = st.integers(0, 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(some_answers, some_places, limits)
def test_what_is_told_is_whole_minutes_and_never_more_than_the_limit(found, where, most):
    told = estimate(found, where, NOW, most)
    if told is not None:
        assert 2 * MINUTE <= told <= most
        assert not told % MINUTE
        assert where.on_duty >= 2


@given(some_answers, some_places, st.randoms())
def test_the_order_in_which_answers_are_handed_over_does_not_matter(found, where, chance):
    mixed = chance.sample(found, len(found))
    alike = {one.at for one in found}
    if len(alike) == len(found):
        assert estimate(mixed, where, NOW, HOUR) == estimate(found, where, NOW, HOUR)


@given(some_answers, some_places)
def test_who_stands_further_behind_is_never_told_less(found, where):
    mine = estimate(found, where, NOW, HOUR)
    behind = estimate(found, Place(where.ahead + 1, where.on_duty, where.first_since), NOW, HOUR)
    if behind is not None:
        assert mine is not None
        assert mine <= behind


# --- a line simulated, day by day: what it tells is held against what happens


@dataclass
class Caller:
    """Somebody on the line, who gives up at some time."""

    since: datetime
    until: datetime
    language: str
    told: timedelta | None = None


@dataclass
class Day:
    """A line on one day: people ring, wait in order, give up, talk.

    ``speak`` are the languages of each responder; ``foreign`` the share of callers in Dutch.
    """

    chance: random.Random
    speak: list[str]
    talk: timedelta
    foreign: float = 0.0
    at: datetime = NOW
    queue: list[Caller] = field(default_factory=list)
    busy: list[tuple[datetime, int]] = field(default_factory=list)  # until, who
    done: dict[str, list[Answer]] = field(default_factory=lambda: {"fr": [], "nl": []})
    kept: list[bool] = field(default_factory=list)

    def run(self) -> None:
        """Let six hours pass: a rush in the middle, and then one person less."""
        ends = NOW + 6 * HOUR
        rings = NOW
        while self.at < ends:
            over = self.busy[0][0] if self.busy else ends
            self.at = min(rings, over)
            if self.at == over and self.busy:
                _, who = heapq.heappop(self.busy)
                if who < self.present:
                    self.take(who)
            else:
                self.arrives()
                pace = len(self.speak) * self.rush / (self.talk / MINUTE)
                rings += timedelta(minutes=self.chance.expovariate(pace))

    @property
    def rush(self) -> float:
        return 1.5 if 2 * HOUR < self.at - NOW < 4 * HOUR else 0.9

    @property
    def present(self) -> int:
        return len(self.speak) - (self.at - NOW > 4 * HOUR and len(self.speak) > 2)

    def arrives(self) -> None:
        patience = timedelta(minutes=self.chance.expovariate(1 / 15))
        language = "nl" if self.chance.random() < self.foreign else "fr"
        self.queue = [one for one in self.queue if one.until > self.at]
        self.queue.append(Caller(self.at, self.at + patience, language))
        able = [who for who in range(self.present) if language in self.speak[who]]
        free = [who for who in able if who not in {one for _, one in self.busy}]
        if free:
            self.take(free[0])
            return
        mine = [one for one in self.queue if one.language == language]
        here = Place(len(mine) - 1, len(able), mine[0].since)
        mine[-1].told = estimate(self.done[language], here, self.at, 20 * MINUTE)

    def take(self, who: int) -> None:
        """Serve the first whom they can take and who is still there; ringing takes a while."""
        for caller in [one for one in self.queue if one.language in self.speak[who]]:
            self.queue.remove(caller)
            answered = self.at + timedelta(seconds=self.chance.uniform(6, 25))
            gone = caller.until < answered
            if caller.told is not None and min(caller.until, answered) > caller.since + caller.told:
                self.kept.append(False)  # still waiting when it should have been over
            elif caller.told is not None and not gone:
                self.kept.append(True)
            if not gone:
                self.done[caller.language].append(Answer(caller.since, answered, str(who)))
                heapq.heappush(self.busy, (answered + self.talks(), who))
                return

    def talks(self) -> timedelta:
        sigma = 0.8  # as conversations are: most short, a few very long
        mean = math.log(self.talk / MINUTE) - sigma**2 / 2
        return timedelta(minutes=self.chance.lognormvariate(mean, sigma))


FRENCH, BOTH, DUTCH = "fr", "fr nl", "nl"


@pytest.mark.parametrize(
    ("speak", "talk", "foreign"),
    [
        ([FRENCH] * 2, 4, 0.0),
        ([FRENCH] * 3, 6, 0.0),
        ([FRENCH] * 5, 10, 0.0),
        ([FRENCH] * 8, 14, 0.0),
        ([FRENCH, BOTH, BOTH, DUTCH], 6, 0.3),
        ([FRENCH, FRENCH, BOTH, BOTH, BOTH], 8, 0.2),
    ],
)
def test_of_what_a_simulated_line_tells_at_least_eight_in_ten_are_kept(
    speak: list[str], talk: int, foreign: float
):
    kept: list[bool] = []
    for seed in range(15):
        day = Day(random.Random(seed), speak, talk * MINUTE, foreign)  # noqa: S311 # a simulation
        day.run()
        kept += day.kept
    assert len(kept) >= 150, "it hardly ever says anything"
    assert sum(kept) / len(kept) >= 0.8

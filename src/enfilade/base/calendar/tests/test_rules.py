"""Interval arithmetic and the two nights on which clocks change."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.base.calendar import rules
from enfilade.base.calendar.rules import Interval

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC")
ZONES = st.sampled_from([ZoneInfo(z) for z in NAMES])
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    """Any spans within 200 minutes, also overlapping and empty ones."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=8))
    return [(START + timedelta(minutes=a), START + timedelta(minutes=a + b)) for a, b in pairs]


def minutes(spans: list[Interval]) -> set[int]:
    """The minutes that spans cover: a second way to compute everything."""
    return {m for a, b in spans for m in range(int((a - START) / rules.MINUTE), int((b - START) / rules.MINUTE))}


def hours(weekday: int, opens: str, closes: str, valid_from: date | None = None, valid_until: date | None = None) -> SimpleNamespace:
    """One row of opening hours."""
    return SimpleNamespace(
        weekday=weekday,
        opens_at=time.fromisoformat(opens),
        closes_at=time.fromisoformat(closes),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(intervals())
def test_merged_intervals_are_the_same_minutes_and_never_touch(spans: list[Interval]) -> None:
    merged = rules.merge(spans)
    assert minutes(merged) == minutes(spans)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(merged))


@given(intervals(), intervals())
def test_free_is_open_minus_busy(opened: list[Interval], taken: list[Interval]) -> None:
    left = rules.subtract(opened, taken)
    assert minutes(left) == minutes(opened) - minutes(taken)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(left))


@given(intervals(), intervals())
def test_intersection_is_what_both_have(one: list[Interval], other: list[Interval]) -> None:
    assert minutes(rules.intersect(one, other)) == minutes(one) & minutes(other)


@given(intervals(), intervals(), st.integers(1, 40), st.integers(0, 15), st.integers(0, 15))
def test_possible_starts_are_exactly_those_whose_span_fits(
    opened: list[Interval], taken: list[Interval], length: int, before: int, after: int
) -> None:
    starts = rules.possible_starts(opened, taken, length=length * rules.MINUTE, before=before * rules.MINUTE, after=after * rules.MINUTE)
    is_open = minutes(rules.merge(opened))
    is_taken = minutes(taken)
    for minute in range(-5, 270):
        inside = set(range(minute, minute + length))
        padded = set(range(minute - before, minute + length + after))
        expected = inside <= is_open and not padded & is_taken
        assert rules.holds(starts, START + minute * rules.MINUTE) == expected


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=4), st.sets(st.integers(0, 5)))
def test_choice_gives_every_need_its_own_unit_whenever_that_is_possible(needs: list[list[int]], able: set[int]) -> None:
    def possible(rest: list[list[int]], used: frozenset[int]) -> bool:
        return not rest or any(possible(rest[1:], used | {u}) for u in rest[0] if u in able and u not in used)

    chosen = rules.choose(needs, dict.fromkeys(able, True))
    assert (chosen is not None) == possible(needs, frozenset())
    if chosen is not None:
        assert len(set(chosen)) == len(needs)
        assert all(u in need and u in able for u, need in zip(chosen, needs, strict=True))


@given(DAYS, CLOCKS, ZONES)
def test_wall_clock_times_that_exist_come_back_the_same(day: date, clock: time, zone: ZoneInfo) -> None:
    found = rules.at_local(day, clock, zone).astimezone(zone)
    late = rules.at_local(day, clock, zone, late=True).astimezone(zone)
    assert found <= late
    if found.replace(tzinfo=None) != datetime.combine(day, clock):
        # The time is skipped: both are the very instant of the change.
        assert found == late
        second_before = (found.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
        assert second_before.utcoffset() != found.utcoffset()
        assert second_before.replace(tzinfo=None) < datetime.combine(day, clock) < found.replace(tzinfo=None)


@given(DAYS, CLOCKS, CLOCKS, ZONES)
def test_later_clocks_are_never_earlier_instants(day: date, one: time, other: time, zone: ZoneInfo) -> None:
    low, high = sorted([one, other])
    assert rules.at_local(day, low, zone) <= rules.at_local(day, high, zone, late=True)


@settings(max_examples=200)
@given(DAYS, st.integers(0, 86399), st.sampled_from([5, 10, 15, 20, 30, 60, 120]), ZONES)
def test_aligned_instants_are_on_the_step_and_not_earlier(day: date, second: int, step: int, zone: ZoneInfo) -> None:
    instant = datetime.combine(day, time.min, UTC) + timedelta(seconds=second)
    found = rules.align(instant, step, zone)
    local = found.astimezone(zone)
    assert found >= instant
    assert (local.hour * 60 + local.minute) % step == 0
    assert local.second == local.microsecond == 0


def test_the_night_of_skipped_and_the_night_of_repeated_hours() -> None:
    """29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00 again."""
    night = [hours(6, "01:00", "04:00")]
    assert rules.hours_of_day(night, date(2026, 3, 29), BERLIN) == [(utc("2026-03-29T00:00"), utc("2026-03-29T02:00"))]
    assert rules.hours_of_day(night, date(2026, 10, 25), BERLIN) == [(utc("2026-10-24T23:00"), utc("2026-10-25T03:00"))]
    assert rules.at_local(date(2026, 3, 29), time(2, 30), BERLIN) == utc("2026-03-29T01:00")
    skipped = [hours(6, "02:15", "02:45")]
    assert rules.hours_of_day(skipped, date(2026, 3, 29), BERLIN) == []
    assert rules.hours_of_day([hours(6, "02:00", "02:30")], date(2026, 10, 25), BERLIN) == [
        (utc("2026-10-25T00:00"), utc("2026-10-25T01:30"))
    ]
    assert [
        int((b - a).total_seconds() // 3600) for a, b in (rules.day_span(date(2026, m, d), BERLIN) for m, d in ((3, 29), (10, 25), (6, 1)))
    ] == [23, 25, 24]


def test_own_hours_replace_those_of_the_company_while_they_are_in_force() -> None:
    company = [hours(d, "08:00", "17:00") for d in range(5)]
    own = [hours(0, "12:00", "20:00", date(2026, 6, 1), date(2026, 6, 30))]
    week = (utc("2026-06-01T00:00"), utc("2026-06-03T00:00"))
    assert rules.open_between(own, company, [], *week, BERLIN) == [(utc("2026-06-01T10:00"), utc("2026-06-01T18:00"))]
    july = (utc("2026-07-06T00:00"), utc("2026-07-07T00:00"))
    assert rules.open_between(own, company, [], *july, BERLIN) == [(utc("2026-07-06T06:00"), utc("2026-07-06T15:00"))]


def test_closures_take_whole_days_and_several_stretches_make_a_lunch_break() -> None:
    company = [hours(0, "08:00", "12:00"), hours(0, "13:00", "00:00")]
    monday = rules.day_span(date(2026, 6, 1), BERLIN)
    assert rules.open_between([], company, [], *monday, BERLIN) == [
        (utc("2026-06-01T06:00"), utc("2026-06-01T10:00")),
        (utc("2026-06-01T11:00"), utc("2026-06-01T22:00")),
    ]
    closed = SimpleNamespace(starts_on=date(2026, 5, 30), ends_on=date(2026, 6, 1))
    assert rules.open_between([], company, [closed], *monday, BERLIN) == []
    assert rules.open_between([], [], [], *monday, BERLIN) == [monday]


@pytest.mark.parametrize("limit", [1, 7])
def test_meeting_starts_are_on_the_step_and_name_different_units(limit: int) -> None:
    morning = [(utc("2026-06-01T06:05"), utc("2026-06-01T08:00"))]
    found = list(rules.meeting_starts([["a", "b"], ["a"]], {"a": morning, "b": morning}, 15, BERLIN))
    assert found[:limit] == [(utc("2026-06-01T06:15") + n * 15 * rules.MINUTE, ["b", "a"]) for n in range(limit)]
    assert len(found) == 7


@given(intervals(), intervals(), st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
def test_the_quick_search_finds_what_the_plain_one_does(
    hours: list[Interval], taken: list[Interval], length: int, before: int, after: int
) -> None:
    minute = rules.MINUTE
    plain = rules.possible_starts(hours, taken, length=length * minute, before=before * minute, after=after * minute)
    fitting = [(rules.micros(a), rules.micros(z - length * minute) + 1) for a, z in rules.merge(hours) if z - a >= length * minute]
    sure = sorted((rules.micros(a), rules.micros(z)) for a, z in taken if a < z)
    spans = {"length": length * 60_000_000, "before": before * 60_000_000, "after": after * 60_000_000}
    quick = [(rules.instant_of(a), rules.instant_of(z)) for a, z in rules.free_starts(fitting, sure, **spans)]
    assert rules.merge(quick) == plain

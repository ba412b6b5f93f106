"""Rules on wall clocks, across every change of the clocks: properties, and the examples of RFC 5545 itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.base.calendar.rules import Rule, colour, crowded, instants, merge, read_rule, rest_of_rule, rule_words, say_rule

ZONES = [
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata", "UTC")
]
NEVER = datetime(2100, 1, 1, tzinfo=UTC)

days = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
rules = st.one_of(
    st.integers(1, 4).map(lambda n: f"FREQ=DAILY;INTERVAL={n}"),
    st.tuples(st.integers(1, 3), st.lists(days, min_size=1, max_size=3, unique=True)).map(
        lambda p: f"FREQ=WEEKLY;INTERVAL={p[0]};BYDAY={','.join(p[1])}"
    ),
    st.integers(1, 31).map(lambda n: f"FREQ=MONTHLY;BYMONTHDAY={n}"),
    st.tuples(st.sampled_from(["1", "2", "-1"]), days).map(lambda p: f"FREQ=MONTHLY;BYDAY={p[0]}{p[1]}"),
)
walls = st.datetimes(datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2035-01-01")).map(
    lambda d: d.replace(second=0, microsecond=0)
)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return at.astimezone(zone).replace(tzinfo=None)


@settings(max_examples=300, deadline=None)
@given(text=rules, first=walls, zone=st.sampled_from(ZONES), count=st.integers(1, 60))
def test_the_wall_clock_stays_and_a_count_counts_what_takes_place(text: str, first: datetime, zone: ZoneInfo, count: int) -> None:
    found = list(instants(read_rule(f"{text};COUNT={count}", zone), first, zone, NEVER))
    assert len(found) == count
    assert all(one < other for one, other in pairwise(found))
    assert {wall(at, zone).time() for at in found[1:]} <= {first.time()}, "no occurrence lies in an hour that is skipped"
    for at in found[1:]:
        # Of an hour that comes twice it is the first.
        assert at == wall(at, zone).replace(tzinfo=zone, fold=0).astimezone(UTC)


@settings(max_examples=200, deadline=None)
@given(text=rules, first=walls, zone=st.sampled_from(ZONES), weeks=st.integers(1, 80), shorter=st.integers(1, 80))
def test_looking_further_only_adds(text: str, first: datetime, zone: ZoneInfo, weeks: int, shorter: int) -> None:
    rule, start = read_rule(text, zone), first.replace(tzinfo=UTC)
    near, far = sorted((weeks, shorter))
    some = list(instants(rule, first, zone, start + timedelta(weeks=near)))
    more = list(instants(rule, first, zone, start + timedelta(weeks=far)))
    assert more[: len(some)] == some


@settings(max_examples=200, deadline=None)
@given(text=rules, first=walls, zone=st.sampled_from(ZONES), before=st.integers(1, 20), count=st.integers(21, 40))
def test_what_is_left_of_a_rule_goes_on_where_it_was_cut(text: str, first: datetime, zone: ZoneInfo, before: int, count: int) -> None:
    rule = read_rule(f"{text};COUNT={count}", zone)
    whole = list(instants(rule, first, zone, NEVER))
    cut = wall(whole[before], zone)
    rest = read_rule(rest_of_rule(rule, before, cut.date(), cut.date()), zone)
    left = list(instants(rest, cut, zone, NEVER))
    if "INTERVAL=1" in text or "MONTHLY" in text or "DAILY" in text:
        assert left == whole[before:]
    assert len(left) == count - before


def test_spring_forward_and_autumn_back_in_berlin() -> None:
    zone = ZoneInfo("Europe/Berlin")
    daily = read_rule("FREQ=DAILY;COUNT=3", zone)
    spring = list(instants(daily, datetime.fromisoformat("2026-03-28T02:30"), zone, NEVER))
    assert [wall(at, zone).day for at in spring] == [28, 30, 31], "half past two does not come on the 29th, and is not counted"
    autumn = list(instants(daily, datetime.fromisoformat("2026-10-24T02:30"), zone, NEVER))
    assert [at.isoformat() for at in autumn][1] == "2026-10-25T00:30:00+00:00", "the first coming, in summer time"
    gap = list(instants(None, datetime.fromisoformat("2007-03-11T02:30"), ZoneInfo("America/New_York"), NEVER))
    assert gap == [datetime(2007, 3, 11, 7, 30, tzinfo=UTC)], "RFC 5545 3.3.5: a single time in a gap has the offset from before"


@pytest.mark.parametrize(
    ("first", "text", "expected"),
    [
        ("1997-09-02", "FREQ=DAILY;COUNT=10", "0902 0903 0904 0905 0906 0907 0908 0909 0910 0911"),
        ("1997-09-02", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4", "0902 0916 0930 1014"),
        ("1997-09-02", "FREQ=WEEKLY;COUNT=4;WKST=SU;BYDAY=TU,TH", "0902 0904 0909 0911"),
        ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "0805 0810 0819 0824"),
        ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "0805 0817 0819 0831"),
        ("1997-09-05", "FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "0905 1003 1107"),
        ("1997-09-22", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "0922 1020 1117"),
        ("1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "0904 1007 1106"),
        ("1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=2", "0928 1029"),
        ("1997-06-10", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "0610 0710 0610 0710"),
        ("1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=3;BYYEARDAY=1,100,200", "0101 0410 0719"),
        ("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "0512 0511 0517"),
        ("1997-09-02", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "0902 0908 0915"),
    ],
)
def test_examples_of_the_standard(first: str, text: str, expected: str) -> None:
    zone = ZoneInfo("America/New_York")
    rule = read_rule(text, zone)
    found = islice(instants(rule, datetime.fromisoformat(f"{first}T09:00"), zone, NEVER), 10)
    assert " ".join(f"{wall(at, zone):%m%d}" for at in found) == expected


def test_a_rule_in_words() -> None:
    for text, words in (
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "every 2 weeks on Monday, Wednesday"),
        ("FREQ=MONTHLY;COUNT=3", "every month, 3 times"),
        ("FREQ=YEARLY;UNTIL=20301231T000000Z", "every year, until 2030-12-31"),
        ("FREQ=MONTHLY;BYDAY=2FR", "FREQ=MONTHLY;BYDAY=2FR"),
    ):
        assert rule_words(text) == words
    assert isinstance(read_rule("rrule:freq=daily;", ZONES[0]), Rule)


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("FREQ=DAILY", "every day", "jeden Tag"),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270303", "every 2 weeks, until 3 Mar 2027", "alle 2 Wochen, bis 03.03.2027"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every week on Monday, Wednesday and Friday", "jede Woche am Montag, Mittwoch und Freitag"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "every week on Tuesday, 3 times in all", "jede Woche am Dienstag, insgesamt 3-mal"),
        ("FREQ=MONTHLY;BYDAY=2FR", "every month on the second Friday", "jeden Monat am zweiten Freitag"),
        ("FREQ=MONTHLY;BYDAY=-1SU", "every month on the last Sunday", "jeden Monat am letzten Sonntag"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month on day 15", "jeden Monat am 15."),
        ("FREQ=YEARLY;UNTIL=20301231T233000Z", "every year, until 1 Jan 2031", "jedes Jahr, bis 01.01.2031"),
        ("FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO,TU", "FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO,TU", "FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO,TU"),
    ],
)
def test_a_rule_in_the_language_of_the_reader(text: str, english: str, german: str) -> None:
    """Days and dates as the language writes them; the last day is that of the place."""
    for language, words in (("en-gb", english), ("de", german)):
        with translation.override(language):
            assert say_rule(text, ZoneInfo("Europe/Berlin")) == words


spans = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40)).map(
        lambda p: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=p[0]), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=sum(p)))
    ),
    max_size=25,
)


@given(spans, st.integers(0, 5))
def test_crowded_is_where_more_than_so_many_are_at_once(intervals: list[tuple[datetime, datetime]], most: int) -> None:
    found = crowded(intervals, most)
    assert found == merge(found)
    for minute in range(245):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        there = sum(start <= at < end for start, end in intervals)
        assert any(start <= at < end for start, end in found) == (there > most)


@given(spans)
def test_colour_needs_as_many_places_as_there_are_at_once(intervals: list[tuple[datetime, datetime]]) -> None:
    places = colour(intervals)
    for n, one in enumerate(intervals):
        for m, other in enumerate(intervals):
            assert n == m or places[n] != places[m] or one[1] <= other[0] or other[1] <= one[0]
    most = max((sum(start <= at < end for start, end in intervals) for at, _ in intervals), default=0)
    assert max(places, default=-1) + 1 == most

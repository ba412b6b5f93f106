"""Public holidays by country, region and site; closures that come again; days on which other hours count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from enfilade.base.calendar.commands import follow_holidays, load_holidays, reserve_time
from enfilade.base.calendar.jobs import load_holidays_of_company
from enfilade.base.calendar.models import Closure, Holiday, HolidayCalendar, Site, SpecialHours
from enfilade.base.calendar.queries import find_slots, holidays_between, next_working_noon, open_hours
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.scope import scope

from .helpers import add_bookable, at, practice

pytestmark = pytest.mark.django_db(transaction=True)


def open_days(ctx: Context, bookable: object, first: str, last: str) -> list[str]:
    """From when to when, day by day, by Berlin's wall clock."""
    start, end = (datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=ctx.zone) for day in (first, last))
    with scope(ctx.company_id):
        found = open_hours(ctx, [bookable], start, end + timedelta(days=1))[bookable.pk]  # type: ignore[list-item,attr-defined]
    return [f"{a.astimezone(ctx.zone):%m-%d %H:%M}-{b.astimezone(ctx.zone):%H:%M}" for a, b in found]


def test_holidays_of_the_region_close_the_company_and_each_may_be_open_by_choice() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    calendar = follow_holidays(ctx, country="de", region="by")
    with scope(ctx.company_id):
        days = {h.on: h for h in Holiday.objects.filter(calendar=calendar)}
        assert {date(2026, 6, 4), date(2027, 1, 6), date(2027, 12, 25), date(2028, 1, 6)} <= days.keys()
        assert str(days[date(2026, 6, 4)]) == "Corpus Christi (2026-06-04)"
    assert open_days(ctx, amsel, "2026-06-03", "2026-06-05") == ["06-03 08:00-17:00", "06-05 08:00-17:00"]
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[amsel], starts_at=at("4 09:00"), ends_at=at("4 10:00"), title="A")
    assert no.value.code == "closed"
    run_raw(ctx, "calendar.change_holiday", {"holiday": days[date(2026, 6, 4)].pk, "closes": False})
    assert len(open_days(ctx, amsel, "2026-06-03", "2026-06-05")) == 3
    with scope(ctx.company_id):
        assert [h.closes for h in holidays_between(ctx, date(2026, 6, 4), date(2026, 6, 4))] == [False], "shown all the same"
    load_holidays(ctx, calendar=calendar, year=2026)
    assert len(open_days(ctx, amsel, "2026-06-03", "2026-06-05")) == 3, "loading again changes nothing that somebody chose"


def test_a_site_follows_its_own_holidays_alone() -> None:
    ctx = practice()
    with scope(ctx.company_id):
        berlin = Site.objects.create(company=ctx.company, code="BER", name="Berlin")
        quiet = Site.objects.create(company=ctx.company, code="HAM", name="Hamburg")
    here, there, third = add_bookable(ctx, "amsel"), add_bookable(ctx, "okafor", site=berlin), add_bookable(ctx, "third", site=quiet)
    follow_holidays(ctx, country="DE", region="BY")
    follow_holidays(ctx, country="DE", region="BE", site=berlin)
    assert open_days(ctx, here, "2026-06-04", "2026-06-04") == []
    assert open_days(ctx, there, "2026-06-04", "2026-06-04") == ["06-04 08:00-17:00"], "Corpus Christi is none in Berlin"
    assert open_days(ctx, third, "2026-06-04", "2026-06-04") == [], "a site without a calendar follows the company"
    assert open_days(ctx, there, "2026-10-26", "2026-10-26") == ["10-26 08:00-17:00"]
    with pytest.raises(Refusal) as no:
        follow_holidays(ctx, country="AT", site=berlin)
    assert no.value.code == "holidays_of_site_once"


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("DE", "ZZ"), ("", ""), ("12", "")])
def test_a_country_that_nobody_knows_is_refused_with_a_sentence(country: str, region: str) -> None:
    ctx = practice()
    with pytest.raises(Refusal, match=r"No public holidays are known for|required") as no:
        run_raw(ctx, "calendar.follow_holidays", {"country": country, "region": region})
    assert no.value.code in {"unknown_region", "invalid"}


def test_the_job_loads_the_year_after_next_once() -> None:
    ctx = practice()
    follow_holidays(ctx, country="DE")
    assert load_holidays_of_company(ctx) == 0
    later = replace(ctx, now=ctx.now + timedelta(days=365))
    assert load_holidays_of_company(later) == 1
    assert load_holidays_of_company(later) == 0
    with scope(ctx.company_id):
        assert Holiday.objects.filter(on__year=2029).exists()
        assert HolidayCalendar.objects.count() == 1


def test_closures_and_special_hours_come_again() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    with scope(ctx.company_id):
        last_friday = {"starts_on": date(2026, 1, 30), "ends_on": date(2026, 1, 30), "rule": "FREQ=MONTHLY;BYDAY=-1FR"}
        Closure.objects.create(company=ctx.company, reason="Stocktaking", **last_friday)
        first_saturday = {"on": date(2026, 1, 3), "opens_at": time(9), "closes_at": time(13), "rule": "FREQ=MONTHLY;BYDAY=1SA"}
        SpecialHours.objects.create(company=ctx.company, **first_saturday)
        SpecialHours.objects.create(company=ctx.company, bookable=amsel, on=date(2026, 6, 26), opens_at=time(10), closes_at=time(12))
    assert open_days(ctx, amsel, "2026-06-05", "2026-06-06") == ["06-05 08:00-17:00", "06-06 09:00-13:00"]
    assert open_days(ctx, amsel, "2026-06-26", "2026-06-26") == ["06-26 10:00-12:00"], "special hours go before closures"
    assert open_days(ctx, amsel, "2026-07-31", "2026-08-01") == ["08-01 09:00-13:00"]
    with scope(ctx.company_id):
        assert find_slots(ctx, needs=[amsel], duration_min=60, from_at=at("6 00:00"), until_at=at("7 00:00"), limit=1)[0].starts_at == at(
            "6 09:00"
        )
        friday = datetime(2026, 7, 30, 12, tzinfo=ctx.zone)
        assert next_working_noon(ctx, friday).astimezone(ctx.zone).date() == date(2026, 8, 1)


def test_a_rule_of_a_closure_is_understood_or_refused() -> None:
    ctx = practice()
    with pytest.raises(Invalid, match="DAILY, WEEKLY"):
        run_raw(ctx, "calendar.add_closure", {"starts_on": "2026-06-01", "ends_on": "2026-06-01", "reason": "x", "rule": "FREQ=HOURLY"})


def test_the_opening_of_many_is_four_queries(django_assert_num_queries: object) -> None:
    ctx = practice()
    rows = [add_bookable(ctx, f"b{n}") for n in range(12)]
    with scope(ctx.company_id), django_assert_num_queries(4):  # type: ignore[operator]
        found = open_hours(ctx, rows, at("1 00:00"), at("8 00:00"))
    assert {len(v) for v in found.values()} == {5}


def test_a_search_among_many_is_a_fixed_number_of_queries(django_assert_max_num_queries: object) -> None:
    ctx = practice()
    rows = [add_bookable(ctx, f"b{n}", "dentist") for n in range(12)]
    for row in rows:
        reserve_time(ctx, bookables=[row], starts_at=at("1 08:00"), ends_at=at("5 17:00"), title="Away", outside_hours=True)
    with scope(ctx.company_id), django_assert_max_num_queries(8):  # type: ignore[operator]
        found = find_slots(ctx, needs=[["dentist"]], duration_min=60, from_at=at("1 08:00"), until_at=at("30 00:00"), limit=3)
    assert [s.starts_at for s in found] == [at("8 08:00"), at("8 08:15"), at("8 08:30")], "found behind the first stretch"
    with scope(ctx.company_id), django_assert_max_num_queries(9):  # type: ignore[operator]
        needs = [["dentist"], ["dentist"]]
        nothing = find_slots(ctx, needs=needs, duration_min=24 * 60, from_at=at("1 08:00"), until_at=at("30 00:00"))
    assert nothing == [], "nobody is open for a whole day"

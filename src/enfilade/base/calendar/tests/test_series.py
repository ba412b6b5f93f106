"""Bookings that come again: booked, in conflict, changed from an occurrence on, as a whole, alone; the horizon pushed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from enfilade.base.calendar.commands import (
    change_following,
    change_series,
    end_series,
    extend_series,
    move_booking,
    move_occurrence,
    release_booking,
    release_following,
    reserve_series,
    reserve_time,
    skip_occurrence,
)
from enfilade.base.calendar.commands.series import OccurrenceChoice
from enfilade.base.calendar.jobs import extend_series_of_company
from enfilade.base.calendar.models import Booking, BookingSeries, BookingSlot, Pool, SeriesConflict, SeriesNeed
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotFound, OutOfReach, Refusal
from enfilade.core.models import Notification
from enfilade.core.resource import resource_named
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .helpers import MONDAY, add_bookable, at, practice

pytestmark = pytest.mark.django_db(transaction=True)


def booked(ctx: Context) -> list[str]:
    """When something of a series is booked, by Berlin's wall clock."""
    with scope(ctx.company_id):
        rows = Booking.objects.filter(state="booked", series__isnull=False).order_by("starts_at")
        assert BookingSlot.objects.filter(active=True, booking__state="cancelled").count() == 0
        return [f"{b.starts_at.astimezone(ctx.zone):%m-%d %H:%M}" for b in rows]


def occurrence(ctx: Context, text: str) -> Booking:
    """The booked occurrence that begins then."""
    with scope(ctx.company_id):
        return Booking.objects.get(starts_at=at(text), state="booked", series__isnull=False)


def weekly(ctx: Context, *codes: str, rule: str = "FREQ=WEEKLY;COUNT=4", **more: object) -> BookingSeries:
    """Mondays at nine for an hour."""
    rows = [add_bookable(ctx, code) for code in codes]
    return reserve_series(
        ctx, bookables=rows, starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="Round", rule=rule, **{"outside_hours": False, **more}
    )


def test_a_series_takes_the_time_of_every_occurrence_and_nobody_else_gets_it() -> None:
    ctx = practice()
    series = weekly(ctx, "amsel", "room")
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00", "06-15 09:00", "06-22 09:00"]
    with scope(ctx.company_id):
        assert BookingSlot.objects.filter(active=True).count() == 8
        amsel = series.needs.get(bookable__code="amsel").bookable
    with pytest.raises(Refusal) as no:
        reserve_time(ctx, bookables=[amsel], starts_at=at("15 09:30"), ends_at=at("15 10:30"), title="Other")
    assert no.value.code == "slot_taken"


def test_further_days_and_days_without() -> None:
    ctx = practice()
    weekly(ctx, "amsel", more=("2026-06-10", "2026-06-11T15:30"), without=("2026-06-08",))
    assert booked(ctx) == ["06-01 09:00", "06-10 09:00", "06-11 15:30", "06-15 09:00", "06-22 09:00"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=HOURLY", "DAILY, WEEKLY"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20260701", "not both"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "None of these months"),
        ("FREQ=DAILY;BYSETPOS=2;BYDAY=MO", "BYSETPOS"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("weekly", "Write a rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;UNTIL=20260231", "does not exist"),
    ],
)
def test_a_rule_that_says_nothing_is_refused_with_a_sentence(rule: str, words: str) -> None:
    ctx = practice()
    with pytest.raises(Refusal, match=words) as no:
        weekly(ctx, "amsel", rule=rule)
    assert (no.value.code, no.value.field) == ("bad_rule", "rule")


def test_conflicts_are_listed_with_alternatives_and_settled_as_the_caller_says() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    reserve_time(ctx, bookables=[amsel], starts_at=at("8 09:30"), ends_at=at("8 10:30"), title="In the way")
    rule = "FREQ=DAILY;INTERVAL=7;COUNT=3"

    def book(**more: object) -> BookingSeries:
        return reserve_series(ctx, bookables=[amsel], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="R", rule=rule, **more)

    with pytest.raises(Refusal) as no:
        book()
    assert (no.value.code, str(no.value)) == ("conflicts", "1 of 3 occurrences can't be booked.")
    assert [h["fill"]["on_conflict"] for h in no.value.hints[:3]] == ["move", "skip", "ask"]
    assert no.value.hints[3]["label"] == "Mon 8 Jun, 09:00: taken; free: Mon 8 Jun, 10:30 · Mon 8 Jun, 10:45 · Mon 8 Jun, 11:00"
    assert booked(ctx) == []
    assert booked_after(ctx, book(on_conflict="move")) == ["06-01 09:00", "06-08 10:30", "06-15 09:00"]
    assert booked_after(ctx, book(on_conflict="skip")) == ["06-01 09:00", "06-15 09:00"]
    chosen = (OccurrenceChoice(at("8 09:00"), at("9 11:00")), OccurrenceChoice(at("15 09:00"), None))
    assert booked_after(ctx, book(choices=chosen)) == ["06-01 09:00", "06-09 11:00"]
    with pytest.raises(Refusal, match="no occurrence"):
        book(choices=(OccurrenceChoice(at("9 09:00"), None),))


def booked_after(ctx: Context, series: BookingSeries) -> list[str]:
    """What was booked, before it is given back for the next try."""
    found = booked(ctx)
    end_series(replace(ctx, now=MONDAY - timedelta(days=1)), series=series)
    assert booked(ctx) == []
    return found


def test_a_conflict_waits_until_somebody_decides() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    for day in (8, 15):
        reserve_time(ctx, bookables=[amsel], starts_at=at(f"{day} 09:30"), ends_at=at(f"{day} 10:30"), title="In the way")
    series = reserve_series(
        ctx,
        bookables=[amsel],
        starts_at=at("1 09:00"),
        ends_at=at("1 10:00"),
        title="R",
        rule="FREQ=WEEKLY;COUNT=4",
        on_conflict="ask",
    )
    with scope(ctx.company_id):
        first, second = SeriesConflict.objects.filter(series=series, state="open").order_by("occurrence_at")
    with pytest.raises(Refusal) as no:
        move_occurrence(ctx, conflict=first, starts_at=at("8 10:00"))
    assert no.value.code == "conflicts"
    moved = move_occurrence(ctx, conflict=first, starts_at=at("8 10:30"))
    skip_occurrence(ctx, conflict=second)
    assert (moved.booking.apart, moved.booking.occurrence_at) == (True, at("8 09:00"))
    assert booked(ctx) == ["06-01 09:00", "06-08 10:30", "06-22 09:00"]
    with pytest.raises(Refusal) as no:
        skip_occurrence(ctx, conflict=first)
    assert no.value.code == "not_open"


def test_one_occurrence_alone() -> None:
    ctx = practice()
    series = weekly(ctx, "amsel")
    move_booking(ctx, booking=occurrence(ctx, "8 09:00"), starts_at=at("9 14:00"), ends_at=at("9 15:00"))
    release_booking(ctx, booking=occurrence(ctx, "15 09:00"))
    change_series(ctx, series=series, title="Round", clock=time(11), duration_min=30, rule="FREQ=WEEKLY;COUNT=4")
    assert booked(ctx) == ["06-01 11:00", "06-09 14:00", "06-22 11:00"], "what was changed or called off alone stays so"


def test_this_and_following() -> None:
    ctx = practice()
    weekly(ctx, "amsel")
    new = change_following(ctx, booking=occurrence(ctx, "15 09:00"), starts_at=at("16 13:00"), ends_at=at("16 13:30"))
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00", "06-16 13:00", "06-23 13:00"], "a COUNT goes on counting"
    assert (new.rule, new.duration_min) == ("FREQ=WEEKLY;COUNT=2", 30)
    release_following(ctx, booking=occurrence(ctx, "8 09:00"))
    assert booked(ctx) == ["06-01 09:00", "06-16 13:00", "06-23 13:00"]


def test_the_weekday_of_the_rule_moves_along() -> None:
    ctx = practice()
    weekly(ctx, "amsel", rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20260628")
    new = change_following(ctx, booking=occurrence(ctx, "15 09:00"), starts_at=at("17 09:00"), ends_at=at("17 10:00"))
    assert new.rule == "FREQ=WEEKLY;BYDAY=WE;UNTIL=20260628"
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00", "06-17 09:00", "06-24 09:00"]


def test_the_whole_series_from_now_on() -> None:
    ctx = practice()
    series = weekly(ctx, "amsel")
    other = add_bookable(ctx, "okafor")
    later = replace(ctx, now=at("9 08:00"))
    change_series(later, series=series, title="Other", clock=time(15), duration_min=45, rule="FREQ=WEEKLY;COUNT=4", bookables=[other])
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00", "06-15 15:00", "06-22 15:00"]
    with scope(ctx.company_id):
        names = Booking.objects.get(starts_at=at("22 15:00"), state="booked").bookable_names
    assert names == "Okafor"
    end_series(later, series=series)
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00"]


def test_the_horizon_is_pushed_on_and_the_owner_hears_of_conflicts() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    series = reserve_series(
        ctx, bookables=[amsel], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="R", rule="FREQ=WEEKLY", horizon_days=14
    )
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00"]
    reserve_time(ctx, bookables=[amsel], starts_at=at("22 09:00"), ends_at=at("22 10:00"), title="Before it")
    assert extend_series_of_company(ctx) == 0
    from enfilade.core.access import house_context

    later = house_context(ctx.company, now=MONDAY + timedelta(days=12))
    assert extend_series_of_company(later) == 1
    assert extend_series_of_company(later) == 0
    assert booked(ctx) == ["06-01 09:00", "06-08 09:00", "06-15 09:00"]
    with scope(ctx.company_id):
        assert [c.occurrence_at for c in SeriesConflict.objects.filter(series=series, state="open")] == [at("22 09:00")]
        assert "could not be booked" in Notification.objects.get(user=ctx.user).text


def test_a_finite_series_ends_by_itself() -> None:
    ctx = practice()
    series = weekly(ctx, "amsel")
    done = extend_series(replace(ctx, now=at("30 08:00")), series=series)
    assert done.state == "ended"


def test_any_hygienist_and_any_chair() -> None:
    ctx = practice()
    one, two = add_bookable(ctx, "h1", "hygienist"), add_bookable(ctx, "h2", "hygienist")
    chairs = [add_bookable(ctx, f"c{n}", "chair") for n in (1, 2)]
    with scope(ctx.company_id):
        hygienist = Pool.objects.create(company=ctx.company, code="H", name="any hygienist", tags=["hygienist"], choice="fair")
        chair = Pool.objects.create(company=ctx.company, code="C", name="any chair", tags=["chair"])
    pools = [hygienist, chair]
    reserve_time(ctx, bookables=[one, chairs[0]], starts_at=at("8 09:00"), ends_at=at("8 10:00"), title="Other")
    reserve_series(ctx, pools=pools, starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="Clean", rule="FREQ=WEEKLY;COUNT=2")
    with scope(ctx.company_id):
        rows = list(Booking.objects.filter(series__isnull=False).order_by("starts_at"))
        assert [sorted(s.bookable.code for s in b.slots.all()) for b in rows] == [["c1", "h2"], ["c2", "h2"]]
    reserve_time(ctx, pools=pools, starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="Second")
    with pytest.raises(Refusal, match="any hygienist, any chair") as no:
        reserve_time(ctx, pools=pools, starts_at=at("1 09:30"), ends_at=at("1 10:30"), title="Third")
    assert no.value.hints[0]["fill"]["starts_at"] == "2026-06-01T10:00"
    assert two.pk


def test_the_clock_of_a_series_stays_when_summer_time_ends() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    start = datetime(2026, 10, 19, 9, tzinfo=ctx.zone)
    reserve_series(ctx, bookables=[amsel], starts_at=start, ends_at=start + timedelta(hours=1), title="R", rule="FREQ=WEEKLY;COUNT=2")
    with scope(ctx.company_id):
        hours = [b.starts_at.hour for b in Booking.objects.order_by("starts_at")]
    assert hours == [7, 8], "in UTC"


def test_a_program_sends_the_same_as_a_page() -> None:
    ctx = practice()
    amsel = add_bookable(ctx, "amsel")
    raw = {
        "bookables": [amsel.pk],
        "starts_at": "2026-06-01T09:00",
        "ends_at": "2026-06-01T10:00",
        "title": "R",
        "rule": "FREQ=WEEKLY;COUNT=3",
        "choices": [{"occurrence_at": "2026-06-08T09:00", "starts_at": "2026-06-09T09:00"}, {"occurrence_at": "2026-06-15T09:00"}],
    }
    run_raw(ctx, "calendar.reserve_series", raw)
    assert booked(ctx) == ["06-01 09:00", "06-09 09:00"]


def test_own_rows_are_the_series_that_one_made() -> None:
    """She sees and changes hers with its needs and conflicts; another one that takes her time stays as it is, whichever way she comes."""
    desk = practice()
    ada = make_ctx(desk.company, "calendar.reserve@own", "calendar.view_bookingseries@own", "calendar.view_bookable", now=MONDAY)
    boss = make_ctx(desk.company, "calendar.reserve@own", "calendar.view_bookingseries", "calendar.view_booking", now=MONDAY)
    chair = add_bookable(desk, "ada", user=ada.user)
    span = {"bookables": [chair], "rule": "FREQ=WEEKLY;COUNT=3"}
    theirs = reserve_series(desk, starts_at=at("2 10:00"), ends_at=at("2 11:00"), title="Training", **span)
    mine = reserve_series(ada, starts_at=at("2 09:00"), ends_at=at("2 10:30"), title="Letters", on_conflict="ask", **span)

    def names(ctx: Context, what: str) -> list[str]:
        """What a list shows."""
        with scope(ctx.company_id, read_only=True):
            return sorted(str(row) for row in resource_named(f"calendar.{what}").rows(ctx))

    assert (names(ada, "bookingseries"), names(desk, "bookingseries")) == (["Letters"], ["Letters", "Training"])
    with scope(ada.company_id, read_only=True):
        assert {c.series_id for c in SeriesConflict.objects.visible_to(ada)} == {mine.pk}
        assert {n.series_id for n in SeriesNeed.objects.visible_to(ada)} == {mine.pk}
        first = Booking.objects.filter(series=theirs).earliest("starts_at")
        conflict = SeriesConflict.objects.filter(series=mine).earliest("pk")
    with pytest.raises(NotFound):
        end_series(ada, series=theirs)
    for run in (
        lambda: end_series(boss, series=theirs),
        lambda: skip_occurrence(boss, conflict=conflict),
        lambda: release_following(ada, booking=first),
        lambda: change_following(ada, booking=first, starts_at=at("2 14:00"), ends_at=at("2 15:00")),
    ):
        with pytest.raises(OutOfReach):
            run()
    assert skip_occurrence(ada, conflict=conflict).state == "skipped"
    assert end_series(ada, series=mine).state == "ended"
    assert len(booked(desk)) == 3

"""The table keeps its promise against everybody who can write SQL."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enfilade.base.calendar.commands import add_waitingentry, make_feed, reserve_series, reserve_time
from enfilade.base.calendar.models import (
    Bookable,
    Booking,
    BookingSeries,
    BookingSlot,
    CalendarFeed,
    Closure,
    Holiday,
    HolidayCalendar,
    OpeningHours,
    Pool,
    SeriesConflict,
    SeriesNeed,
    Site,
    SlotOffer,
    SpecialHours,
    WaitingEntry,
    WaitingNeed,
)
from enfilade.core.command.sentences import refusal_for
from enfilade.core.scope import scope

from .helpers import add_bookable, at, practice

pytestmark = pytest.mark.django_db(transaction=True)


def refused(write: object) -> str:
    """Name of the constraint that stopped a write, as a person would be told."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()  # type: ignore[operator]
    refusal = refusal_for(error.value)
    assert refusal is not None
    assert str(refusal).endswith(".")
    return refusal.code


def test_two_bookings_of_one_bookable_never_overlap() -> None:
    ctx = practice()
    chair, other = add_bookable(ctx, "chair-1"), add_bookable(ctx, "chair-2")
    booking = reserve_time(ctx, bookables=[chair], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A")
    row = {"company": ctx.company, "booking": booking, "starts_at": at("1 09:59"), "ends_at": at("1 11:00")}
    with scope(ctx.company_id):
        assert refused(lambda: BookingSlot.objects.create(bookable=chair, **row)) == "booking_no_overlap"
        BookingSlot.objects.create(bookable=chair, **row, active=False)
        BookingSlot.objects.create(bookable=other, **row)
        BookingSlot.objects.create(bookable=chair, **{**row, "starts_at": at("1 10:00")})
        sleeping = BookingSlot.objects.get(active=False)
        assert refused(lambda: BookingSlot.objects.filter(pk=sleeping.pk).update(active=True)) == "booking_no_overlap"


def test_a_place_that_is_not_there_can_not_be_taken_nor_taken_away() -> None:
    ctx = practice()
    room = add_bookable(ctx, "room", capacity=2)
    booking = reserve_time(ctx, bookables=[room], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A", seats=2)
    row = {"company": ctx.company, "booking": booking, "bookable": room, "starts_at": at("1 11:00"), "ends_at": at("1 12:00")}
    with scope(ctx.company_id):
        assert refused(lambda: BookingSlot.objects.create(**row, place=2)) == "slot_place_exists"
        BookingSlot.objects.create(**row, place=2, active=False)
        Booking.objects.filter(pk=booking.pk).update(ends_at=at("1 10:00"))
        # The trigger knows the time by the clock of the database, for which June 2026 may have passed.
        ahead = timezone.now() + timedelta(days=30)
        BookingSlot.objects.filter(active=True).update(starts_at=ahead, ends_at=ahead + timedelta(hours=1))
        assert refused(lambda: Bookable.objects.filter(pk=room.pk).update(capacity=1)) == "capacity_is_booked"
        Bookable.objects.filter(pk=room.pk).update(capacity=3)


def test_what_contradicts_itself_in_a_series_is_not_kept() -> None:
    ctx = practice()
    chair = add_bookable(ctx, "chair-1")
    series = reserve_series(ctx, bookables=[chair], starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A", rule="FREQ=WEEKLY;COUNT=2")
    with scope(ctx.company_id):
        first, second = Booking.objects.filter(series=series).order_by("starts_at")
        same = {"occurrence_at": first.occurrence_at}
        assert refused(lambda: Booking.objects.filter(pk=second.pk).update(**same)) == "occurrence_once"
        assert refused(lambda: Booking.objects.filter(pk=second.pk).update(occurrence_at=None)) == "booking_of_series"
        assert refused(lambda: Booking.objects.filter(pk=second.pk).update(seats=0)) == "booking_seats"
        assert refused(lambda: SeriesNeed.objects.create(company=ctx.company, series=series)) == "need_names_one"
        conflict = {"company": ctx.company, "series": series, "occurrence_at": at("8 09:00"), "reason": "taken"}
        assert refused(lambda: SeriesConflict.objects.create(**conflict, state="moved", settled_at=at("1 09:00"))) == "conflict_settled"
        SeriesConflict.objects.create(**conflict)
        assert refused(lambda: SeriesConflict.objects.create(**conflict)) == "conflict_once"
        assert refused(lambda: BookingSeries.objects.filter(pk=series.pk).update(horizon_days=0)) == "series_horizon"
        assert refused(lambda: BookingSeries.objects.filter(pk=series.pk).update(duration_min=0)) == "series_duration"
        assert refused(lambda: BookingSeries.objects.filter(pk=series.pk).update(state="gone")) == "series_state"
        pool = {"company": ctx.company, "code": "P", "name": "x"}
        assert refused(lambda: Pool.objects.create(**pool, tags=[])) == "pool_has_tags"
        assert refused(lambda: Pool.objects.create(**pool, tags=["a"], choice="x")) == "pool_choice"
        Pool.objects.create(**pool, tags=["a"])
        assert refused(lambda: Pool.objects.create(**pool, tags=["a"])) == "pool_code_once"
        assert refused(lambda: Bookable.objects.filter(pk=chair.pk).update(buffer_after_min=1441)) == "bookable_buffers"


def test_nonsense_is_not_kept() -> None:
    ctx = practice()
    chair = add_bookable(ctx, "chair-1")
    with scope(ctx.company_id):
        booking = Booking.objects.create(company=ctx.company, starts_at=at("1 09:00"), ends_at=at("1 10:00"), title="A")
        slot = {"company": ctx.company, "booking": booking, "bookable": chair, "starts_at": at("1 09:00")}
        hours = {"company": ctx.company, "opens_at": time(9), "closes_at": time(17)}
        assert refused(lambda: BookingSlot.objects.create(**slot, ends_at=at("1 09:00"))) == "slot_in_order"
        assert refused(lambda: BookingSlot.objects.create(**slot, ends_at=at("1 09:00") + timedelta(days=32))) == "slot_not_too_long"
        assert refused(lambda: Booking.objects.filter(pk=booking.pk).update(ends_at=at("1 08:00"))) == "booking_in_order"
        assert refused(lambda: Booking.objects.filter(pk=booking.pk).update(state="gone")) == "booking_state"
        assert refused(lambda: OpeningHours.objects.create(**hours, weekday=7)) == "hours_weekday"
        assert refused(lambda: OpeningHours.objects.create(**{**hours, "closes_at": time(8)}, weekday=0)) == "hours_in_order"
        assert (
            refused(lambda: OpeningHours.objects.create(**hours, weekday=0, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)))
            == "hours_valid_in_order"
        )
        assert (
            refused(lambda: Closure.objects.create(company=ctx.company, starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1), reason="x"))
            == "closure_in_order"
        )
        assert refused(lambda: Bookable.objects.create(company=ctx.company, code="chair-1", name="x")) == "bookable_code_once"
        assert refused(lambda: Bookable.objects.create(company=ctx.company, code="c", name="x", capacity=0)) == "bookable_capacity"
        assert refused(lambda: Bookable.objects.create(company=ctx.company, code="c", name="x", colour="red")) == "bookable_colour"
        Bookable.objects.create(company=ctx.company, code="d", name="x", user=ctx.user)
        assert refused(lambda: Bookable.objects.create(company=ctx.company, code="e", name="x", user=ctx.user)) == "bookable_user_once"


def test_a_waiting_list_that_contradicts_itself_is_not_kept() -> None:
    ctx = practice()
    chair = add_bookable(ctx, "chair-1")
    more = {"bookables": (chair,), "duration_min": 60, "earliest_at": at("1 09:00"), "latest_at": at("1 12:00")}
    entry = add_waitingentry(ctx, title="A", **more)
    with scope(ctx.company_id):
        rows = WaitingEntry.objects.filter(pk=entry.pk)
        assert refused(lambda: rows.update(latest_at=at("1 09:00"))) == "waiting_in_order"
        assert refused(lambda: rows.update(duration_min=0)) == "waiting_duration"
        assert refused(lambda: rows.update(state="booked")) == "waiting_booked"
        assert refused(lambda: WaitingNeed.objects.create(company=ctx.company, entry=entry)) == "waiting_need_names_one"
        offer = {
            "company": ctx.company,
            "entry": entry,
            "starts_at": at("1 09:00"),
            "offered_at": at("1 08:00"),
            "expires_at": at("1 09:00"),
        }
        assert refused(lambda: SlotOffer.objects.create(**offer, ends_at=at("1 09:00"))) == "offer_in_order"
        assert refused(lambda: SlotOffer.objects.create(**offer, ends_at=at("1 10:00"), state="lapsed")) == "offer_settled"
        SlotOffer.objects.create(**offer, ends_at=at("1 10:00"))
        assert refused(lambda: SlotOffer.objects.create(**offer, ends_at=at("1 10:00"))) == "offer_open_once"
        SlotOffer.objects.update(state="accepted", settled_at=at("1 08:30"))
        again = {**offer, "ends_at": at("1 10:00"), "settled_at": at("1 08:30")}
        assert refused(lambda: SlotOffer.objects.create(**again, state="accepted")) == "offer_accepted_once"


def test_a_revoked_address_has_a_time() -> None:
    ctx = practice()
    feed = make_feed(ctx, name="Phone")
    with scope(ctx.company_id):
        assert refused(lambda: CalendarFeed.objects.filter(pk=feed.pk).update(state="revoked")) == "feed_revoked_when"


def test_hours_and_holidays_that_contradict_themselves_are_not_kept() -> None:
    ctx = practice()
    with scope(ctx.company_id):
        row = {"company": ctx.company, "on": date(2026, 6, 1), "opens_at": time(9), "closes_at": time(8)}
        assert refused(lambda: SpecialHours.objects.create(**row)) == "special_hours_in_order"
        calendar = HolidayCalendar.objects.create(company=ctx.company, country="DE")
        assert refused(lambda: HolidayCalendar.objects.create(company=ctx.company, country="AT")) == "holidays_of_site_once"
        assert refused(lambda: HolidayCalendar.objects.filter(pk=calendar.pk).update(country="de")) == "holidays_country_iso"
        day = {"company": ctx.company, "calendar": calendar, "on": date(2026, 6, 1), "name": "Day"}
        Holiday.objects.create(**day)
        assert refused(lambda: Holiday.objects.create(**day)) == "holiday_once"
        Site.objects.create(company=ctx.company, code="A", name="A")
        assert refused(lambda: Site.objects.create(company=ctx.company, code="A", name="B")) == "site_code_once"

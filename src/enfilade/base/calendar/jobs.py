"""By the clock: the horizon of series is pushed on, and public holidays of coming years are loaded, offers lapse."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Value

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import extend_series, lapse_offer, load_holidays
from .models import BookingSeries, HolidayCalendar, SlotOffer

# Pushed on by a week at a time, so that a daily series is no daily command.
STRIDE = timedelta(days=7)
YEARS_AHEAD = 2


@schedule("calendar.extend_series", "20 2 * * *")
def extend_all_series(timestamp: int) -> None:
    """Every night: occurrences that have come within the horizon of their series are booked."""
    del timestamp
    for_each_company(extend_series_of_company)


def extend_series_of_company(ctx: Context) -> int:
    """Extend the series of one company that are booked less far than they should be; how many."""
    ahead = ExpressionWrapper(F("horizon_days") * Value(timedelta(days=1), output_field=DurationField()), DurationField())
    with scope(ctx.company_id, read_only=True):
        rows = BookingSeries.objects.visible_to(ctx).filter(state=BookingSeries.State.RUNNING)
        late = list(rows.filter(booked_until__lt=ctx.now + ahead - STRIDE).order_by("pk"))
    for series in late:
        extend_series(ctx.with_key(f"extend:{series.pk}:{series.booked_until}"), series=series)
    return len(late)


@schedule("calendar.load_holidays", "40 2 1 * *")
def load_all_holidays(timestamp: int) -> None:
    """On the first of each month: the public holidays of the year after next, where they are not there yet."""
    del timestamp
    for_each_company(load_holidays_of_company)


def load_holidays_of_company(ctx: Context) -> int:
    """Load the year after next for every calendar that lacks it; how many."""
    year = ctx.today.year + YEARS_AHEAD
    with scope(ctx.company_id, read_only=True):
        lacking = list(HolidayCalendar.objects.visible_to(ctx).exclude(holidays__on__year=year).order_by("pk"))
    for calendar in lacking:
        load_holidays(ctx.with_key(f"holidays:{calendar.pk}:{year}"), calendar=calendar, year=year)
    return len(lacking)


@schedule("calendar.lapse_offers", "*/5 * * * *")
def lapse_all_offers(timestamp: int) -> None:
    """Every five minutes: offers that nobody answered in time lapse, and the next one is asked."""
    del timestamp
    for_each_company(lapse_offers_of_company)


def lapse_offers_of_company(ctx: Context) -> int:
    """Let the offers of one company lapse whose time to answer is over; how many."""
    with scope(ctx.company_id, read_only=True):
        late = list(SlotOffer.objects.visible_to(ctx).filter(state=SlotOffer.State.OPEN, expires_at__lte=ctx.now).order_by("pk"))
    for offer in late:
        lapse_offer(ctx.with_key(f"lapse:{offer.pk}"), offer=offer)
    return len(late)

"""The horizon of series is pushed on by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Value

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import extend_series
from .models import BookingSeries

# Pushed on by a week at a time, so that a daily series is no daily command.
STRIDE = timedelta(days=7)


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

"""Pages of calendar that a resource cannot express."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify

from enfilade.core.context import Context, NotFound
from enfilade.core.resource import page

from .formats.ics import bookings_ics
from .models import Bookable
from .queries import bookings_of

PAST_DAYS = 30
AHEAD_DAYS = 365


@page("feeds/<int:pk>.ics", title="Calendar file", permission="calendar.view_booking", menu=False)
def feed(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The bookings of one bookable as an iCalendar file: the last month and the next year."""
    bookable = Bookable.objects.visible_to(ctx).select_related("company").filter(pk=pk).first()
    if bookable is None:
        raise NotFound("bookable", pk)
    found = bookings_of(ctx, bookable, ctx.now - timedelta(days=PAST_DAYS), ctx.now + timedelta(days=AHEAD_DAYS))
    answer = HttpResponse(bookings_ics(bookable, found, ctx.now), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(bookable.name) or "calendar"}.ics"'
    return answer

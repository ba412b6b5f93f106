"""Pages of calendar that a resource cannot express."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.text import slugify

from enfilade.core.context import Context, NotFound
from enfilade.core.models import Company
from enfilade.core.resource import open_page, page

from .formats.ics import bookings_ics
from .models import Bookable
from .queries import bookings_of, content_of, feed_of

PAST_DAYS = 30
AHEAD_DAYS = 365
CALENDAR = "text/calendar; charset=utf-8"


@page("feeds/<int:pk>.ics", title="Calendar file", permission="calendar.view_booking", menu=False)
def feed(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The bookings of one bookable as an iCalendar file: the last month and the next year."""
    bookable = Bookable.objects.visible_to(ctx).filter(pk=pk).first()
    if bookable is None:
        raise NotFound("bookable", pk)
    found = bookings_of(ctx, bookable, ctx.now - timedelta(days=PAST_DAYS), ctx.now + timedelta(days=AHEAD_DAYS))
    answer = HttpResponse(bookings_ics(bookable.name, ctx.company.slug, found), content_type=CALENDAR)
    answer["Content-Disposition"] = f'attachment; filename="{slugify(bookable.name) or "calendar"}.ics"'
    return answer


@open_page("feed/<str:token>.ics")
def private_feed(request: HttpRequest, company: Company, token: str) -> HttpResponse:
    """What the owner of a private address may see, for programs that ask again and again: unchanged, it is not sent a second time."""
    ctx, found = feed_of(company, token)
    content = content_of(ctx, found)
    data = bookings_ics(content.name, company.slug, content.bookings, details=content.open)
    whole = HttpResponse(data, content_type=CALENDAR)
    whole["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    changed = int(content.changed_at.timestamp())
    whole["Last-Modified"] = http_date(changed)
    answer = get_conditional_response(request, etag=whole["ETag"], last_modified=changed, response=whole)
    assert isinstance(answer, HttpResponse)  # noqa: S101 - given one, one comes back
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer

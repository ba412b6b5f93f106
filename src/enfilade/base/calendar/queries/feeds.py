"""What a calendar program reads under a private address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from enfilade.base.calendar.models import Bookable, Booking, CalendarFeed
from enfilade.core.access import context_for
from enfilade.core.context import Context, NotAllowed, NotFound
from enfilade.core.models import Company

from .slots import overlapping

PAST = timedelta(days=30)
AHEAD = timedelta(days=365)
DETAILS = "calendar.view_booking"


@dataclass(frozen=True)
class FeedContent:
    """bookings: with `open` false only that the time is taken may be told. changed_at: when anything of it last changed."""

    name: str
    bookings: Sequence[Booking]
    open: bool
    changed_at: datetime


def feed_of(company: Company, token: str) -> tuple[Context, CalendarFeed]:
    """The feed of an address, and its owner as she stands now. Refuses NotFound for whatever is wrong."""
    key = token.partition("-")[0]
    ids = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    feed = CalendarFeed.objects.filter(company=company, pk=ids, state=CalendarFeed.State.LIVE).select_related("owner", "bookable").first()
    if feed is None or not feed.opens_with(token):
        raise NotFound("feed", "")
    try:
        return context_for(feed.owner, company, channel="page"), feed
    except NotAllowed:
        raise NotFound("feed", "") from None


def content_of(ctx: Context, feed: CalendarFeed) -> FeedContent:
    """The last month and the next year. Of others the owner sees what she may: with the permission everything, else that they are taken."""
    mine = Bookable.objects.visible_to(ctx).filter(user=ctx.user)
    shown = [feed.bookable] if feed.bookable is not None else list(mine)
    own = all(b.user_id == ctx.user.pk for b in shown)
    from_at, until_at = ctx.now - PAST, ctx.now + AHEAD
    keys = overlapping(ctx, shown, from_at, until_at).values_list("booking_id", flat=True)
    rows = Booking.objects.visible_to(ctx).filter(pk__in=list(keys)).order_by("starts_at", "pk").prefetch_related("slots__bookable")
    # What was released counts too: its disappearance is a change.
    ever = Booking.objects.visible_to(ctx).filter(slots__bookable__in=[b.pk for b in shown], ends_at__gt=from_at)
    changed = ever.aggregate(at=Max("changed_at"))["at"] or feed.made_at
    name = feed.bookable.name if feed.bookable is not None else ctx.user.name
    return FeedContent(name, list(rows), own or ctx.may(DETAILS), max(changed, feed.made_at))

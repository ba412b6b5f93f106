"""Private addresses for calendar programs: given out, changed, revoked."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.calendar.models import Bookable, CalendarFeed
from enfilade.base.calendar.models.feed import new_seed
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal


@command(permission="calendar.make_feed", label="New calendar address", tone="primary")
def make_feed(ctx: Context, *, name: Annotated[str, Input(max_length=120)], bookable: Ref[Bookable] | None = None) -> CalendarFeed:
    """Make an address under which the calendar on a phone reads bookings without signing in.

    name: for which device or program.
    bookable: whose bookings; left empty, one's own.
    Refuses: not_allowed (the bookings of others are for those who may see them).
    """
    if bookable is not None and bookable.user_id != ctx.user.pk:
        ctx.require("calendar.view_booking")
    return CalendarFeed.objects.create(company=ctx.company, owner=ctx.user, name=name, bookable=bookable, made_at=ctx.now)


@command(permission="calendar.make_feed", label="Change the address")
def renew_feed(ctx: Context, *, feed: CalendarFeed) -> CalendarFeed:
    """Give a feed another address; the old one answers no more.

    Refuses: not_yours, not_live.
    """
    if feed.owner_id != ctx.user.pk:
        raise Refusal("not_yours", "Only its owner can change this address. It can be revoked, though.")
    feed.seed = new_seed()
    feed.save(update_fields=["seed"])
    return feed


@command(permission="calendar.make_feed", label="Revoke", tone="danger")
def revoke_feed(ctx: Context, *, feed: CalendarFeed) -> CalendarFeed:
    """Let an address answer no more, for good.

    Refuses: not_live.
    """
    feed.state, feed.revoked_at = CalendarFeed.State.REVOKED, ctx.now
    feed.save(update_fields=["state", "revoked_at"])
    return feed

"""Which bookings are events of a calendar file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef, Q

from enfilade.base.calendar.models import Bookable, Booking, BookingSlot
from enfilade.base.calendar.rules import Interval
from enfilade.core.context import Context

from .slots import overlapping

RESERVE = "calendar.reserve"


def exported_as(booking: Booking, company: str) -> str:
    """What a booking is known by in the calendar files of the house."""
    return f"booking-{booking.pk}@{company}.enfilade"


def bookings_of_events(
    ctx: Context, bookables: Sequence[Bookable], keys: Collection[str], span: Interval | None = None
) -> dict[str, Booking]:
    """Bookings that take the time of these bookables and that the caller may move, by what they are known by in files.

    keys: what events are known by. span: also all others that came from a file and take time between two instants.
    """
    own = re.compile(rf"booking-([0-9]{{1,18}})@{re.escape(ctx.company.slug)}\.enfilade")
    exported = {int(found[1]): key for key in keys if (found := own.fullmatch(key))}
    wanted = Q(foreign_id__in=keys) | Q(pk__in=exported)
    if span is not None:
        wanted |= Q(pk__in=overlapping(ctx, bookables, *span).values("booking")) & ~Q(foreign_id="")
    held = BookingSlot.objects.visible_to(ctx).filter(booking=OuterRef("pk"), bookable__in=[b.pk for b in bookables], active=True)
    rows = Booking.objects.visible_to(ctx).within(ctx, RESERVE).filter(wanted, Exists(held), state=Booking.State.BOOKED)
    return {exported.get(b.pk, b.foreign_id): b for b in rows}

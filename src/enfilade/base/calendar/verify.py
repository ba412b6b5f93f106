"""Proof for `enfilade verify`: nothing overlaps, and every booking holds exactly the time it says."""

from __future__ import annotations

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Value, Window
from django.db.models.functions import Coalesce, Lag

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, verifier

from .models import Booking, BookingSlot
from .rules import MINUTE


@verifier("calendar")
def verify_calendar(ctx: Context) -> list[Finding]:
    """Every finding about bookings."""
    return [*_overlaps(ctx), *_without_time(ctx), *_other_time(ctx)]


def _overlaps(ctx: Context) -> list[Finding]:
    """What the exclusion constraint promises, computed another way: in each place everything begins after what came before has ended."""
    before = Window(Lag("ends_at"), partition_by=[F("bookable"), F("place")], order_by=[F("starts_at").asc(), F("pk").asc()])
    rows = BookingSlot.objects.visible_to(ctx).filter(active=True).annotate(before=before).filter(before__gt=F("starts_at"))
    return [Finding("slots_overlap", ref(r), f"{r.bookable} is taken twice at {r.starts_at:%Y-%m-%d %H:%M} UTC.") for r in rows]


def _without_time(ctx: Context) -> list[Finding]:
    rows = Booking.objects.visible_to(ctx).annotate(held=Count("slots", filter=Q(slots__active=True)))
    wrong = rows.filter(Q(state="booked", held=0) | Q(state="cancelled", held__gt=0))
    return [Finding("booking_time_differs", ref(r), f"{r} is {r.state} and holds the time of {r.held} bookables.") for r in wrong]


def _other_time(ctx: Context) -> list[Finding]:
    minute = Value(MINUTE, output_field=DurationField())
    before, after = (Coalesce(F(f"buffer_{side}_min"), F(f"booking__buffer_{side}_min")) for side in ("before", "after"))
    start = F("booking__starts_at") - ExpressionWrapper(before * minute, DurationField())
    end = F("booking__ends_at") + ExpressionWrapper(after * minute, DurationField())
    rows = BookingSlot.objects.visible_to(ctx).filter(active=True).exclude(starts_at=start, ends_at=end).select_related("booking")
    return [Finding("slot_time_differs", ref(r), f"{r.booking} holds another time than it says.") for r in rows]

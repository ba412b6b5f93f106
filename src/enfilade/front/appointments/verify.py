"""Proof for `enfilade verify`: visits hold the time they say, and nothing that was done stays off the bill."""

from __future__ import annotations

from django.db.models import F

from enfilade.back.billing.queries import open_charges
from enfilade.core.context import Context
from enfilade.core.refs import ref, split
from enfilade.core.verify import Finding, declare_series, verifier

from .models import TAKING_TIME, Prescription, Visit

declare_series("visit", Visit, "number", starts="V-")
declare_series("prescription", Prescription, "number", starts="RX-")


@verifier("appointments")
def verify_appointments(ctx: Context) -> list[Finding]:
    """Every finding about visits."""
    return [*_other_time(ctx), *_without_time(ctx), *_left_uncharged(ctx)]


def _other_time(ctx: Context) -> list[Finding]:
    rows = Visit.objects.visible_to(ctx).exclude(starts_at=F("booking__starts_at"), ends_at=F("booking__ends_at"))
    return [Finding("visit_time_differs", ref(r), f"{r} is at another time than its booking in the calendar.") for r in rows]


def _without_time(ctx: Context) -> list[Finding]:
    rows = Visit.objects.visible_to(ctx).filter(state__in=TAKING_TIME).exclude(booking__state="booked")
    return [
        Finding("visit_without_time", ref(r), f"{r} is {r.get_state_display().lower()}, but its time in the calendar was released.")
        for r in rows
    ]


def _left_uncharged(ctx: Context) -> list[Finding]:
    """Charges that are still open although the patient has gone."""
    label = Visit._meta.label_lower
    owed = {split(c.origin)[1] for c in open_charges(ctx) if c.origin.startswith(f"{label}:")}
    rows = Visit.objects.visible_to(ctx).filter(state=Visit.State.CHECKED_OUT, pk__in=owed)
    return [Finding("left_uncharged", ref(r), f"{r} has left, but something done is on no invoice.") for r in rows]

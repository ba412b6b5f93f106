"""Promising a time, moving it, calling it off; and what happens when nobody comes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from babel.dates import format_date

from enfilade.back.billing.commands import add_charge
from enfilade.base.calendar.commands import choose_free, move_booking, release_booking, reserve_time
from enfilade.base.calendar.models import Bookable, Booking
from enfilade.base.calendar.queries import Need, Span, free_slots_hint
from enfilade.base.calendar.rules import MINUTE
from enfilade.base.item.models import Item
from enfilade.base.party.commands import give_role
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.numbers import draw
from enfilade.core.refs import ref
from enfilade.front.appointments.events import VisitBooked, VisitCancelled, VisitMissed, VisitMoved
from enfilade.front.appointments.models import TAKING_TIME, Service, Visit
from enfilade.front.appointments.queries import needs_of

from .common import Active, Practitioner

Start = Annotated[datetime, Input(label="Begins")]
PATIENT = "patient"


@command(permission="appointments.book_visit", label="Book a visit", tone="primary")
def book_visit(
    ctx: Context,
    *,
    patient: Party,
    service: Active[Service],
    starts_at: Start,
    practitioner: Practitioner[Bookable] | None = None,
    note: LongText = "",
    outside_hours: bool = False,
) -> Visit:
    """Promise a patient a time with everybody and everything that the service needs.

    note: what the practice should know beforehand.
    outside_hours: an emergency, also where the practice is closed.
    Refuses: slot_taken (with the next free slots), patient_busy, in_the_past, not_offered, archived, wrong_practitioner;
    booking_no_overlap, visit_patient_once (database).
    Why: the patient's row is locked, so that nobody is promised two places at once.
    """
    check_wanted(patient, service)
    ends_at = starts_at + service.duration_min * MINUTE
    check_patient(ctx, patient, starts_at, ends_at)
    chosen = _choose(ctx, service, starts_at, practitioner, anytime=outside_hours)
    booking = reserve_time(
        ctx,
        bookables=chosen,
        starts_at=starts_at,
        ends_at=ends_at,
        title=f"{patient} · {service}"[:200],
        buffer_after_min=service.buffer_min,
        outside_hours=outside_hours,
    )
    return promise(ctx, patient, service, booking, _person(chosen), note)


@command(permission="appointments.move_visit")
def move_visit(
    ctx: Context,
    *,
    visit: Visit,
    starts_at: Annotated[datetime, Input(label="Begins", prefill="row.starts_at")],
    practitioner: Practitioner[Bookable] | None = None,
    outside_hours: bool = False,
) -> Visit:
    """Give a visit another time.

    practitioner: left empty, the same one.
    outside_hours: also where the practice is closed.
    Refuses: slot_taken (with the next free slots), patient_busy, in_the_past, wrong_practitioner, not_booked.
    """
    service, before = visit.service, visit.starts_at
    ends_at = starts_at + service.duration_min * MINUTE
    check_patient(ctx, visit.party, starts_at, ends_at, visit)
    chosen = _choose(ctx, service, starts_at, practitioner or visit.practitioner, booking=visit.booking, anytime=outside_hours)
    move_booking(ctx, booking=visit.booking_id, starts_at=starts_at, ends_at=ends_at, bookables=tuple(chosen), outside_hours=outside_hours)
    visit.starts_at, visit.ends_at, visit.practitioner = starts_at, ends_at, _person(chosen)
    visit.save(update_fields=["starts_at", "ends_at", "practitioner"])
    publish(ctx, VisitMoved(visit.pk, visit.party_id, before.isoformat(), starts_at.isoformat()))
    return visit


@command(permission="appointments.cancel_visit", tone="danger")
def cancel_visit(ctx: Context, *, visit: Visit, reason: Annotated[str, Input(max_length=300)]) -> Visit:
    """Call a visit off; its time is free again.

    reason: in the patient's words.
    Refuses: not_booked_or_arrived.
    """
    release_booking(ctx, booking=visit.booking_id)
    visit.state, visit.reason = Visit.State.CANCELLED, reason
    visit.save(update_fields=["state", "reason"])
    publish(ctx, VisitCancelled(visit.pk, visit.party_id, visit.starts_at.isoformat(), reason))
    return visit


@command(permission="appointments.mark_no_show", label="Did not come", tone="danger")
def mark_no_show(ctx: Context, *, visit: Visit, fee: Ref[Item] | None = None) -> Visit:
    """Note that the patient did not come.

    fee: what is charged for it, if anything.
    Refuses: not_booked, not_yet.
    """
    if ctx.now < visit.starts_at:
        raise Refusal("not_yet", "This visit has not begun yet; the patient may still come.")
    if fee is not None:
        add_charge(ctx, party=visit.party_id, item=fee, origin=ref(visit))
    release_booking(ctx, booking=visit.booking_id)
    visit.state = Visit.State.NO_SHOW
    visit.save(update_fields=["state"])
    publish(ctx, VisitMissed(visit.pk, visit.party_id))
    return visit


def check_wanted(patient: Party, service: Service) -> None:
    """Refuse what can't be promised at any time: not_offered, archived."""
    if not service.active:
        raise Refusal("not_offered", f"{service} is no longer offered.", field="service")
    if patient.is_archived:
        raise Refusal("archived", f"{patient} is archived. Take the entry into use again first.", field="patient")


def promise(ctx: Context, patient: Party, service: Service, booking: Booking, practitioner: Bookable | None, note: str) -> Visit:
    """Make a visit of time that was taken for it."""
    if PATIENT not in patient.roles:
        give_role(ctx, party=patient, role=PATIENT)
    visit = Visit(
        company=ctx.company,
        party=patient,
        service=service,
        booking=booking,
        practitioner=practitioner,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        note=note,
    )
    visit.number = f"V-{draw(ctx, 'visit'):05d}"
    visit.save()
    booking.origin = ref(visit)
    booking.save(update_fields=["origin"])
    publish(ctx, VisitBooked(visit.pk, patient.pk, service.code, visit.starts_at.isoformat()))
    return visit


def check_patient(ctx: Context, patient: Party, starts_at: datetime, ends_at: datetime, visit: Visit | None = None) -> None:
    """Refuse when the patient is promised elsewhere at that time."""
    others = Visit.objects.visible_to(ctx).filter(party=patient, state__in=TAKING_TIME, starts_at__lt=ends_at, ends_at__gt=starts_at)
    others = others if visit is None else others.exclude(pk=visit.pk)
    other = others.select_related("service").first()
    if other is not None:
        words = f"{other.service}, {_clock(ctx, other.starts_at)}"
        raise Refusal("patient_busy", f"{patient} already has an appointment at that time: {words}.", field="starts_at")


def _choose(
    ctx: Context,
    service: Service,
    starts_at: datetime,
    practitioner: Bookable | None,
    *,
    booking: Booking | None = None,
    anytime: bool = False,
) -> list[Bookable]:
    """Free bookables for every need, locked. Refuses with the next free slots."""
    needs: list[Need] = needs_of(service, practitioner)
    span = Span(service.duration_min * MINUTE, after=service.buffer_min * MINUTE)
    chosen = choose_free(ctx, needs, starts_at, span, ignore=booking, anytime=anytime)
    if chosen is not None:
        return chosen
    whom = str(practitioner) if practitioner is not None else service.needs_words
    hints = free_slots_hint(
        ctx, needs=needs, duration_min=service.duration_min, from_at=starts_at, buffer_after_min=service.buffer_min, ignore=booking
    )
    raise Refusal("slot_taken", f"{_clock(ctx, starts_at)} is not free for {service} ({whom}).", field="starts_at", hints=hints)


def _clock(ctx: Context, instant: datetime) -> str:
    local = instant.astimezone(ctx.zone)
    return f"{format_date(local.date(), 'EEEE d MMMM', locale=ctx.locale.replace('-', '_'))}, {local:%H:%M}"


def _person(chosen: list[Bookable]) -> Bookable | None:
    return next((b for b in chosen if b.kind == Bookable.Kind.PERSON), None)

"""The waiting list of visits: those for whom there was no time, and those who would come earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from enfilade.base.calendar.commands import enter_waiting, release_booking
from enfilade.base.calendar.models import Bookable, Booking, WaitingEntry
from enfilade.base.calendar.queries import booked_person, waiting_for
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref
from enfilade.front.appointments.events import VisitMoved
from enfilade.front.appointments.models import Service, Visit
from enfilade.front.appointments.queries import needs_of

from .booking import check_patient, check_wanted, promise
from .common import Active, Practitioner

Hours = Annotated[int, Input(min_value=1, max_value=336, label="Answer within (hours)", help="How long an offer stands.")]
NotBefore = Annotated[datetime | None, Input(label="Not before", help="Left empty, from now on.")]
AHEAD = timedelta(days=28)


@command(permission="appointments.book_visit", label="Put on the waiting list")
def wait_for_visit(
    ctx: Context,
    *,
    patient: Party,
    service: Active[Service],
    practitioner: Practitioner[Bookable] | None = None,
    earliest_at: NotBefore = None,
    latest_at: Annotated[datetime | None, Input(label="Not after", help="Left empty, four weeks on.")] = None,
    answer_within_hours: Hours = 24,
    note: LongText = "",
) -> WaitingEntry:
    """Note that a patient takes a time that becomes free. Accepting an offer books the visit.

    note: what the practice should know beforehand.
    Refuses: not_offered, archived, wrong_practitioner, bad_span, in_the_past.
    """
    check_wanted(patient, service)
    from_at = earliest_at or ctx.now
    return _enter(ctx, patient, service, practitioner, (from_at, latest_at or from_at + AHEAD), answer_within_hours, note, ref(service))


@command(permission="appointments.book_visit", label="Would come earlier")
def wait_for_earlier(
    ctx: Context, *, visit: Visit, earliest_at: NotBefore = None, anybody: bool = False, answer_within_hours: Hours = 24
) -> WaitingEntry:
    """Note that a patient would come earlier than she is booked. Accepting an offer moves the visit; until then she keeps her time.

    anybody: with whoever is free, not only with the same practitioner.
    Refuses: not_booked, waits_already, bad_span, in_the_past.
    """
    if waiting_for(ctx, ref(visit)):
        raise Refusal("waits_already", f"{visit.party} waits for an earlier time already.")
    who = None if anybody else visit.practitioner
    between = earliest_at or ctx.now, visit.starts_at
    return _enter(ctx, visit.party, visit.service, who, between, answer_within_hours, visit.note, ref(visit))


def _enter(
    ctx: Context,
    patient: Party,
    service: Service,
    practitioner: Bookable | None,
    between: tuple[datetime, datetime],
    answer_within_hours: int,
    note: str,
    origin: str,
) -> WaitingEntry:
    return enter_waiting(
        ctx,
        needs=needs_of(service, practitioner),
        title=f"{patient} · {service}"[:200],
        party=patient,
        duration_min=service.duration_min,
        buffer_after_min=service.buffer_min,
        earliest_at=between[0],
        latest_at=between[1],
        answer_within_min=answer_within_hours * 60,
        note=note,
        origin=origin,
    )


def visit_of_offer(ctx: Context, entry: WaitingEntry, wish: Service | Visit) -> Visit:
    """Make of time that a waiting patient has accepted the visit she waited for, or move the one she has.

    Refuses: nobody_waits, not_offered, archived, patient_busy, not_booked.
    """
    patient, booking = entry.party, entry.booking
    if patient is None or booking is None:
        raise Refusal("nobody_waits", f"{entry} names no patient.")
    if isinstance(wish, Visit):
        return _bring_forward(ctx, wish, booking)
    check_wanted(patient, wish)
    check_patient(ctx, patient, booking.starts_at, booking.ends_at)
    return promise(ctx, patient, wish, booking, booked_person(ctx, booking), entry.note)


def _bring_forward(ctx: Context, visit: Visit, booking: Booking) -> Visit:
    if visit.state != Visit.State.BOOKED:
        raise Refusal("not_booked", f"{visit} is {visit.get_state_display().lower()} by now, so it can't be moved.")
    check_patient(ctx, visit.party, booking.starts_at, booking.ends_at, visit)
    before, old = visit.starts_at, visit.booking_id
    visit.booking, visit.starts_at, visit.ends_at = booking, booking.starts_at, booking.ends_at
    visit.practitioner = booked_person(ctx, booking)
    visit.save(update_fields=["booking", "starts_at", "ends_at", "practitioner"])
    release_booking(ctx, booking=old)
    publish(ctx, VisitMoved(visit.pk, visit.party_id, before.isoformat(), visit.starts_at.isoformat()))
    return visit

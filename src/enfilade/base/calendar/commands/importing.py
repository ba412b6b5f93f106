"""Calendar files in: each event a booking; what somebody else has the time of is reported, not forced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from enfilade.base.calendar.formats.ics_in import Taken, Unread, read_calendar
from enfilade.base.calendar.models import Bookable, Booking, BookingSlot, CalendarImport
from enfilade.base.calendar.queries import open_hours
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.files import open_file
from enfilade.core.models import StoredFile

from .booking import Bookables
from .taking import lock_bookables, take_places

PROBLEMS_MAX = 500


@command(permission="calendar.reserve", label="Import a calendar file", target="")
def import_calendar(
    ctx: Context,
    *,
    file: Ref[StoredFile],
    bookables: Bookables,
    days_ahead: Annotated[int, Input(min_value=1, max_value=731, label="Days ahead")] = 365,
    within_hours: bool = False,
) -> CalendarImport:
    """Book what a calendar file (.ics) says from now on; the same file again changes what has changed.

    bookables: whose time the events take; all of them for each event.
    days_ahead: how far recurring events are followed.
    within_hours: events outside the opening hours are not taken.
    Refuses: not_a_calendar. Single events that can't be understood, or whose time somebody else has, are in the import's problems.
    """
    if file.stored_by_id != ctx.user.pk:
        raise NotFound("file", file.pk, field="file")
    with open_file(file) as content:
        data = content.read()
    try:
        found = list(read_calendar(data, ctx.now, ctx.now + timedelta(days=days_ahead), ctx.zone))
    except ValueError as error:
        raise Refusal("not_a_calendar", str(error), field="file") from None
    rows = lock_bookables(ctx, [b.pk for b in bookables])
    if inactive := [b for b in rows if not b.active]:
        raise Refusal("not_bookable", f"{inactive[0]} is no longer in use.", field="bookables")
    events = list({t.key: t for t in found if isinstance(t, Taken)}.values())
    problems = [{"title": u.title, "starts_at": "", "sentence": u.sentence} for u in found if isinstance(u, Unread)]
    if within_hours:
        events, closed = _open_only(ctx, rows, events)
        problems += closed
    known = _known(ctx, rows, events)
    kept = [e for e in events if e.key in known and (known[e.key].starts_at, known[e.key].ends_at) == (e.starts_at, e.ends_at)]
    same = {e.key for e in kept}
    moved = [(known[e.key], e) for e in events if e.key in known and e.key not in same]
    problems += _move(ctx, rows, moved)
    new = [e for e in events if e.key not in known]
    refused_new = _book(ctx, rows, new)
    refused_moves = len([p for p in problems if p.get("moved")])
    problems += refused_new
    return CalendarImport.objects.create(
        company=ctx.company,
        file_name=file.name[:200],
        at=ctx.now,
        user=ctx.user,
        booked_count=len(new) - len(refused_new),
        moved_count=len(moved) - refused_moves,
        kept_count=len(kept),
        refused_count=len(problems),
        problems=[{k: v for k, v in p.items() if k != "moved"} for p in problems[:PROBLEMS_MAX]],
    )


def _known(ctx: Context, rows: Sequence[Bookable], events: Sequence[Taken]) -> dict[str, Booking]:
    """Bookings that earlier imports made of these events for these bookables."""
    slots = BookingSlot.objects.visible_to(ctx).filter(bookable__in=[b.pk for b in rows], active=True)
    found = Booking.objects.visible_to(ctx).filter(foreign_id__in=[e.key for e in events], state=Booking.State.BOOKED)
    return {b.foreign_id: b for b in found.filter(pk__in=slots.values("booking"))}


def _open_only(ctx: Context, rows: Sequence[Bookable], events: list[Taken]) -> tuple[list[Taken], list[dict[str, str]]]:
    if not events:
        return [], []
    hours = open_hours(ctx, rows, min(e.starts_at for e in events), max(e.ends_at for e in events))
    within = {e.key for e in events if all(any(a <= e.starts_at and e.ends_at <= z for a, z in hours[b.pk]) for b in rows)}
    shut = [e for e in events if e.key not in within]
    return [e for e in events if e.key in within], [_problem(e, "This is outside the opening hours.") for e in shut]


def _book(ctx: Context, rows: Sequence[Bookable], events: Sequence[Taken]) -> list[dict[str, str]]:
    """Book new events; problems of those whose time is taken."""
    made = Booking.objects.bulk_create(
        Booking(company=ctx.company, title=e.title, starts_at=e.starts_at, ends_at=e.ends_at, foreign_id=e.key, changed_at=ctx.now)
        for e in events
    )
    refused = take_places(ctx, [(booking, rows) for booking in made], all_or_none=False)
    Booking.objects.visible_to(ctx).filter(pk__in=[no.booking.pk for no in refused]).delete()
    by_key = {e.key: e for e in events}
    return [_problem(by_key[no.booking.foreign_id], str(no)) for no in refused]


def _move(ctx: Context, rows: Sequence[Bookable], moved: Sequence[tuple[Booking, Taken]]) -> list[dict[str, str]]:
    """Move bookings to where their events are now; those whose new time is taken stay where they were."""
    problems = []
    for booking, event in moved:
        before = booking.starts_at, booking.ends_at
        slots = BookingSlot.objects.visible_to(ctx).filter(booking=booking, active=True)
        keys = list(slots.values_list("pk", flat=True))
        slots.update(active=False)
        booking.starts_at, booking.ends_at = event.starts_at, event.ends_at
        if no := take_places(ctx, [(booking, rows)], all_or_none=False):
            BookingSlot.objects.visible_to(ctx).filter(pk__in=keys).update(active=True)
            booking.starts_at, booking.ends_at = before
            problems.append(_problem(event, str(no[0])) | {"moved": "no"})
            continue
        booking.title, booking.sequence, booking.changed_at = event.title, booking.sequence + 1, ctx.now
        booking.save(update_fields=["title", "starts_at", "ends_at", "sequence", "changed_at"])
    return problems


def _problem(event: Taken, sentence: str) -> dict[str, str]:
    return {"title": event.title, "starts_at": event.starts_at.isoformat(), "sentence": sentence}

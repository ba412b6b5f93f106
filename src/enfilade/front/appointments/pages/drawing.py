"""How a lane of a calendar is drawn: minutes since midnight where the company is, free half hours with the address of their dialog."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from enfilade.base.calendar.models import Bookable
from enfilade.base.calendar.queries import Lane
from enfilade.base.calendar.rules import MINUTE, Interval, align, at_local, day_span, holds, possible_starts, subtract
from enfilade.core.context import Context
from enfilade.core.language.words import say
from enfilade.core.resource.cells import tone_of
from enfilade.core.ui.format import format_clock, format_weekday
from enfilade.front.appointments.models import Visit

SLOT_MIN = 30
USUAL = (8, 18)
HOUR = timedelta(hours=1)
LONG = timedelta(hours=15)
DAY_MIN = 24 * 60


def day_of(request: HttpRequest, ctx: Context) -> date:
    """The day that is asked for; today when none is, or none that exists."""
    try:
        found = date.fromisoformat(request.GET.get("on", "")[:10])
    except ValueError:
        return ctx.today
    return found if 1900 < found.year < 2200 else ctx.today


def calendar_of(ctx: Context, lanes: Sequence[tuple[date, Lane]], visits: dict[int, Visit], *, by_day: bool = False) -> dict[str, Any]:
    """What the component of a day draws: one lane for each day and bookable.

    by_day: the lanes are days of one bookable, so that they are called by their day.
    """
    ranges = [_range(ctx, [lane for day, lane in lanes if day == on], on) for on in {day for day, _ in lanes}]
    begin, end = min((r[0] for r in ranges), default=USUAL[0] * 60), max((r[1] for r in ranges), default=USUAL[1] * 60)
    now = _minute(ctx, ctx.now, ctx.today) if any(day == ctx.today for day, _ in lanes) else None
    return {
        "from_min": begin,
        "to_min": end,
        "slot_min": SLOT_MIN,
        "now_min": now if now is not None and begin <= now <= end else None,
        "lanes": [_lane(ctx, lane, on, visits, by_day=by_day) for on, lane in lanes],
    }


def _range(ctx: Context, lanes: Sequence[Lane], on: date) -> tuple[int, int]:
    """From which to which full hour the day is drawn: opening hours and bookings; of a day that never closes, the part that is used."""
    spans = [i for lane in lanes for i in lane.open if i[1] - i[0] <= LONG] + [
        (s.starts_at, s.ends_at) for lane in lanes for s in lane.slots
    ]
    if any(i[1] - i[0] > LONG for lane in lanes for i in lane.open):
        usual = [at_local(on, time(hour), ctx.zone) for hour in USUAL]
        spans += [(usual[0], usual[1])] + ([(ctx.now, ctx.now + HOUR)] if on == ctx.today else [])
    begin = min((_minute(ctx, start, on) for start, _ in spans), default=USUAL[0] * 60) // 60 * 60
    end = -(-max((_minute(ctx, end, on) for _, end in spans), default=USUAL[1] * 60) // 60) * 60
    return begin, end


def _lane(ctx: Context, lane: Lane, on: date, visits: dict[int, Visit], *, by_day: bool) -> dict[str, Any]:
    whole = lane.open == [day_span(on, ctx.zone)]
    hours = say("Open all day") if whole else ", ".join(f"{format_clock(a)}–{format_clock(b)}" for a, b in lane.open)
    if by_day:
        label, url = format_weekday(on), f"/appointments/day/?on={on.isoformat()}"
    else:
        label, url = lane.bookable.name, f"/calendar/bookables/{lane.bookable.pk}/" if ctx.may("calendar.view_bookable") else ""
    return {
        "label": label,
        "sub": hours or say("Closed"),
        "url": url,
        "bookings": [_booking(ctx, slot, on, visits.get(slot.booking_id)) for slot in lane.slots],
        "closed": [_gap(ctx, gap, on) for gap in subtract([day_span(on, ctx.zone)], lane.open)] if lane.open else [],
        "slots": _slots(ctx, lane, on) if ctx.may("appointments.book_visit") else [],
    }


def _booking(ctx: Context, slot: Any, on: date, visit: Visit | None) -> dict[str, Any]:
    booking = slot.booking
    start, end = _minute(ctx, booking.starts_at, on), _minute(ctx, booking.ends_at, on)
    return {
        "start_min": start,
        "length_min": max(end - start, 10),
        "title": str(visit.party) if visit else booking.title,
        "text": str(visit.service) if visit else "",
        "time": format_clock(booking.starts_at),
        "tone": tone_of(visit.state) if visit else "neutral",
        "url": f"/appointments/visits/{visit.pk}/" if visit else f"/calendar/bookings/{booking.pk}/",
    }


def _gap(ctx: Context, gap: Interval, on: date) -> dict[str, Any]:
    start, end = _minute(ctx, gap[0], on), _minute(ctx, gap[1], on)
    return {"start_min": start, "length_min": end - start, "label": ""}


def _slots(ctx: Context, lane: Lane, on: date) -> list[dict[str, Any]]:
    """Free half hours from now on, each with the address of its booking dialog."""
    taken = [(s.starts_at, s.ends_at) for s in lane.slots]
    starts = possible_starts(lane.open, taken, length=SLOT_MIN * MINUTE)
    at, (_, midnight) = align(max(day_span(on, ctx.zone)[0], ctx.now), SLOT_MIN, ctx.zone), day_span(on, ctx.zone)
    found = []
    while at < midnight:
        if holds(starts, at):
            found.append(_slot(ctx, lane.bookable, at, on))
        at = align(at + MINUTE, SLOT_MIN, ctx.zone)
    return found


def _slot(ctx: Context, bookable: Bookable, at: datetime, on: date) -> dict[str, Any]:
    who = {"practitioner": bookable.pk} if bookable.kind == Bookable.Kind.PERSON else {}
    query = urlencode({"starts_at": f"{at.astimezone(ctx.zone):%Y-%m-%dT%H:%M}", **who})
    return {
        "start_min": _minute(ctx, at, on),
        "url": f"/appointments/do/book_visit/?{query}",
        "label": say(f"Book {bookable.name} on {format_weekday(on)} at {format_clock(at)}"),
    }


def _minute(ctx: Context, instant: datetime, on: date) -> int:
    """Minutes on the wall clock since the day began; what lies in another day is cut off."""
    local = instant.astimezone(ctx.zone)
    if local.date() != on:
        return 0 if local.date() < on else DAY_MIN
    return local.hour * 60 + local.minute

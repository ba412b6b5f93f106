"""Bookings as a calendar file, which comes in again as the same bookings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from enfilade.core.context import Context
from enfilade.core.resource.transfer import EXPORT_CHUNK, Exporter, register_exporter

from .formats.ics import calendar_lines


def write_calendar(ctx: Context, rows: Any) -> Iterator[str]:
    """One event per booking; one that was cancelled says so."""
    bookings = rows.prefetch_related("slots__bookable").iterator(chunk_size=EXPORT_CHUNK)
    yield from calendar_lines(ctx.company.name, ctx.company.slug, bookings)


register_exporter("calendar.booking", Exporter("ics", "text/calendar; charset=utf-8", "iCalendar", write_calendar))

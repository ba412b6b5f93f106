"""A calendar of 200 people and 60 days, and how long the search for a free slot in it takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any

from django.db import connection

from bench.world import session_cpu_s, without_record
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

PEOPLE = 200
DAYS = 60
ROUNDS = 9
MONDAY = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)


def make_calendar() -> Context:
    """200 people who work Monday to Friday from eight to five, half of them odd and half even."""
    from enfilade.base.calendar.models import Bookable, OpeningHours

    ctx = make_ctx(make_company("Bench calendar", timezone="Europe/Berlin"), "*", now=MONDAY)
    with scope(ctx.company_id):
        OpeningHours.objects.bulk_create(
            OpeningHours(company=ctx.company, weekday=d, opens_at=clock(8), closes_at=clock(17)) for d in range(5)
        )
        Bookable.objects.bulk_create(
            Bookable(company=ctx.company, code=f"P{n}", name=f"Person {n}", tags=["anybody", "odd" if n % 2 else "even"])
            for n in range(PEOPLE)
        )
    return ctx


def fill(ctx: Context, *, every: int) -> int:
    """Take every hour of each working day, of one in `every` only three quarters; how many slots."""
    with without_record(), scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH spans AS (
                SELECT b.id AS bookable, d + h * interval '1 hour' AS at, row_number() OVER () AS n
                FROM calendar_bookable b, generate_series(%(start)s, %(start)s + %(days)s * interval '1 day', interval '1 day') d,
                     generate_series(1, 9) h
                WHERE b.company_id = %(company)s AND extract(isodow FROM d) < 6
            ), made AS (
                INSERT INTO calendar_booking (company_id, starts_at, ends_at, title, origin, buffer_before_min, buffer_after_min, seats,
                                              apart, foreign_id, sequence, changed_at, state)
                SELECT %(company)s, at, at + CASE WHEN n %% %(every)s = 0 THEN interval '45 min' ELSE interval '1 hour' END, bookable::text,
                       '', 0, 0, 1, false, '', 0, now(), 'booked' FROM spans
                RETURNING id, title::bigint AS bookable, starts_at, ends_at
            )
            INSERT INTO calendar_bookingslot (company_id, booking_id, bookable_id, place, starts_at, ends_at, active)
            SELECT %(company)s, id, bookable, 0, starts_at, ends_at, true FROM made
            """,
            {"company": ctx.company_id, "start": MONDAY, "days": DAYS, "every": every},
        )
        count = cursor.rowcount
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calendar_bookingslot, calendar_booking, calendar_bookable")
    return count


def search_ms(ctx: Context, needs: Sequence[Any], duration_min: int) -> float:
    """CPU time of the application and its database session for one search over all people and days. Median of the rounds."""
    from enfilade.base.calendar.queries import find_slots

    figures = []
    for _ in range(ROUNDS):
        with scope(ctx.company_id, read_only=True):
            before, before_session = time.process_time(), session_cpu_s()
            find_slots(ctx, needs=list(needs), duration_min=duration_min, from_at=MONDAY, until_at=MONDAY + timedelta(days=DAYS), limit=10)
            figures.append((time.process_time() - before + session_cpu_s() - before_session) * 1000)
    return statistics.median(figures)


def usual_search_ms() -> float:
    """Two people of two pools for a quarter of an hour, in a calendar in which one hour in five has a quarter left."""
    ctx = make_calendar()
    fill(ctx, every=5)
    return search_ms(ctx, [["odd"], ["even"]], 15)


def vain_search_ms() -> float:
    """An hour of anybody, in a calendar in which nobody has one: all of it is looked at."""
    ctx = make_calendar()
    fill(ctx, every=5)
    return search_ms(ctx, [["anybody"]], 60)

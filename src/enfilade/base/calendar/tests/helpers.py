"""What the tests of calendar start from."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from enfilade.base.calendar.models import Bookable, OpeningHours
from enfilade.core.context import Context
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

MONDAY = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


def practice(**more: Any) -> Context:
    """A company in Berlin, open Monday to Friday from 8 to 17, seen on Monday 1 June 2026 at 8:00 by one who may do everything."""
    ctx = make_ctx(make_company(timezone="Europe/Berlin"), "*", now=MONDAY, **more)
    with scope(ctx.company_id):
        OpeningHours.objects.bulk_create(
            OpeningHours(company=ctx.company, weekday=d, opens_at=time(8), closes_at=time(17)) for d in range(5)
        )
    return ctx


def add_bookable(ctx: Context, code: str, *tags: str, **more: Any) -> Bookable:
    """Something to book."""
    with scope(ctx.company_id):
        return Bookable.objects.create(company=ctx.company, code=code, name=more.pop("name", code.title()), tags=list(tags), **more)


def at(text: str) -> datetime:
    """An instant in June 2026 by Berlin's wall clock, as `1 09:30`."""
    day, _, clock = text.partition(" ")
    hour, minute = clock.split(":")
    return datetime(2026, 6, int(day), tzinfo=UTC) + timedelta(hours=int(hour) - 2, minutes=int(minute))

"""What was promised for a time is looked after by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from enfilade.core.context import Context
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import remind_case
from .queries import overdue

AGAIN_AFTER = timedelta(days=1)


@schedule("work.remind", "*/5 * * * *")
def remind_late_cases(timestamp: int) -> None:
    """Every five minutes: who has a late case hears of it, and again each day that it stays late."""
    del timestamp
    for_each_company(remind_of_company)


def remind_of_company(ctx: Context) -> int:
    """Remind of the late cases of one company; how many."""
    with scope(ctx.company_id, read_only=True):
        late = list(overdue(ctx).filter(Q(reminded_at=None) | Q(reminded_at__lte=ctx.now - AGAIN_AFTER)))
    for case in late:
        remind_case(ctx.with_key(f"remind:{case.pk}:{case.due_at}:{case.reminded_at}"), case=case)
    return len(late)

"""Visitors are not forgotten: who waits long, and who did not come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import miss_visitor, remind_host
from .models import Visitor
from .queries import not_come, waiting_long

# Somebody was quicker.
TOO_LATE = {"not_expected", "not_waiting"}


@schedule("visitors.look_after", "*/5 * * * *")
def look_after_visitors(timestamp: int) -> None:
    """Every five minutes: hosts are reminded of who has waited for ten, and who was expected on a day that is over did not come."""
    del timestamp
    for_each_company(look_after_company)


def look_after_company(ctx: Context) -> tuple[int, int]:
    """Of how many the host was reminded, and how many did not come."""
    with scope(ctx.company_id, read_only=True):
        waiting, missed = waiting_long(ctx), not_come(ctx)
    reminded = [_done(remind_host, v, f"remind:{v.pk}", ctx) for v in waiting]
    gone = [_done(miss_visitor, v, f"miss:{v.pk}:{v.expected_at.isoformat()}", ctx) for v in missed]
    return sum(reminded), sum(gone)


def _done(step: Callable[..., Any], visitor: Visitor, key: str, ctx: Context) -> bool:
    try:
        step(ctx.with_key(key), visitor=visitor.pk)
    except Refusal as no:
        if no.code not in TOO_LATE:
            raise
        return False
    return True

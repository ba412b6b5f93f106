"""What was promised for a time is looked after by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from enfilade.core.context import Context, Refusal
from enfilade.core.jobs import for_each_company, schedule
from enfilade.core.scope import scope

from .commands import escalate_case, remind_case
from .models import CaseClock, EscalationStep
from .queries import Worktime, due_clocks, open_steps, overdue, reached_s

AGAIN_AFTER = timedelta(days=1)
STEPS_MAX = 500
SETTLED_MEANWHILE = {"not_running", "not_yet", "escalation_once"}


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


@schedule("work.escalate", "* * * * *")
def escalate_promises(timestamp: int) -> None:
    """Every minute: of what was promised, every step whose time has come is taken, once."""
    del timestamp
    for_each_company(escalate_of_company)


def escalate_of_company(ctx: Context) -> int:
    """Take the steps that are due in one company; how many. A clock that somebody stops meanwhile is left alone."""
    with scope(ctx.company_id, read_only=True):
        due = [(clock.case, step, clock.since_at) for clock in due_clocks(ctx)[:STEPS_MAX] for step in reached_steps(ctx, clock)]
    taken = 0
    for case, step, since in due:
        try:
            escalate_case(ctx.with_key(f"escalate:{case.pk}:{step.pk}:{since.isoformat()}"), case=case, step=step)
            taken += 1
        except Refusal as no:
            if no.code not in SETTLED_MEANWHILE:
                raise
    return taken


def reached_steps(ctx: Context, clock: CaseClock) -> list[EscalationStep]:
    """Steps of a clock that have come and were not taken."""
    used = clock.spent_s + Worktime(ctx, clock.since_at, clock.level.always).until(ctx.now)
    return [step for step in open_steps(ctx, clock) if reached_s(clock, step) <= used]

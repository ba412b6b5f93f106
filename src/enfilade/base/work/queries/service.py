"""What is promised for a case, how much of the time is used, and which step comes next."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from enfilade.base.work.models import Case, CaseClock, Escalation, EscalationStep, ServiceLevel
from enfilade.core.context import Context
from enfilade.core.models import RecordQuerySet

from .hours import Worktime


def level_for(ctx: Context, case: Case) -> ServiceLevel | None:
    """The first service level, in their order, that fits a case."""
    rows = ServiceLevel.objects.visible_to(ctx).filter(
        Q(kind="") | Q(kind=case.kind),
        Q(priority="") | Q(priority=case.priority),
        Q(party=None) | Q(party=case.party_id),
        Q(queue=None) | Q(queue=case.queue_id),
        active=True,
    )
    return rows.order_by("order", "pk").first()


def clocks_of(ctx: Context, case: Case) -> RecordQuerySet:
    """The promises about a case."""
    return CaseClock.objects.visible_to(ctx).filter(case=case).select_related("level").order_by("pk")


def due_clocks(ctx: Context) -> RecordQuerySet:
    """Clocks of which a step is due, the longest due first."""
    rows = CaseClock.objects.visible_to(ctx).filter(state=CaseClock.State.RUNNING, next_at__lte=ctx.now)
    return rows.select_related("case", "level").order_by("next_at", "pk")


def open_steps(ctx: Context, clock: CaseClock) -> list[EscalationStep]:
    """Steps that were not taken yet, the earliest first."""
    taken = Escalation.objects.visible_to(ctx).filter(clock=clock.pk).values("step")
    rows = EscalationStep.objects.visible_to(ctx).filter(level=clock.level_id, target=clock.target, active=True).exclude(pk__in=taken)
    return list(rows.select_related("user").order_by("at_percent", "pk"))


def next_step(clock: CaseClock, steps: list[EscalationStep], time: Worktime) -> datetime | None:
    """When the first of some steps is due, for a clock that runs from the beginning of `time`."""
    return time.after(reached_s(clock, steps[0]) - clock.spent_s) if steps else None


def reached_s(clock: CaseClock, step: EscalationStep) -> int:
    """After how many seconds of a promise a step comes."""
    return clock.allowed_s * int(step.at_percent) // 100


def used_percent(ctx: Context, clock: CaseClock) -> int:
    """How much of the time of a promise is used, in percent; more than 100 when it is over."""
    runs = clock.state == CaseClock.State.RUNNING
    used = clock.spent_s + (Worktime(ctx, clock.since_at, clock.level.always).until(ctx.now) if runs else 0)
    return used * 100 // clock.allowed_s

"""The clocks of a case, moved by what happens to it: begun when it is opened, done when it is taken or settled, still while it waits."""

from __future__ import annotations

from enfilade.base.work.models import Case, CaseClock, Target
from enfilade.base.work.queries import Worktime, clocks_of, level_for, next_step, open_steps
from enfilade.core.context import Context


def begin_clocks(ctx: Context, case: Case, *, promised: bool) -> None:
    """Promise what the service level of a new case says. promised: somebody gave it a time of its own, which stays."""
    level = level_for(ctx, case)
    if level is None:
        return
    time = Worktime(ctx, ctx.now, level.always)
    for target, minutes in ((Target.TAKEN, level.taken_min), (Target.SETTLED, level.settled_min)):
        if minutes is not None:
            clock = CaseClock(company=ctx.company, case=case, level=level, target=target, allowed_s=minutes * 60, since_at=ctx.now)
            _run(ctx, clock, time)
            if target == Target.SETTLED and not promised:
                case.due_at = clock.due_at
                case.save(update_fields=["due_at"])
    if case.owner_id is not None:
        finish(ctx, case, Target.TAKEN)


def finish(ctx: Context, case: Case, *targets: Target) -> None:
    """What was promised is done; whether it was in time stays known."""
    for clock in _clocks(ctx, case, CaseClock.State.RUNNING, CaseClock.State.PAUSED):
        if clock.target in targets:
            _count(ctx, clock)
            clock.state, clock.done_at, clock.next_at = CaseClock.State.DONE, ctx.now, None
            clock.save()


def pause(ctx: Context, case: Case) -> None:
    """From now on the customer is waited for, and no time is used."""
    for clock in _clocks(ctx, case, CaseClock.State.RUNNING):
        _count(ctx, clock)
        clock.state, clock.due_at, clock.next_at = CaseClock.State.PAUSED, None, None
        clock.save()


def go_on(ctx: Context, case: Case, *, again: bool = False) -> None:
    """The time that is left runs on, and the case is due with it. again: also where it was settled already."""
    states = [CaseClock.State.PAUSED, *([CaseClock.State.DONE] if again else [])]
    for clock in _clocks(ctx, case, *states):
        if clock.state == CaseClock.State.DONE and clock.target != Target.SETTLED:
            continue
        clock.state, clock.since_at, clock.done_at = CaseClock.State.RUNNING, ctx.now, None
        _run(ctx, clock, Worktime(ctx, ctx.now, clock.level.always))
        if clock.target == Target.SETTLED:
            case.due_at, case.reminded_at = clock.due_at, None
            case.save(update_fields=["due_at", "reminded_at"])


def _clocks(ctx: Context, case: Case, *states: str) -> list[CaseClock]:
    """Locked behind the case, which whoever moves a clock has locked before."""
    return list(clocks_of(ctx, case).filter(state__in=states).select_for_update(of=("self",), no_key=True))


def _count(ctx: Context, clock: CaseClock) -> None:
    """Add what was used since the clock began to run."""
    if clock.state != CaseClock.State.RUNNING:
        return
    clock.spent_s += Worktime(ctx, clock.since_at, clock.level.always).until(ctx.now)
    clock.since_at = ctx.now
    if clock.spent_s > clock.allowed_s and clock.missed_at is None:
        clock.missed_at = clock.due_at


def _run(ctx: Context, clock: CaseClock, time: Worktime) -> None:
    clock.due_at = time.after(clock.allowed_s - clock.spent_s)
    clock.next_at = next_step(clock, open_steps(ctx, clock), time)
    clock.save()

"""Telling somebody that the time of a promise runs out, or is over."""

from __future__ import annotations

from enfilade.base.work.events import CaseEscalated
from enfilade.base.work.models import Case, CaseClock, CaseNote, Escalation, EscalationStep, Target
from enfilade.base.work.queries import Worktime, clocks_of, deputy_of, next_step, open_steps, reached_s
from enfilade.core.access import users_in_role
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref

_BREACH_PERCENT = 100


@command(permission="work.manage_cases", hidden=True)
def escalate_case(ctx: Context, *, case: Case, step: Ref[EscalationStep]) -> Escalation:
    """Take one step of the service level of a case: tell whom it says, once. The clock runs it; two workers at once take it once.

    step: of the level that was promised; it comes when so much of the time is used.
    Refuses: not_promised, not_running, not_yet; escalation_once (database).
    """
    clock = clocks_of(ctx, case).filter(level=step.level_id, target=step.target).select_for_update(of=("self",), no_key=True).first()
    if clock is None:
        raise Refusal("not_promised", "This step is no part of what was promised for the case.", field="step")
    if clock.state != CaseClock.State.RUNNING:
        raise Refusal("not_running", "The clock of this promise does not run.")
    time = Worktime(ctx, clock.since_at, clock.level.always)
    if clock.spent_s + time.until(ctx.now) < reached_s(clock, step):
        raise Refusal("not_yet", f"{step.at_percent} percent of the time are not used yet.", field="step")
    people = _whom(ctx, case, step)
    breach = step.at_percent >= _BREACH_PERCENT
    told = ", ".join(sorted(str(person) for person in people))
    done = Escalation.objects.create(company=ctx.company, clock=clock, step=step, at=ctx.now, told=told)
    if step.priority and case.priority != step.priority:
        case.priority = step.priority
        case.save(update_fields=["priority"])
    clock.next_at = next_step(clock, open_steps(ctx, clock), time)
    clock.missed_at = clock.missed_at or (clock.due_at if breach else None)
    clock.save(update_fields=["next_at", "missed_at"])
    tell(ctx, people, f"{_words(clock, breach=breach)}: {case.title}", ref(case))
    CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=f"{_words(clock, breach=breach)}. Told: {told}.")
    publish(ctx, CaseEscalated(case.pk, clock.target, int(step.at_percent)))
    return done


def _words(clock: CaseClock, *, breach: bool) -> str:
    what = "taken" if clock.target == Target.TAKEN else "settled"
    return f"Not {what} in time" if breach else f"Soon to be {what}"


def _whom(ctx: Context, case: Case, step: EscalationStep) -> list[User]:
    """Whom a step tells; where that is nobody, whoever opened the case. Who stands in for somebody is told with her."""
    serving = users_in_role(ctx.company, case.queue.role_code) if case.queue is not None else []
    found: list[User]
    if step.who == EscalationStep.Who.PERSON and step.user is not None:
        found = [step.user]
    elif step.who == EscalationStep.Who.ROLE:
        found = users_in_role(ctx.company, step.role_code)
    elif step.who == EscalationStep.Who.OWNER and case.owner is not None:
        found = [case.owner]
    else:
        found = serving
    found = found or [case.opened_by]
    deputies = [deputy for deputy in (deputy_of(ctx, person) for person in found) if deputy is not None]
    return list({person.pk: person for person in (*found, *deputies)}.values())

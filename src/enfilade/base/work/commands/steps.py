"""Checklists: the steps of a case, one by one or from a template."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db.models import Max

from enfilade.base.party.models import Party
from enfilade.base.work.models import Case, CaseStep, CaseTemplate, TemplateStep
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import User
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .common import MANAGE, here_or_deputy, require_hand
from .opening import Phone, open_case

_APART = 10
Owner = Annotated[User | None, Input(shared=True, label="Who does it")]


@command(permission="work.open_case", label="New case from a template", target="")
def open_from_template(
    ctx: Context,
    *,
    template: Ref[CaseTemplate],
    title: Annotated[str, Input(max_length=400)] = "",
    party: Ref[Party] | None = None,
    contact_name: str = "",
    contact_phone: Phone = "",
    origin: Annotated[str, Input(max_length=120)] = "",
) -> Case:
    """Open a case that comes again, with its checklist.

    title: left empty, that of the template.
    party: whom it is about.
    origin: text reference of what it came from.
    Refuses: not_active, and what a new case refuses.
    """
    if not template.active:
        raise Refusal("not_active", "This template is no longer used.", field="template")
    due = ctx.now + timedelta(minutes=template.due_min) if template.due_min else None
    case: Case = open_case(
        ctx,
        kind=template.kind,
        title=title or template.title,
        topic=template.topic,
        description=template.description,
        party=party,
        contact_name=contact_name,
        contact_phone=contact_phone,
        queue=template.queue,
        priority=template.priority,
        due_at=due,
        origin=origin,
    )
    add_checklist(ctx, case=case, template=template)
    return case


@command(permission="work.open_case", label="Add a checklist")
def add_checklist(ctx: Context, *, case: Case, template: Ref[CaseTemplate]) -> Case:
    """Put the steps of a template into a case, behind those that it has.

    Refuses: no_steps; case_step_of_open_case (database).
    """
    lines = list(TemplateStep.objects.visible_to(ctx).filter(template=template).order_by("place", "pk"))
    if not lines:
        raise Refusal("no_steps", "This template has no steps.", field="template")
    first = _next_place(ctx, case)
    CaseStep.objects.bulk_create(
        CaseStep(
            company=ctx.company,
            case=case,
            place=first + number * _APART,
            text=line.text,
            required=line.required,
            owner_id=line.owner_id,
            due_at=case.opened_at + timedelta(minutes=line.due_min) if line.due_min else None,
        )
        for number, line in enumerate(lines)
    )
    return case


@command(permission="work.take_case", label="Add a step")
def add_step(
    ctx: Context, *, case: Case, text: str, required: bool = True, owner: Owner = None, due_at: datetime | None = None
) -> CaseStep:
    """Say what else belongs to a case.

    required: it has to be done, or left out with a reason, before the case is settled.
    owner: left empty, whoever has the case; a colleague is told.
    Refuses: not_yours, in_the_past, away; case_step_says, case_step_of_open_case (database).
    """
    require_hand(ctx, case)
    if due_at is not None and due_at <= ctx.now:
        raise Refusal("in_the_past", "This time is over already.", field="due_at")
    receiver = here_or_deputy(ctx, owner, "owner") if owner is not None else None
    place = _next_place(ctx, case)
    step = CaseStep.objects.create(
        company=ctx.company, case=case, place=place, text=text.strip(), required=required, owner=receiver, due_at=due_at
    )
    if receiver is not None:
        tell(ctx, [receiver], f"Your step in “{case.title}”: {step.text}", ref(case))
    return step


@command(permission="work.take_case", tone="primary", label="Done")
def finish_step(ctx: Context, *, step: CaseStep) -> CaseStep:
    """Say that a step is done.

    Refuses: not_open, not_yours.
    """
    _require_step(ctx, step)
    return _decide(ctx, step, CaseStep.State.DONE)


@command(permission="work.take_case", label="Leave out")
def drop_step(ctx: Context, *, step: CaseStep, reason: str) -> CaseStep:
    """Leave a step out.

    reason: why; it stays readable.
    Refuses: not_open, not_yours; case_step_dropped_with_reason (database).
    """
    _require_step(ctx, step)
    return _decide(ctx, step, CaseStep.State.DROPPED, reason.strip())


@command(permission="work.take_case", label="Still to do")
def undo_step(ctx: Context, *, step: CaseStep) -> CaseStep:
    """Say that a step is still to be done after all.

    Refuses: not_done_or_dropped, not_yours; case_step_of_open_case (database).
    """
    _require_step(ctx, step)
    step.state, step.decided_at, step.decided_by, step.reason = CaseStep.State.OPEN, None, None, ""
    step.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    return step


@command(permission="work.take_case", label="Give to somebody")
def assign_step(ctx: Context, *, step: CaseStep, owner: Owner = None) -> CaseStep:
    """Say who does a step; she is told.

    owner: left empty, whoever has the case.
    Refuses: not_open, not_yours, away.
    """
    _require_step(ctx, step)
    step.owner = here_or_deputy(ctx, owner, "owner") if owner is not None else None
    step.save(update_fields=["owner"])
    if step.owner is not None:
        tell(ctx, [step.owner], f"Your step in “{step.case.title}”: {step.text}", ref(step.case))
    return step


def _require_step(ctx: Context, step: CaseStep) -> None:
    """Whoever is to do it may decide about it, and whoever has the case."""
    if step.owner_id != ctx.user.pk and not ctx.may(MANAGE):
        require_hand(ctx, step.case)


def _decide(ctx: Context, step: CaseStep, state: str, reason: str = "") -> CaseStep:
    step.state, step.decided_at, step.decided_by, step.reason = state, ctx.now, ctx.user, reason
    step.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    return step


def _next_place(ctx: Context, case: Case) -> int:
    last = CaseStep.objects.visible_to(ctx).filter(case=case).aggregate(last=Max("place"))["last"]
    return int(last or 0) + _APART

"""By when a case is due, what it waits for, and the reminder when it is late."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from enfilade.base.work.events import CaseOverdue
from enfilade.base.work.models import Case, CaseNote
from enfilade.base.work.queries import deputy_of
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell, tell_role
from enfilade.core.refs import ref

from .clocks import go_on, pause
from .common import require_hand


@command(permission="work.take_case", label="Wait for something")
def park_case(
    ctx: Context,
    *,
    case: Case,
    waiting_for: str,
    until: Annotated[datetime, Input(label="Look again at")],
    for_customer: Annotated[bool, Input(label="It is the customer's turn")] = False,
) -> Case:
    """Put a case aside until something happens. It comes back by itself when its time is over.

    for_customer: what was promised stands still meanwhile.
    Refuses: not_accepted_or_waiting, not_yours, in_the_past.
    """
    require_hand(ctx, case)
    _require_future(ctx, until, "until")
    case.state, case.waiting_for, case.due_at, case.reminded_at = Case.State.WAITING, waiting_for, until, None
    case.save(update_fields=["state", "waiting_for", "due_at", "reminded_at"])
    if for_customer:
        pause(ctx, case)
    return case


@command(permission="work.take_case", tone="primary", label="Go on")
def resume_case(ctx: Context, *, case: Case) -> Case:
    """Go on with a case that waited.

    Refuses: not_waiting, not_yours.
    """
    require_hand(ctx, case)
    case.state, case.waiting_for = Case.State.ACCEPTED, ""
    case.save(update_fields=["state", "waiting_for"])
    go_on(ctx, case)
    return case


@command(permission="work.take_case", label="Change due time")
def set_due(
    ctx: Context, *, case: Case, due_at: Annotated[datetime, Input(label="Due", prefill="row.due_at")], reason: LongText = ""
) -> Case:
    """Promise another time. The old one stays in the timeline.

    Refuses: not_open_or_offered_or_accepted_or_waiting, not_yours, in_the_past.
    """
    require_hand(ctx, case)
    _require_future(ctx, due_at, "due_at")
    case.due_at, case.reminded_at = due_at, None
    case.save(update_fields=["due_at", "reminded_at"])
    if reason:
        CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=f"Due at another time: {reason}")
    return case


@command(permission="work.manage_cases", hidden=True)
def remind_case(ctx: Context, *, case: Case) -> Case:
    """Tell whoever has a case, or serves its queue, that it is late. The clock runs it; once a day for each case.

    Refuses: not_overdue.
    """
    if not case.is_overdue(ctx.now) or case.due_at is None:
        raise Refusal("not_overdue", "This case is in time.")
    case.reminded_at = ctx.now
    case.save(update_fields=["reminded_at"])
    text = f"Overdue: {case.title}"
    if case.state == Case.State.ANSWERED:
        tell(ctx, list({case.opened_by, case.answered_by or case.opened_by}), f"{case.who} still has to be told: {case.title}", ref(case))
    elif case.owner is not None:
        deputy = deputy_of(ctx, case.owner)
        tell(ctx, list({case.owner, deputy or case.owner}), text, ref(case))
    if case.queue is not None and case.state != Case.State.ANSWERED:
        tell_role(ctx, case.queue.role_code, text, ref(case))
    publish(ctx, CaseOverdue(case.pk, case.due_at.isoformat()))
    return case


def _require_future(ctx: Context, at: datetime, field: str) -> None:
    if at <= ctx.now:
        raise Refusal("in_the_past", "This time is over already.", field=field)

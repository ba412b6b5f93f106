"""Two cases that are one, and one case that is two."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.work.events import CaseClosed, CasesMerged
from enfilade.base.work.models import Case, CaseNote, CaseStep, Target
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .clocks import finish
from .common import require_hand
from .opening import KINDS, open_case

Other = Annotated[Case, Input(label="Into this case")]


@command(permission="work.close_case", label="Merge into another", target="case")
def merge_cases(ctx: Context, *, case: Case, into: Other) -> Case:
    """Say that a case is the same as another one. It closes as a duplicate and points to the other, which has its steps and messages.

    into: the one that goes on; notes and timeline of both are shown there, and who else asked is noted.
    Refuses: not_open_or_accepted_or_waiting_or_answered, not_yours, itself, not_going_on.
    """
    if case.pk == into.pk:
        raise Refusal("itself", "A case can't be merged into itself.", field="into")
    if into.state == Case.State.CLOSED:
        raise Refusal("not_going_on", f"{into.number} is closed. Take it up again, or choose the one that goes on.", field="into")
    require_hand(ctx, case)
    CaseStep.objects.visible_to(ctx).filter(case=case).update(case=into)
    Case.objects.visible_to(ctx).filter(origin=ref(case)).exclude(pk=into.pk).update(origin=ref(into))
    # What was merged into this one before points to where it goes on now, so that no way is longer than one step.
    Case.objects.visible_to(ctx).filter(merged_into=case).update(merged_into=into)
    case.state, case.closed_at, case.outcome = Case.State.CLOSED, ctx.now, Case.Outcome.DUPLICATE
    case.owner, case.merged_into = case.owner or ctx.user, into
    case.save(update_fields=["state", "closed_at", "outcome", "owner", "merged_into"])
    finish(ctx, case, Target.TAKEN, Target.SETTLED)
    _keep_contact(ctx, case, into)
    publish(ctx, CasesMerged(into.pk, case.pk))
    publish(ctx, CaseClosed(case.pk, case.kind, case.origin, case.outcome))
    tell(ctx, [user for user in {into.owner, case.owner} if user is not None], f"{case.number} was merged into {into}", ref(into))
    return into


@command(permission="work.open_case", label="Split off")
def split_case(
    ctx: Context, *, case: Case, title: str, description: LongText = "", kind: Annotated[str, KINDS] = "", topic: str = ""
) -> Case:
    """Make a case of its own of what has nothing to do with the rest. It has the same customer, and each shows the other.

    kind: left empty, the same. topic: left empty, the same; the routing rules choose where the new one goes.
    Refuses: not_yours; case_titled (database).
    """
    require_hand(ctx, case)
    made: Case = open_case(
        ctx,
        kind=kind or case.kind,
        title=title,
        topic=topic or case.topic,
        description=description,
        party=case.party,
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        priority=case.priority,
        origin=ref(case),
    )
    CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=f"Split off: {made}")
    return made


def _keep_contact(ctx: Context, case: Case, into: Case) -> None:
    """Whom the closed one was for is not forgotten: the other one takes it over, or has it in a note."""
    if not into.who and case.who:
        into.party, into.contact_name, into.contact_phone = case.party, case.contact_name, case.contact_phone
        into.save(update_fields=["party", "contact_name", "contact_phone"])
    asked = " · ".join(part for part in (case.who, case.contact_phone) if part)
    words = f"{case} is the same." + (f" It was asked by {asked}." if asked and case.who != into.who else "")
    text = "\n".join(part for part in (words, case.description, case.answer) if part)
    CaseNote.objects.create(company=ctx.company, case=into, at=ctx.now, by=ctx.user, text=text)

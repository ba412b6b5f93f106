"""Answering a case, telling who asked, and closing it."""

from __future__ import annotations

from typing import Annotated, Any

from enfilade.base.work.events import CaseAnswered, CaseClosed, PartyTold
from enfilade.base.work.models import Case, CaseNote, Target
from enfilade.core.command import Choice, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.notify import tell
from enfilade.core.refs import ref

from .clocks import finish, go_on
from .common import require_hand

CHANNELS = Choice(
    ("phone", "By telephone"), ("in_person", "In person"), ("email", "By e-mail"), ("letter", "By letter"), ("message", "By message")
)
OUTCOMES = Choice(*Case.Outcome.choices)


def _facts(*, case: Case, **_: Any) -> dict[str, Any]:
    return {"kind": case.kind, "topic": case.topic, "priority": case.priority}


@command(permission="work.answer_case", door=_facts, tone="primary", label="Answer")
def answer_case(ctx: Context, *, case: Case, answer: LongText) -> Case:
    """Write down the answer. Whoever took the case is told, so that the person who asked can be told.

    Refuses: not_open_or_accepted_or_waiting, not_yours.
    """
    require_hand(ctx, case)
    case.answer, case.answered_at, case.answered_by, case.state = answer, ctx.now, ctx.user, Case.State.ANSWERED
    case.owner = case.owner or ctx.user
    case.told_party_at, case.told_by, case.told_channel = None, None, ""
    case.save(update_fields=["answer", "answered_at", "answered_by", "state", "owner", "told_party_at", "told_by", "told_channel"])
    finish(ctx, case, Target.TAKEN, Target.SETTLED)
    publish(ctx, CaseAnswered(case.pk, case.kind, case.origin))
    tell(ctx, [case.opened_by], f"Answered: {case.title}" + (f". Tell {case.who}." if case.owes_answer else ""), ref(case))
    return case


@command(permission="work.tell_party", tone="primary", label="Told")
def tell_party(ctx: Context, *, case: Case, channel: Annotated[str, CHANNELS] = "phone", note: LongText = "") -> Case:
    """Say that the person who asked has been told the answer.

    note: what was said to it.
    Refuses: not_answered, told_already.
    """
    if case.told_party_at is not None:
        raise Refusal("told_already", f"{case.told_by} has told {case.who or 'them'} already.")
    case.told_party_at, case.told_by, case.told_channel = ctx.now, ctx.user, channel
    case.save(update_fields=["told_party_at", "told_by", "told_channel"])
    if note:
        CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=note)
    publish(ctx, PartyTold(case.pk, channel))
    return case


@command(permission="work.close_case", door=_facts, label="Close")
def close_case(ctx: Context, *, case: Case, outcome: Annotated[str, OUTCOMES] = "settled", note: LongText = "") -> Case:
    """Close a case: nothing more has to be done.

    Refuses: not_open_or_accepted_or_waiting_or_answered, not_yours, party_not_told.
    """
    if case.opened_by_id != ctx.user.pk and case.state != Case.State.ANSWERED:
        require_hand(ctx, case)
    settled = outcome == Case.Outcome.SETTLED
    if settled and case.owes_answer and (case.kind == "complaint" or case.state == Case.State.ANSWERED):
        raise Refusal("party_not_told", f"{case.who} has not been told the answer yet.", field="outcome")
    case.state, case.closed_at, case.outcome = Case.State.CLOSED, ctx.now, outcome
    case.owner = case.owner or ctx.user
    case.save(update_fields=["state", "closed_at", "outcome", "owner"])
    finish(ctx, case, Target.TAKEN, Target.SETTLED)
    if note:
        CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=note)
    publish(ctx, CaseClosed(case.pk, case.kind, case.origin, outcome))
    return case


@command(permission="work.close_case", label="Take up again")
def reopen_case(ctx: Context, *, case: Case, reason: LongText) -> Case:
    """Take up a case again that was answered or closed; its last owner has it, or you.

    reason: what was not settled.
    Refuses: not_answered_or_closed.
    """
    case.state, case.closed_at, case.outcome = Case.State.ACCEPTED, None, ""
    case.owner = case.owner or ctx.user
    case.save(update_fields=["state", "closed_at", "outcome", "owner"])
    go_on(ctx, case, again=True)
    CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=f"Taken up again: {reason}")
    tell(ctx, [case.owner], f"Taken up again: {case.title}", ref(case))
    return case


@command(permission="work.add_note")
def add_note(ctx: Context, *, case: Case, text: LongText) -> CaseNote:
    """Note something about a case for whoever works on it."""
    return CaseNote.objects.create(company=ctx.company, case=case, at=ctx.now, by=ctx.user, text=text)

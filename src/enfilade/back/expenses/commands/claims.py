"""The way of a claim: opened, submitted, withdrawn, approved by somebody else or rejected, given up."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.expenses.events import ClaimApproved, ClaimRejected, ClaimSubmitted
from enfilade.back.expenses.models import ExpenseClaim
from enfilade.back.expenses.queries import breaches_of, lines_of, lock_person
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.numbers import draw

from .common import Row, new_claim, tell_claimant
from .flat import price_drive

Employee = Annotated[Row, Input(shared=True, query="party_roles__role=employee")]


@command(permission="expenses.open_claim", label="Write a claim for somebody", target="")
def open_claim(
    ctx: Context,
    *,
    person: Employee[Party],
    title: Annotated[str, Input(max_length=120, label="What for")] = "",
) -> ExpenseClaim:
    """Begin a claim of an employee: for somebody who can't, or one for a journey of its own.

    Refuses: not_a_person.
    """
    if person.kind != Party.Kind.PERSON:
        raise Refusal("not_a_person", "Expenses are paid back to people; choose an employee.", field="person")
    lock_person(ctx, person)
    return new_claim(ctx, person, title)


@command(permission="expenses.submit_claim", label="Submit", tone="primary")
def submit_claim(ctx: Context, *, claim: ExpenseClaim) -> ExpenseClaim:
    """Ask for the approval of a claim; from then on its expenses do not change.

    Drives are priced anew, after all that was driven and submitted before.
    Refuses: not_draft_or_rejected, nothing_claimed, policy (what is missing, with the expense); expense_claim_not_empty (database).
    """
    lock_person(ctx, claim.person)
    lines = lines_of(ctx, [claim])
    if not lines:
        raise Refusal("nothing_claimed", "There is nothing in this claim yet.")
    for line in lines:
        if line.mileage_rate_id is not None:
            price_drive(ctx, line)
            line.save(update_fields=["amount_minor", "spent_minor"])
    found = breaches_of(ctx, lines)
    for line in lines:
        if (first := next(iter(found[line.pk]), None)) is not None and first.blocks:
            raise Refusal("policy", f"{line}: {first.sentence}")
    claim.number = claim.number or _number(ctx)
    claim.submitted_by, claim.submitted_at, claim.reason = ctx.user, ctx.now, ""
    claim.state = ExpenseClaim.State.SUBMITTED
    claim.save(update_fields=["number", "submitted_by", "submitted_at", "reason", "state"])
    claim.refresh_from_db(fields=["total_minor", "own_minor", "last_on"])
    count = sum(len(breaches) for breaches in found.values())
    publish(ctx, ClaimSubmitted(claim=claim.pk, person=claim.person_id, total_minor=claim.total_minor, breaches=count))
    return claim


@command(permission="expenses.withdraw_claim", label="Withdraw")
def withdraw_claim(ctx: Context, *, claim: ExpenseClaim) -> ExpenseClaim:
    """Take a claim back before it is posted, to change or to give up.

    Refuses: already_posted, not_submitted_or_approved.
    """
    return _unapproved(claim, ExpenseClaim.State.DRAFT)


class ClaimFacts(TypedDict):
    """What a door is told about a claim. total, own: in major units; days: how old its oldest expense is.

    without_receipt: how many expenses by receipt have none; breaches: how many times the policy is broken in it.
    """

    total: Decimal
    own: Decimal
    person: str
    days: int
    without_receipt: int
    breaches: int


def _claim_facts(*, ctx: Context, claim: ExpenseClaim, **_: object) -> ClaimFacts:
    lines = lines_of(ctx, [claim])
    by_receipt = [line for line in lines if not (line.mileage_rate_id or line.per_diem_rate_id)]
    return {
        "total": to_major(claim.total_minor, claim.currency),
        "own": to_major(claim.own_minor, claim.currency),
        "person": claim.person.name,
        "days": max(((ctx.today - line.on).days for line in lines), default=0),
        "without_receipt": sum(not line.receipts.all() for line in by_receipt),
        "breaches": sum(len(found) for found in breaches_of(ctx, lines).values()),
    }


@command(permission="expenses.approve_claim", label="Approve", tone="primary", door=_claim_facts)
def approve_claim(ctx: Context, *, claim: ExpenseClaim) -> ExpenseClaim:
    """Say that the expenses of somebody else were for the company, and reasonable.

    Refuses: own_claim, already_approved, not_submitted; expense_claim_two_people (database).
    """
    if ctx.user.pk in {claim.claimant_id, claim.submitted_by_id}:
        raise Refusal("own_claim", "Nobody approves her own claim; somebody else has to.")
    claim.approved_by, claim.approved_at, claim.state = ctx.user, ctx.now, ExpenseClaim.State.APPROVED
    claim.save(update_fields=["approved_by", "approved_at", "state"])
    tell_claimant(ctx, claim, f"{claim} was approved.")
    publish(ctx, ClaimApproved(claim=claim.pk, person=claim.person_id, total_minor=claim.total_minor))
    return claim


@command(permission="expenses.reject_claim", label="Reject", tone="danger")
def reject_claim(ctx: Context, *, claim: ExpenseClaim, reason: LongText) -> ExpenseClaim:
    """Send a claim back to whoever wrote it, who may amend and submit it again.

    reason: she reads it.
    Refuses: not_submitted_or_approved.
    """
    claim.reason = reason
    _unapproved(claim, ExpenseClaim.State.REJECTED)
    tell_claimant(ctx, claim, f"{claim} was rejected: {reason}")
    publish(ctx, ClaimRejected(claim=claim.pk, person=claim.person_id, reason=reason))
    return claim


@command(permission="expenses.discard_claim", label="Discard", tone="danger")
def discard_claim(ctx: Context, *, claim: ExpenseClaim) -> ExpenseClaim:
    """Give up a claim that was not submitted, or was rejected; its receipts can be claimed again.

    Refuses: not_draft_or_rejected.
    """
    claim.state = ExpenseClaim.State.DISCARDED
    claim.save(update_fields=["state"])
    return claim


def _unapproved(claim: ExpenseClaim, state: str) -> ExpenseClaim:
    claim.approved_by = claim.approved_at = None
    claim.state = state
    claim.save(update_fields=["approved_by", "approved_at", "state", "reason"])
    return claim


def _number(ctx: Context) -> str:
    year = ctx.today.year
    return f"EC-{year}-{draw(ctx, f'expenses.claim:{year}'):05d}"

"""What a review decides about somebody's role, and answering for a conflict."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.core.command import LongText, Ref, command
from enfilade.core.command.inputs import Input
from enfilade.core.context import Context, Refusal
from enfilade.core.members import withdraw
from enfilade.core.models import Membership, Role, User

from .models import AcceptedConflict, AccessDecision, ConflictRule
from .queries import load_house, pairs_of
from .rules import clashes

REVIEW = "access.review_access"
Member = Annotated[Membership, Input(label="Person")]


@command(permission=REVIEW, label="Confirm a role", tone="primary")
def confirm_access(ctx: Context, *, membership: Member, role: Ref[Role], note: LongText = "") -> AccessDecision:
    """Say that a person still needs a role.

    role: one she holds, herself or by a department.
    Refuses: not_held; decision_four_eyes (database).
    """
    house = load_house(ctx)
    if role.pk not in {h.role.pk for h in house.held(house.people[membership.user_id])}:
        raise Refusal("not_held", f"{membership.user} does not hold {role}.", field="role")
    return _decide(ctx, membership, role, AccessDecision.Verdict.CONFIRMED, note)


@command(permission=REVIEW, label="Withdraw a role", tone="danger")
def withdraw_access(ctx: Context, *, membership: Member, role: Ref[Role], reason: LongText) -> AccessDecision:
    """Take a role from a person who no longer needs it, from her next click.

    role: one she holds herself; what a department gives is changed at the department.
    reason: for her and the audit.
    Refuses: by_department, own_access, last_manager; decision_four_eyes (database).
    """
    withdraw(ctx, membership, role)
    return _decide(ctx, membership, role, AccessDecision.Verdict.WITHDRAWN, reason)


def _decide(ctx: Context, membership: Membership, role: Role, verdict: str, note: str) -> AccessDecision:
    return AccessDecision.objects.create(
        company=ctx.company, membership=membership, person=membership.user, role=role, verdict=verdict, at=ctx.now, by=ctx.user, note=note
    )


@command(permission="access.accept_conflict", label="Accept a conflict", target="")
def accept_conflict(ctx: Context, *, rule: Ref[ConflictRule], person: Ref[User], reason: LongText, until_on: date) -> AcceptedConflict:
    """Answer for a person who holds what does not go together, until a day. It stays on the list, with the name of who answers.

    reason: what makes up for it, for example that somebody else checks the drawer every evening.
    Refuses: no_conflict, in_the_past; acceptance_four_eyes (database).
    """
    if until_on < ctx.today:
        raise Refusal("in_the_past", "This day is over already.", field="until_on")
    pairs = [p for p in pairs_of(ctx) if p.pk == rule.pk]
    if not any(c.user == person.pk for c in clashes(load_house(ctx), pairs)):
        raise Refusal("no_conflict", f"{person} does not hold both of {rule}.", field="person")
    return AcceptedConflict.objects.create(
        company=ctx.company, rule=rule, person=person, reason=reason, until_on=until_on, at=ctx.now, accepted_by=ctx.user
    )

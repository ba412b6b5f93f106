"""What somebody with the right decides about a bill that differs from order and receipt."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.ledger.commands import worth_on
from enfilade.back.payables.models import Bill
from enfilade.back.purchasing import rules
from enfilade.back.purchasing.events import CreditClaimed
from enfilade.back.purchasing.models import MatchDecision
from enfilade.back.purchasing.queries import LineChecked, check
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major

from .matching import waits

CreditNote = Annotated[Bill, Input(shared=True, query="kind=credit_note")]
Number = Annotated[int | None, Input(min_value=1, max_value=1_000, label="Line of the bill", help="Every line that differs when left out.")]


class DifferenceFacts(TypedDict):
    """What a door is told about a difference. amount: by how much the bill is above what was agreed, in major units of our currency."""

    amount: Decimal
    supplier: str
    own: bool


def _facts(*, ctx: Context, bill: Bill, number: int | None = None, **_: object) -> DifferenceFacts:
    over = sum(one.over_minor for line in _differing(ctx, bill, number) for one in line.open)
    amount = to_major(worth_on(ctx, bill.currency, over, bill.billed_on), ctx.company.currency)
    return {"amount": amount, "supplier": bill.supplier.name, "own": bill.entered_by_id == ctx.user.pk}


@command(permission="purchasing.accept_difference", label="Accept the difference", target="bill", door=_facts, offered=waits)
def accept_difference(ctx: Context, *, bill: Ref[Bill], reason: LongText, number: Number = None) -> Bill:
    """Say that a bill is owed although it is dearer than ordered, or charges what was not ordered. What did not come is never accepted.

    reason: stays with the bill.
    number: of the line in the bill, from 1; all that differ when left out.
    Refuses: nothing_differs, not_here (enter what came, or claim a credit note).
    """
    lines = _differing(ctx, bill, number)
    if any(one.missing for line in lines for one in line.open):
        raise Refusal("not_here", "What did not come can't be accepted: enter what came, or claim a credit note for it.")
    _decide(ctx, lines, MatchDecision.Kind.ACCEPT, bill, reason)
    return bill


@command(permission="purchasing.accept_difference", label="Claim a credit note", target="bill", door=_facts, offered=waits)
def claim_credit(ctx: Context, *, bill: Ref[Bill], reason: LongText, number: Number = None) -> Bill:
    """Take a bill as it is, and want back what is too much; what did not come is not counted as billed.

    The claim stays open until a credit note settles it.

    reason: stays with the claim; write it so that the supplier understands it.
    number: of the line in the bill, from 1; all that differ when left out.
    Refuses: nothing_differs.
    """
    lines = _differing(ctx, bill, number)
    for made in _decide(ctx, lines, MatchDecision.Kind.CLAIM, bill, reason):
        publish(ctx, CreditClaimed(decision=made.pk, bill=bill.pk, amount_minor=made.amount_minor, currency=bill.currency))
    return bill


def _is_claimed(decision: MatchDecision) -> bool:
    return decision.state == MatchDecision.State.CLAIMED


@command(
    permission="purchasing.accept_difference",
    label="Settled by a credit note",
    target="decision",
    offered=_is_claimed,
)
def settle_claim(
    ctx: Context,
    *,
    decision: MatchDecision,
    credit_note: CreditNote,
) -> MatchDecision:
    """Say with which credit note the supplier gave back what was claimed.

    Refuses: not_claimed, no_credit_note, other_supplier.
    """
    _require_claimed(decision)
    if credit_note.kind != Bill.Kind.CREDIT_NOTE or credit_note.state == Bill.State.VOID:
        raise Refusal("no_credit_note", "Choose a credit note that is not void.", field="credit_note")
    if credit_note.supplier_id != decision.bill_line.bill.supplier_id:
        raise Refusal("other_supplier", "This credit note is of another supplier.", field="credit_note")
    decision.credit_note, decision.state = credit_note, MatchDecision.State.SETTLED
    decision.save(update_fields=["credit_note", "state"])
    return decision


@command(
    permission="purchasing.accept_difference", label="Give up the claim", tone="danger", target="decision", door=True,
    offered=lambda row: row.state == "claimed",
)  # fmt: skip
def drop_claim(ctx: Context, *, decision: MatchDecision, reason: LongText) -> MatchDecision:
    """Want nothing back any more.

    reason: kept in the audit.
    Refuses: not_claimed.
    """
    del ctx, reason
    _require_claimed(decision)
    decision.state = MatchDecision.State.DROPPED
    decision.save(update_fields=["state"])
    return decision


def _amount_of(line: LineChecked) -> int:
    """What is too much of a line, without tax: what is dearer than agreed, and the price of what did not come."""
    by_row = {match.order_line_id: match.order_line for match in line.matches}
    over = sum(one.over_minor for one in line.open)
    missing = sum((one.missing for one in line.open), rules.NONE)
    row = next(iter(by_row.values()), None)
    return over + (rules.net_of(missing, row.price_minor, row.per) if row is not None else 0)


def _differing(ctx: Context, bill: Bill, number: int | None) -> list[LineChecked]:
    """The lines of a bill that differ and about which nobody decided; the one of this number where one is given."""
    lines = check(ctx, bill).lines
    wanted = lines if number is None else lines[number - 1 : number]
    return [line for line in wanted if line.open]


def _decide(ctx: Context, lines: Sequence[LineChecked], kind: MatchDecision.Kind, bill: Bill, reason: str) -> list[MatchDecision]:
    if bill.state != Bill.State.DRAFT:
        raise Refusal("bill_not_waiting", "Only a bill that waits for approval is decided about.", field="bill")
    if not lines:
        raise Refusal("nothing_differs", "Nothing of this differs from what was ordered and came.", field="number")
    MatchDecision.objects.visible_to(ctx).filter(bill_line__in=[line.line.pk for line in lines]).delete()
    claim = kind == MatchDecision.Kind.CLAIM
    return [
        MatchDecision.objects.create(
            company=ctx.company,
            bill_line=line.line,
            kind=kind,
            over_minor=sum(one.over_minor for one in line.open),
            amount_minor=_amount_of(line),
            missing_quantity=sum((one.missing for one in line.open), rules.NONE),
            currency=bill.currency,
            reason=reason,
            decided_by=ctx.user,
            decided_at=ctx.now,
            state=MatchDecision.State.CLAIMED if claim else MatchDecision.State.STANDING,
        )
        for line in lines
    ]


def _require_claimed(decision: MatchDecision) -> None:
    if not _is_claimed(decision):
        raise Refusal("not_claimed", "No credit note is awaited for this.")

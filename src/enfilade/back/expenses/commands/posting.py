"""A claim is posted: what the person paid becomes a bill of hers, what the company paid goes off its card or its cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from enfilade.back.expenses import rules
from enfilade.back.expenses.events import ClaimPosted, ClaimReimbursed, ClaimTakenBack
from enfilade.back.expenses.models import ExpenseClaim, ExpenseLine
from enfilade.back.expenses.queries import lines_of, lock_person
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal
from enfilade.back.payables.commands import BillLineIn, approve_bill, enter_bill, void_bill
from enfilade.back.payables.commands.approval import INPUT_TAX
from enfilade.back.payables.models import Bill
from enfilade.base.books.models import Account
from enfilade.base.books.queries import entries_of
from enfilade.core.command import LongText, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.refs import ref

from .common import tell_claimant


@command(permission="expenses.post_claim", label="Post", tone="primary")
def post_claim(ctx: Context, *, claim: ExpenseClaim, on: Today) -> ExpenseClaim:
    """Post an approved claim: cost, tax that is deducted, and what is owed to the person, which payment runs pay like any bill.

    on: accounting date; its month has to be open.
    Refuses: not_approved, already_posted, before_expense; what payables and the ledger refuse; entry_period_open (database).
    Source: § 15 (1) no. 1 UStG: tax is deducted where a receipt is kept.
    """
    if claim.last_on is not None and on < claim.last_on:
        raise Refusal("before_expense", "A claim is not posted before its last expense.", field="on")
    lock_person(ctx, claim.person)
    lines = lines_of(ctx, [claim])
    own = [line for line in lines if line.paid_by == ExpenseLine.PaidBy.PERSON]
    claim.bill = _owe(ctx, claim, own, on) if own else None
    _post(ctx, claim, [line for line in lines if line.paid_by != ExpenseLine.PaidBy.PERSON], on)
    claim.posted_by, claim.posted_on = ctx.user, on
    claim.state = ExpenseClaim.State.POSTED if own else ExpenseClaim.State.REIMBURSED
    claim.save(update_fields=["bill", "posted_by", "posted_on", "state"])
    bill = claim.bill_id or 0
    fact = ClaimPosted(claim=claim.pk, person=claim.person_id, total_minor=claim.total_minor, own_minor=claim.own_minor, bill=bill)
    publish(ctx, fact)
    return claim


@command(permission="expenses.take_back_claim", label="Take back", tone="danger")
def take_back_claim(ctx: Context, *, claim: ExpenseClaim, on: Today, reason: LongText) -> ExpenseClaim:
    """Reverse a claim that was posted although it should not have been; the person may amend it.

    on: accounting date of the reversal; its month has to be open.
    Refuses: before_bill, already_paid (its bill is paid: take the payment back first), partly_settled; entry_period_open (database).
    """
    if claim.posted_on and on < claim.posted_on:
        raise Refusal("before_bill", "A claim is not taken back before it was posted.", field="on")
    bill = claim.bill
    claim.state, claim.reason = ExpenseClaim.State.REJECTED, reason
    claim.bill = claim.posted_by = claim.posted_on = claim.approved_by = claim.approved_at = None
    claim.save(update_fields=["state", "reason", "bill", "posted_by", "posted_on", "approved_by", "approved_at"])
    if bill is not None:
        void_bill(ctx, bill=bill, on=on, reason=reason)
    reversed_already = {entry.reverses_id for entry in entries_of(ctx, ref(claim))}
    for entry in entries_of(ctx, ref(claim)):
        if entry.reverses_id is None and entry.pk not in reversed_already:
            reverse_journal(ctx, entry=entry, on=on, reason=reason)
    tell_claimant(ctx, claim, f"{claim} was rejected: {reason}")
    publish(ctx, ClaimTakenBack(claim=claim.pk, person=claim.person_id, reason=reason))
    return claim


def follow_bill(ctx: Context, claim: ExpenseClaim) -> None:
    """Let a claim say what its bill says: paid back, or not any more. Inside a reaction, the claim locked."""
    paid = claim.bill is not None and claim.bill.state == Bill.State.PAID
    claim.state = ExpenseClaim.State.REIMBURSED if paid else ExpenseClaim.State.POSTED
    claim.save(update_fields=["state"])
    if paid:
        tell_claimant(ctx, claim, f"{claim} was paid back.")
        publish(ctx, ClaimReimbursed(claim=claim.pk, person=claim.person_id, own_minor=claim.own_minor))


def _owe(ctx: Context, claim: ExpenseClaim, lines: Sequence[ExpenseLine], on: date) -> Bill:
    """A bill of the person over what she paid, approved and posted."""
    bill = enter_bill(
        ctx,
        supplier=claim.person,
        number=claim.number or "",
        billed_on=max(line.on for line in lines),
        due_on=on,
        lines=[row for line in lines for row in _bill_lines(line)],
        total=claim.own_minor,
        origin=ref(claim),
        note=claim.title,
        although_similar=True,
    )
    return approve_bill(ctx, bill=bill, on=on)


def _bill_lines(line: ExpenseLine) -> list[BillLineIn]:
    return [
        BillLineIn(
            account=_account(line, part),
            gross=part.gross_minor,
            tax_class=line.tax_class if _taxed(line) else "",
            tax_category="" if _taxed(line) else "O",
            description=_text(line),
            dimensions=line.dimensions,
        )
        for part in _parts(line)
    ]


def _post(ctx: Context, claim: ExpenseClaim, lines: Sequence[ExpenseLine], on: date) -> None:
    """What the company paid itself: off the account of the card, or out of the petty cash."""
    legs: list[Leg] = []
    taxes: dict[str, int] = defaultdict(int)
    for line in lines:
        for part in _parts(line):
            legs.append(Leg(_account(line, part).code, part.net_minor, text=_text(line), dimensions=line.dimensions))
            if part.tax_minor:
                taxes[INPUT_TAX[line.tax_class]] += part.tax_minor
        legs.append(Leg(line.card.account.code if line.card else "cash", -line.amount_minor, text=_text(line)))
    legs += [Leg(purpose, amount) for purpose, amount in taxes.items()]
    if legs:
        post_legs(ctx, on=on, text=f"Expenses {claim.number} of {claim.person}", origin=ref(claim), legs=legs)


def _taxed(line: ExpenseLine) -> bool:
    """Whether tax of it is deducted: only with a receipt in hand."""
    return bool(line.tax_minor and line.receipts.all())


def _parts(line: ExpenseLine) -> list[rules.Part]:
    return rules.parts(line.amount_minor, line.tax_rate_bp if _taxed(line) else 0, int(line.category.deductible_percent * 100))


def _account(line: ExpenseLine, part: rules.Part) -> Account:
    rest = line.category.rest_account
    return rest if part.rest and rest is not None else line.category.account


def _text(line: ExpenseLine) -> str:
    return ", ".join(text for text in (str(line.category), line.merchant, line.occasion or line.note) if text)[:200]

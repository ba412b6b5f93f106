"""A bill is approved and posted, or was no bill and is void."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TypedDict

from enfilade.back.budgeting.queries import over_budget
from enfilade.back.ledger.commands import Leg, post_legs, reverse_journal, worth_on
from enfilade.back.payables import rules
from enfilade.back.payables.events import BillApproved, BillVoided
from enfilade.back.payables.models import Bill, BillLine
from enfilade.back.payables.queries import lines_of_bill
from enfilade.base.books.queries import entries_of
from enfilade.base.money.rules import worth_at, worth_of_part
from enfilade.base.party.models import Party
from enfilade.core.command import LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major
from enfilade.core.refs import ref

from .common import number_of
from .valuing import own_worth, value_bill
from .withholding import reckon

INPUT_TAX = {"standard": "tax_input", "reduced": "tax_input_reduced", rules.IMPORT_TAX: "tax_input_import"}
SELF_TAX = {"AE": ("tax_input_reverse", "tax_output_reverse"), "K": ("tax_input_acquisition", "tax_output_acquisition")}
IMPORT_SELF_TAX = ("tax_input_import", "tax_output_acquisition")
SERIES = {Bill.Kind.BILL: "B", Bill.Kind.CREDIT_NOTE: "BC"}


class ApprovalFacts(TypedDict):
    """What a door is told about a bill. total: with tax, in major units of our currency; attached: whether the bill itself is kept with it.

    first: whether nothing of this supplier was approved before. over_budget: by how much it would carry an account over what the approved
    budget plans for the year, in major units; 0 where nothing is planned.
    """

    total: Decimal
    supplier: str
    attached: bool
    first: bool
    over_budget: Decimal


def _approval_facts(*, ctx: Context, bill: Bill, on: date, **_: object) -> ApprovalFacts:
    earlier = Bill.objects.filter(company=bill.company_id, supplier=bill.supplier_id, posted_on__isnull=False).exists()
    return {
        "total": to_major(_in_own(ctx, bill), ctx.company.currency),
        "supplier": bill.supplier.name,
        "attached": bill.file_id is not None,
        "first": not earlier,
        "over_budget": to_major(over_budget(ctx, on, _costs(ctx, bill)), ctx.company.currency),
    }


def _in_own(ctx: Context, bill: Bill) -> int:
    own = ctx.company.currency
    if bill.worth_minor is not None or bill.currency == own:
        return own_worth(bill, bill.total_minor)
    if bill.rate is not None:
        return worth_at(bill.total_minor, bill.rate, bill.currency, own)
    return worth_on(ctx, bill.currency, bill.total_minor, bill.billed_on)


@command(permission="payables.approve_bill", label="Approve", tone="primary", door=_approval_facts)
def approve_bill(ctx: Context, *, bill: Bill, on: Today) -> Bill:
    """Say that a bill is right and owed, and post it: cost, tax that is deducted, what is owed to the supplier.

    on: accounting date; its month has to be open.
    Refuses: not_draft, already_approved, what_for, date_out_of_range, no_rate (of one in a foreign currency); bill_sums_lines,
    bill_lines_have_account, entry_period_open, line_account_open (database).
    """
    require_date(on, "on")
    lines = lines_of_bill(ctx, bill)
    if unknown := next((n for n, line in enumerate(lines, 1) if line.account_id is None), 0):
        raise Refusal("what_for", f"Say first what line {unknown} was for.")
    value_bill(ctx, bill, lines)
    reckon(ctx, bill, lines, on, unless_overruled=True)
    _post(ctx, bill, lines, on)
    bill.posted_on, bill.approved_by, bill.approved_at, bill.state = on, ctx.user, ctx.now, Bill.State.OPEN
    bill.number = number_of(ctx, bill.kind, SERIES[Bill.Kind(bill.kind)], on.year)
    bill.save(update_fields=["number", "posted_on", "approved_by", "approved_at", "state", "worth_minor", "rate"])
    publish(
        ctx,
        BillApproved(
            bill=bill.pk,
            kind=bill.kind,
            supplier=bill.supplier_id,
            total_minor=bill.total_minor,
            due_on=bill.due_on.isoformat(),
            origin=bill.origin,
            currency=bill.currency,
        ),
    )
    return bill


@command(permission="payables.void_bill", label="Make void", tone="danger", door=_approval_facts)
def void_bill(ctx: Context, *, bill: Bill, on: Today, reason: LongText) -> Bill:
    """Take back a bill that was approved although it is not owed; what was posted is reversed.

    on: accounting date of the reversal; its month has to be open.
    reason: is in the audit and in the text of the reversal.
    Refuses: not_open, partly_settled, already_paid, before_bill; bill_void_while_untouched, entry_period_open (database).
    """
    if bill.posted_on and on < bill.posted_on:
        raise Refusal("before_bill", "A bill is not void before it was posted.", field="on")
    [entry] = [e for e in entries_of(ctx, ref(bill)) if e.reverses_id is None]
    reverse_journal(ctx, entry=entry, on=on, reason=reason)
    bill.state, bill.voided_on = Bill.State.VOID, on
    bill.save(update_fields=["state", "voided_on"])
    publish(ctx, BillVoided(bill=bill.pk, supplier=bill.supplier_id, total_minor=bill.total_minor, reason=reason, currency=bill.currency))
    return bill


def _costs(ctx: Context, bill: Bill) -> dict[int, int]:
    """What a bill costs in the company's currency, by account; a line of which nobody has said what it was for is left out."""
    found: dict[int, int] = defaultdict(int)
    own = _in_own(ctx, bill)
    for line in BillLine.objects.visible_to(ctx).filter(bill=bill):
        if line.account_id is not None:
            valued = own == bill.total_minor or bill.worth_minor is not None
            found[line.account_id] += bill.sign * (line.cost_minor if valued else worth_of_part(line.cost_minor, bill.total_minor, own))
    return found


def self_tax_of(category: str, tax_class: str) -> tuple[str, str]:
    """Purposes of the accounts of tax that we owe ourselves: what is deducted of it, and what is owed."""
    return IMPORT_SELF_TAX if tax_class == rules.IMPORT_POSTPONED else SELF_TAX[category]


def owed_leg(bill: Bill, amount_minor: int, worth_minor: int) -> Leg:
    """What is owed to a supplier less, or with a minus more, because of a bill; in a foreign currency that is owed."""
    if bill.worth_minor is None:
        return Leg("payable", amount_minor, Party(pk=bill.supplier_id))
    return Leg("payable", worth_minor, Party(pk=bill.supplier_id), unit=bill.currency, unit_minor=amount_minor)


def _post(ctx: Context, bill: Bill, lines: list[BillLine], on: date) -> None:
    """One leg for each line, one for each tax, one for what is owed; with opposite signs for a credit note."""
    sign = bill.sign
    legs = [owed_leg(bill, -sign * bill.total_minor, -sign * (bill.worth_minor or 0))]
    taxes: dict[str, int] = defaultdict(int)
    for line in lines:
        _, _, deductible, self_tax = line.counted
        legs.append(
            Leg(line.account.code if line.account else "", sign * line.cost_minor, text=line.description, dimensions=line.dimensions)
        )
        if line.tax_category in SELF_TAX:
            deducted, owed = self_tax_of(line.tax_category, line.tax_class)
            taxes[deducted] += sign * deductible
            taxes[owed] -= sign * self_tax
        elif deductible:
            taxes[INPUT_TAX[line.tax_class]] += sign * deductible
    legs += [Leg(purpose, amount) for purpose, amount in taxes.items()]
    what = "Credit note" if sign < 0 else "Bill"
    post_legs(ctx, on=on, text=f"{what} {bill.supplier_number} of {bill.supplier}", origin=ref(bill), legs=legs)

"""Bills come in, are corrected, and are given up before anybody approved them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from enfilade.back.ledger.commands import Currency, Rate, currency_in
from enfilade.back.payables import rules
from enfilade.back.payables.events import BillEntered
from enfilade.back.payables.models import Bill, BillLine, SupplierTerms
from enfilade.back.payables.queries import bill_known, similar_bill, terms_of
from enfilade.base.books.inputs import DimensionCodes
from enfilade.base.books.queries import accounts_by_id
from enfilade.base.money.rules import basis_points
from enfilade.base.party.models import Party
from enfilade.core.command import Choice, Input, LongText, Ref, command, primary_key, require_date
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.ui.format import format_day

from .accounts import note_account, require_iban
from .common import money
from .lines import BillLineIn, Cost, Priced, priced, write_lines
from .withholding import reckon

Supplier = Annotated[Party, Input(shared=True, query="party_roles__role=supplier")]
TheirNumber = Annotated[str, Input(label="Their number", max_length=100)]
Discount = Annotated[Decimal | None, Input(label="Discount for early payment (%)", min_value=0, max_value=99, decimals=2)]
BillRate = Annotated[
    Decimal | None,
    Input(min_value=0, max_value=1_000_000_000, decimals=10, prefill="row.rate", help="The rate of the date of the bill when left out."),
]
Total = Annotated[int | None, Input(amount=True, label="Total to pay")]


@command(permission="payables.enter_bill", label="Enter a bill", tone="primary", target="")
def enter_bill(
    ctx: Context,
    *,
    supplier: Supplier,
    number: TheirNumber,
    billed_on: Annotated[date, Input(label="Date of the bill")],
    lines: list[BillLineIn],
    total: Total = None,
    due_on: date | None = None,
    file: Annotated[StoredFile | None, Input(shared=True, label="The bill itself")] = None,
    kind: Annotated[str, Choice(*Bill.Kind.choices)] = Bill.Kind.BILL,
    discount_percent: Discount = None,
    discount_until: date | None = None,
    iban: Annotated[str, Input(label="IBAN on the bill", max_length=42)] = "",
    reference: Annotated[str, Input(label="Reference for the transfer", max_length=140)] = "",
    currency: Currency = "",
    rate: Rate | None = None,
    note: LongText = "",
    origin: str = "",
    although_similar: bool = False,
) -> Bill:
    """Take in what a supplier wants to have paid; it waits for approval and is in no account before.

    number: as it stands on the bill.
    total: with tax, as it stands on the bill; what rounding explains is taken from it, a larger difference is refused.
    due_on: by the terms of the supplier when left out.
    discount_percent, discount_until: by the terms of the supplier when left out.
    iban: when it is new, it waits for a second person before anything is paid to it.
    reference: what the supplier wants to read on the transfer, when it is not the number.
    currency: in which the bill is.
    rate: how much of it one of the company's own is worth; when left out, the last rate until the date of the bill.
    origin: reference of what it came from, for example a message.
    although_similar: enter it although another bill looks the same.
    Refuses: bill_known, maybe_known, unknown_currency, no_currency, no_rate, no_lines, one_amount, unknown_rate,
    total_differs, not_found, bad_iban,
    date_out_of_range; bill_entered_once, bill_adds_up, bill_due_after_its_date (database).
    Source: EN 16931: number BT-1, total BT-112, reference BT-83, IBAN BT-84; amounts of a credit note are positive.
    """
    abroad = currency_in(ctx, currency, rate)
    for name, day in (("billed_on", billed_on), ("due_on", due_on), ("discount_until", discount_until)):
        if day is not None:
            require_date(day, name)
    _require_unknown(ctx, supplier, kind, number)
    terms = terms_of(ctx, supplier)
    costs = priced(ctx, lines, billed_on, terms, total, abroad)
    if not although_similar:
        _require_unlike(ctx, supplier, kind, costs.total_minor, billed_on, abroad)
    bill = Bill(
        company=ctx.company,
        kind=kind,
        supplier=supplier,
        supplier_number=number,
        billed_on=billed_on,
        due_on=due_on or rules.days_after(billed_on, terms.term_days),
        currency=abroad,
        rate=rate,
        iban=require_iban(iban) if iban else "",
        reference=reference,
        note=note,
        origin=origin,
        file=file,
        entered_by=ctx.user,
        entered_at=ctx.now,
    )
    return _enter(ctx, bill, costs, terms, discount_percent, discount_until)


def _require_unknown(ctx: Context, supplier: Party, kind: str, number: str) -> None:
    if known := bill_known(ctx, supplier, kind, number):
        day = format_day(known.entered_at.astimezone(ctx.zone).date())
        said = f"{known.supplier_number} of {supplier} was entered on {day} already, as {known}."
        raise Refusal("bill_known", said, field="number")


def _require_unlike(ctx: Context, supplier: Party, kind: str, total_minor: int, billed_on: date, currency: str) -> None:
    if other := similar_bill(ctx, supplier, kind, total_minor, billed_on):
        day, amount = format_day(other.billed_on), money(ctx, total_minor, currency)
        said = f"{supplier} has a bill over {amount} of {day} already: {other.supplier_number}."
        hint = {"label": "It is another one", "fill": {"although_similar": True}}
        raise Refusal("maybe_known", said, field="although_similar", hints=(hint,))


def _enter(ctx: Context, bill: Bill, costs: Priced, terms: SupplierTerms, percent: Decimal | None, until: date | None) -> Bill:
    _price(bill, costs, terms, percent, until)
    bill.save()
    write_lines(bill, costs.lines)
    reckon(ctx, bill, costs.lines, bill.billed_on)
    if bill.iban:
        note_account(ctx, bill.supplier, bill.iban)
    told: dict[str, Any] = {"supplier": bill.supplier_id, "total_minor": bill.total_minor, "origin": bill.origin, "currency": bill.currency}
    publish(ctx, BillEntered(bill=bill.pk, kind=bill.kind, **told))
    return bill


@command(permission="payables.change_bill", label="Correct", target="bill")
def change_bill(
    ctx: Context,
    *,
    bill: Bill,
    lines: list[BillLineIn],
    number: Annotated[str, Input(label="Their number", max_length=100, prefill="row.supplier_number")],
    billed_on: Annotated[date, Input(label="Date of the bill", prefill="row.billed_on")],
    due_on: Annotated[date, Input(prefill="row.due_on")],
    total: Annotated[int | None, Input(amount=True, label="Total to pay", prefill="row.total_minor")] = None,
    discount_percent: Discount = None,
    discount_until: date | None = None,
    reference: Annotated[str, Input(label="Reference for the transfer", max_length=140, prefill="row.reference")] = "",
    currency: Annotated[str, Input(max_length=3, prefill="row.currency", help="Its own when left out.")] = "",
    rate: BillRate = None,
) -> Bill:
    """Write a bill anew that waits for approval.

    currency, rate: as when it was entered; the rate of the date of the bill where none is given.
    Refuses: not_draft, unknown_currency, no_currency, no_rate, no_lines, one_amount, unknown_rate, total_differs,
    not_found, date_out_of_range; bill_entered_once (database).
    """
    require_date(billed_on, "billed_on")
    require_date(due_on, "due_on")
    terms = terms_of(ctx, bill.supplier)
    bill.currency, bill.rate = currency_in(ctx, currency or bill.currency, rate), rate
    costs = priced(ctx, lines, billed_on, terms, total, bill.currency)
    bill.supplier_number, bill.billed_on, bill.due_on, bill.reference = number, billed_on, due_on, reference
    _price(bill, costs, terms, discount_percent, discount_until)
    bill.lines.visible_to(ctx).delete()
    bill.save()
    write_lines(bill, costs.lines)
    reckon(ctx, bill, costs.lines, billed_on)
    return bill


@command(permission="payables.say_what_for", label="What was it for?")
def say_what_for(
    ctx: Context, *, bill: Bill, account: Cost, remember: Annotated[bool, Input(label="So are most bills of this supplier")] = True
) -> Bill:
    """Say what every line of a bill was for of which nobody has said it; of all of them, where all were said before.

    remember: propose it for the next bill of this supplier.
    Refuses: not_draft.
    """
    lines = BillLine.objects.visible_to(ctx).filter(bill=bill)
    unknown = lines.filter(account=None)
    (unknown if unknown.exists() else lines).update(account=account)
    if remember:
        SupplierTerms.objects.visible_to(ctx).update_or_create(company=ctx.company, supplier=bill.supplier, defaults={"account": account})
    return bill


@dataclass(frozen=True)
class LineFor:
    """What a line of a bill was for.

    number: of the line, from 1.
    account: what it was for.
    dimensions: codes of values of dimensions, at most one of each.
    """

    number: Annotated[int, Input(min_value=1, max_value=1_000)]
    account: Cost | int
    dimensions: DimensionCodes = ""


@command(permission="payables.say_what_for", label="What was each line for?", target="bill", hidden=True)
def say_what_lines_were_for(ctx: Context, *, bill: Bill, lines: list[LineFor]) -> Bill:
    """Say what single lines of a bill were for, as a module above knows it; a line of which somebody has said it stays as it is.

    Refuses: not_draft, not_found.
    """
    own = list(BillLine.objects.visible_to(ctx).filter(bill=bill).order_by("pk"))
    known = accounts_by_id(ctx, {primary_key(line.account) for line in lines})
    for line in lines:
        if line.number > len(own) or primary_key(line.account) not in known:
            raise NotFound("line", line.number, field="lines")
        row = own[line.number - 1]
        if row.account_id is None:
            row.account_id, row.dimensions = primary_key(line.account), row.dimensions or line.dimensions
            row.save(update_fields=["account", "dimensions"])
    return bill


@command(permission="payables.attach_file", label="Attach the bill itself")
def attach_file(ctx: Context, *, bill: Bill, file: Ref[StoredFile]) -> Bill:
    """Keep the paper or the PDF with a bill that waits for approval.

    Refuses: not_draft.
    """
    bill.file = file
    bill.save(update_fields=["file"])
    return bill


@command(permission="payables.discard_bill", label="Discard", tone="danger")
def discard_bill(ctx: Context, *, bill: Bill, reason: LongText) -> Bill:
    """Give up a bill before anybody approved it: entered twice, not for us, wrong.

    reason: stays with the bill.
    Refuses: not_draft.
    """
    bill.state, bill.note = Bill.State.VOID, f"{bill.note}\n{reason}".strip()
    bill.save(update_fields=["state", "note"])
    return bill


def _price(bill: Bill, costs: Priced, terms: SupplierTerms, percent: Decimal | None, until: date | None) -> None:
    bill.net_minor, bill.tax_minor, bill.total_minor = costs.net_minor, costs.tax_minor, costs.total_minor
    by_terms = percent is None
    share = terms.discount_percent if percent is None else percent
    bill.discount_minor = rules.discount_of(bill.total_minor, basis_points(share)) if bill.kind == Bill.Kind.BILL and share else 0
    if bill.discount_minor and until is None and not by_terms and not terms.discount_days:
        raise Refusal("discount_until_when", "Say until when the discount may be taken.", field="discount_until")
    bill.discount_until = (until or rules.days_after(bill.billed_on, terms.discount_days)) if bill.discount_minor else None

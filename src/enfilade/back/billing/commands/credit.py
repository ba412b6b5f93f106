"""Credit notes: the only way in which an issued invoice becomes smaller."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import InvoiceCredited
from enfilade.back.billing.models import Invoice, InvoiceLine
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.tax.choosing import Chosen
from enfilade.back.tax.treatment import Treatment
from enfilade.core.command import Amount, LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major

from .common import money
from .drafts import Money, Priced, write_draft
from .invoices import post_document, take_number
from .settling import free, refresh
from .taking_over import hand_back_advances
from .valuing import own_worth, value_credit


class CreditFacts(TypedDict):
    """What a door is told about a credit. amount: with tax, in major units of the company's currency; percent: of the invoice."""

    amount: Decimal
    percent: Decimal


def _credit_facts(*, ctx: Context, invoice: Invoice, amount: int | None, on: date, **_: object) -> CreditFacts:
    credited = invoice.open_minor if amount is None else amount
    return {
        "amount": to_major(own_worth(ctx, invoice, credited, on), ctx.company.currency),
        "percent": rules.percent(credited, invoice.total_minor),
    }


@command(permission="billing.credit_invoice", door=_credit_facts, label="Give a credit note", tone="danger")
def credit_invoice(ctx: Context, *, invoice: Invoice, on: Today, reason: LongText, amount: Amount | None = None) -> Invoice:
    """Issue a credit note for an invoice, as a whole or in part; advances that one took over which is credited wholly are free again.

    on: date of the credit note and of its posting.
    reason: printed on the credit note.
    amount: with tax; all that is still open when left out. What of it was paid stays on account of the party.
    Refuses: not_issued_or_part_paid_or_paid, already_paid, credit_too_large, nothing_to_credit; entry_period_open (database).
    Source: EN 16931, document type 381: the amounts of a credit note are positive.
    """
    require_date(on)
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        raise Refusal("already_paid", "A credit note is not credited; issue an invoice instead.")
    if amount is None and not invoice.open_minor:
        said = "This invoice is paid: say how much is credited. It stays on account until it is given back or settles another invoice."
        raise Refusal("already_paid", said, field="amount")
    left = invoice.open_minor + invoice.paid_minor
    credited = invoice.open_minor if amount is None else amount
    if credited > left:
        raise Refusal("credit_too_large", f"Only {money(ctx, left, invoice.currency)} of this invoice can be credited.", field="amount")
    if credited <= 0:
        raise Refusal("nothing_to_credit", "Give an amount above zero.", field="amount")
    if invoice.issued_on and on < invoice.issued_on:
        raise Refusal("before_invoice", "A credit note is not older than its invoice.", field="on")
    if credited > invoice.open_minor:
        free(ctx, credited - invoice.open_minor, on, reason, invoice=invoice)
        refresh(invoice)
    lines, taxes = _whole(ctx, invoice) if credited == invoice.total_minor else _part(ctx, invoice, credited)
    totals = rules.Totals(sum(p.price.net_minor for p in lines), sum(taxes), sum(p.price.discount_minor for p in lines), tuple(taxes))
    kind = Invoice.Kind.CREDIT_NOTE
    note = write_draft(
        ctx,
        invoice.party,
        lines,
        due_on=on,
        note=reason,
        origin=invoice.origin,
        kind=kind,
        cancels=invoice,
        totals=totals,
        money=Money(invoice.currency, invoice.rate),
        advance=invoice.advance,
    )
    value_credit(ctx, note, invoice)
    _settle(invoice, note)
    post_document(ctx, note, on)
    take_number(ctx, note, on, paid_minor=note.total_minor, gone_worth_minor=note.worth_minor or 0)
    if invoice.state == Invoice.State.VOID:
        hand_back_advances(ctx, invoice, on, reason)
    publish(
        ctx,
        InvoiceCredited(credit_note=note.pk, invoice=invoice.pk, party=note.party_id, total_minor=note.total_minor, currency=note.currency),
    )
    return note


def _settle(invoice: Invoice, note: Invoice) -> None:
    invoice.credited_minor += note.total_minor
    invoice.gone_worth_minor += note.worth_minor or 0
    amounts = (invoice.total_minor, invoice.paid_minor, invoice.credited_minor, invoice.deducted_minor, invoice.written_off_minor)
    invoice.state = rules.state_of(*amounts)
    invoice.save(update_fields=["credited_minor", "gone_worth_minor", "state"])
    invoice.open_minor -= note.total_minor


def _whole(ctx: Context, invoice: Invoice) -> tuple[list[Priced], list[int]]:
    """The lines of the invoice once more."""
    rows = list(invoice.lines.visible_to(ctx).order_by("pk"))
    lines = [copy_line(r, r.quantity, r.unit_price_minor, r.discount_minor, r.description, r.item_id) for r in rows]
    return lines, [r.tax_minor for r in rows]


def _part(ctx: Context, invoice: Invoice, credited_minor: int) -> tuple[list[Priced], list[int]]:
    """One line per tax rate, each with its share of the amount by what the rate still has on the invoice."""
    billed = list(invoice.lines.visible_to(ctx).order_by("pk"))
    left = left_by_rate(ctx, invoice)
    models = {(row.tax_class, row.tax_rate_bp): row for row in reversed(billed)}
    shares = rules.share_of_credit(credited_minor, [(net, tax, rate) for (_, rate), (net, tax) in left.items()])
    taken = [(models[key], net, tax) for key, (net, tax) in zip(left, shares, strict=True) if net or tax]
    return [copy_line(row, Decimal(1), net, 0, f"Credit for {invoice.number}") for row, net, _ in taken], [tax for _, _, tax in taken]


def copy_line(
    row: InvoiceLine, quantity: Decimal, unit_price_minor: int, discount_minor: int, description: str, item_id: int | None = None
) -> Priced:
    """A line as another document says it again, taxed as it was."""
    price = rules.Price(quantity, unit_price_minor, discount_minor, row.tax_rate_bp, row.tax_category)
    tax = Chosen(
        Treatment(row.treatment), row.tax_class, row.tax_category, row.tax_rate_bp, row.tax_reason, row.tax_code, row.tax_country,
        row.tax_why, row.tax_overruled,
    )  # fmt: skip
    return Priced(price, description, tax, row.supplied_on, item_id)

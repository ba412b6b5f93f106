"""What documents and payments in foreign currencies are worth in the company's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from enfilade.back.billing.models import Invoice, InvoiceLine
from enfilade.back.billing.queries import left_by_rate
from enfilade.back.ledger.commands import worth_on
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import RateOn, allocate, divide_worth, worth_at, worth_of_part
from enfilade.core import bulk
from enfilade.core.context import Context, Refusal

Worth = Callable[[int], int]


def rates_for(ctx: Context, invoices: Sequence[Invoice], on: date) -> dict[str, RateOn]:
    """Rates of the day for those in foreign currencies that have none of their own; nothing is read where there are none."""
    own = ctx.company.currency
    wanted = {i.currency for i in invoices if i.currency != own and i.rate is None}
    return rates_on(ctx, wanted, own, on) if wanted else {}


def require_rate(ctx: Context, invoice: Invoice, rates: dict[str, RateOn], on: date) -> None:
    """Refuse a document whose worth is not known."""
    own = ctx.company.currency
    if invoice.currency != own and invoice.rate is None and invoice.currency not in rates:
        said = f"There is no rate between {invoice.currency} and {own} on {on:%Y-%m-%d} or before: record one, or give the draft its own."
        raise Refusal("no_rate", said, field="on")


def value_documents(ctx: Context, invoices: Sequence[Invoice], rates: dict[str, RateOn]) -> None:
    """Set what documents in foreign currencies are worth, and write it down for their lines: two statements, however many.

    The total is converted, and net and tax for each rate of tax, which are handed to the lines; what rounding leaves over is net.
    Source: Directive 2006/112/EC art. 91(2) and 230: the tax is given in the national currency, at the last rate until the day, which may
    be that of the European Central Bank.
    """
    own = ctx.company.currency
    abroad = {invoice.pk: invoice for invoice in invoices if invoice.currency != own}
    if not abroad:
        return
    groups: dict[int, dict[tuple[str, int, str], list[InvoiceLine]]] = defaultdict(lambda: defaultdict(list))
    for line in InvoiceLine.objects.visible_to(ctx).filter(invoice__in=abroad).order_by("pk"):
        groups[line.invoice_id][line.tax_class, line.tax_rate_bp, line.tax_category].append(line)
    rows = []
    for key, invoice in abroad.items():
        worth = _worth(invoice, rates, own)
        lines = [row for of_rate in groups[key].values() for row in _valued(of_rate, worth)]
        invoice.worth_minor = worth(invoice.total_minor)
        if lines:
            largest = max(lines, key=lambda row: row["net_worth_minor"])
            largest["net_worth_minor"] += invoice.worth_minor - sum(row["net_worth_minor"] + row["tax_worth_minor"] for row in lines)
        rows += lines
    bulk.update(InvoiceLine, rows)


def _worth(invoice: Invoice, rates: dict[str, RateOn], own: str) -> Worth:
    """How amounts of a document are converted; its rate is set where it had none."""
    if invoice.rate is not None:
        given = invoice.rate
        return lambda amount: worth_at(amount, given, invoice.currency, own)
    rate = rates[invoice.currency]
    invoice.rate = (rate.denominator / rate.numerator).quantize(Decimal("1e-10"))
    return rate.worth_of


def _valued(lines: list[InvoiceLine], worth: Worth) -> list[dict[str, int]]:
    nets, taxes = [line.net_minor for line in lines], [line.tax_minor for line in lines]
    parts = [allocate(worth(sum(amounts)), amounts) if any(amounts) else amounts for amounts in (nets, taxes)]
    return [{"id": line.pk, "net_worth_minor": net, "tax_worth_minor": tax} for line, net, tax in zip(lines, *parts, strict=True)]


def value_credit(ctx: Context, note: Invoice, invoice: Invoice) -> None:
    """Set what a credit note is worth: what it takes of what is open of its invoice, at the rate of that, so that nothing is left over.

    Source: Directive 2006/112/EC art. 90; UStG § 17: the tax of the supply is corrected, not a new one worked out.
    """
    if invoice.worth_minor is None:
        return
    lines = list(InvoiceLine.objects.visible_to(ctx).filter(invoice=note).order_by("pk"))
    worth = worth_of_part(note.total_minor, invoice.open_minor, invoice.open_worth_minor)
    left, worths = left_by_rate(ctx, invoice), left_by_rate(ctx, invoice, "_worth")
    parts = []
    for at in (0, 1):
        for line in lines:
            key = (line.tax_class, line.tax_rate_bp)
            parts.append(((line.net_minor, line.tax_minor)[at], left[key][at], worths[key][at]))
    divided = divide_worth(worth, parts)
    bulk.update(
        InvoiceLine,
        [
            {"id": line.pk, "net_worth_minor": net, "tax_worth_minor": tax}
            for line, net, tax in zip(lines, divided[: len(lines)], divided[len(lines) :], strict=True)
        ],
    )
    note.worth_minor, note.rate = worth, invoice.rate


def own_worth(ctx: Context, invoice: Invoice, amount_minor: int, on: date) -> int:
    """A part of an invoice in the company's currency: as the books count it once it is issued, before that at its rate or that of a day."""
    own = ctx.company.currency
    if invoice.currency == own:
        return amount_minor
    if invoice.worth_minor is not None:
        return worth_of_part(amount_minor, invoice.total_minor, invoice.worth_minor)
    return (
        worth_at(amount_minor, invoice.rate, invoice.currency, own) if invoice.rate else worth_on(ctx, invoice.currency, amount_minor, on)
    )

"""Ask for money before anything is supplied, and say in which final invoice it is deducted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.billing import rules
from enfilade.back.billing.events import AdvanceAsked
from enfilade.back.billing.models import AdvancePlan, Invoice, InvoiceLine
from enfilade.back.billing.queries import free_advances, planned_advances
from enfilade.base.money.rules import percent_of
from enfilade.core.command import Input, Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .common import money, remember
from .credit import copy_line
from .drafts import Priced, write_draft
from .invoices import issue_invoice

_Percent = Annotated[Decimal | None, Input(min_value=0, max_value=100, decimals=2, label="Percent of the total")]
_Amount = Annotated[int | None, Input(amount=True, label="Or an amount, with tax")]
Advance = Annotated[Invoice | None, Input(shared=True, query="advance=true", help="All that are free when left out.")]


@command(
    permission="billing.ask_advance",
    label="Ask for money in advance",
    offered=lambda invoice: invoice.kind == Invoice.Kind.INVOICE and not invoice.advance,
)
def ask_advance(
    ctx: Context, *, invoice: Invoice, percent: _Percent = None, amount: _Amount = None, on: Today, due_on: date | None = None
) -> Invoice:
    """Issue an invoice over a part of what a draft will come to, to be paid before it is supplied; the draft deducts it when it is issued.

    percent: of the total of the draft, with tax.
    amount: with tax, instead of a percentage.
    on: date of the advance invoice.
    due_on: day until which to pay; by the days of the letterhead when left out.
    Refuses: not_draft, is_advance, other_currency, percent_or_amount, nothing_asked, too_much; what issue_invoice refuses or what holds it.
    Source: § 14 (5) sentence 1 UStG; Directive 2006/112/EC art. 220(1) no. 4 and 5: an advance is billed as a supply is.
    Why: it is divided over the rates of the draft, because each part of it is taxed as what it is paid for; its tax is owed when the
    money comes (art. 65), and revenue is what the final invoice says.
    """
    _require_final(ctx, invoice)
    asked = _asked(invoice, percent, amount)
    left = invoice.total_minor - sum(a.total_minor - a.credited_minor for a in planned_advances(ctx, invoice))
    if asked > left:
        said = f"This draft is over {money(ctx, invoice.total_minor)}, of which {money(ctx, left)} is not asked for yet."
        raise Refusal("too_much", said, field="amount" if percent is None else "percent")
    if due_on is not None:
        require_date(due_on, "due_on")
    share = f"{rules.percent(asked, invoice.total_minor).normalize():f} %"
    lines, taxes = _lines(list(invoice.lines.visible_to(ctx).order_by("pk")), asked, share)
    totals = rules.Totals(sum(line.price.net_minor for line in lines), sum(taxes), 0, tuple(taxes))
    made = write_draft(ctx, invoice.party, lines, due_on=due_on, origin=invoice.origin, totals=totals, advance=True)
    remember(ctx, made)
    made = issue_invoice(ctx, invoice=made, on=on)
    AdvancePlan.objects.create(company=ctx.company, advance=made, invoice=invoice)
    told = {"party": made.party_id, "total_minor": made.total_minor, "currency": made.currency}
    publish(ctx, AdvanceAsked(advance=made.pk, invoice=invoice.pk, **told))
    return made


@command(
    permission="billing.deduct_advances",
    label="Deduct advances",
    offered=lambda invoice: invoice.kind == Invoice.Kind.INVOICE and not invoice.advance,
)
def deduct_advances(ctx: Context, *, invoice: Invoice, advance: Advance = None) -> Invoice:
    """Deduct advances of the customer in a draft when it is issued: what was received for them is paid, what was not is claimed by it.

    advance: one of the customer's; all that no other draft deducts when left out.
    Refuses: not_draft, is_advance, other_currency, other_party, no_advances, already_deducted; advance_planned_once (database).
    """
    _require_final(ctx, invoice)
    free = free_advances(ctx, invoice.party)
    if advance is not None:
        if not advance.advance or advance.party_id not in {invoice.party_id, *(row.party_id for row in free)}:
            raise Refusal("other_party", f"{advance} is no advance of {invoice.party}.", field="advance")
        if not (advance.open_minor or advance.paid_minor):
            raise Refusal("already_deducted", f"Nothing of {advance} is left: it was deducted or credited.", field="advance")
        free = [advance]
    if not free:
        raise Refusal("no_advances", f"There is no advance of {invoice.party} that is not deducted elsewhere.", field="advance")
    AdvancePlan.objects.bulk_create([AdvancePlan(company=ctx.company, advance=row, invoice=invoice) for row in free])
    return invoice


@command(permission="billing.deduct_advances", label="Do not deduct here", tone="danger", hidden=True)
def leave_out_advance(ctx: Context, *, invoice: Invoice, advance: Ref[Invoice]) -> Invoice:
    """Let an advance be deducted in another invoice than this draft; it stays asked for.

    Refuses: not_draft, not_planned.
    """
    gone, _ = AdvancePlan.objects.visible_to(ctx).filter(invoice=invoice, advance=advance).delete()
    if not gone:
        raise Refusal("not_planned", f"{advance} is not deducted here.", field="advance")
    return invoice


def _require_final(ctx: Context, invoice: Invoice) -> None:
    if invoice.advance or invoice.kind != Invoice.Kind.INVOICE:
        raise Refusal("is_advance", "Advances are asked for, and deducted, where the whole supply is billed.")
    if invoice.currency != ctx.company.currency:
        raise Refusal("other_currency", f"Advances are asked for in {ctx.company.currency}, and this draft is in {invoice.currency}.")


def _asked(invoice: Invoice, percent: Decimal | None, amount: int | None) -> int:
    if (percent is None) == (amount is None):
        raise Refusal("percent_or_amount", "Give a percentage or an amount.", field="percent")
    asked = percent_of(invoice.total_minor, int(percent * 100)) if percent is not None else amount or 0
    if asked <= 0:
        raise Refusal("nothing_asked", "Give more than nothing.", field="amount" if percent is None else "percent")
    return asked


def _lines(rows: list[InvoiceLine], asked_minor: int, share: str) -> tuple[list[Priced], list[int]]:
    """One line for each way in which the draft is taxed, with its share and what it is for."""
    groups: dict[tuple[str, int, str, str, str, str, str], list[InvoiceLine]] = {}
    for row in rows:
        key = (row.tax_class, row.tax_rate_bp, row.tax_category, row.treatment, row.tax_country, row.tax_code, row.tax_reason)
        groups.setdefault(key, []).append(row)
    sums = [(sum(r.net_minor for r in of), sum(r.tax_minor for r in of), of[0].tax_rate_bp) for of in groups.values()]
    lines, taxes = [], []
    for of, (net, tax) in zip(groups.values(), rules.share_of_credit(asked_minor, sums), strict=True):
        if net or tax:
            names = ", ".join(dict.fromkeys(row.description.partition("\n")[0] for row in of))
            lines.append(copy_line(of[0], Decimal(1), net, 0, f"Advance of {share} on: {names}"[:1_000]))
            taxes.append(tax)
    return lines, taxes

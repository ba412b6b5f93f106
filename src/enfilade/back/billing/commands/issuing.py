"""Many drafts issued at once: a day's or a month's invoices, by a fixed number of statements."""

from __future__ import annotations

from datetime import date

from enfilade.back.billing.models import Invoice
from enfilade.back.ledger.commands import write_postings
from enfilade.base.money.rules import RateOn
from enfilade.core import bulk
from enfilade.core.command import Today, command
from enfilade.core.context import Context
from enfilade.core.events import publish
from enfilade.core.numbers import draw
from enfilade.core.together import Outcome, take_together, twin_of

from .invoices import NUMBERED, VALUED, divide, issue_invoice, issued, number, postings_of, require_issuable
from .taking_over import take_over_advances
from .taxing import tax_problems
from .valuing import rates_for, value_documents


@twin_of(issue_invoice)
@command(permission="billing.issue_invoice", label="Issue many", hidden=True)
def issue_invoices(ctx: Context, *, invoices: list[Invoice], on: Today) -> list[Outcome]:
    """Number drafts in the order given and post them to the ledger; one that may not be issued is told why, and the others are.

    invoices: at most 200.
    on: date of the invoices and of their postings; its month has to be open.
    Shape: one outcome per draft: done, refused as `issue_invoice` refuses it, or held at the door for itself.
    Refuses: too_many.
    Why: numbers are drawn at once and last, as for one: nobody else gets one in between, and there is no gap.
    """
    problems, rates = tax_problems(ctx, invoices, on), rates_for(ctx, invoices, on)

    def check(invoice: Invoice) -> None:
        require_issuable(ctx, invoice, on, rates)
        if invoice.pk in problems:
            raise problems[invoice.pk]

    return take_together(ctx, issue_invoice, invoices, {"on": on}, check, lambda rows: _issue(ctx, rows, on, rates))


def _issue(ctx: Context, invoices: list[Invoice], on: date, rates: dict[str, RateOn]) -> None:
    value_documents(ctx, invoices, rates)
    if postings := [posting for posting in postings_of(ctx, invoices) if posting]:
        write_postings(ctx, on=on, postings=postings)
    divide(invoices, on)
    kinds = {kind: [invoice for invoice in invoices if invoice.kind == kind] for kind in {invoice.kind for invoice in invoices}}
    for kind, rows in sorted(kinds.items()):
        last = draw(ctx, f"billing.{kind}:{on.year}", len(rows))
        for drawn, invoice in enumerate(rows, last - len(rows) + 1):
            number(invoice, on, drawn)
    columns = NUMBERED + VALUED if any(i.worth_minor is not None for i in invoices) else NUMBERED
    bulk.update(Invoice, [{"id": i.pk, **{name: getattr(i, name) for name in columns}} for i in invoices])
    for invoice in invoices:
        publish(ctx, issued(invoice, on))
    take_over_advances(ctx, invoices, on)

"""What e-invoices add to pages: those of a bill on its page, how a customer wants them on the customer's."""

from __future__ import annotations

from typing import Any

from enfilade.back.billing.models import Invoice
from enfilade.base.message.models import Mail
from enfilade.base.message.queries import mails_with_file
from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.resource import panel

from .models import IncomingInvoice
from .queries import einvoices_of, entered_as, incoming_of_mail, wish_of
from .showing import shown


@panel(on=Invoice, title="E-invoices", permission="einvoice.view_einvoice", template="einvoice/panel_einvoices.html", icon="file-code")
def invoice_einvoices(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """What was made of a bill, newest first, each to be downloaded as it left."""
    rows = einvoices_of(ctx, invoice) if invoice.number else []
    return {"rows": rows} if rows else None


@panel(on=Party, title="E-invoices", permission="einvoice.view_einvoicewish", template="einvoice/panel_wish.html", icon="file-code")
def party_wish(ctx: Context, party: Party) -> dict[str, Any] | None:
    """How a customer wants its invoices."""
    wish = wish_of(ctx, party)
    return {"wish": wish} if wish else None


@panel(
    on=IncomingInvoice,
    title="What it says",
    permission="einvoice.view_incominginvoice",
    template="einvoice/panel_content.html",
    icon="scroll-text",
)
def what_it_says(ctx: Context, row: IncomingInvoice) -> dict[str, Any]:
    """The invoice as a person reads it: who bills whom, the lines, the tax, what is to be paid and how."""
    return shown(row.content, row.currency)


@panel(
    on=IncomingInvoice,
    title="Broken rules",
    permission="einvoice.view_incominginvoice",
    template="einvoice/panel_findings.html",
    icon="triangle-alert",
)
def broken_rules(ctx: Context, row: IncomingInvoice) -> dict[str, Any] | None:
    """What the official rules say against it, in words, each with its number and place for the supplier's program."""
    return {"findings": row.findings} if row.findings else None


@panel(on=IncomingInvoice, title="Came by mail", permission="message.view_mail", template="einvoice/panel_mails.html", icon="mail")
def its_mail(ctx: Context, row: IncomingInvoice) -> dict[str, Any] | None:
    """Who sent it, with what words."""
    mails = mails_with_file(ctx, row.file_id)
    return {"mails": mails} if mails else None


@panel(on=Mail, title="E-invoices", permission="einvoice.view_incominginvoice", template="einvoice/panel_incoming.html", icon="file-code")
def of_a_mail(ctx: Context, mail: Mail) -> dict[str, Any] | None:
    """Which files of a mail were taken as e-invoices, and whether somebody entered them."""
    rows = incoming_of_mail(ctx, mail) if mail.direction == Mail.Direction.IN else []
    return {"rows": rows} if rows else None


@panel(on=IncomingInvoice, title="Bill", permission="payables.view_bill", template="einvoice/panel_bills.html", icon="receipt-text")
def its_bill(ctx: Context, row: IncomingInvoice) -> dict[str, Any] | None:
    """What it was entered as, and where that stands."""
    bills = entered_as(ctx, row)
    return {"bills": bills} if bills else None

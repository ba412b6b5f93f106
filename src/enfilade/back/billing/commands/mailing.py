"""Sending a bill to who has to pay it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from enfilade.back.billing.mails import INVOICE, KINDS
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.printing import invoice_pdf
from enfilade.base.message.commands import write_from_template
from enfilade.base.message.models import Mail
from enfilade.base.message.queries import as_read_by
from enfilade.core import files
from enfilade.core.command import Input, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

Enclosure = Callable[[Context, Invoice], StoredFile | None]
_ENCLOSURES: list[Enclosure] = []
PDF = "application/pdf"
Address = Annotated[str, Input(widget="email", help="Left empty, the e-mail address of the party.")]


def encloses(run: Enclosure) -> Enclosure:
    """Register what a module above sends along with a bill. A PDF of its own takes the place of the plain one."""
    _ENCLOSURES.append(run)
    return run


@command(permission="billing.email_invoice", label="Send by e-mail", offered=lambda invoice: invoice.number is not None)
def email_invoice(ctx: Context, *, invoice: Invoice, to: Address = "") -> Mail:
    """Send an issued invoice or credit note with its PDF, in the language of the party.

    to: another address than the one of the party.
    Refuses: not_issued; what a module refuses that encloses something (an e-invoice that breaks rules); what write_from_template
    refuses, such as no_address, no_mailbox, address_blocked.
    Why: the PDF is kept with the message, so that one sees in ten years what was sent.
    """
    if invoice.number is None or invoice.issued_on is None:
        raise Refusal("not_issued", "This invoice is a draft; issue it first.", field="invoice")
    party = invoice.party
    language = (party.language or ctx.company.language)[:2]
    with as_read_by(ctx, party):
        words = KINDS[invoice.kind]
        values = {
            "party": party.name,
            "kind": words.get(language, words["en"]),
            "number": invoice.number,
            "date": format_day(invoice.issued_on),
            "total": format_amount(invoice.total_minor, invoice.currency),
            "open": format_amount(invoice.open_minor, invoice.currency),
            "due": format_day(invoice.due_on or invoice.issued_on),
            "company": ctx.company.name,
        }
    papers = [file for run in _ENCLOSURES if (file := run(ctx, invoice)) is not None]
    if all(file.media_type != PDF for file in papers):
        papers.insert(0, files.store_bytes(ctx, f"{invoice.number}.pdf", invoice_pdf(ctx, invoice), PDF))
    return write_from_template(
        ctx,
        purpose=INVOICE.code,
        party=party,
        values=values,
        to=(to,) if to else (),
        attachments=tuple(papers),
        origin=ref(invoice),
    )

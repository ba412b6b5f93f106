"""E-invoices of our own bills: what is not valid does not leave."""

from __future__ import annotations

import hashlib
from typing import Annotated

from enfilade.back.billing.commands import encloses
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.printing import invoice_pdf
from enfilade.back.einvoice import rules
from enfilade.back.einvoice.events import EInvoiceMade
from enfilade.back.einvoice.formats import hybrid, national, official, tree
from enfilade.back.einvoice.formats.national import Finding
from enfilade.back.einvoice.formats.writing import write
from enfilade.back.einvoice.models import EInvoice, EInvoiceWish
from enfilade.back.einvoice.queries import bill_of, places_of, wish_of
from enfilade.back.einvoice.rules import FORM_NAMES, Bill, Form
from enfilade.base.party.models import Party
from enfilade.core import files
from enfilade.core.command import Choice, Ref, command
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile

FormIn = Annotated[str, Choice(*((form.value, name) for form, name in FORM_NAMES.items()))]
ENDPOINT_WRONG = "An electronic address is a scheme and an identifier, such as 0088:4000001000005, or an e-mail address."


class NotValid(Invalid):
    """An e-invoice that breaks rules: one sentence for each, and links to where it is mended."""

    def __init__(self, ctx: Context, invoice: Invoice, findings: list[Finding]) -> None:
        super().__init__({"form": [_sentence(f) for f in findings]})
        self.code, self.hints = "einvoice_not_valid", tuple(places_of(ctx, invoice, {f.place for f in findings}))


def _sentence(found: Finding) -> str:
    return f"Rule {found.rule}: {found.text}" if found.rule else found.text


@command(permission="einvoice.set_einvoice_wish", label="E-invoices", target="party")
def set_einvoice_wish(ctx: Context, *, party: Party, form: FormIn, reference: str = "", endpoint: str = "") -> EInvoiceWish:
    """Say how a customer wants its invoices; from then on they go with the e-mail.

    form: a PDF with the data inside, which everybody can read, or data alone.
    reference: what the customer wants to see on each invoice; for a public office, its Leitweg-ID.
    endpoint: under which it takes e-invoices, such as 0088:4000001000005; its e-mail address when left out.
    Refuses: endpoint_unclear.
    """
    if endpoint and rules.endpoint(endpoint) is None:
        raise Refusal("endpoint_unclear", ENDPOINT_WRONG, field="endpoint")
    values = {"form": form, "reference": reference.strip(), "endpoint": endpoint.strip()}
    wish = EInvoiceWish.objects.visible_to(ctx).select_for_update(of=("self",)).filter(party=party).first()
    if wish is None:
        return EInvoiceWish.objects.create(company=ctx.company, party=party, **values)
    for name, value in values.items():
        setattr(wish, name, value)
    wish.save(update_fields=list(values))
    return wish


@command(
    permission="einvoice.make_einvoice",
    label="E-invoice",
    target="invoice",
    offered=lambda invoice: invoice.number is not None,
)
def make_einvoice(ctx: Context, *, invoice: Ref[Invoice], form: FormIn = "", reference: str = "", order: str = "") -> EInvoice:
    """Make an issued invoice or credit note readable for programs, checked by the official rules, and keep it.

    form: as the customer wants it when left out; a PDF with the data inside where it said nothing.
    reference: what the customer wants to see on it, such as its Leitweg-ID; the one it always wants when left out.
    order: number of the customer's order.
    Refuses: not_issued; three_decimals (of its currency, where an amount needs the third); einvoice_not_valid: each broken rule in words,
    with the place where to mend it. Then nothing is kept.
    Source: EN 16931; XRechnung 3.0; Peppol BIS Billing 3.0; Factur-X 1.0, profile EN 16931.
    """
    if invoice.number is None:
        raise Refusal("not_issued", "This invoice is a draft; issue it first.", field="invoice")
    wish = wish_of(ctx, invoice.party)
    chosen = Form(form or (wish.form if wish else Form.HYBRID))
    bill = bill_of(ctx, invoice, reference=reference.strip(), order=order.strip())
    if not bill.fits_two_decimals:
        said = f"An e-invoice has two decimals, and {invoice.currency} needs three here: send this invoice as a PDF."
        raise Refusal("three_decimals", said, field="invoice")
    xml, remarks = _valid(ctx, invoice, bill, chosen)
    content, media_type, suffix = xml, "application/xml", "xml"
    if chosen is Form.HYBRID:
        pdf = invoice_pdf(ctx, invoice, attached=(hybrid.attachment(xml),))
        content, media_type, suffix = hybrid.declare(pdf), "application/pdf", "pdf"
    digest = hashlib.sha256(content).hexdigest()
    earlier = EInvoice.objects.visible_to(ctx).filter(invoice=invoice, form=chosen, sha256=digest).first()
    if earlier is not None:
        return earlier
    made = EInvoice.objects.create(
        company=ctx.company,
        invoice=invoice,
        form=chosen,
        file=files.store_bytes(ctx, f"{invoice.number}.{suffix}", content, media_type),
        sha256=digest,
        rules=official.EDITION,
        remarks="\n".join(remarks),
        made_at=ctx.now,
        made_by=ctx.user,
    )
    publish(ctx, EInvoiceMade(einvoice=made.pk, invoice=invoice.pk, form=chosen))
    return made


def _valid(ctx: Context, invoice: Invoice, bill: Bill, form: Form) -> tuple[bytes, list[str]]:
    """The XML of a bill that keeps every rule, and what the rules only warn of."""
    found = national.gaps(bill, form)
    if found:
        raise NotValid(ctx, invoice, found)
    xml = write(bill, form)
    found = [national.finding(broken.rule, broken) for broken in official.check(tree.read(xml))]
    if wrong := [f for f in found if not f.warning]:
        raise NotValid(ctx, invoice, wrong)
    return xml, [_sentence(f) for f in found]


@encloses
def with_the_mail(ctx: Context, invoice: Invoice) -> StoredFile | None:
    """The e-invoice in the form that the customer wants, for the message that takes the invoice to it."""
    return make_einvoice(ctx, invoice=invoice).file if wish_of(ctx, invoice.party) else None

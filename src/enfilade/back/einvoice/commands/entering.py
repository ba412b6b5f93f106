"""An e-invoice that came in becomes a bill of the supplier, to be approved and paid."""

from __future__ import annotations

from decimal import InvalidOperation
from typing import Annotated

from django.core.exceptions import ValidationError

from enfilade.back.einvoice.formats.costs import cost_lines
from enfilade.back.einvoice.formats.reading import first
from enfilade.back.einvoice.models import IncomingInvoice
from enfilade.back.einvoice.queries import sellers_like
from enfilade.back.payables.commands import BillLineIn, enter_bill
from enfilade.back.payables.models import Bill
from enfilade.base.party.commands import add_address, add_party
from enfilade.base.party.models import Party
from enfilade.core.command import Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.fields import to_minor
from enfilade.core.refs import ref

SUPPLIER = "supplier"


@command(permission="einvoice.enter_einvoice", label="Enter as a bill", tone="primary", target="incoming")
def enter_einvoice(
    ctx: Context,
    *,
    incoming: Ref[IncomingInvoice],
    supplier: Annotated[Party | None, Input(shared=True, query="party_roles__role=supplier")] = None,
    new_supplier: Annotated[bool, Input(label="Enter the supplier too")] = False,
    although_broken: Annotated[bool, Input(label="Although it breaks rules")] = False,
    although_similar: Annotated[bool, Input(label="Although another bill looks the same")] = False,
) -> Bill:
    """Make a bill of an e-invoice: its lines with their tax, its date, its account; it waits for approval.

    supplier: found by its VAT id or its name when left out.
    new_supplier: enter who sent it as a supplier, where nobody is found.
    although_broken: enter it although it breaks official rules; whether its tax may be deducted is then doubtful.
    Refuses: breaks_rules, supplier_unknown, which_supplier, negative_total, unclear_amount; what enter_bill refuses.
    """
    if not incoming.valid and not although_broken:
        hint = {"label": "Enter it all the same", "fill": {"although_broken": True}}
        raise Refusal("breaks_rules", "This e-invoice breaks official rules; ask for a right one.", field="although_broken", hints=(hint,))
    if incoming.total_minor < 0:
        raise Refusal("negative_total", "This e-invoice is over less than nothing; enter it by hand as a credit note.")
    terms = incoming.content
    return enter_bill(
        ctx,
        supplier=supplier or _supplier(ctx, incoming, new=new_supplier),
        number=incoming.number[:100],
        billed_on=incoming.issued_on or ctx.today,
        due_on=incoming.due_on,
        lines=_lines(incoming),
        total=incoming.total_minor,
        file=incoming.file,
        kind=Bill.Kind.CREDIT_NOTE if incoming.credit else Bill.Kind.BILL,
        iban="".join(first(terms.get("BT-84")).split())[:42],
        reference=first(terms.get("BT-83"))[:140],
        currency=incoming.currency,
        origin=ref(incoming),
        although_similar=although_similar,
    )


def _lines(incoming: IncomingInvoice) -> list[BillLineIn]:
    try:
        return [
            BillLineIn(
                description=line.description,
                net=to_minor(str(line.net), incoming.currency),
                tax_category=line.category,
                tax_rate=line.rate,
            )
            for line in cost_lines(incoming.content)
        ]
    except (InvalidOperation, ValidationError) as error:
        raise Refusal("unclear_amount", "An amount of a line is no number of this currency; enter the bill by hand.") from error


def _supplier(ctx: Context, incoming: IncomingInvoice, *, new: bool) -> Party:
    """Who sent it: the one party with its VAT id, else the one with its name; entered where nobody is, if that is wanted."""
    found = sellers_like(ctx, incoming.seller_key, incoming.seller)
    if len(found) == 1:
        return found[0]
    if found:
        hints = tuple({"label": str(party), "fill": {"supplier": party.pk}} for party in found)
        raise Refusal("which_supplier", "Several parties have this name or VAT id. Say which one sent it.", field="supplier", hints=hints)
    if not new:
        hint = {"label": f"Enter {incoming.seller}", "fill": {"new_supplier": True}}
        raise Refusal("supplier_unknown", f"{incoming.seller} is no party yet.", field="supplier", hints=(hint,))
    seller = incoming.content.get("BG-4") or {}
    ids = first(seller.get("vat_identifier")) or first(seller.get("tax_identifier"))
    party: Party = add_party(ctx, kind=Party.Kind.ORGANISATION, name=incoming.seller, role=SUPPLIER, tax_number=ids, although_known=True)
    where = {"street": first(seller.get("addr_l1")), "postal_code": first(seller.get("postcode")), "city": first(seller.get("city"))}
    if any(where.values()):
        add_address(ctx, party=party, country=first(seller.get("country_code")), **where)
    return party

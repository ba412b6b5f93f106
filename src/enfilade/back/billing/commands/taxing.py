"""Which tax is on the lines of a document, and what the law wants before it is issued.

The tax is proposed by `back.tax`; here are the customer as the address and the VAT id say, and what is sold as the item says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from django.db import connection

from enfilade.back.billing.models import Invoice
from enfilade.back.billing.queries import address_of, distance_sales, envelope, letterhead
from enfilade.back.tax.choosing import Chosen, Wish, choose, customer_of, denied
from enfilade.back.tax.queries import setting_on
from enfilade.back.tax.treatment import (
    LABELS,
    NEEDS_VAT_ID,
    Customer,
    Kind,
    Supply,
    Treatment,
    VatState,
    country_of_vat_id,
    read_vat_id,
    vat_state,
)
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.command import Choice
from enfilade.core.context import Context, Refusal

# Asked about every document, of which nearly none rests on a VAT id, so it is spared the cost of building a query.
_RESTING = "SELECT DISTINCT invoice_id FROM billing_invoiceline WHERE company_id = %s AND invoice_id = ANY(%s) AND treatment = ANY(%s)"
# What is exempt has a tax class of its own.
AnotherTax = Annotated[
    str, Choice(*((t.value, LABELS[t]) for t in Treatment if t is not Treatment.EXEMPT), label="Another tax", seldom=True)
]
_KINDS = {Item.Place.DIGITAL: Kind.DIGITAL, Item.Place.ON_SITE: Kind.ON_SITE, Item.Place.REVERSE: Kind.REVERSE}


@dataclass(frozen=True)
class Buyer:
    """Who is billed. bill_to: name and address as on an envelope; rounding: of the tax, as the company wants it."""

    customer: Customer
    bill_to: str
    rounding: str


def buyer_of(ctx: Context, party: Party) -> Buyer:
    """A party as it is billed today."""
    address = address_of(ctx, party)
    return Buyer(customer_of(ctx, party, address), envelope(ctx, party, address), setting_on(ctx, ctx.today).rounding)


def supply_of(item: Item | None, tax_class: str, *, kind: str = "", stays: bool = False) -> Supply:
    """What is sold, as the law on the place of supply sees it.

    kind: service or product, of a line without an item; a service when left out. stays: goods that are handed over here.
    """
    said = item.kind if item is not None else kind
    usual = Kind.GOODS if said == Item.Kind.PRODUCT else Kind.SERVICE
    return Supply(_KINDS.get(Item.Place(item.place), usual) if item is not None else usual, tax_class, stays)


def chosen_taxes(ctx: Context, buyer: Buyer, wishes: Sequence[Wish], on: date, currency: str = "") -> list[Chosen]:
    """The tax of each line on a day. currency: of the lines, the company's own when left out. Refuses: what choose refuses."""
    return choose(ctx, buyer.customer, wishes, on, lambda year: distance_sales(ctx, year), currency)


def require_taxable(ctx: Context, invoice: Invoice, on: date) -> None:
    """Refuse to issue a document that rests on a VAT id which is missing, wrong, denied or another one by now."""
    if found := tax_problems(ctx, [invoice], on):
        raise found[invoice.pk]


def tax_problems(ctx: Context, invoices: Iterable[Invoice], on: date) -> dict[int, Refusal]:
    """What the law still wants of drafts before they are issued, in at most four statements. Shape: invoice -> refusal.

    Source: Directive 2006/112/EC art. 138(1)(b) and (1a), 226(3) and (4); §§ 6a (1) no. 4, 14a (1) and (3), 18a UStG.
    """
    by_key = {invoice.pk: invoice for invoice in invoices}
    if not (keys := _resting_on_vat_id(ctx, list(by_key))):
        return {}
    resting = list(Invoice.objects.visible_to(ctx).filter(pk__in=keys).order_by("pk").values_list("pk", "party__tax_number"))
    head = letterhead(ctx, on)
    own = read_vat_id(head.vat_id or head.tax_number) if head is not None else ""
    refused = denied(ctx, [by_key[key].party_id for key, _ in resting])
    found = {key: _problem(ctx, by_key[key], own, read_vat_id(number), refused.get(by_key[key].party_id, "")) for key, number in resting}
    return {key: refusal for key, refusal in found.items() if refusal is not None}


def _resting_on_vat_id(ctx: Context, invoices: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_RESTING, [ctx.company_id, invoices, sorted(NEEDS_VAT_ID)])
        return [key for (key,) in cursor.fetchall()]


def _problem(ctx: Context, invoice: Invoice, own: str, vat_id: str, refused: str) -> Refusal | None:
    home = country_of_vat_id(vat_id)
    state = vat_state(vat_id, home, denied=vat_id == refused)
    if vat_state(own, ctx.company.country) is not VatState.VALID:
        return Refusal("own_vat_id", "Without tax only with your own VAT number on the letterhead; enter it there.")
    if state is VatState.NONE:
        return Refusal("no_vat_id", "Without tax only with the VAT number of the customer, and none is known.")
    if state is VatState.WRONG:
        return Refusal("wrong_vat_id", "The VAT number of the customer is wrong by its form or its check digits, so tax is owed.")
    if state is VatState.DENIED:
        return Refusal("denied_vat_id", "The authority said that the VAT number of the customer is not valid, so tax is owed.")
    if home == ctx.company.country:
        return Refusal("home_vat_id", "The VAT number of the customer is one of this country, so tax is owed here.")
    if invoice.buyer_vat_id != vat_id:
        return Refusal("vat_id_changed", "The VAT number of the customer is another one since this was drafted; change the lines.")
    return None

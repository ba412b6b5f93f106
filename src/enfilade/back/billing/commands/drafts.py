"""Drafts: bills that may still change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.models import Charge, Invoice, InvoiceLine
from enfilade.back.billing.queries import bill_to, letterhead
from enfilade.back.tax.queries import taxes_for
from enfilade.base.item.models import Item
from enfilade.base.item.queries import items_by_id, prices_of
from enfilade.base.party.models import Party
from enfilade.core.command import Amount, Choice, Ref, command
from enfilade.core.context import Context, NotFound, Refusal

from .common import Quantity, require_date, require_price


@dataclass(frozen=True)
class InvoiceLineIn:
    """One line of a bill.

    item: what is sold; a line without one has a description, a price and a tax class of its own.
    unit_price: for one, without tax; the item's price of the day when left out.
    discount: off the whole line, without tax.
    """

    item: Ref[Item] | None = None
    description: str = ""
    quantity: Quantity = Decimal(1)
    unit_price: Amount | None = None
    discount: Amount = 0
    tax_class: Annotated[str, Choice(*Item.TaxClass.choices)] = ""


@dataclass(frozen=True)
class Priced:
    """A line with everything that will be stored of it."""

    price: rules.Price
    description: str
    tax_class: str
    tax_reason: str
    supplied_on: date
    item_id: int | None = None
    charge: Charge | None = None


class DraftFacts(TypedDict):
    """What a door is told about a draft: how many prices were typed instead of taken from the item."""

    prices_by_hand: int


def _draft_facts(*, lines: list[InvoiceLineIn], **_: object) -> DraftFacts:
    return {"prices_by_hand": sum(line.item is not None and line.unit_price is not None for line in lines)}


@command(permission="billing.draft_invoice", door=_draft_facts, label="Draft an invoice")
def draft_invoice(
    ctx: Context,
    *,
    party: Ref[Party],
    lines: list[InvoiceLineIn],
    on: date | None = None,
    due_on: date | None = None,
    note: str = "",
    origin: str = "",
) -> Invoice:
    """Write a bill that is not yet numbered; it can be changed until it is issued.

    on: day of supply, which decides prices and tax rates; today when left out.
    due_on: day until which to pay; 14 days after the issue when left out.
    origin: reference of what it is for, for example sales.order:5.
    Refuses: not_found, bad_line, date_out_of_range.
    """
    priced = _priced(ctx, lines, on or ctx.today)
    if due_on is not None:
        require_date(due_on, "due_on")
    return write_draft(ctx, party, priced, due_on=due_on, note=note, origin=origin)


@command(permission="billing.change_draft", door=_draft_facts, label="Change the lines")
def change_draft(
    ctx: Context, *, invoice: Invoice, lines: list[InvoiceLineIn], on: date | None = None, due_on: date | None = None
) -> Invoice:
    """Replace the lines of a draft.

    on: day of supply, which decides prices and tax rates; today when left out.
    Refuses: not_draft, made_of_charges (change the charges instead), not_found, bad_line, date_out_of_range.
    """
    if Charge.objects.visible_to(ctx).filter(invoice=invoice).exists():
        raise Refusal("made_of_charges", "This draft was made of charges. Void it, change the charges and invoice them again.")
    priced = _priced(ctx, lines, on or ctx.today)
    if due_on is not None:
        require_date(due_on, "due_on")
        invoice.due_on = due_on
    invoice.bill_to = bill_to(ctx, invoice.party)
    invoice.lines.visible_to(ctx).delete()
    totals = rules.add_up([p.price for p in priced])
    _take_totals(invoice, totals)
    invoice.save(update_fields=["net_minor", "tax_minor", "total_minor", "discount_minor", "due_on", "bill_to"])
    _write_lines(ctx, invoice, priced, totals)
    return invoice


@command(permission="billing.void_draft", label="Throw away", tone="danger")
def void_draft(ctx: Context, *, invoice: Invoice) -> Invoice:
    """Give up a draft. It never had a number; its charges are open again.

    Refuses: not_draft.
    """
    invoice.lines.visible_to(ctx).update(charge=None)
    Charge.objects.visible_to(ctx).filter(invoice=invoice).update(state=Charge.State.OPEN, invoice=None)
    invoice.state = Invoice.State.VOID
    invoice.save(update_fields=["state"])
    return invoice


def write_draft(
    ctx: Context,
    party: Party,
    priced: Sequence[Priced],
    *,
    due_on: date | None = None,
    note: str = "",
    origin: str = "",
    kind: str = Invoice.Kind.INVOICE,
    cancels: Invoice | None = None,
    totals: rules.Totals | None = None,
) -> Invoice:
    """Write a document with its lines inside a command. totals: where they are not to be worked out from the prices."""
    totals = totals or rules.add_up([p.price for p in priced])
    head = letterhead(ctx, ctx.today)
    invoice = Invoice(
        company=ctx.company,
        kind=kind,
        party=party,
        bill_to=bill_to(ctx, party),
        term_days=head.term_days if head else Invoice._meta.get_field("term_days").get_default(),
        due_on=due_on,
        currency=ctx.company.currency,
        note=note,
        origin=origin,
        cancels=cancels,
    )
    _take_totals(invoice, totals)
    invoice.save()
    _write_lines(ctx, invoice, priced, totals)
    return invoice


def _take_totals(invoice: Invoice, totals: rules.Totals) -> None:
    invoice.net_minor, invoice.tax_minor, invoice.total_minor = totals.net_minor, totals.tax_minor, totals.total_minor
    invoice.discount_minor = totals.discount_minor


def _write_lines(ctx: Context, invoice: Invoice, priced: Sequence[Priced], totals: rules.Totals) -> None:
    rows = [
        InvoiceLine(
            company=ctx.company,
            invoice=invoice,
            item_id=p.item_id,
            description=p.description,
            quantity=p.price.quantity,
            unit_price_minor=p.price.unit_price_minor,
            discount_minor=p.price.discount_minor,
            tax_class=p.tax_class,
            tax_rate_bp=p.price.rate_bp,
            tax_category=p.price.category,
            tax_reason=p.tax_reason,
            net_minor=p.price.net_minor,
            tax_minor=tax,
            supplied_on=p.supplied_on,
            charge=p.charge,
        )
        for p, tax in zip(priced, totals.taxes, strict=True)
    ]
    InvoiceLine.objects.bulk_create(rows)


@dataclass(frozen=True)
class _Wanted:
    """A line whose item was looked up, before its tax is."""

    path: str
    line: InvoiceLineIn
    item: Item | None
    description: str
    tax_class: str
    unit_price_minor: int


def _priced(ctx: Context, lines: Sequence[InvoiceLineIn], on: date) -> list[Priced]:
    """Lines with prices and tax rates of the day. Refuses what can't be charged, with the path of the line."""
    require_date(on)
    keys = {_key(line) for line in lines if line.item is not None}
    items = items_by_id(ctx, keys) if keys else {}
    prices = prices_of(ctx, list(items.values()), on) if items else {}
    wanted = [_wanted(line, f"lines[{number}]", items, prices) for number, line in enumerate(lines)]
    codes = taxes_for(ctx, {w.tax_class for w in wanted}, on)
    found = []
    for w in wanted:
        price = rules.Price(w.line.quantity, w.unit_price_minor, w.line.discount, codes[w.tax_class].rate_bp, codes[w.tax_class].category)
        priced = Priced(price, w.description, w.tax_class, codes[w.tax_class].exemption_reason, on, w.item.pk if w.item else None)
        require_price(priced.price, f"{w.path}.quantity")
        found.append(priced)
    return found


def _key(line: InvoiceLineIn) -> int:
    """Rows in lines come as they were given: a row of a program, or the key that was typed."""
    return line.item.pk if isinstance(line.item, Item) else int(line.item or 0)


def _wanted(line: InvoiceLineIn, path: str, items: dict[int, Item], prices: dict[int, int]) -> _Wanted:
    item = items.get(_key(line)) if line.item is not None else None
    if line.item is not None and item is None:
        raise NotFound("item", _key(line), field=f"{path}.item")
    description = line.description or (item.name if item else "")
    tax_class = line.tax_class or (item.tax_class if item else "")
    unit_price = line.unit_price if line.unit_price is not None or item is None else prices[item.pk]
    for name, value in (("description", description), ("unit_price", unit_price), ("tax_class", tax_class)):
        if value in (None, ""):
            raise Refusal("incomplete_line", f"A line without an item needs a {name.replace('_', ' ')}.", field=f"{path}.{name}")
    return _Wanted(path, line, item, description, tax_class, int(unit_price or 0))

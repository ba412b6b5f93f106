"""Drafts: bills that may still change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.models import Charge, Invoice, InvoiceLine, PaymentTerms
from enfilade.back.billing.queries import letterhead, terms_for
from enfilade.back.ledger.commands import Currency, Rate, currency_in
from enfilade.back.tax.choosing import Chosen, Wish
from enfilade.base.item.models import Item
from enfilade.base.item.queries import items_by_id
from enfilade.base.party.models import Party
from enfilade.base.pricing.queries import Ask, FoundPrice
from enfilade.core.command import Amount, Choice, Input, Ref, command, require_date
from enfilade.core.context import Context, NotFound, Refusal

from .common import Quantity, require_price
from .pricing import net_prices
from .taxing import AnotherTax, Buyer, buyer_of, chosen_taxes, supply_of

Origin = Annotated[str, Input(seldom=True)]
HandedOver = Annotated[bool, Input(label="Goods are handed over here", seldom=True)]
Terms = Annotated[PaymentTerms | None, Input(shared=True, label="Payment terms", help="Those of the customer when left out.", seldom=True)]
KeptTerms = Annotated[PaymentTerms | None, Input(shared=True, label="Payment terms", prefill="row.terms", seldom=True)]
AGREED = ("terms", "term_days", "end_of_month", "parts", "early_percent", "early_days", "later_percent", "later_days")
KEPT = ("buyer_country", "buyer_vat_id", "rounding")
BUYER = ("bill_to", *KEPT)
KeptCurrency = Annotated[str, Input(max_length=3, prefill="row.currency", help="Its own when left out.", seldom=True)]
KeptRate = Annotated[
    Decimal | None,
    Input(
        min_value=0,
        max_value=1_000_000_000,
        decimals=10,
        prefill="row.rate",
        help="The rate of the day of the issue when left out.",
        seldom=True,
    ),
]


@dataclass(frozen=True, slots=True)
class Money:
    """In what a document is written. rate: how much of it one of the company's own is worth; None for that of the day."""

    currency: str
    rate: Decimal | None = None


@dataclass(frozen=True)
class InvoiceLineIn:
    """One line of a bill.

    item: what is sold; a line without one has a description, a price and a tax class of its own.
    unit_price: for one, without tax; when left out, the customer's price of the day and quantity, by price list or item.
    discount: off the whole line, without tax.
    kind: of a line without an item, a service when left out; it decides where the line is taxed.
    treatment, treatment_reason: another tax than the one that is proposed, and why.
    """

    item: Ref[Item] | None = None
    description: str = ""
    quantity: Quantity = Decimal(1)
    unit_price: Amount | None = None
    discount: Amount = 0
    tax_class: Annotated[str, Choice(*Item.TaxClass.choices)] = ""
    kind: Annotated[str, Choice(*Item.Kind.choices, seldom=True)] = ""
    treatment: AnotherTax = ""
    treatment_reason: Annotated[str, Input(label="Why another tax", max_length=300, seldom=True)] = ""


@dataclass(frozen=True)
class Priced:
    """A line with everything that will be stored of it."""

    price: rules.Price
    description: str
    tax: Chosen
    supplied_on: date
    item_id: int | None = None
    charge: Charge | None = None
    price_why: str = ""


class DraftFacts(TypedDict):
    """What a door is told about a draft: how many prices were typed instead of taken from the item, how many taxes were overruled."""

    prices_by_hand: int
    taxes_by_hand: int


def _draft_facts(*, lines: list[InvoiceLineIn], **_: object) -> DraftFacts:
    prices = sum(line.item is not None and line.unit_price is not None for line in lines)
    return {"prices_by_hand": prices, "taxes_by_hand": sum(line.treatment != "" for line in lines)}


@command(permission="billing.draft_invoice", door=_draft_facts, label="Draft an invoice")
def draft_invoice(
    ctx: Context,
    *,
    party: Ref[Party],
    lines: list[InvoiceLineIn],
    on: date | None = None,
    due_on: date | None = None,
    note: str = "",
    origin: Origin = "",
    handed_over: HandedOver = False,
    currency: Currency = "",
    rate: Rate | None = None,
    terms: Terms = None,
) -> Invoice:
    """Write a bill that is not yet numbered; it can be changed until it is issued.

    on: day of supply, which decides prices and tax rates; today when left out.
    due_on: day until which to pay; by the terms when left out.
    origin: reference of what it is for, for example sales.order:5.
    handed_over: goods do not leave the country with this sale; else they are sent to the customer's address.
    currency: in which its prices are typed and it is paid; prices of items are converted at the rate of the day.
    rate: how much of it one of the company's own is worth; when left out, the last rate until the day of the issue. Give it where the tax
        is converted by an average of the month (UStG § 16(6)).
    terms: those of the customer when left out, else those for everybody, else the days of the letterhead.
    Refuses: not_found, bad_line, date_out_of_range, no_reason, no_rate_there, not_imported, no_import_scheme, above_consignment,
    unknown_currency, no_currency, no_rate, due_with_instalments.
    """
    buyer, abroad = buyer_of(ctx, party), currency_in(ctx, currency, rate)
    priced = _priced(ctx, buyer, party, lines, on or ctx.today, handed_over, Money(abroad, rate))
    if due_on is not None:
        require_date(due_on, "due_on")
    money = Money(abroad, rate)
    return write_draft(ctx, party, priced, due_on=due_on, note=note, origin=origin, buyer=buyer, money=money, terms=terms)


@command(permission="billing.change_draft", door=_draft_facts, label="Change the lines")
def change_draft(
    ctx: Context,
    *,
    invoice: Invoice,
    lines: list[InvoiceLineIn],
    on: date | None = None,
    due_on: date | None = None,
    handed_over: HandedOver = False,
    currency: KeptCurrency = "",
    rate: KeptRate = None,
    terms: KeptTerms = None,
) -> Invoice:
    """Replace the lines of a draft.

    on: day of supply, which decides prices and tax rates; today when left out.
    handed_over: goods do not leave the country with this sale; else they are sent to the customer's address.
    currency, rate: as when it was drafted; the rate of the day of the issue where none is given.
    terms: as when it was drafted when left out; other ones also say when it is due.
    Refuses: not_draft, made_of_charges (change the charges instead), not_found, bad_line, date_out_of_range, no_reason, no_rate_there,
    not_imported, no_import_scheme, above_consignment, unknown_currency, no_currency, no_rate, due_with_instalments.
    """
    if Charge.objects.visible_to(ctx).filter(invoice=invoice).exists():
        raise Refusal("made_of_charges", "This draft was made of charges. Void it, change the charges and invoice them again.")
    buyer = buyer_of(ctx, invoice.party)
    invoice.currency, invoice.rate = currency_in(ctx, currency or invoice.currency, rate), rate
    priced = _priced(ctx, buyer, invoice.party, lines, on or ctx.today, handed_over, Money(invoice.currency, rate))
    if due_on is not None:
        require_date(due_on, "due_on")
        invoice.due_on = due_on
    if terms is not None and terms.pk != invoice.terms_id:
        take_terms(invoice, terms)
        invoice.due_on = due_on
    _require_one_due(invoice)
    _take_buyer(invoice, buyer)
    invoice.lines.visible_to(ctx).delete()
    totals = rules.add_up([p.price for p in priced], invoice.rounding)
    _take_totals(invoice, totals)
    invoice.save(update_fields=["net_minor", "tax_minor", "total_minor", "discount_minor", "due_on", "currency", "rate", *BUYER, *AGREED])
    _write_lines(ctx, invoice, priced, totals)
    return invoice


@command(permission="billing.void_draft", label="Throw away", tone="danger")
def void_draft(ctx: Context, *, invoice: Invoice) -> Invoice:
    """Give up a draft. It never had a number; its charges are open again, and advances for it can be deducted elsewhere.

    Refuses: not_draft.
    """
    invoice.lines.visible_to(ctx).update(charge=None)
    invoice.plans.visible_to(ctx).delete()
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
    buyer: Buyer | None = None,
    money: Money | None = None,
    terms: PaymentTerms | None = None,
    advance: bool = False,
) -> Invoice:
    """Write a document with its lines inside a command. totals: where they are not to be worked out from the prices.

    money: in which its prices are; the company's own when left out. terms: of an invoice, those of the party when left out.
    """
    buyer, money = buyer or buyer_of(ctx, party), money or Money(ctx.company.currency)
    totals = totals or rules.add_up([p.price for p in priced], buyer.rounding)
    head = letterhead(ctx, ctx.today)
    invoice = Invoice(
        company=ctx.company,
        kind=kind,
        party=party,
        term_days=head.term_days if head else Invoice._meta.get_field("term_days").get_default(),
        due_on=due_on,
        currency=money.currency,
        rate=money.rate,
        note=note,
        origin=origin,
        cancels=cancels,
        advance=advance,
    )
    _take_buyer(invoice, buyer)
    if kind == Invoice.Kind.INVOICE and not advance and (agreed := terms or terms_for(ctx, party)):
        take_terms(invoice, agreed)
        if terms is None and due_on is not None:
            # A day that was named goes before instalments that nobody chose for this invoice.
            invoice.parts = []
        _require_one_due(invoice)
    if cancels is not None:
        for name in KEPT:
            setattr(invoice, name, getattr(cancels, name))
    _take_totals(invoice, totals)
    invoice.save()
    _write_lines(ctx, invoice, priced, totals)
    return invoice


def _take_buyer(invoice: Invoice, buyer: Buyer) -> None:
    invoice.bill_to, invoice.rounding = buyer.bill_to, buyer.rounding
    invoice.buyer_country, invoice.buyer_vat_id = buyer.customer.country, buyer.customer.vat_id


def take_terms(invoice: Invoice, terms: PaymentTerms) -> None:
    """Set what was agreed as it is now; nothing is saved."""
    invoice.terms = terms
    for name in AGREED[1:]:
        setattr(invoice, name, getattr(terms, name))


def _require_one_due(invoice: Invoice) -> None:
    if invoice.parts and invoice.due_on is not None:
        said = f"{invoice.terms} are instalments with days of their own; leave the day out, or choose other terms."
        raise Refusal("due_with_instalments", said, field="due_on")


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
            price_why=p.price_why,
            discount_minor=p.price.discount_minor,
            tax_class=p.tax.tax_class,
            tax_rate_bp=p.price.rate_bp,
            tax_category=p.price.category,
            tax_reason=p.tax.reason,
            treatment=p.tax.treatment,
            tax_country=p.tax.country,
            tax_code=p.tax.code,
            tax_why=p.tax.why,
            tax_overruled=p.tax.overruled,
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
    price_why: str = ""


def _priced(
    ctx: Context, buyer: Buyer, party: Party, lines: Sequence[InvoiceLineIn], on: date, handed_over: bool, money: Money
) -> list[Priced]:
    """Lines with prices and taxes of the day. Refuses what can't be charged, with the path of the line."""
    require_date(on)
    keys = {_key(line) for line in lines if line.item is not None}
    items = items_by_id(ctx, keys) if keys else {}
    asked = [line for line in lines if line.unit_price is None and line.item is not None and _key(line) in items]
    found = (
        net_prices(ctx, [Ask(items[_key(line)], line.quantity) for line in asked], party, on, money.currency, money.rate) if asked else []
    )
    prices = dict(zip(map(id, asked), found, strict=True))
    wanted = [_wanted(line, f"lines[{number}]", items, prices.get(id(line))) for number, line in enumerate(lines)]
    priced, wishes = [], [_wish(w, handed_over) for w in wanted]
    for w, tax in zip(wanted, chosen_taxes(ctx, buyer, wishes, on, money.currency), strict=True):
        price = rules.Price(w.line.quantity, w.unit_price_minor, w.line.discount, tax.rate_bp, tax.category)
        require_price(price, f"{w.path}.quantity")
        priced.append(Priced(price, w.description, tax, on, w.item.pk if w.item else None, price_why=w.price_why))
    return priced


def _wish(wanted: _Wanted, handed_over: bool) -> Wish:
    supply = supply_of(wanted.item, wanted.tax_class, kind=wanted.line.kind, stays=handed_over)
    net = rules.Price(wanted.line.quantity, wanted.unit_price_minor, wanted.line.discount, 0, "").net_minor
    return Wish(supply, net, wanted.line.treatment, wanted.line.treatment_reason, wanted.path)


def _key(line: InvoiceLineIn) -> int:
    """Rows in lines come as they were given: a row of a program, or the key that was typed."""
    return line.item.pk if isinstance(line.item, Item) else int(line.item or 0)


def _wanted(line: InvoiceLineIn, path: str, items: dict[int, Item], usual: FoundPrice | None) -> _Wanted:
    item = items.get(_key(line)) if line.item is not None else None
    if line.item is not None and item is None:
        raise NotFound("item", _key(line), field=f"{path}.item")
    description = line.description or (item.name if item else "")
    tax_class = line.tax_class or (item.tax_class if item else "")
    unit_price = usual.price_minor if usual is not None else line.unit_price
    for name, value in (("description", description), ("unit_price", unit_price), ("tax_class", tax_class)):
        if value in (None, ""):
            raise Refusal("incomplete_line", f"A line without an item needs a {name.replace('_', ' ')}.", field=f"{path}.{name}")
    return _Wanted(path, line, item, description, tax_class, int(unit_price or 0), usual.why if usual else "")

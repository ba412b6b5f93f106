"""Charges: added where the work is done, made cheaper with a reason, waived with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypedDict

from enfilade.back.billing import rules
from enfilade.back.billing.events import ChargeAdded, DiscountGiven
from enfilade.back.billing.models import Charge
from enfilade.base.item.models import Item
from enfilade.base.money.rules import multiply
from enfilade.base.party.models import Party
from enfilade.base.pricing.queries import Ask
from enfilade.core.command import Amount, Input, LongText, Ref, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.fields import to_major

from .common import Quantity, money, require_price
from .pricing import net_prices
from .taxing import AnotherTax


class PriceFacts(TypedDict):
    """What a door is told about a price: how many percent it is below the usual one, and by how much in major units."""

    percent: Decimal
    amount: Decimal
    item: str


def _price_facts(*, item: Item, quantity: Decimal, unit_price: int | None, **_: object) -> PriceFacts:
    below = 0 if unit_price is None else item.price_minor - unit_price
    amount = multiply(max(below, 0), quantity)
    return {"percent": rules.percent(max(below, 0), item.price_minor), "amount": to_major(amount, item.company.currency), "item": item.code}


@command(permission="billing.add_charge", door=_price_facts)
def add_charge(
    ctx: Context,
    *,
    party: Ref[Party],
    item: Ref[Item],
    quantity: Quantity = Decimal(1),
    on: Today | None = None,
    unit_price: Amount | None = None,
    description: str = "",
    origin: str = "",
) -> Charge:
    """Note something done for somebody, to be paid.

    on: day of supply, which decides price and tax rate; today when left out.
    unit_price: for one, without tax; when left out, the customer's price of that day and quantity, by price list or item.
    description: as it stands on the bill; the item's name when left out.
    origin: reference of what it came from, for example appointments.visit:5.
    Refuses: bad_line, date_out_of_range, no_rate.
    """
    day = on or ctx.today
    require_date(day)
    price, why = unit_price, ""
    if price is None:
        found = net_prices(ctx, [Ask(item, quantity)], party, day)[0]
        price, why = found.price_minor, found.why
    require_price(rules.Price(quantity, price, 0, 0, ""), "quantity")
    charge = Charge.objects.create(
        company=ctx.company,
        party=party,
        item=item,
        description=description or item.name,
        quantity=quantity,
        unit_price_minor=price,
        price_why=why,
        tax_class=item.tax_class,
        on=day,
        origin=origin,
    )
    publish(ctx, ChargeAdded(charge=charge.pk, party=party.pk, net_minor=charge.net_minor, origin=origin))
    return charge


class DiscountFacts(TypedDict):
    """What a door is told about a discount. amount: in major units; percent: of the whole charge."""

    percent: Decimal
    amount: Decimal
    item: str
    total: Decimal


def _discount_facts(*, charge: Charge, discount: int, **_: object) -> DiscountFacts:
    currency = charge.company.currency
    return {
        "percent": rules.percent(discount, charge.gross_minor),
        "amount": to_major(discount, currency),
        "item": charge.item.code,
        "total": to_major(charge.gross_minor, currency),
    }


@command(permission="billing.give_discount", door=_discount_facts, label="Give a discount")
def give_discount(ctx: Context, *, charge: Charge, discount: Amount, reason: LongText) -> Charge:
    """Make an open charge cheaper.

    discount: off the whole charge, without tax; it takes the place of an earlier one, so that small ones can't pile up unseen.
    reason: stays with the charge.
    Refuses: not_open, discount_too_large.
    """
    if discount > charge.gross_minor:
        raise Refusal("discount_too_large", f"This charge is only {money(ctx, charge.gross_minor)}.", field="discount")
    charge.discount_minor, charge.discount_reason = discount, reason
    charge.save(update_fields=["discount_minor", "discount_reason"])
    percent = str(rules.percent(discount, charge.gross_minor))
    publish(ctx, DiscountGiven(charge=charge.pk, party=charge.party_id, discount_minor=discount, percent=percent, reason=reason))
    return charge


def _overrule_facts(*, charge: Charge, **_: object) -> DiscountFacts:
    return _discount_facts(charge=charge, discount=charge.discount_minor)


@command(permission="billing.overrule_tax", door=_overrule_facts, label="Choose another tax")
def overrule_tax(
    ctx: Context,
    *,
    charge: Charge,
    treatment: AnotherTax = "",
    treatment_reason: Annotated[str, Input(label="Why another tax", max_length=300)] = "",
) -> Charge:
    """Say how an open charge is taxed in place of what is proposed when it is invoiced; by the rules that lines of invoices have.

    treatment: left out, what is proposed holds again.
    treatment_reason: stays with the charge, and with the line of the invoice.
    Refuses: not_open, no_reason; when it is invoiced, what a line of an invoice refuses.
    """
    if treatment and not treatment_reason.strip():
        raise Refusal("no_reason", "Say why the tax is another one than proposed.", field="treatment_reason")
    charge.treatment, charge.treatment_reason = treatment, treatment_reason.strip() if treatment else ""
    charge.save(update_fields=["treatment", "treatment_reason"])
    return charge


def _waive_facts(*, charge: Charge, **_: object) -> DiscountFacts:
    return _discount_facts(charge=charge, discount=charge.gross_minor)


@command(permission="billing.waive_charge", door=_waive_facts, label="Waive", tone="danger")
def waive_charge(ctx: Context, *, charge: Charge, reason: LongText) -> Charge:
    """Let an open charge go; it is never invoiced.

    reason: stays with the charge and is in the report of what was given away.
    Refuses: not_open.
    """
    charge.state, charge.waived_reason = Charge.State.WAIVED, reason
    charge.save(update_fields=["state", "waived_reason"])
    return charge

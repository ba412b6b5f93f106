"""Prices of lists that change on a day: one, all of them, or none any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, TypedDict

from django.db.models import Q

from enfilade.base.item.commands import set_price
from enfilade.base.item.models import Item
from enfilade.base.item.queries import items_in_use, prices_of
from enfilade.base.party.models import Party
from enfilade.core.command import Amount, Choice, Input, Ref, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.minor import minor_digits

from .events import PricesRaised
from .models import CustomerGroup, ListFor, ListPrice, PriceList
from .rules import lessened

DAY = timedelta(days=1)
Raise = Annotated[Decimal, Input(label="Dearer by (%)", min_value=-100, max_value=1_000, decimals=4)]
FromQuantity = Annotated[Decimal, Input(min_value=0, max_value=1_000_000, decimals=3)]
Customer = Annotated[Party | None, Input(shared=True, label="Customer")]
Group = Annotated[CustomerGroup | None, Input(shared=True, label="Customer group", help="Instead of one customer.")]
PercentOff = Annotated[Decimal, Input(label="Percent off", min_value=-1_000, max_value=100, decimals=4)]


class RaiseFacts(TypedDict):
    """What a door is told about prices that change together."""

    percent: Decimal
    price_list: str


def _raise_facts(*, percent: Decimal, price_list: PriceList | None = None, **_: object) -> RaiseFacts:
    return {"percent": percent, "price_list": str(price_list or "")}


@command(permission="pricing.set_list_price", label="Say what an item costs", tone="primary")
def set_list_price(
    ctx: Context,
    *,
    price_list: PriceList,
    item: Ref[Item],
    price: Amount | None = None,
    percent_off: PercentOff | None = None,
    from_quantity: FromQuantity = Decimal(0),
    valid_from: Today,
) -> ListPrice:
    """Say what an item costs in a list from a day on; what it cost until then ends the day before.

    price: for one unit, with tax where the list's prices are.
    percent_off: instead of a price, off the list that is followed or off the item's price; less than zero makes it dearer.
    from_quantity: for whoever takes at least so many; 0 is any quantity.
    valid_from: where a later price is known already, this one ends before it.
    Refuses: list_price_one_a_day, list_price_one_kind, list_price_tax_of_items (database).
    """
    same = ListPrice.objects.visible_to(ctx).filter(price_list=price_list, item=item, from_quantity=from_quantity)
    known = same.filter(valid_from=valid_from).first()
    if known is not None:
        known.price_minor, known.percent_off = price, percent_off
        known.save(update_fields=["price_minor", "percent_off"])
        return known
    _end(same.filter(_reaches(valid_from)), valid_from - DAY)
    later = same.filter(valid_from__gt=valid_from).order_by("valid_from").values_list("valid_from", flat=True).first()
    return ListPrice.objects.create(
        company=ctx.company,
        price_list=price_list,
        item=item,
        from_quantity=from_quantity,
        price_minor=price,
        percent_off=percent_off,
        valid_from=valid_from,
        valid_until=later - DAY if later else None,
    )


@command(permission="pricing.raise_prices", door=_raise_facts, label="Raise all prices")
def raise_prices(ctx: Context, *, price_list: PriceList, percent: Raise, from_on: Today) -> PriceList:
    """Make every price of a list dearer, or with a percentage below zero cheaper, from a day on; until then all stays.

    Percentages off other prices follow those by themselves. Prices that begin later are raised as well.
    percent: rounded for each price as the list rounds.
    Refuses: nothing_to_raise.
    """
    priced = ListPrice.objects.visible_to(ctx).filter(price_list=price_list, price_minor__isnull=False)
    rows = list(priced.filter(Q(valid_until=None) | Q(valid_until__gte=from_on)).order_by("pk"))
    if not rows:
        raise Refusal("nothing_to_raise", "This list has no price that holds on this day or later.", field="from_on")
    digits = minor_digits(price_list.currency)
    fresh, begin = [], []
    for row in rows:
        raised = lessened(row.price_minor or 0, -percent, price_list.rounding, digits)
        if row.valid_from is not None and row.valid_from >= from_on:
            row.price_minor = raised
            begin.append(row)
        else:
            fresh.append(_from_day(row, raised, from_on))
    _end([row for row in rows if row.valid_from is None or row.valid_from < from_on], from_on - DAY)
    ListPrice.objects.bulk_update(begin, ["price_minor"], batch_size=1_000)
    ListPrice.objects.bulk_create(fresh, batch_size=1_000)
    if ctx.work is not None:
        ctx.work.written.setdefault("pricing.listprice", []).extend(row.pk for row in (*begin, *fresh))
    publish(ctx, PricesRaised(price_list.pk, str(percent), from_on.isoformat(), len(rows)))
    return price_list


@command(permission="item.set_price", door=_raise_facts, label="Raise the prices of items", target="")
def raise_item_prices(
    ctx: Context,
    *,
    percent: Raise,
    from_on: Today,
    kind: Annotated[str, Choice(*Item.Kind.choices, label="Only")] = "",
    rounding: Annotated[str, Choice(*PriceList.Rounding.choices)] = PriceList.Rounding.NONE,
) -> Item:
    """Make the items' own prices dearer, or with a percentage below zero cheaper, from a day on. Free items stay free.

    kind: services or products; all of them when left out.
    rounding: of each price.
    Refuses: nothing_to_raise.
    """
    items = items_in_use(ctx, kind)
    prices = prices_of(ctx, items, from_on)
    digits = minor_digits(ctx.company.currency)
    changed = [(item, lessened(prices[item.pk], -percent, rounding, digits)) for item in items]
    changed = [(item, price) for item, price in changed if price != prices[item.pk]]
    if not changed:
        raise Refusal("nothing_to_raise", "No price of an item changes by this.", field="percent")
    for item, price in changed:
        set_price(ctx, item=item, price=price, valid_from=from_on)
    return changed[0][0]


@command(permission="pricing.end_prices", label="End all prices", tone="danger")
def end_prices(ctx: Context, *, price_list: PriceList, last_on: Today) -> PriceList:
    """Let every price of a list that has begun end with a day, so that others may follow; those that begin later stay.

    last_on: the last day on which they hold.
    Refuses: nothing_to_end.
    """
    rows = ListPrice.objects.visible_to(ctx).filter(_reaches(last_on + DAY), price_list=price_list)
    if not _end(rows.exclude(valid_from=last_on + DAY), last_on):
        raise Refusal("nothing_to_end", "No price of this list reaches beyond this day.", field="last_on")
    return price_list


@command(permission="pricing.add_listfor", label="Give it to", target="price_list")
def give_list(
    ctx: Context,
    *,
    price_list: Ref[PriceList],
    party: Customer = None,
    group: Group = None,
) -> ListFor:
    """Let a customer, or a group of them, have a list.

    Refuses: list_for_one, list_for_party_once, list_for_group_once (database).
    """
    return ListFor.objects.create(company=ctx.company, price_list=price_list, party=party, group=group)


def _reaches(on: date) -> Q:
    """Prices that hold on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gte=on))


def _end(rows: Iterable[ListPrice], last_on: date) -> int:
    """Let prices end with a day; how many."""
    keys = [row.pk for row in rows]
    return ListPrice.objects.filter(pk__in=keys).update(valid_until=last_on) if keys else 0


def _from_day(row: ListPrice, price_minor: int, from_on: date) -> ListPrice:
    return ListPrice(
        company_id=row.company_id,
        price_list_id=row.price_list_id,
        item_id=row.item_id,
        from_quantity=row.from_quantity,
        price_minor=price_minor,
        valid_from=from_on,
        valid_until=row.valid_until,
    )

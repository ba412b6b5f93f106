"""What an item costs somebody on a day, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from enfilade.base.item.models import Item
from enfilade.base.item.queries import prices_of
from enfilade.base.money.queries import rate_on
from enfilade.base.money.rules import convert
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.core.context import Context
from enfilade.core.fields import to_major
from enfilade.core.minor import minor_digits

from .models import ListFor, ListPrice, PriceList
from .rules import Break, break_for, lessened

OF_ITEM = "The item's price."
_PARTY, _GROUP, _ALL = range(3)


@dataclass(frozen=True, slots=True)
class Ask:
    """An item of which somebody wants so many."""

    item: Item
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class FoundPrice:
    """What one unit costs, in minor units of the currency that was asked for, and in one sentence where the price comes from.

    with_tax: it holds the tax of the company's own country. price_list: key of the list, None for the item's own price.
    """

    price_minor: int
    why: str
    with_tax: bool = False
    price_list: int | None = None


def price_of(
    ctx: Context, item: Item, party: Party | None, quantity: Decimal, on: date, currency: str = "", rate: Decimal | None = None
) -> FoundPrice:
    """What one unit of an item costs a customer who takes so many, on a day. As `price_of_each`."""
    return price_of_each(ctx, [Ask(item, quantity)], party, on, currency, rate)[0]


def price_of_each(
    ctx: Context, asks: Sequence[Ask], party: Party | None, on: date, currency: str = "", rate: Decimal | None = None
) -> list[FoundPrice]:
    """What one unit of each item costs a customer on a day, in as many statements for many items as for one.

    Asked in this order, until one says a price: lists of the customer, lists of groups the customer is in, the list for everybody, the
    item's price. Of several, those in the wanted currency come before those in the company's, then the smaller rank, then the name.
    currency: the company's own when left out. rate: how much of it one of the company's own is worth; that of the day when left out.
    Refuses: no_rate.
    """
    wanted = currency or ctx.company.currency
    items = list({ask.item.pk: ask.item for ask in asks}.values())
    usual = prices_of(ctx, items, on)
    lists = _lists_for(ctx, party, on, wanted) if items and PriceList.objects.visible_to(ctx).exists() else []
    book = _Book(ctx, on, usual, *_prices_in(ctx, lists, items, on)) if lists else _Book(ctx, on, usual)
    said = [_first(book, lists, ask) or FoundPrice(usual[ask.item.pk], OF_ITEM) for ask in asks]
    return [_in_currency(ctx, found, book.currency_of(found), wanted, rate, on) for found in said]


def breaks_above(ctx: Context, item: Item, party: Party | None, quantity: Decimal, on: date) -> list[Decimal]:
    """Larger quantities from which another price of an item may hold for a customer on a day, the smallest first."""
    lists = [made for _, made in _ranked(ctx, party, on)]
    _, breaks = _prices_in(ctx, lists, [item], on)
    return sorted({one.from_quantity for found in breaks.values() for one in found if one.from_quantity > quantity})


def lists_of(ctx: Context, party: Party, on: date) -> list[tuple[PriceList, str]]:
    """The lists that hold for a customer on a day, in the order in which they are asked. Shape: (list, why it is the customer's)."""
    found = _ranked(ctx, party, on)
    words = {_PARTY: "Of this customer", _GROUP: "Of a group the customer is in", _ALL: "For everybody"}
    return [(made, words[level]) for level, made in sorted(found, key=lambda pair: (pair[0], pair[1].rank, pair[1].name))]


@dataclass
class _Book:
    """All that is needed to look prices up: prices of the items, lists that are followed, and breaks by list and item."""

    ctx: Context
    on: date
    usual: dict[int, int]
    lists: dict[int, PriceList] = field(default_factory=dict)
    breaks: dict[tuple[int, int], list[Break]] = field(default_factory=dict)

    def currency_of(self, found: FoundPrice) -> str:
        """In which a price stands."""
        return self.ctx.company.currency if found.price_list is None else self.lists[found.price_list].currency

    def price_in(self, made: PriceList, ask: Ask) -> FoundPrice | None:
        """What a list says of an item; None where it says nothing."""
        found = break_for(self.breaks.get((made.pk, ask.item.pk), ()), ask.quantity)
        if found is None and made.basis == PriceList.Basis.OWN:
            return None
        if found is not None and found.price_minor is not None:
            return self._found(made, found.price_minor, found, None)
        followed = self._followed(made, ask)
        if followed is None:
            return None
        before_minor, name = followed
        percent = found.percent_off if found is not None and found.percent_off is not None else made.percent_off
        after_minor = lessened(before_minor, percent, made.rounding, minor_digits(made.currency))
        return self._found(made, after_minor, found, (f"{percent.normalize():f}", name))

    def _followed(self, made: PriceList, ask: Ask) -> tuple[int, str] | None:
        """What an item costs where a list takes its percentage off, and what that is called."""
        if made.base_list_id is None:
            own = FoundPrice(self.usual[ask.item.pk], OF_ITEM)
            return _in_currency(self.ctx, own, self.ctx.company.currency, made.currency, None, self.on).price_minor, "the item's price"
        base = self.lists.get(made.base_list_id)
        found = self.price_in(base, ask) if base is not None else None
        return (found.price_minor, str(base)) if found is not None else None

    def _found(self, made: PriceList, price_minor: int, found: Break | None, off: tuple[str, str] | None) -> FoundPrice:
        """off: the percentage and what it is off."""
        amount = f"{to_major(price_minor, made.currency)} {made.currency}"
        quantity = f"{found.from_quantity.normalize():f}" if found is not None and found.from_quantity else ""
        why = (_why_taxed if made.with_tax else _why)(amount, str(made), quantity, *(off or ("", "")))
        return FoundPrice(price_minor, why, made.with_tax, made.pk)


def _why(amount: str, name: str, quantity: str, percent: str, base: str) -> str:
    if base and quantity:
        return f"{amount} by the price list {name}, from {quantity} on: {percent} % off {base}."
    if base:
        return f"{amount} by the price list {name}: {percent} % off {base}."
    if quantity:
        return f"{amount} by the price list {name}, from {quantity} on."
    return f"{amount} by the price list {name}."


def _why_taxed(amount: str, name: str, quantity: str, percent: str, base: str) -> str:
    if base and quantity:
        return f"{amount} with tax by the price list {name}, from {quantity} on: {percent} % off {base}."
    if base:
        return f"{amount} with tax by the price list {name}: {percent} % off {base}."
    if quantity:
        return f"{amount} with tax by the price list {name}, from {quantity} on."
    return f"{amount} with tax by the price list {name}."


def _first(book: _Book, lists: Sequence[PriceList], ask: Ask) -> FoundPrice | None:
    return next((found for made in lists if (found := book.price_in(made, ask)) is not None), None)


def _in_currency(ctx: Context, found: FoundPrice, has: str, wanted: str, rate: Decimal | None, on: date) -> FoundPrice:
    if has == wanted:
        return found
    own = ctx.company.currency
    if rate is not None and has == own:
        price_minor = convert(found.price_minor, rate, own, wanted)
    else:
        price_minor = rate_on(ctx, has, wanted, on).worth_of(found.price_minor)
    return FoundPrice(price_minor, found.why, found.with_tax, found.price_list)


def _holds(on: date) -> Q:
    """Rows that hold on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gte=on))


def _ranked(ctx: Context, party: Party | None, on: date) -> list[tuple[int, PriceList]]:
    """The lists that hold for a customer, with how near to him they are."""
    level: dict[int, int] = {}
    if party is not None:
        keys = merged_keys(ctx, party)
        given = ListFor.objects.visible_to(ctx).filter(Q(party__in=keys) | Q(group__members__party__in=keys))
        for key, group in given.values_list("price_list_id", "group_id"):
            level[key] = min(level.get(key, _ALL), _GROUP if group else _PARTY)
    rows = PriceList.objects.visible_to(ctx).filter(_holds(on)).filter(Q(is_default=True) | Q(pk__in=level))
    return [(level.get(made.pk, _ALL), made) for made in rows]


def _lists_for(ctx: Context, party: Party | None, on: date, wanted: str) -> list[PriceList]:
    """The lists to ask, in their order."""
    usable = [(level, made) for level, made in _ranked(ctx, party, on) if made.currency in (wanted, ctx.company.currency)]
    return [made for _, made in sorted(usable, key=lambda p: (p[0], p[1].currency != wanted, p[1].rank, p[1].name))]


def _prices_in(
    ctx: Context, lists: Sequence[PriceList], items: Iterable[Item], on: date
) -> tuple[dict[int, PriceList], dict[tuple[int, int], list[Break]]]:
    """Lists with all that they follow, and what they say of items."""
    known, asked = {made.pk: made for made in lists}, set[int]()
    while missing := {made.base_list_id for made in known.values() if made.base_list_id} - known.keys() - asked:
        known |= {made.pk: made for made in PriceList.objects.visible_to(ctx).filter(_holds(on), pk__in=missing)}
        asked |= missing
    breaks = defaultdict(list)
    rows = ListPrice.objects.visible_to(ctx).filter(_holds(on), price_list__in=known, item__in=list(items))
    for made, item, quantity, price_minor, percent in rows.values_list(
        "price_list_id", "item_id", "from_quantity", "price_minor", "percent_off"
    ):
        breaks[made, item].append(Break(quantity, price_minor, percent))
    return known, dict(breaks)

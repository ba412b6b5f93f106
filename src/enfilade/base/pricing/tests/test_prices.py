"""Which price a customer is asked, and why; how prices change; what the database refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from enfilade.base.money.models import Rate
from enfilade.base.pricing.models import ListPrice, PriceList
from enfilade.base.pricing.queries import Ask, price_of_each
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.importing import import_file
from enfilade.core.resource import rehearsed_parts, resource_named
from enfilade.core.resource.transfer import export_csv
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY = date(2027, 1, 1)


def code_of(run: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refusal) as no:
        run()
    return no.value.code


def test_from_the_nearest_list_down_to_the_item(shop: Shop) -> None:
    """The customer's list, then the group's, then everybody's, then the item's price; each says where it comes from."""
    assert (shop.asked(shop.ada).price_minor, shop.asked(shop.ada).why) == (10_000, "The item's price.")
    shop.price(shop.list("Retail", is_default=True), "95.00")
    assert shop.asked(shop.ada).why == "95.00 EUR by the price list Retail."
    assert shop.asked(None).price_minor == 9_500
    trade = shop.list("Trade")
    shop.price(trade, "80.00")
    shop.give(trade, group=shop.trade)
    assert (shop.asked(shop.ada).price_minor, shop.asked(shop.ben).price_minor) == (9_500, 8_000)
    own = shop.list("Ben", valid_from=JANUARY)
    shop.price(own, "70.00", from_quantity="5")
    shop.give(own, party=shop.ben)
    assert shop.asked(shop.ben, 5).price_minor == 8_000
    assert shop.asked(shop.ben, 5, JANUARY).why == "70.00 EUR by the price list Ben, from 5 on."
    assert shop.asked(shop.ben, "4.999", JANUARY).price_minor == 8_000


def test_percentages_follow_items_and_lists(shop: Shop) -> None:
    """A percentage off the items, a list off that one, a row with another percentage; rounded by the rule of the list."""
    items = shop.list("Members", basis="item", percent_off="12.5", rounding="end99", is_default=True)
    assert shop.asked(None).why == "87.99 EUR by the price list Members: 12.5 % off the item's price."
    friends = shop.list("Friends", basis="list", base_list=items.pk, percent_off="10")
    shop.give(friends, party=shop.ada)
    assert shop.asked(shop.ada).why == "79.19 EUR by the price list Friends: 10 % off Members."
    shop.price(friends, percent_off="50", from_quantity="10")
    assert shop.asked(shop.ada, 10).why == "44.00 EUR by the price list Friends, from 10 on: 50 % off Members."
    shop.do("item.set_price", item=shop.chair.pk, price="200.00", valid_from=shop.ctx.today)
    assert shop.asked(shop.ada).price_minor == 15_749


def test_a_list_that_says_nothing_leaves_it_to_the_next(shop: Shop) -> None:
    """Also where the list that it follows has ended."""
    ended = shop.list("Old", valid_until=date(2020, 1, 1))
    shop.price(ended, "1.00")
    follower = shop.list("Follower", basis="list", base_list=ended.pk)
    shop.give(follower, party=shop.ada)
    assert shop.asked(shop.ada).why == "The item's price."
    assert shop.asked(shop.ada, 1, date(2020, 1, 1)).why == "1.00 EUR by the price list Follower: 0 % off Old."


def test_other_currencies(shop: Shop) -> None:
    """A list in the wanted currency comes before one that has to be converted; the item's price is converted."""
    with scope(shop.company.pk):
        Rate.objects.create(company=shop.company, base="EUR", quote="USD", on=shop.ctx.today, rate=Decimal("1.10"), source="test")
    assert shop.asked(None, currency="USD").price_minor == 11_000
    shop.price(shop.list("Home", is_default=True), "90.00")
    assert shop.asked(None, currency="USD").price_minor == 9_900
    abroad = shop.list("Abroad", currency="usd", basis="item", percent_off="10", rounding="whole")
    shop.give(abroad, party=shop.ada)
    assert (shop.asked(shop.ada, currency="USD").price_minor, shop.asked(shop.ada).price_minor) == (9_900, 9_000)
    assert code_of(lambda: shop.asked(shop.ada, currency="GBP")) == "no_rate"
    yen = shop.list("Yen", currency="JPY", basis="item", rounding="none")
    with scope(shop.company.pk):
        Rate.objects.create(company=shop.company, base="EUR", quote="JPY", on=shop.ctx.today, rate=Decimal("160.55"), source="test")
    shop.give(yen, party=shop.ada)
    assert shop.asked(shop.ada, currency="JPY").price_minor == 16_055
    assert code_of(lambda: shop.list("Gold", currency="XXX")) == "unknown_currency"


def test_merged_customers_keep_their_lists(shop: Shop) -> None:
    """Whoever was entered twice is asked what either entry was asked."""
    made = shop.list("Ben")
    shop.price(made, "70.00")
    shop.give(made, party=shop.ben)
    shop.do("party.merge_parties", keep=shop.ada.pk, other=shop.ben.pk)
    assert shop.asked(shop.ada).price_minor == 7_000


def test_many_items_cost_no_more_statements(shop: Shop, django_assert_max_num_queries: Any) -> None:
    """A bill of many lines is priced in as many statements as one of a single line."""
    base = shop.list("Retail", basis="item", percent_off="5")
    shop.give(shop.list("Friends", basis="list", base_list=base.pk, percent_off="5"), party=shop.ada)
    items = [shop.do("item.add_item", code=f"I{n}", name="Thing", price="10.00") for n in range(12)]
    with scope(shop.company.pk), django_assert_max_num_queries(8):
        found = price_of_each(shop.ctx, [Ask(item) for item in items], shop.ada, shop.ctx.today)
    assert {f.price_minor for f in found} == {903}


def test_saying_a_price_ends_the_one_before(shop: Shop) -> None:
    """And begins before the one that is known for later."""
    made, today = shop.list("Retail"), shop.ctx.today
    shop.price(made, "90.00")
    say = {"price_list": made.pk, "item": shop.chair.pk}
    shop.do("pricing.set_list_price", **say, price="95.00", valid_from=date(2027, 6, 1))
    shop.do("pricing.set_list_price", **say, price="92.00", valid_from=JANUARY)
    shop.do("pricing.set_list_price", **say, price="93.00", valid_from=JANUARY)
    assert [(p, f, u) for _, p, f, u in shop.prices(made)] == [
        (9_300, JANUARY, date(2027, 5, 31)),
        (9_500, date(2027, 6, 1), None),
        (9_000, None, date(2026, 12, 31)),
    ]
    assert today < JANUARY
    assert code_of(lambda: shop.do("pricing.set_list_price", **say, valid_from=JANUARY)) == "list_price_one_kind"


def test_all_prices_are_raised_from_a_day_on(shop: Shop) -> None:
    """Until then all stays; percentages follow by themselves; a rehearsal shows the prices and keeps none."""
    made = shop.list("Retail", rounding="step5", is_default=True)
    shop.price(made, "90.00", valid_from=date(2026, 1, 1))
    shop.price(made, "80.00", from_quantity="10", valid_from=date(2027, 3, 1))
    shop.price(made, "1.00", from_quantity="20", valid_until=date(2020, 1, 1))
    shop.price(made, percent_off="50", from_quantity="30")
    before = shop.prices(made)
    inputs = {"price_list": made.pk, "percent": "3", "from_on": "2027-01-01"}
    shown: list[dict[str, Any]] = []
    run_raw(replace(shop.ctx, rehearse=True, witness=lambda inside: shown.extend(rehearsed_parts(inside))), "pricing.raise_prices", inputs)
    assert [part["count"] for part in shown if part["name"] == "prices"] == [2]
    assert shop.prices(made) == before
    run_raw(shop.ctx, "pricing.raise_prices", inputs)
    assert shop.prices(made) == [
        (0, 9_000, date(2026, 1, 1), date(2026, 12, 31)),
        (0, 9_270, JANUARY, None),
        (10, 8_240, date(2027, 3, 1), None),
        (20, 100, None, date(2020, 1, 1)),
        (30, None, None, None),
    ]
    assert (shop.asked(None, 1).price_minor, shop.asked(None, 1, JANUARY).price_minor) == (9_000, 9_270)
    assert code_of(lambda: shop.do("pricing.raise_prices", price_list=shop.list("Empty").pk, percent="3", from_on=JANUARY)) == (
        "nothing_to_raise"
    )


def test_items_are_raised_and_lists_end(shop: Shop) -> None:
    """The items' own prices from a day on; all prices of a list end with a day."""
    shop.do("pricing.raise_item_prices", percent="3", from_on=JANUARY, rounding="end90")
    assert (shop.asked(None).price_minor, shop.asked(None, 1, JANUARY).price_minor) == (10_000, 10_290)
    assert code_of(lambda: shop.do("pricing.raise_item_prices", percent="3", from_on=JANUARY, kind="service")) == "nothing_to_raise"
    made = shop.list("Retail", is_default=True)
    shop.price(made, "90.00")
    shop.do("pricing.end_prices", price_list=made.pk, last_on=date(2026, 12, 31))
    assert shop.asked(None, 1, JANUARY).price_minor == 10_290
    shop.price(made, "91.00", valid_from=JANUARY)
    assert code_of(lambda: shop.do("pricing.end_prices", price_list=made.pk, last_on=date(2026, 12, 31))) == "nothing_to_end"


def test_one_price_a_day(shop: Shop) -> None:
    """Days may not overlap for the same list, item and quantity; another quantity is another price."""
    made = shop.list("Retail")
    shop.price(made, "90.00", valid_until=date(2026, 12, 31))
    shop.price(made, "91.00", valid_from=JANUARY)
    shop.price(made, "80.00", from_quantity="10")
    assert code_of(lambda: shop.price(made, "92.00", valid_from=date(2026, 12, 31), valid_until=date(2026, 12, 31))) == (
        "list_price_one_a_day"
    )
    assert code_of(lambda: shop.price(made, "80.00", from_quantity="10.000", valid_from=JANUARY)) == "list_price_one_a_day"


def test_what_the_tables_refuse(shop: Shop) -> None:
    """Circles, two lists for everybody, a list after one of another currency, tax off prices without tax, and what is neither nor."""
    one = shop.list("One", is_default=True)
    two = shop.list("Two", basis="list", base_list=one.pk)
    three = shop.list("Three", basis="list", base_list=two.pk)
    follow = {"pricelist": one.pk, "basis": "list", "base_list": three.pk}
    assert code_of(lambda: shop.do("pricing.change_pricelist", **follow)) == "price_list_no_circle"
    assert code_of(lambda: shop.do("pricing.change_pricelist", pricelist=two.pk, is_default=True)) == "price_list_one_default"
    assert code_of(lambda: shop.list("Dollars", currency="USD", basis="list", base_list=one.pk)) == "price_list_follows_its_like"
    assert code_of(lambda: shop.list("Gross", with_tax=True, basis="item")) == "price_list_tax_of_items"
    gross = shop.list("Gross", with_tax=True)
    assert code_of(lambda: shop.price(gross, percent_off="10")) == "list_price_tax_of_items"
    assert code_of(lambda: shop.price(one)) == "list_price_one_kind"
    assert code_of(lambda: shop.price(one, "1.00", percent_off="1")) == "list_price_one_kind"
    shop.price(one, "1.00")
    assert code_of(lambda: shop.do("pricing.change_pricelist", pricelist=one.pk, with_tax=True)) == "price_list_kept"
    assert code_of(lambda: shop.do("pricing.add_listfor", price_list=one.pk)) == "list_for_one"
    with pytest.raises(Invalid):
        shop.do("pricing.raise_prices", price_list=one.pk, percent="-101", from_on=JANUARY)
    with pytest.raises(DatabaseError), scope(shop.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE pricing_pricelist SET basis = 'list', base_list_id = id WHERE id = %s", [one.pk])


@pytest.mark.races
def test_two_halves_of_a_circle_at_once(shop: Shop) -> None:
    """Two people let two lists follow each other: one of them is refused."""
    lists = [shop.list("One"), shop.list("Two")]

    def follow(number: int) -> str:
        inputs = {"pricelist": lists[number].pk, "basis": "list", "base_list": lists[1 - number].pk}
        try:
            shop.do("pricing.change_pricelist", **inputs)
        except Refusal as no:
            return no.code
        return "done"

    assert sorted(race(2, follow)) == ["done", "price_list_no_circle"]


@pytest.mark.races
def test_the_same_price_at_once(shop: Shop) -> None:
    """Eight people enter a price of the same item: there is one."""
    made = shop.list("Retail")

    def enter(number: int) -> str:
        try:
            shop.price(made, f"9{number}.00")
        except Refusal as no:
            return no.code
        return "done"

    assert sorted(set(race(8, enter))) == ["done", "list_price_one_a_day"]
    assert len(shop.prices(made)) == 1


def test_what_is_exported_comes_in_again(shop: Shop) -> None:
    """By list, item, quantity and day, also without numbers; what can't be taken is said with its line and column."""
    made = shop.list("Retail")
    shop.price(made, "90.00")
    shop.price(made, percent_off="20", from_quantity="10", valid_from=JANUARY)
    resource = resource_named("pricing.listprice")
    with scope(shop.company.pk):
        text = "".join(export_csv(resource, shop.ctx, {}))
    again = import_file(shop.ctx, resource, "prices.csv", text.encode())
    assert (again.created, again.changed, again.problems) == (0, 2, [])
    rows = "price_list,item,from_quantity,price,valid_from\nRetail,CHAIR,,95.00,\nRetail,CHAIR,5,85.00,\n"
    rows += "Retail,STOOL,,1.00,\nNone,CHAIR,,1.00,\n"
    rows += "Retail,CHAIR,10.000,abc,2027-01-01\nRetail,CHAIR,10,70.00,2027-02-01\n"
    found = import_file(shop.ctx, resource, "prices.csv", rows.encode())
    assert (found.created, found.changed, found.refused) == (1, 1, 4)
    assert [(p.line, p.field) for p in found.problems] == [(4, "item"), (5, "price_list"), (6, "price"), (7, "")]
    assert [(q, p) for q, p, _, _ in shop.prices(made)] == [(0, 9_500), (5, 8_500), (10, None)]
    assert isinstance(made, PriceList)
    with scope(shop.company.pk):
        assert ListPrice.objects.count() == 3
    assert shop.asked(None, 1, shop.ctx.today + timedelta(days=1)).price_minor == 10_000

"""Prices with a past and a future."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from enfilade.base.item.commands import set_price
from enfilade.base.item.jobs import take_up_of_company
from enfilade.base.item.models import Item, ItemPrice
from enfilade.base.item.queries import item_by_code, price_of, prices_of
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.importing import import_file
from enfilade.core.resource import resource_named
from enfilade.core.resource.transfer import export_csv
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def add(ctx: Context, **more: Any) -> Item:
    """A cleaning."""
    return run_raw(ctx, "item.add_item", {"code": "CLEAN", "name": "Cleaning", "price": "80.00", **more})


def price(ctx: Context, item: Item, on: date) -> int:
    """What it costs on a day."""
    with scope(ctx.company_id):
        return price_of(ctx, Item.objects.get(pk=item.pk), on)


def test_a_price_of_a_day_to_come_waits(ctx: Context) -> None:
    """Given a price, when a later one is set, then both count from their day."""
    item = add(ctx)
    set_price(ctx, item=item, price=9_000, valid_from=date(2099, 1, 1))
    assert [price(ctx, item, d) for d in (date(1999, 1, 1), ctx.today, date(2098, 12, 31), date(2099, 1, 1))] == [
        8_000,
        8_000,
        8_000,
        9_000,
    ]
    with scope(ctx.company_id):
        assert Item.objects.get(pk=item.pk).price_minor == 8_000


def test_a_past_price_corrects_the_past(ctx: Context) -> None:
    """And is today's where nothing came after it."""
    item = add(ctx)
    set_price(ctx, item=item, price=7_000, valid_from=date(2026, 1, 1))
    assert [price(ctx, item, d) for d in (date(2025, 12, 31), date(2026, 1, 1), ctx.today)] == [8_000, 7_000, 7_000]
    with scope(ctx.company_id):
        assert Item.objects.get(pk=item.pk).price_minor == 7_000


def test_changing_the_item_writes_history(ctx: Context) -> None:
    """Whoever changes the price on the form changes it from today on; yesterday stays."""
    item = add(ctx)
    run_raw(ctx, "item.change_item", {"item": item.pk, "price": "85.50"})
    assert (price(ctx, item, date(2026, 1, 1)), price(ctx, item, ctx.today)) == (8_000, 8_550)


def test_the_clock_takes_up_a_price(ctx: Context) -> None:
    """When its day has come, the item shows it; a second run finds nothing."""
    item = add(ctx)
    with scope(ctx.company_id):
        ItemPrice.objects.filter(item=item).update(valid_from=date(2020, 1, 1))
        ItemPrice.objects.create(company=ctx.company, item=item, valid_from=ctx.today, price_minor=9_900)
    assert (take_up_of_company(ctx), take_up_of_company(ctx)) == (1, 0)
    with scope(ctx.company_id):
        assert Item.objects.get(pk=item.pk).price_minor == 9_900


def test_many_prices_in_one_query(ctx: Context, django_assert_num_queries: Any) -> None:
    """A check-out with many items costs as much as one."""
    items = [add(ctx, code=f"I{n}", price=f"{n}.00") for n in range(1, 6)]
    with scope(ctx.company_id), django_assert_num_queries(1):
        assert prices_of(ctx, items, ctx.today) == {item.pk: n * 100 for n, item in enumerate(items, 1)}


def test_a_code_names_one_item(ctx: Context) -> None:
    """Within a company; another company has its own."""
    add(ctx)
    with pytest.raises(Refusal) as no:
        add(ctx)
    assert no.value.code == "item_code_once"
    other = make_ctx(make_company(), "*")
    add(other, price="1.00")
    with scope(ctx.company_id):
        found = item_by_code(ctx, "CLEAN")
    assert found is not None
    assert found.price_minor == 8_000


def test_what_is_exported_comes_in_again(ctx: Context) -> None:
    """Into the same company nothing changes, into another one everything is there."""
    add(ctx, description="Line one\nline two", tax_class="exempt")
    add(ctx, code="=SUM(1)", name="Trap")
    resource = resource_named("item.item")
    with scope(ctx.company_id):
        text = "".join(export_csv(resource, ctx, {}))
    again = import_file(ctx, resource, "items.csv", text.encode())
    assert (again.created, again.changed, again.problems) == (0, 2, [])
    other = make_ctx(make_company(), "*")
    assert import_file(other, resource, "items.csv", text.encode()).created == 2
    with scope(other.company_id):
        assert set(Item.objects.values_list("code", "price_minor", "tax_class")) == {
            ("CLEAN", 8_000, "exempt"),
            ("=SUM(1)", 8_000, "standard"),
        }


def test_the_table_itself_refuses(ctx: Context) -> None:
    """Raw SQL, past every form."""
    item = add(ctx)
    for change in ("price_minor = -1", "kind = 'gift'", "tax_class = 'none'", "code = ''", "name = ''"):
        with pytest.raises(IntegrityError), scope(ctx.company_id), connection.cursor() as cursor:
            cursor.execute(f"UPDATE item_item SET {change} WHERE id = %s", [item.pk])  # noqa: S608
    with scope(ctx.company_id):
        assert Item.objects.get(pk=item.pk).price_minor == 8_000


def test_raw_sql_keeps_the_history_too(ctx: Context) -> None:
    """The trigger has no back door."""
    item = add(ctx)
    with scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute("UPDATE item_item SET price_minor = 123 WHERE id = %s", [item.pk])
    assert price(ctx, item, ctx.today) == 123

"""Given, when, then."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from enfilade.base.books.commands import (
    AccountIn,
    add_accounts,
    close_period,
    open_book,
    open_periods,
    reopen_period,
    reverse_entry,
    write_entry,
)
from enfilade.base.books.models import Account, Balance, Carried, Entry, Line, Period
from enfilade.core.command import REGISTRY, execute, run_raw
from enfilade.core.context import Invalid, NotAllowed, NotFound, Refusal
from enfilade.core.models import AuditEntry
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .support import DAY, YEAR, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    """A company with a book."""
    return Shop()


def refused(code: str, run: Any) -> Refusal:
    """Run something that has to be refused."""
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code
    return no.value


def test_an_entry_is_written_with_its_lines_and_balances(shop: Shop) -> None:
    entry = shop.post(("12", 11900), ("40", -10000), ("20", -1900), origin="billing.invoice:1")
    with scope(shop.company.pk):
        stored = Entry.objects.get(pk=entry.pk)
        lines = list(Line.objects.filter(entry=entry).order_by("pk").values_list("account__code", "quantity_minor", "unit", "on"))
    assert (stored.on, stored.line_count, stored.period_id, stored.user_id, stored.origin) == (
        DAY,
        3,
        shop.period(3).pk,
        shop.ctx.user.pk,
        "billing.invoice:1",
    )
    assert lines == [("12", 11900, "EUR", DAY), ("40", -10000, "EUR", DAY), ("20", -1900, "EUR", DAY)]
    assert [shop.balance(c) for c in ("12", "40", "20")] == [11900, -10000, -1900]


def test_units_balance_each_by_itself(shop: Shop) -> None:
    shop.post(("10", 100), ("40", -100), unit="USD")
    shop.post(("10", 7), ("40", -7))
    assert (shop.balance("10", "USD"), shop.balance("10")) == (100, 7)
    mixed = [*shop.lines(("10", 5), unit="USD"), *shop.lines(("40", -5))]
    refused("entry_balances", lambda: run_raw_lines(shop, mixed))


def run_raw_lines(shop: Shop, lines: list[Any]) -> Any:
    """As it comes from outside."""
    raw = [{"account": li.account.pk, "unit": li.unit, "quantity_minor": li.quantity_minor} for li in lines]
    return run_raw(shop.ctx, "books.post_entry", {"book": shop.book.pk, "on": DAY.isoformat(), "text": "x", "lines": raw})


def test_from_outside_it_is_the_same(shop: Shop) -> None:
    entry = run_raw_lines(shop, shop.lines(("10", 5), ("40", -5)))
    assert shop.balance("10") == 5
    with scope(shop.company.pk):
        assert AuditEntry.objects.filter(command="books.post_entry", result=ref(entry)).exists()


def test_what_is_refused_leaves_nothing(shop: Shop) -> None:
    shop.sale()
    close_period(shop.ctx, period=shop.period(1))
    before = shop.counts()
    foreign = Shop()
    refused("entry_balances", lambda: shop.post(("10", 5), ("40", -4)))
    refused("entry_two_lines", lambda: shop.post(("10", 5)))
    refused("line_not_zero", lambda: shop.post(("10", 0), ("40", 0)))
    refused("entry_period_open", lambda: shop.sale(on=date(YEAR, 1, 31)))
    refused("entry_period_open", lambda: shop.sale(on=date(YEAR + 1, 1, 1)))
    refused("line_account_open", lambda: shop.post(("1", 5), ("40", -5)))
    refused("line_account_of_book", lambda: run_typed(shop, foreign.lines(("10", 5), ("40", -5))))
    refused("not_found", lambda: run_raw_lines(shop, foreign.lines(("10", 5), ("40", -5))))
    refused("line_party_of_company", lambda: shop.post_for(10**15))
    refused("entry_has_text", lambda: run_typed(shop, shop.lines(("10", 5), ("40", -5)), text=""))
    assert shop.counts() == before


def run_typed(shop: Shop, lines: list[Any], text: str = "x") -> Any:
    """Rows that a module hands on without looking."""
    made = replace(REGISTRY["books.post_entry"], body=write_entry)
    return execute(made, shop.ctx, book=shop.book, on=DAY, text=text, lines=lines)


def test_an_account_that_is_not_used_any_more_takes_nothing(shop: Shop) -> None:
    run_raw(shop.ctx, "books.change_account", {"account": shop.accounts["50"].pk, "active": False})
    no = refused("line_account_open", lambda: shop.post(("50", 5), ("10", -5)))
    assert "50 is not in use" in no.message


def test_the_sentence_names_the_line(shop: Shop) -> None:
    with pytest.raises(NotFound) as no:
        run_raw(
            shop.ctx,
            "books.post_entry",
            {
                "book": shop.book.pk,
                "on": "2026-03-10",
                "text": "x",
                "lines": [
                    {"account": shop.accounts["10"].pk, "unit": "EUR", "quantity_minor": 1},
                    {"account": 10**15, "unit": "EUR", "quantity_minor": -1},
                ],
            },
        )
    assert no.value.field == "lines[1].account"
    with pytest.raises(Invalid) as bad:
        run_raw(
            shop.ctx,
            "books.post_entry",
            {"book": shop.book.pk, "on": "2026-03-10", "text": "x", "lines": [{"account": 1, "unit": "EUR", "quantity_minor": "1.5"}]},
        )
    assert "lines[0].quantity_minor" in bad.value.errors


def test_the_same_key_posts_once(shop: Shop) -> None:
    ctx = shop.ctx.with_key("once")
    assert shop.sale(ctx=ctx).pk == shop.sale(ctx=ctx).pk
    assert shop.balance("10") == 500
    refused("key_reused", lambda: shop.sale(501, ctx=ctx))


def test_a_rehearsal_leaves_nothing_and_refuses_what_a_commit_refuses(shop: Shop) -> None:
    before = shop.counts()
    rehearsing = replace(shop.ctx, rehearse=True)
    assert shop.sale(ctx=rehearsing).pk
    assert shop.counts() == before
    refused("entry_period_open", lambda: shop.sale(ctx=rehearsing, on=date(2030, 1, 1)))


def test_a_reversal_cancels_and_can_be_made_once(shop: Shop) -> None:
    entry = shop.post(("12", 11900), ("40", -10000), ("20", -1900), origin="billing.invoice:1")
    back = reverse_entry(shop.ctx, entry=entry, on=date(YEAR, 4, 1), text="Wrong price")
    assert [shop.balance(c) for c in ("12", "40", "20")] == [0, 0, 0]
    assert (back.reverses_id, back.origin) == (entry.pk, "billing.invoice:1")
    refused("entry_reversed_once", lambda: reverse_entry(shop.ctx, entry=entry, on=DAY, text="Again"))
    again = reverse_entry(shop.ctx, entry=back, on=date(YEAR, 4, 2), text="It was right")
    assert shop.balance("12") == 11900
    assert again.reverses_id == back.pk


def test_periods_close_and_reopen_in_order(shop: Shop) -> None:
    shop.sale(on=date(YEAR, 1, 15))
    shop.sale(700, on=date(YEAR, 2, 15))
    refused("period_in_order", lambda: close_period(shop.ctx, period=shop.period(2)))
    close_period(shop.ctx, period=shop.period(1))
    close_period(shop.ctx, period=shop.period(2))
    refused("not_open", lambda: close_period(shop.ctx, period=shop.period(2)))
    refused("period_in_order", lambda: reopen_period(shop.ctx, period=shop.period(1), reason="x"))
    with scope(shop.company.pk):
        carried = list(Carried.objects.filter(account__code="10").order_by("period").values_list("debit_minor", flat=True))
    assert carried == [500, 1200]
    reopen_period(shop.ctx, period=shop.period(2), reason="A bill came late")
    shop.post(("50", 80), ("10", -80), on=date(YEAR, 2, 20))
    close_period(shop.ctx, period=shop.period(2))
    with scope(shop.company.pk):
        last = Carried.objects.get(account__code="10", period=shop.period(2))
        assert (last.debit_minor, last.credit_minor) == (1200, 80)


def test_closing_folds_the_slots(shop: Shop) -> None:
    shop.sale(on=date(YEAR, 1, 15))
    with scope(shop.company.pk):
        slots = Balance.objects.filter(account__code="10").count()
    close_period(shop.ctx, period=shop.period(1))
    with scope(shop.company.pk):
        rows = list(Balance.objects.filter(account__code="10").values_list("slot", "debit_minor"))
    assert slots >= 1
    assert rows == [(0, 500)]


def test_permissions(shop: Shop) -> None:
    poster = make_ctx(shop.company, "books.post_entry")
    assert shop.sale(ctx=poster)
    for run in (
        lambda: close_period(poster, period=shop.period(1)),
        lambda: reopen_period(make_ctx(shop.company, "books.close_period"), period=shop.period(1), reason="x"),
        lambda: open_book(poster, code="x", name="X"),
        lambda: reverse_entry(poster, entry=shop.sale(), on=DAY, text="x"),
    ):
        with pytest.raises(NotAllowed):
            run()


def test_another_company_has_no_such_rows(shop: Shop) -> None:
    entry = shop.sale()
    other = Shop()
    for run in (
        lambda: reverse_entry(other.ctx, entry=entry.pk, on=DAY, text="x"),
        lambda: close_period(other.ctx, period=shop.period(1).pk),
        lambda: run_raw(other.ctx, "books.open_periods", {"book": shop.book.pk, "year": 2027}),
    ):
        with pytest.raises(NotFound):
            run()


def test_a_chart_is_added_whole_or_not_at_all(shop: Shop) -> None:
    with scope(shop.company.pk):
        before = Account.objects.count()
    refused(
        "unknown_heading",
        lambda: add_accounts(shop.ctx, book=shop.book, accounts=[AccountIn("60", "A", "expense"), AccountIn("61", "B", "expense", "6")]),
    )
    refused(
        "account_code_once",
        lambda: add_accounts(shop.ctx, book=shop.book, accounts=[AccountIn("60", "A", "expense"), AccountIn("10", "B", "expense")]),
    )
    refused(
        "account_below_heading",
        lambda: run_raw(
            shop.ctx,
            "books.add_account",
            {"book": shop.book.pk, "code": "101", "name": "x", "kind": "asset", "parent": shop.accounts["10"].pk},
        ),
    )
    with scope(shop.company.pk):
        assert Account.objects.count() == before


def test_a_year_of_another_beginning(shop: Shop) -> None:
    book = open_book(shop.ctx, code="leave", name="Leave", unit_kind="time")
    first = open_periods(shop.ctx, book=book, year=2026, first_month=7)
    assert first.starts_on == date(2026, 7, 1)
    refused("period_no_overlap", lambda: open_periods(shop.ctx, book=book, year=2026, first_month=12))
    with scope(shop.company.pk):
        assert Period.objects.filter(book=book).count() == 12

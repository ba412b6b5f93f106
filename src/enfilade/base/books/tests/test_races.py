"""Many at once: hot accounts, a close in the middle, one reversal."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from enfilade.base.books.commands import close_period, reverse_entry, seal_book, write_entry
from enfilade.base.books.models import Balance, BookSeal, Entry, Line, Period
from enfilade.base.books.verify import verify_books
from enfilade.core.command import REGISTRY, execute
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import DAY, Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]
HOT = ("10", "11", "12", "20", "40", "50")


def attempt(run: Callable[[], Any], code: str) -> bool:
    """Whether it went through; the only refusal there may be is this one."""
    try:
        run()
    except Refusal as no:
        if no.code != code:
            raise
        return False
    return True


def settled(shop: Shop) -> None:
    """Everything that is kept is what the lines say."""
    with scope(shop.company.pk, read_only=True):
        assert verify_books(shop.ctx) == []


def test_twenty_threads_on_hot_accounts_lose_nothing() -> None:
    shop = Shop()

    def post(number: int) -> int:
        dice, done = random.Random(number), 0
        for _ in range(10):
            codes = dice.sample(HOT, 4)
            shop.post((codes[0], 3), (codes[1], 4), (codes[2], -2), (codes[3], -5))
            done += 1
        return done

    assert race(20, post) == [10] * 20
    with scope(shop.company.pk):
        assert (Entry.objects.count(), Line.objects.count()) == (200, 800)
        assert sum(b.debit_minor - b.credit_minor for b in Balance.objects.all()) == 0
        assert sum(b.debit_minor for b in Balance.objects.all()) == 200 * 7
    settled(shop)


def test_several_entries_in_one_transaction_do_not_deadlock() -> None:
    shop = Shop()

    def twice(ctx: Context, **inputs: Any) -> Entry:
        """Two entries that touch the same accounts in opposite order."""
        lines = inputs.pop("lines")
        write_entry(ctx, lines=lines[:2], **inputs)
        return write_entry(ctx, lines=lines[2:], **inputs)

    command = REGISTRY["books.post_entry"]
    made = replace(command, body=twice, own_parameters=command.parameters)

    def post(number: int) -> str:
        first, second = (("10", 1), ("40", -1)), (("50", 1), ("20", -1))
        lines = shop.lines(*(first + second if number % 2 else second + first))
        for _ in range(5):
            execute(made, shop.ctx, book=shop.book, on=DAY, text="x", lines=lines)
        return "done"

    assert race(16, post) == ["done"] * 16
    assert shop.balance("10") == 80
    settled(shop)


def test_a_posting_does_not_wait_for_another_one_that_is_not_committed() -> None:
    """Both post to the same two accounts; the first stays open until the second is done."""
    shop = Shop()
    shop.sale()
    command = REGISTRY["books.post_entry"]
    second_done, first_posted = threading.Event(), threading.Event()

    def and_wait(ctx: Context, **inputs: Any) -> Entry:
        entry = write_entry(ctx, **inputs)
        first_posted.set()
        assert second_done.wait(10), "the second posting waited for the first"
        return entry

    slow = replace(command, body=and_wait, own_parameters=command.parameters)

    def run(number: int) -> Any:
        if number == 0:
            return execute(slow, shop.ctx, book=shop.book, on=DAY, text="x", lines=shop.lines(("10", 7), ("40", -7)))
        assert first_posted.wait(10)
        entry = shop.sale(9)
        second_done.set()
        return entry

    assert all(isinstance(r, Entry) for r in race(2, run))
    assert shop.balance("10") == 500 + 7 + 9
    settled(shop)


def test_nothing_lands_in_a_period_that_is_closing() -> None:
    shop = Shop()
    for month in (1, 2):
        close_period(shop.ctx, period=shop.period(month))
    march = shop.period(3)

    def run(number: int) -> Any:
        if number == 0:
            with scope(shop.company.pk):
                before = Entry.objects.filter(period=march).count()
            close_period(shop.ctx, period=march)
            with scope(shop.company.pk):
                return "closed", before, Entry.objects.filter(period=march).count()
        return sum(attempt(shop.sale, "entry_period_open") for _ in range(12))

    results = race(12, run)
    word, _, at_close = results[0]
    assert word == "closed"
    with scope(shop.company.pk):
        assert Entry.objects.filter(period=march).count() == at_close == sum(results[1:])
        assert Period.objects.get(pk=march.pk).state == "closed"
    settled(shop)


def test_one_of_twenty_reverses() -> None:
    shop = Shop()
    entry = shop.sale()
    results = race(20, lambda _: reverse_entry(shop.ctx, entry=entry, on=DAY, text="x"))
    assert sum(isinstance(r, Entry) for r in results) == 1
    assert {r.code for r in results if isinstance(r, Refusal)} == {"entry_reversed_once"}
    assert shop.balance("10") == 0


def test_sealing_while_posting_leaves_no_entry_behind() -> None:
    shop = Shop()
    shop.sale()

    def run(number: int) -> Any:
        if number > 2:
            return [shop.sale().pk for _ in range(12)]
        return sum(attempt(lambda: seal_book(shop.ctx, book=shop.book), "nothing_to_seal") for _ in range(6))

    results = race(12, run)
    assert all(isinstance(r, list | int) for r in results), results
    settled(shop)
    attempt(lambda: seal_book(shop.ctx, book=shop.book), "nothing_to_seal")
    settled(shop)
    with scope(shop.company.pk):
        assert sum(s.entry_count for s in BookSeal.objects.all()) == Entry.objects.count() == 1 + 9 * 12

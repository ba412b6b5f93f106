"""Reserve, then post, void or expire: exactly one of them, whoever tries and however many at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.base.books.commands import expire_transfer, post_transfer, reserve_transfer, reverse_entry, void_transfer
from enfilade.base.books.jobs import expire_transfers_of
from enfilade.base.books.models import Entry, Line, PendingTransfer
from enfilade.base.books.queries import Standing, pending_of, standings_of
from enfilade.base.books.verify import verify_books
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.models import Company
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import DAY, Shop, as_app, as_owner, tampering
from .test_batches import undone

pytestmark = pytest.mark.django_db(transaction=True)

Way = Callable[[Company], AbstractContextManager[Any]]
BOTH = pytest.mark.parametrize("way", [as_app, as_owner], ids=["program", "owner"])
HOUR = timedelta(hours=1)


@pytest.fixture
def shop() -> Shop:
    """A company with 500 in its till."""
    made = Shop()
    made.sale()
    return made


def reserve(shop: Shop, quantity: int = 100, expires_in: timedelta | None = None, debit: str = "50", credit: str = "10") -> PendingTransfer:
    """Rent that will be paid from the till; what expired already was reserved a day ago."""
    now = datetime.now(UTC)
    ctx = replace(shop.ctx, now=now - 24 * HOUR if expires_in is not None and expires_in < HOUR else now)
    accounts = {"debit": shop.accounts[debit], "credit": shop.accounts[credit]}
    return reserve_transfer(
        ctx, book=shop.book, unit="EUR", quantity_minor=quantity, text="Rent", expires_at=expires_in and now + expires_in, **accounts
    )


def limit(shop: Shop, code: str = "10", **bounds: int) -> Any:
    """How far an account may go in EUR."""
    return run_raw(shop.ctx, "books.add_accountlimit", {"account": shop.accounts[code].pk, "unit": "EUR", **bounds})


def standing(shop: Shop, code: str = "10") -> Standing:
    """Of an account in EUR."""
    with scope(shop.company.pk, read_only=True):
        return standings_of(shop.ctx, shop.accounts[code])[0]


def code_of(run: Callable[[], Any]) -> str:
    """What refuses; "" where nothing does."""
    try:
        run()
    except Refusal as no:
        return no.code
    return ""


def settled(shop: Shop) -> None:
    """Everything that is kept is what the rows say."""
    with scope(shop.company.pk, read_only=True):
        assert verify_books(shop.ctx) == []


def test_what_is_reserved_moves_nothing_and_counts(shop: Shop) -> None:
    limit(shop, lowest=0)
    first = reserve(shop, 300)
    assert (standing(shop).balance_minor, standing(shop).pending_credit_minor, standing(shop).to_credit_minor) == (500, 300, 200)
    assert code_of(lambda: reserve(shop, 201)) == "account_limit_kept"
    assert code_of(lambda: shop.post(("50", 201), ("10", -201))) == "account_limit_kept"
    assert code_of(lambda: post_transfer(shop.ctx, transfer=first, on=DAY, quantity_minor=301)) == "more_than_reserved"
    entry = post_transfer(shop.ctx, transfer=first, on=DAY, quantity_minor=250)
    with scope(shop.company.pk):
        lines = list(Line.objects.filter(entry=entry).order_by("pk").values_list("account__code", "quantity_minor"))
        stored = PendingTransfer.objects.get(pk=first.pk)
    assert lines == [("50", 250), ("10", -250)]
    assert (stored.state, stored.entry_id, entry.origin) == ("posted", entry.pk, f"books.pendingtransfer:{first.pk}")
    assert (standing(shop).balance_minor, standing(shop).pending_credit_minor, standing(shop).to_credit_minor) == (250, 0, 250)
    second = reserve(shop, 250)
    void_transfer(shop.ctx, transfer=second, reason="Somebody else paid")
    assert (standing(shop).balance_minor, standing(shop).to_credit_minor) == (250, 250)
    for run in (
        lambda: post_transfer(shop.ctx, transfer=second, on=DAY),
        lambda: void_transfer(shop.ctx, transfer=first, reason="x"),
        lambda: expire_transfer(shop.ctx, transfer=first),
    ):
        assert code_of(run) == "not_pending"
    settled(shop)


def test_what_is_over_counts_no_more_before_the_job_comes(shop: Shop) -> None:
    limit(shop, lowest=0)
    over, later = reserve(shop, 400, timedelta(minutes=-1)), reserve(shop, 50, 2 * HOUR)
    assert (standing(shop).pending_credit_minor, standing(shop).to_credit_minor) == (50, 450)
    assert reserve(shop, 450).pk
    assert code_of(lambda: post_transfer(shop.ctx, transfer=over, on=DAY)) == "transfer_in_time"
    assert code_of(lambda: void_transfer(shop.ctx, transfer=over, reason="x")) == "transfer_in_time"
    assert code_of(lambda: expire_transfer(shop.ctx, transfer=later)) == "transfer_over"
    assert (expire_transfers_of(shop.ctx), expire_transfers_of(shop.ctx)) == (1, 0)
    with scope(shop.company.pk):
        assert PendingTransfer.objects.get(pk=over.pk).state == "expired"
        assert later in pending_of(shop.ctx, shop.accounts["10"], 9)
    assert standing(shop).pending_credit_minor == 500
    settled(shop)


def test_a_limit_is_not_set_below_what_is_there(shop: Shop) -> None:
    reserve(shop, 300)
    assert code_of(lambda: limit(shop, lowest=201)) == "account_limit_kept"
    limit(shop, lowest=200, highest=500)
    assert code_of(lambda: reserve(shop, 1, debit="10", credit="40")) == "account_limit_kept"
    assert code_of(lambda: shop.sale(1)) == "account_limit_kept"


RESERVE = (
    "INSERT INTO books_pendingtransfer (company_id, book_id, debit_id, credit_id, unit, quantity_minor, text, origin, recorded_at, state) "
    "SELECT d.company_id, d.book_id, d.id, c.id, 'EUR', {quantity}, 'x', '', now(), '{state}' "
    "FROM books_account d, books_account c WHERE d.code = '{debit}' AND c.code = '10'"
)
SETTLE = "UPDATE books_pendingtransfer SET {} WHERE state = '{}'"
WRONG = [
    (RESERVE.format(quantity=0, state="pending", debit="50"), "transfer_moves"),
    (RESERVE.format(quantity=5, state="posted", debit="50"), "transfer_begins_pending"),
    (RESERVE.format(quantity=5, state="pending", debit="1"), "transfer_accounts_open"),
    (RESERVE.format(quantity=5, state="pending", debit="10"), "transfer_accounts_open"),
    (RESERVE.format(quantity=501, state="pending", debit="50"), "account_limit_kept"),
    (SETTLE.format("quantity_minor = 1", "pending"), "transfer_fixed"),
    (SETTLE.format("expires_at = now() + interval '1 day'", "pending"), "transfer_fixed"),
    (SETTLE.format("state = 'expired'", "pending"), "transfer_over"),
    (SETTLE.format("state = 'posted'", "pending"), "transfer_posted_fits"),
    (SETTLE.format("state = 'posted', entry_id = (SELECT min(id) FROM books_entry)", "pending"), "transfer_posted_fits"),
    (SETTLE.format("state = 'voided', entry_id = (SELECT min(id) FROM books_entry)", "pending"), "transfer_entry_posted"),
    (SETTLE.format("state = 'pending'", "voided"), "transfer_settled_once"),
    (SETTLE.format("entry_id = NULL", "posted"), "transfer_settled_once"),
    (SETTLE.format("entry_id = (SELECT max(id) FROM books_entry)", "posted"), "transfer_settled_once"),
    ("DELETE FROM books_pendingtransfer", "transfer_stays"),
    ("UPDATE books_accountlimit SET lowest_minor = 491", "account_limit_kept"),
]


@BOTH
def test_attacked_by_sql(way: Way, shop: Shop) -> None:
    limit(shop, lowest=0)
    reserve(shop, 10)
    void_transfer(shop.ctx, transfer=reserve(shop, 20), reason="x")
    entry = post_transfer(shop.ctx, transfer=reserve(shop, 30), on=DAY)
    reverse_entry(shop.ctx, entry=entry, on=DAY, text="x")
    before = standing(shop)
    for statement, name in WRONG:
        with pytest.raises(DatabaseError) as no, way(shop.company) as cursor:
            cursor.execute(statement)
        assert no.value.__cause__.diag.constraint_name == name, statement  # type: ignore[union-attr]
    with pytest.raises(DatabaseError), way(shop.company) as cursor:
        cursor.execute("UPDATE books_pendingbalance SET debit_minor = 0")
    assert standing(shop) == before
    settled(shop)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE books_pendingbalance SET credit_minor = credit_minor + 1", "pending_differs"),
        ("UPDATE books_pendingtransfer SET quantity_minor = 5 WHERE state = 'pending'", "pending_differs"),
        ("UPDATE books_pendingtransfer SET quantity_minor = 5 WHERE state = 'posted'", "transfer_differs"),
    ],
)
def test_tampering_is_found(shop: Shop, statement: str, code: str) -> None:
    reserve(shop, 10)
    post_transfer(shop.ctx, transfer=reserve(shop, 30), on=DAY)
    with tampering(shop.company, "books_pendingbalance", "books_pendingtransfer") as cursor:
        cursor.execute(statement)
    with scope(shop.company.pk, read_only=True):
        assert code in {found.code for found in verify_books(shop.ctx)}


@pytest.mark.races
def test_of_post_void_and_expiry_exactly_one_wins(shop: Shop) -> None:
    """Five threads each want one transfer posted or voided; the time of others is over and the clock's job has come twice."""
    transfers = [reserve(shop, 10) for _ in range(4)]
    over = [reserve(shop, 10, timedelta(minutes=-1)) for _ in range(2)]

    def run(number: int) -> list[str]:
        done = []
        for transfer in (*transfers, *over):
            if transfer in over and number % 2:
                won = code_of(lambda t=transfer: expire_transfer(shop.ctx, transfer=t.pk))
            elif number % 3:
                won = code_of(lambda t=transfer: post_transfer(shop.ctx, transfer=t.pk, on=DAY))
            else:
                won = code_of(lambda t=transfer: void_transfer(shop.ctx, transfer=t.pk, reason="x"))
            done.append(won)
        return done

    results = race(10, run)
    for number in range(6):
        answers = [answer[number] for answer in results]
        assert answers.count("") == 1, answers
        assert set(answers) <= {"", "not_pending", "transfer_in_time"}
    with scope(shop.company.pk):
        posted = PendingTransfer.objects.filter(state="posted").count()
        assert Entry.objects.count() == 1 + posted
        assert PendingTransfer.objects.filter(state="expired").count() == 2
    assert standing(shop).pending_credit_minor == 0
    settled(shop)


@pytest.mark.races
def test_twenty_reserve_what_is_there_for_seven(shop: Shop) -> None:
    limit(shop, lowest=0)

    def run(number: int) -> str:
        if number % 3:
            return code_of(lambda: reserve(shop, 70))
        return code_of(lambda: shop.post(("50", 70), ("10", -70)))

    results = race(20, run)
    assert results.count("") == 7, results
    assert {*results} == {"", "account_limit_kept"}
    assert standing(shop).to_credit_minor == 10
    settled(shop)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "post", "less", "void", "over", "expire", "sale", "pay"]), st.integers(1, 300), st.integers(0, 9)
    ),
    max_size=12,
)


def test_any_history_of_reserving(shop: Shop) -> None:
    """Beside a model of three numbers: what is posted, what is pending, what is left; the limit is never passed."""

    @settings(max_examples=12, phases=[Phase.explicit, Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def history(steps: list[tuple[str, int, int]]) -> None:
        with undone(shop):
            limit(shop, lowest=0)
            posted, pending = 500, {}
            for step, quantity, which in steps:
                left = posted - sum(pending.values())
                chosen: Any = [*pending][which % len(pending)] if pending else None
                if step in {"reserve", "pay"}:
                    run = reserve if step == "reserve" else lambda s, q: s.post(("50", q), ("10", -q))
                    assert code_of(lambda q=quantity, r=run: made.append(r(shop, q))) == ("" if quantity <= left else "account_limit_kept")
                    if quantity <= left and step == "reserve":
                        pending[made[-1]] = quantity
                    elif quantity <= left:
                        posted -= quantity
                elif step == "sale":
                    shop.sale(quantity)
                    posted += quantity
                elif step == "over" and quantity <= left:
                    reserve(shop, quantity, timedelta(minutes=-1))
                elif step == "expire":
                    expire_transfers_of(shop.ctx)
                elif chosen is not None and step in {"post", "less"}:
                    part = pending.pop(chosen) if step == "post" else min(quantity, pending.pop(chosen))
                    post_transfer(shop.ctx, transfer=chosen, on=DAY, quantity_minor=part)
                    posted -= part
                elif chosen is not None and step == "void":
                    void_transfer(shop.ctx, transfer=chosen, reason="x")
                    pending.pop(chosen)
                found = standing(shop)
                assert (found.balance_minor, found.pending_credit_minor) == (posted, sum(pending.values()))

    made: list[Any] = []
    history()

"""Many entries in one statement: the same as one by one, whatever they are, and as hard to get past."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.base.books.commands import EntryIn, LineIn, close_period, open_span, post_entries, post_entry, reverse_entry
from enfilade.base.books.models import Account, Balance, DimensionBalance, Entry, Line, Unfinished
from enfilade.base.books.verify import verify_books
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import NotFound, Refusal
from enfilade.core.models import AuditEntry, Company, RowChange, User
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import DAY, YEAR, Shop, as_app, as_owner
from .test_constraints import LINE

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("10", "11", "12", "20", "40", "50")
Way = Callable[[Company], AbstractContextManager[Any]]
BOTH = pytest.mark.parametrize("way", [as_app, as_owner], ids=["program", "owner"])

# An entry and its lines in one statement, as somebody with SQL would write them.
TOGETHER = """
WITH entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count)
    VALUES (%(company)s, %(book)s, %(period)s, %(on)s, now(), 'x', '', %(count)s) RETURNING id, "on"
)
INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text)
SELECT %(company)s, entry.id, l.account, 'EUR', l.quantity, entry."on", ''
  FROM entry, unnest(%(accounts)s::bigint[], %(quantities)s::bigint[]) AS l (account, quantity)
RETURNING entry_id
"""


@pytest.fixture
def shop() -> Shop:
    """A company with a book and two cost centres, January closed."""
    made = Shop()
    dimension = run_raw(made.ctx, "books.add_dimension", {"code": "centre", "name": "Cost centre"})
    for code in ("K1", "K2"):
        run_raw(made.ctx, "books.add_dimensionvalue", {"dimension": dimension.pk, "code": code, "name": code})
    made.sale(on=date(YEAR, 1, 5))
    close_period(made.ctx, period=made.period(1))
    return made


def entry_of(shop: Shop, *pairs: tuple[str, int], on: date = DAY, unit: str = "EUR") -> EntryIn:
    """One of several."""
    return EntryIn(on, "Test", shop.lines(*pairs, unit=unit))


def together(cursor: Any, shop: Shop, *pairs: tuple[str, int], **more: Any) -> list[int]:
    """Write an entry and its lines by one statement of SQL; the keys it gives for each line."""
    accounts, quantities = [shop.accounts[code].pk for code, _ in pairs], [quantity for _, quantity in pairs]
    values = {"company": shop.company.pk, "book": shop.book.pk, "period": 0, "on": DAY, "count": len(pairs)}
    cursor.execute(TOGETHER, values | {"accounts": accounts, "quantities": quantities} | more)
    return [key for (key,) in cursor.fetchall()]


def refused(way: Way, shop: Shop, attack: Callable[[Any], Any]) -> str:
    """The constraint that refuses an attack, after which nothing is changed."""
    before = shop.counts()
    with pytest.raises(DatabaseError) as no, way(shop.company) as cursor:
        attack(cursor)
    assert shop.counts() == before
    return no.value.__cause__.diag.constraint_name or ""  # type: ignore[union-attr]


def test_a_batch_is_written_in_its_order_with_one_command(shop: Shop) -> None:
    given = [replace(entry_of(shop, ("10", n), ("40", -n), on=date(YEAR, 2 + n, 3)), origin=f"x.y:{n}") for n in range(1, 4)]
    entries = post_entries(shop.ctx, book=shop.book, entries=given)
    assert [e.pk for e in entries] == sorted(e.pk for e in entries)
    with scope(shop.company.pk):
        stored = Entry.objects.filter(pk__in=[e.pk for e in entries]).order_by("pk")
        assert [(e.on, e.origin, e.line_count, e.period_id) for e in stored] == [
            (g.on, g.origin, 2, shop.period(g.on.month).pk) for g in given
        ]
        audit = AuditEntry.objects.get(command="books.post_entries")
        assert {s.ref for s in audit.subjects.all()} >= {ref(e) for e in entries}
        assert RowChange.objects.filter(entry=audit, ref__in=[ref(e) for e in entries]).count() == 3
        assert verify_books(shop.ctx) == []


def test_from_outside_it_is_the_same(shop: Shop) -> None:
    def raw(*quantities: int) -> dict[str, Any]:
        lines = [
            {"account": shop.accounts[c].pk, "unit": "EUR", "quantity_minor": q} for c, q in zip(("10", "40"), quantities, strict=True)
        ]
        return {"on": DAY.isoformat(), "text": "x", "lines": lines}

    run_raw(shop.ctx, "books.post_entries", {"book": shop.book.pk, "entries": [raw(5, -5), raw(7, -7)]})
    assert shop.balance("10") == 500 + 12
    with pytest.raises(Refusal) as no:
        run_raw(shop.ctx, "books.post_entries", {"book": shop.book.pk, "entries": [raw(5, -5), raw(7, -6)]})
    assert (no.value.code, no.value.field) == ("entry_balances", "entries[1].lines")


def test_one_that_is_wrong_refuses_all(shop: Shop) -> None:
    good = entry_of(shop, ("10", 5), ("40", -5))
    before = shop.counts()
    for bad, code in (
        (entry_of(shop, ("10", 5), ("40", -5), on=date(YEAR, 1, 31)), "entry_period_open"),
        (entry_of(shop, ("10", 5), ("40", -5), on=date(YEAR + 1, 1, 1)), "entry_period_open"),
        (entry_of(shop, ("1", 5), ("40", -5)), "line_account_open"),
        (entry_of(shop, ("10", 0), ("40", 0)), "line_not_zero"),
        (EntryIn(DAY, "", good.lines), "entry_has_text"),
        (EntryIn(DAY, "x", [replace(good.lines[0], dimensions="K1 K2"), good.lines[1]]), "line_dimension_once"),
        (EntryIn(DAY, "x", [replace(good.lines[0], dimensions="K3"), good.lines[1]]), "line_dimension_known"),
    ):
        with pytest.raises(Refusal) as no:
            post_entries(shop.ctx, book=shop.book, entries=[good, bad, good])
        assert no.value.code == code
    with pytest.raises(NotFound) as unknown:
        post_entries(shop.ctx, book=shop.book, entries=[good, EntryIn(DAY, "x", [LineIn(10**15, "EUR", 1), LineIn(10**15, "EUR", -1)])])
    assert unknown.value.field == "entries[1].lines[0].account"
    assert shop.counts() == before


AMOUNTS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 10**12), st.sampled_from(["", "K1", "K2"])), min_size=1, max_size=5),
        st.sampled_from(CODES),
        st.sampled_from(["EUR", "USD"]),
        st.integers(2, 12),
    ),
    min_size=1,
    max_size=12,
)


def test_a_batch_is_its_entries_one_by_one(shop: Shop) -> None:
    """Any entries: what is kept by account and by value is the same in one batch and singly in any order; reversing all leaves nothing."""
    before = net(shop)

    @settings(max_examples=12, phases=[Phase.explicit, Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
    @given(AMOUNTS, st.randoms(use_true_random=False))
    def same(drawn: list[Any], dice: Any) -> None:
        entries = [
            EntryIn(
                date(YEAR, month, 9),
                "Test",
                [
                    *(LineIn(shop.accounts[code], unit, amount, None, "", dimension) for code, amount, dimension in sides),
                    LineIn(shop.accounts[against], unit, -sum(amount for _, amount, _ in sides)),
                ],
            )
            for sides, against, unit, month in drawn
        ]
        with undone(shop):
            for entry in dice.sample(entries, len(entries)):
                post_entry(shop.ctx, book=shop.book, on=entry.on, text=entry.text, lines=entry.lines)
            singly = kept(shop)
        with undone(shop):
            posted = post_entries(shop.ctx, book=shop.book, entries=entries)
            assert kept(shop) == singly
            for entry in dice.sample(posted, len(posted)):
                reverse_entry(shop.ctx, entry=entry, on=entry.on, text="x")
            assert net(shop) == before

    same()


@contextmanager
def undone(shop: Shop) -> Iterator[None]:
    """A transaction whose rows agree with each other at its end, and of which nothing stays."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert verify_books(shop.ctx) == []
        transaction.set_rollback(True)


def net(shop: Shop) -> dict[tuple[Any, ...], int]:
    """What is kept, debit less credit, without what is zero."""
    return {key: debit - credit for key, (debit, credit) in kept(shop).items() if debit != credit}


def kept(shop: Shop) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Debit and credit of everything that is kept, whatever the slot."""
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    with scope(shop.company.pk):
        rows = [
            *Balance.objects.values_list("account", "period", "unit", "debit_minor", "credit_minor"),
            *DimensionBalance.objects.values_list("value", "account", "period", "unit", "debit_minor", "credit_minor"),
        ]
    for *key, debit, credit in rows:
        before = found.get(tuple(key), (0, 0))
        found[tuple(key)] = (before[0] + debit, before[1] + credit)
    return found


def test_by_hand_in_one_statement(shop: Shop) -> None:
    before = shop.balance("10")
    with as_app(shop.company) as cursor:
        together(cursor, shop, ("10", 5), ("40", -5))
        # Lines that come later, in two more statements of the transaction.
        entry = together(cursor, shop, ("10", 7), ("40", -7), count=4)[0]
        assert Unfinished.objects.count() == 1
        for code, quantity in (("11", 2), ("12", -2)):
            line = {"company": shop.company.pk, "entry": entry, "account": shop.accounts[code].pk, "quantity": quantity}
            cursor.execute(LINE, line | {"unit": "EUR", "on": DAY})
    assert (shop.balance("10"), shop.balance("12")) == (before + 12, -2)
    with scope(shop.company.pk):
        assert not Unfinished.objects.exists()
        assert verify_books(shop.ctx) == []


@BOTH
def test_a_wrong_statement_is_refused(way: Way, shop: Shop) -> None:
    books = [Shop(shop.company, code=f"other{n}") for n in range(2)]
    good = (("10", 5), ("40", -5))

    def crossed(cursor: Any) -> None:
        """Two entries in two books, each with an account of the other."""
        shop_account, other = shop.accounts["10"].pk, books[0].accounts["40"].pk
        cursor.execute(
            'WITH entry AS (INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count) '
            "SELECT %(company)s, b, 0, %(on)s, now(), 'x', '', 2 FROM unnest(%(books)s::bigint[]) AS b RETURNING id) "
            'INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text) '
            "SELECT %(company)s, id, a, 'EUR', CASE WHEN a = %(first)s THEN 5 ELSE -5 END, %(on)s, '' "
            "FROM entry, unnest(%(accounts)s::bigint[]) AS a",
            {
                "company": shop.company.pk,
                "books": [shop.book.pk, books[0].book.pk],
                "on": DAY,
                "first": other,
                "accounts": [shop_account, other],
            },
        )

    for attack, name in (
        (lambda c: together(c, shop, ("10", 5), ("40", -4)), "entry_balances"),
        (lambda c: together(c, shop, *good, count=3), "entry_lines_complete"),
        (lambda c: together(c, shop, *good, ("11", 1), ("12", -1), count=2), "entry_lines_complete"),
        (lambda c: together(c, shop, *good, on=date(YEAR, 1, 31)), "entry_period_open"),
        (lambda c: together(c, shop, *good, period=shop.period(1).pk), "entry_period_fits"),
        (lambda c: together(c, shop, *good, period=shop.period(4).pk), "entry_period_fits"),
        (lambda c: together(c, shop, *good, book=books[1].book.pk), "line_account_of_book"),
        (lambda c: together(c, shop, *good, accounts=[10**15, shop.accounts["40"].pk]), "line_account_of_book"),
        (crossed, "line_account_of_book"),
    ):
        assert refused(way, shop, attack) == name


ACROSS = """
WITH entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count)
    SELECT %(company)s, t.book, 0, t.day, now(), 'x', '', 2 FROM unnest(%(books)s::bigint[], %(days)s::date[]) AS t (book, day)
    RETURNING id, book_id, "on"
)
INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text)
SELECT %(company)s, e.id, a.id, 'EUR', CASE a.code WHEN '10' THEN 7 ELSE -7 END, e."on", ''
  FROM entry e JOIN books_account a ON a.book_id = e.book_id AND a.code IN ('10', '40')
"""


@BOTH
def test_one_statement_over_books_whose_periods_differ(way: Way, shop: Shop) -> None:
    """Lines are summed by the days between which no period of their books starts; each ends up in the period of its own book."""
    other = Shop(shop.company, code="other")
    year = YEAR + 1
    open_span(shop.ctx, book=shop.book, starts_on=date(year, 1, 1), ends_on=date(year, 2, 28))
    open_span(shop.ctx, book=other.book, starts_on=date(year, 1, 10), ends_on=date(year, 1, 20))
    days = [date(YEAR, 12, 31), date(year, 1, 9), date(year, 1, 10), date(year, 1, 20), date(year, 1, 21), date(year, 2, 1)]
    own = [(shop.book.pk, day) for day in days]
    others = [(other.book.pk, day) for day in days if day.year == YEAR or 10 <= day.day <= 20]
    before = shop.balance("10"), other.balance("10")

    def write(cursor: Any, rows: list[tuple[int, date]]) -> None:
        cursor.execute(ACROSS, {"company": shop.company.pk, "books": [b for b, _ in rows], "days": [d for _, d in rows]})

    for gap in (days[1], days[4]):
        assert refused(way, shop, lambda cursor, gap=gap: write(cursor, [*own, *others, (other.book.pk, gap)])) == "entry_period_open"
    with way(shop.company) as cursor:
        write(cursor, [*own, *others])
    assert (shop.balance("10"), other.balance("10")) == (before[0] + 6 * 7, before[1] + 3 * 7)
    with scope(shop.company.pk):
        assert verify_books(shop.ctx) == []


def test_nobody_posts_with_an_old_look_at_the_house(shop: Shop) -> None:
    def attack(cursor: Any) -> None:
        cursor.execute("ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{shop.company.pk}}}"])
        together(cursor, shop, ("10", 5), ("40", -5))

    assert refused(as_owner, shop, attack) == "entry_reads_committed"


STAYS = [
    ("DELETE FROM books_account WHERE code = '10'", "account_id"),
    ("UPDATE books_account SET id = id + 1000000 WHERE code = '10'", "account_id"),
    ("DELETE FROM books_period WHERE starts_on = '2026-01-01'", "period_id"),
    ("DELETE FROM books_book", "book_id"),
    ("TRUNCATE books_entry CASCADE", "line_refers"),
    ("TRUNCATE books_account CASCADE", "line_refers"),
    ("TRUNCATE party_party CASCADE", "line_refers"),
    ("TRUNCATE core_user CASCADE", "line_refers"),
    ("DELETE FROM party_party WHERE name = 'Named'", "entry_names"),
    ("UPDATE party_party SET id = id + 1000000 WHERE name = 'Named'", "entry_names"),
    ("DELETE FROM core_user WHERE id = (SELECT max(user_id) FROM books_entry)", "entry_names"),
    ("UPDATE core_user SET id = id + 1000000 WHERE id = (SELECT max(user_id) FROM books_entry)", "entry_names"),
    ("DELETE FROM books_unfinished", "balance_kept"),
    ("INSERT INTO books_unfinished (company_id, entry_id) SELECT company_id, id FROM books_entry", "balance_kept"),
]


def test_what_lines_refer_to_stays(shop: Shop) -> None:
    """Against the owner of the tables: without foreign keys of their own, lines hold what they refer to as if they had them."""
    shop.post_for(named(shop))
    for statement, name in STAYS:
        assert name in refused(as_owner, shop, lambda cursor, sql=statement: cursor.execute(sql)), statement


def named(shop: Shop, name: str = "Named") -> int:
    """Somebody of the company."""
    return int(run_raw(shop.ctx, "party.add_party", {"kind": "person", "name": name}).pk)


# As above, by a user, for parties, in place of another entry.
NAMING = """
WITH entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count, user_id, reverses_id)
    VALUES (%(company)s, %(book)s, 0, %(on)s, now(), 'x', '', 2, %(user)s, %(reverses)s) RETURNING id, "on"
)
INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text, party_id)
SELECT %(company)s, entry.id, l.account, 'EUR', l.quantity, entry."on", '', l.party
  FROM entry, (VALUES (%(debit)s, %(quantity)s, %(party)s::bigint), (%(credit)s, -%(quantity)s, NULL)) AS l (account, quantity, party)
"""


def naming(cursor: Any, shop: Shop, accounts: tuple[str, str] = ("10", "40"), quantity: int = 5, **names: int) -> None:
    """Write an entry that names these rows."""
    debit, credit = (shop.accounts[code].pk for code in accounts)
    values = {"company": shop.company.pk, "book": shop.book.pk, "on": DAY, "debit": debit, "credit": credit, "quantity": quantity}
    cursor.execute(NAMING, {"user": None, "reverses": None, "party": None, **values, **names})


@BOTH
def test_who_is_named_exists_and_stays(way: Way, shop: Shop) -> None:
    """Parties, users and reversed entries without foreign keys: naming what isn't there, and taking away what is named, are refused."""
    party, free, other, nobody = named(shop), named(shop, "Free"), Shop(), 10**15
    entry, theirs, of_theirs = shop.post_for(party), other.sale().pk, named(other)
    same = ("10", "10")

    def delete(cursor: Any, table: str, row: int) -> None:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row])  # noqa: S608 - names from below

    def seeing(cursor: Any, *companies: Company) -> Any:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{','.join(str(c.pk) for c in companies)}}}"])
        return cursor

    for attack, name in (
        (lambda c: naming(c, shop, party=nobody), "line_party_of_company"),
        (lambda c: naming(c, shop, party=of_theirs), "line_party_of_company"),
        (lambda c: naming(seeing(c, shop.company, other.company), shop, party=of_theirs), "line_party_of_company"),
        (lambda c: naming(c, shop, user=nobody), "entry_user_known"),
        (lambda c: naming(c, shop, same, reverses=nobody), "entry_reverses_known"),
        (lambda c: naming(c, shop, same, reverses=theirs), "entry_reverses_known"),
        (lambda c: delete(c, "party_party", party), "entry_names"),
        (lambda c: (naming(c, shop, party=free), delete(c, "party_party", free)), "entry_names"),
        (lambda c: (delete(c, "party_party", free), naming(c, shop, party=free)), "line_party_of_company"),
        (lambda c: delete(c, "core_user", entry.user_id), "entry_names"),
        (lambda c: delete(seeing(c, other.company), "core_user", entry.user_id), "entry_names"),
        (
            lambda c: seeing(c, shop.company, other.company).execute(
                "UPDATE party_party SET company_id = %s, number = 'X' WHERE id = %s", [other.company.pk, party]
            ),
            "entry_names",
        ),
    ):
        assert refused(way, shop, attack) == name
    with way(shop.company) as cursor:
        naming(cursor, shop, party=free, user=shop.ctx.user.pk)
        naming(cursor, shop, ("12", "40"), -5, party=party, reverses=entry.pk)
    with scope(shop.company.pk):
        assert verify_books(shop.ctx) == []


def test_nobody_takes_away_a_party_with_an_old_look_at_the_house(shop: Shop) -> None:
    party = named(shop)

    def attack(cursor: Any) -> None:
        cursor.execute("ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{shop.company.pk}}}"])
        cursor.execute("DELETE FROM party_party WHERE id = %s", [party])

    assert refused(as_owner, shop, attack) == "named_reads_committed"


def test_who_is_named_is_changed_as_ever(shop: Shop) -> None:
    """A row that is written back whole keeps its key and its company."""
    party = named(shop)
    shop.post_for(party)
    with scope(shop.company.pk):
        row = Party.objects.get(pk=party)
        row.name = "Renamed"
        row.save()
        shop.ctx.user.save()
        assert Party.objects.get(pk=party).name == "Renamed"


@pytest.mark.races
@pytest.mark.parametrize("table", ["party_party", "core_user"])
def test_who_is_named_is_not_deleted_while_somebody_posts(table: str, shop: Shop) -> None:
    """Either the row is gone and nothing was posted that names it, or the entry stands and the row stays."""

    def run(number: int) -> str:
        row = rows[number // 2]
        try:
            with as_owner(shop.company) as cursor:
                if number % 2:
                    cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row])  # noqa: S608 - names from above
                    return "deleted"
                naming(cursor, shop, **{"party" if table == "party_party" else "user": row})
        except DatabaseError:
            return "refused"
        return "posted"

    rows = [named(shop, f"N{n}") if table == "party_party" else User.objects.create_user(f"n{n}@example.test").pk for n in range(8)]
    results = race(16, run)
    with scope(shop.company.pk):
        assert verify_books(shop.ctx) == []
        left = set((Party if table == "party_party" else User).objects.filter(pk__in=rows).values_list("pk", flat=True))
    for n, row in enumerate(rows):
        assert {results[2 * n], results[2 * n + 1]} in ({"posted", "refused"}, {"deleted", "refused"}), results
        assert (row in left) == (results[2 * n] == "posted")


@pytest.mark.races
def test_an_account_is_not_deleted_while_somebody_posts_to_it(shop: Shop) -> None:
    """Either the account is gone and nothing was posted, or the entry stands and the account stays."""

    def run(number: int) -> str:
        account = accounts[number // 2]
        try:
            if number % 2:
                with as_owner(shop.company) as cursor:
                    cursor.execute("DELETE FROM books_account WHERE id = %s", [account])
                return "deleted"
            post_entries(
                shop.ctx,
                book=shop.book,
                entries=[EntryIn(DAY, "x", [LineIn(account, "EUR", 5), LineIn(shop.accounts["40"], "EUR", -5)])] * 20,
            )
        except (DatabaseError, Refusal):
            return "refused"
        return "posted"

    codes = [f"9{n}" for n in range(8)]
    accounts = [run_raw(shop.ctx, "books.add_account", {"book": shop.book.pk, "code": c, "name": c, "kind": "asset"}).pk for c in codes]
    results = race(16, run)
    with scope(shop.company.pk):
        left = set(Account.objects.filter(pk__in=accounts).values_list("pk", flat=True))
        posted = set(Line.objects.filter(account__in=accounts).values_list("account", flat=True))
        assert verify_books(shop.ctx) == []
    for n, account in enumerate(accounts):
        assert {results[2 * n], results[2 * n + 1]} in ({"posted", "refused"}, {"deleted", "refused"}), results
        assert (account in left) == (account in posted) == (results[2 * n] == "posted")


@pytest.mark.races
def test_twenty_clients_post_batches_to_ten_hot_accounts(shop: Shop) -> None:
    def post(number: int) -> int:
        dice = random.Random(number)
        for _ in range(3):
            entries = [entry_of(shop, (a, 3), (b, -3)) for a, b in (dice.sample(CODES, 2) for _ in range(30))]
            post_entries(shop.ctx, book=shop.book, entries=entries)
        return 90

    assert race(20, post) == [90] * 20
    with scope(shop.company.pk):
        assert Entry.objects.count() == 1 + 20 * 90
        assert sum(b.debit_minor for b in Balance.objects.all()) == 500 + 20 * 90 * 3
        assert verify_books(shop.ctx) == []

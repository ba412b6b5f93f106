"""The tables attacked by SQL: as the program's own role, and as the owner of the tables."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import DatabaseError

from enfilade.base.books.commands import close_period, reverse_entry, seal_book
from enfilade.core.command import run_raw
from enfilade.core.models import Company

from .support import DAY, Shop, as_app, as_owner

pytestmark = pytest.mark.django_db(transaction=True)

Way = Callable[[Company], AbstractContextManager[Any]]
BOTH = pytest.mark.parametrize("way", [as_app, as_owner], ids=["program", "owner"])

ENTRY = (
    'INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count) '
    "VALUES (%(company)s, %(book)s, %(period)s, %(on)s, now(), 'x', '', %(count)s) RETURNING id"
)
LINE = (
    'INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text) '
    "VALUES (%(company)s, %(entry)s, %(account)s, %(unit)s, %(quantity)s, %(on)s, '')"
)
PERIOD = "INSERT INTO books_period (company_id, book_id, starts_on, ends_on, state) SELECT company_id, id, "


@pytest.fixture
def shop() -> Shop:
    """A company with a book, one sale in it, January closed."""
    made = Shop()
    made.sale(on=DAY.replace(month=1))
    close_period(made.ctx, period=made.period(1))
    made.sale()
    return made


def enter(cursor: Any, shop: Shop, lines: list[tuple[str, int]], **more: Any) -> int:
    """Write an entry and its lines by SQL, one statement each."""
    values = {"company": shop.company.pk, "book": shop.book.pk, "period": 0, "on": DAY, "count": len(lines), "unit": "EUR"} | more
    cursor.execute(ENTRY, values)
    entry = int(cursor.fetchone()[0])
    for code, quantity in lines:
        cursor.execute(LINE, {"entry": entry, "account": shop.accounts[code].pk, "quantity": quantity, **values, **more.get("line", {})})
    return entry


def refused(way: Way, shop: Shop, attack: Callable[[Any], Any]) -> tuple[str, str]:
    """Constraint and sentence with which an attack is refused, after which nothing is changed."""
    before = shop.counts()
    with pytest.raises(DatabaseError) as no, way(shop.company) as cursor:
        attack(cursor)
    assert shop.counts() == before
    diag = no.value.__cause__.diag  # type: ignore[union-attr]
    return diag.constraint_name or "", diag.message_primary or ""


WRONG: list[tuple[list[tuple[str, int]], dict[str, Any], str, str]] = [
    ([("10", 5), ("40", -4)], {}, "entry_balances", "in EUR debit and credit differ"),
    ([("10", 5), ("40", -5)], {"count": 3}, "entry_lines_complete", "An entry of 3 lines has 2."),
    ([("10", 5), ("40", -5)], {"count": 1}, "entry_two_lines", ""),
    ([("10", 5)], {}, "entry_two_lines", ""),
    ([], {"count": 2}, "entry_lines_complete", "An entry of 2 lines has 0."),
    ([("10", 5), ("40", -5)], {"on": DAY.replace(month=1)}, "entry_period_open", "The period of 2026-01-10 is closed."),
    ([("10", 5), ("40", -5)], {"on": DAY.replace(year=2031)}, "entry_period_open", "open its year first"),
    ([("1", 5), ("40", -5)], {}, "line_account_open", "Account 1 is a heading"),
    ([("10", 0), ("40", 0)], {}, "line_not_zero", ""),
    ([("10", 5), ("40", -5)], {"line": {"on": DAY.replace(day=11)}}, "line_fits_entry", "the day of its entry"),
    ([("10", 5), ("40", -5)], {"unit": ""}, "line_has_unit", ""),
]


@BOTH
def test_a_wrong_entry_is_refused(way: Way, shop: Shop) -> None:
    for lines, more, name, words in WRONG:
        found, sentence = refused(way, shop, lambda cursor, lines=lines, more=more: enter(cursor, shop, lines, **more))
        assert found == name, (lines, more)
        assert words in sentence


@BOTH
def test_a_right_entry_is_taken_line_by_line(way: Way, shop: Shop) -> None:
    before = shop.balance("12")
    with way(shop.company) as cursor:
        enter(cursor, shop, [("12", 5), ("40", -3), ("20", -2)])
    assert shop.balance("12") == before + 5


@BOTH
def test_accounts_and_parties_of_another_company(way: Way, shop: Shop) -> None:
    other = Shop()
    foreign = {"line": {"account": other.accounts["10"].pk}}
    assert refused(way, shop, lambda cursor: enter(cursor, shop, [("10", 5), ("40", -5)], **foreign))[0] == "line_account_of_book"
    name, _ = refused(way, shop, lambda cursor: enter(cursor, shop, [("10", 5), ("40", -5)], line={"company": other.company.pk}))
    assert name in {"line_fits_entry", ""}  # "" is row-level security, which speaks first


@BOTH
def test_a_party_of_another_company(way: Way, shop: Shop) -> None:
    other = Shop()
    party = run_raw(other.ctx, "party.add_party", {"kind": "person", "name": "Somebody else"})

    def attack(cursor: Any) -> None:
        cursor.execute(ENTRY, {"company": shop.company.pk, "book": shop.book.pk, "period": 0, "on": DAY, "count": 2})
        values = [shop.company.pk, cursor.fetchone()[0], shop.accounts["12"].pk, DAY, party.pk]
        cursor.execute(
            'INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", party_id, text) '
            "VALUES (%s, %s, %s, 'EUR', 5, %s, %s, '')",
            values,
        )

    assert refused(way, shop, attack)[0] == "line_party_of_company"


@BOTH
def test_a_line_added_later_is_refused(way: Way, shop: Shop) -> None:
    entry = shop.sale()
    values = {"company": shop.company.pk, "entry": entry.pk, "unit": "EUR", "on": DAY}

    def attack(cursor: Any) -> None:
        for code, quantity in (("10", 5), ("40", -5)):
            cursor.execute(LINE, {**values, "account": shop.accounts[code].pk, "quantity": quantity})

    assert refused(way, shop, attack) == ("entry_lines_complete", "Nothing is added to an entry that is complete.")


def test_what_is_posted_stays(shop: Shop) -> None:
    seal_book(shop.ctx, book=shop.book)
    for table in ("books_entry", "books_line", "books_bookseal"):
        for statement in (f"UPDATE {table} SET company_id = company_id", f"DELETE FROM {table}"):  # noqa: S608 - names from above
            said = refused(as_owner, shop, lambda cursor, sql=statement: cursor.execute(sql))[1]
            assert said.startswith(f"Rows of {table}")
            assert "are never changed" in said
            assert "permission denied" in refused(as_app, shop, lambda cursor, sql=statement: cursor.execute(sql))[1]


def test_nobody_writes_balances(shop: Shop) -> None:
    for table in ("books_balance", "books_carried"):
        for statement in (f"UPDATE {table} SET debit_minor = 1", f"DELETE FROM {table}", f"INSERT INTO {table} (company_id) VALUES (1)"):  # noqa: S608
            assert refused(as_owner, shop, lambda cursor, sql=statement: cursor.execute(sql))[0] == "balance_kept"
            assert "permission denied" in refused(as_app, shop, lambda cursor, sql=statement: cursor.execute(sql))[1]


BROKEN = [
    ("UPDATE books_period SET state = 'closed' WHERE starts_on = '2026-03-01'", "period_in_order"),
    ("UPDATE books_period SET ends_on = '2026-03-30' WHERE starts_on = '2026-03-01'", "period_fixed"),
    ("UPDATE books_period SET state = 'half' WHERE starts_on = '2026-03-01'", "period_state_known"),
    (PERIOD + "'2025-12-01', '2025-12-31', 'open' FROM books_book", "period_in_order"),
    (PERIOD + "'2027-01-01', '2027-01-31', 'closed' FROM books_book", "period_begins_open"),
    (PERIOD + "'2026-12-31', '2027-01-31', 'open' FROM books_book", "period_no_overlap"),
    ("UPDATE books_account SET kind = 'liability' WHERE code = '10'", "account_kind_fixed"),
    ("UPDATE books_account SET heading = true WHERE code = '10'", "account_kind_fixed"),
    ("UPDATE books_account SET heading = false WHERE code = '1'", "account_below_heading"),
    ("UPDATE books_account SET parent_id = id WHERE code = '1'", "account_not_own_parent"),
]


@BOTH
def test_periods_and_accounts_keep_their_promises(way: Way, shop: Shop) -> None:
    for statement, name in BROKEN:
        assert refused(way, shop, lambda cursor, sql=statement: cursor.execute(sql))[0] == name, statement


@BOTH
def test_two_reversals_and_one_that_does_not_cancel(way: Way, shop: Shop) -> None:
    entry = shop.sale()
    half = shop.sale(200)
    reverse_entry(shop.ctx, entry=entry, on=DAY, text="x")
    statement = (
        'INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count, reverses_id) '
        "VALUES (%s, %s, 0, %s, now(), 'x', '', 2, %s) RETURNING id"
    )

    def attack(cursor: Any, reversed_entry: int, lines: tuple[tuple[str, int], ...]) -> None:
        cursor.execute(statement, [shop.company.pk, shop.book.pk, DAY, reversed_entry])
        key = cursor.fetchone()[0]
        for code, quantity in lines:
            cursor.execute(
                LINE,
                {
                    "company": shop.company.pk,
                    "entry": key,
                    "account": shop.accounts[code].pk,
                    "unit": "EUR",
                    "quantity": quantity,
                    "on": DAY,
                },
            )

    assert refused(way, shop, lambda cursor: attack(cursor, entry.pk, (("10", -500), ("40", 500))))[0] == "entry_reversed_once"
    name, sentence = refused(way, shop, lambda cursor: attack(cursor, half.pk, (("10", -199), ("40", 199))))
    assert (name, sentence) == ("entry_reversal_cancels", "A reversal cancels every line of the entry it reverses.")


@BOTH
def test_an_entry_is_not_put_in_among_sealed_ones(way: Way, shop: Shop) -> None:
    with as_owner(shop.company) as cursor:
        cursor.execute("SELECT setval('books_entry_id_seq', (SELECT max(id) + 10 FROM books_entry))")
    shop.sale()
    seal_book(shop.ctx, book=shop.book)
    statement = (
        'INSERT INTO books_entry (id, company_id, book_id, period_id, "on", recorded_at, text, origin, line_count) '
        "SELECT max(id) - 1, %s, %s, 0, %s, now(), 'x', '', 2 FROM books_entry"
    )
    assert refused(way, shop, lambda cursor: cursor.execute(statement, [shop.company.pk, shop.book.pk, DAY]))[0] == "entry_after_seal"


def test_nobody_sees_or_writes_another_company(shop: Shop) -> None:
    other = Shop()
    other.sale()
    with as_app(shop.company) as cursor:
        for table in ("book", "account", "period", "entry", "line", "balance", "carried", "bookseal"):
            cursor.execute(f"SELECT count(*) FROM books_{table} WHERE company_id <> %s", [shop.company.pk])  # noqa: S608 - names from above
            assert cursor.fetchone()[0] == 0
    name, sentence = refused(as_app, shop, lambda cursor: enter(cursor, other, [("10", 5), ("40", -5)], company=other.company.pk))
    assert "row-level security" in sentence or name == "entry_period_open"


def test_a_temporary_table_can_not_stand_in(shop: Shop) -> None:
    """Somebody who makes a table of the same name in his own schema gets the same answer."""

    def attack(cursor: Any) -> None:
        cursor.execute("CREATE TEMPORARY TABLE books_period AS SELECT * FROM public.books_period")
        cursor.execute("UPDATE books_period SET state = 'open'")
        enter(cursor, shop, [("10", 5), ("40", -5)], on=DAY.replace(month=1))

    name, sentence = refused(as_app, shop, attack)
    assert name == "entry_period_open" or "permission denied" in sentence

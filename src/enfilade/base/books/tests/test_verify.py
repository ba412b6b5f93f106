"""Whoever changes a row behind the program's back is found, and the row is named."""

import json
import random
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import connection

from enfilade.base.books.commands import close_period, reverse_entry, seal_book
from enfilade.base.books.jobs import seal_books_of
from enfilade.base.books.models import BookSeal, Entry, Line
from enfilade.base.books.verify import verify_books
from enfilade.core import chain
from enfilade.core.scope import scope
from enfilade.core.verify import VERIFIERS, Finding

from .support import YEAR, Shop, as_owner, tampering

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    """Four months of entries in two seals, a few not sealed yet, January closed."""
    made = Shop()
    dice = random.Random(5)
    entries = [made.post(("12", n), ("40", -n), on=date(YEAR, 1 + i % 4, 1 + i)) for i, n in enumerate(dice.sample(range(1, 999), 12))]
    seal_book(made.ctx, book=made.book)
    reverse_entry(made.ctx, entry=entries[5], on=date(YEAR, 4, 9), text='Zurück: Äpfel "½" \x7f\t\u2028 ✓')
    made.post(("10", 70), ("12", -70), on=date(YEAR, 2, 3))
    seal_book(made.ctx, book=made.book)
    close_period(made.ctx, period=made.period(1))
    made.sale(on=date(YEAR, 5, 5))
    return made


def found(shop: Shop) -> list[Finding]:
    """What verification says."""
    with scope(shop.company.pk, read_only=True):
        return verify_books(shop.ctx)


def test_nothing_is_wrong_at_first(shop: Shop) -> None:
    assert found(shop) == []
    assert VERIFIERS["books"] is verify_books


SEALED = [
    ("UPDATE books_entry SET text = 'y' WHERE id = {0}", "entry_altered"),
    ("UPDATE books_entry SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = {0}", "entry_altered"),
    ("UPDATE books_entry SET origin = 'x.y:1' WHERE id = {0}", "entry_altered"),
    ("UPDATE books_entry SET user_id = NULL WHERE id = {0}", "entry_altered"),
    ('UPDATE books_entry SET "on" = "on" + 1 WHERE id = {0}', "entry_altered"),
    ("UPDATE books_line SET text = 'y' WHERE entry_id = {0}", "entry_altered"),
    ("UPDATE books_line SET unit = 'USD' WHERE entry_id = {0}", "entry_altered"),
    ("UPDATE books_line SET quantity_minor = quantity_minor * 2 WHERE entry_id = {0}", "entry_altered"),
    ("UPDATE books_line SET account_id = a.id FROM books_account a WHERE a.code = '50' AND entry_id = {0}", "entry_altered"),
    ("DELETE FROM books_line WHERE entry_id = {0}", "entry_altered"),
    ("DELETE FROM books_line WHERE entry_id = {0}; DELETE FROM books_entry WHERE id = {0}", "entry_missing"),
]
NOT_SEALED = [
    ("UPDATE books_line SET quantity_minor = quantity_minor + 1 WHERE entry_id = {0} AND quantity_minor > 0", "entry_unbalanced"),
    ("DELETE FROM books_line WHERE entry_id = {0}", "entry_incomplete"),
    ('UPDATE books_entry SET "on" = "on" + 60 WHERE id = {0}', "entry_outside_period"),
    ('UPDATE books_line SET "on" = "on" + 1 WHERE entry_id = {0}', "line_misplaced"),
    ("UPDATE books_line SET quantity_minor = quantity_minor * 2 WHERE entry_id = {0}", "balance_differs"),
    ("UPDATE books_line SET party_id = 1000000000000 WHERE entry_id = {0}", "entry_names_nobody"),
    ("UPDATE books_entry SET user_id = 1000000000000 WHERE id = {0}", "entry_names_nobody"),
    ("UPDATE books_entry SET reverses_id = 1000000000000 WHERE id = {0}", "entry_names_nobody"),
]
KEPT = [
    ("UPDATE books_balance SET debit_minor = debit_minor + 1, credit_minor = credit_minor + 1", "balance_differs"),
    ("DELETE FROM books_balance WHERE id = (SELECT max(id) FROM books_balance)", "balance_differs"),
    ("UPDATE books_carried SET credit_minor = credit_minor + 1", "carried_differs"),
    ("DELETE FROM books_carried", "carried_differs"),
    ("UPDATE books_bookseal SET hash = md5(hash) || md5(hash) WHERE number = 1", "seal_broken"),
    ("UPDATE books_bookseal SET last_entry = last_entry + 1 WHERE number = 2", "seal_broken"),
    ("DELETE FROM books_bookseal WHERE number = 1", "seal_broken"),
    ("DELETE FROM books_bookseal WHERE number = 2", "seal_missing"),
    ("DELETE FROM books_bookseal", "seal_missing"),
]
TABLES = ("books_entry", "books_line", "books_balance", "books_carried", "books_bookseal")


def findings_after(shop: Shop, statement: str) -> list[Finding]:
    """What verification says after a tampering, which is then undone."""
    found: list[Finding] = []
    with suppress(_Undo), tampering(shop.company, *TABLES) as cursor:
        cursor.execute(statement)
        found = verify_books(shop.ctx)
        raise _Undo
    return found


def test_a_sealed_entry_that_was_changed_is_named(shop: Shop) -> None:
    with scope(shop.company.pk):
        entry = Entry.objects.order_by("pk")[7].pk
    for statement, code in SEALED:
        first = findings_after(shop, statement.format(entry))[0]
        assert (first.code, first.ref) == (code, f"books.entry:{entry}"), statement
        assert str(entry) in first.sentence


def test_an_entry_that_is_not_sealed_yet(shop: Shop) -> None:
    with scope(shop.company.pk):
        entry = Entry.objects.order_by("-pk")[0].pk
    for statement, code in NOT_SEALED:
        assert code in {f.code for f in findings_after(shop, statement.format(entry))}, statement


def test_what_is_kept_and_sealed(shop: Shop) -> None:
    for statement, code in KEPT:
        assert code in {f.code for f in findings_after(shop, statement)}, statement
    assert found(shop) == []


def test_an_entry_put_in_among_sealed_ones_is_named(shop: Shop) -> None:
    with as_owner(shop.company) as cursor:
        cursor.execute("SELECT setval('books_entry_id_seq', (SELECT max(id) + 10 FROM books_entry))")
    shop.sale()
    seal_book(shop.ctx, book=shop.book)
    with tampering(shop.company, "books_entry", "books_line") as cursor:
        cursor.execute(
            'INSERT INTO books_entry (id, company_id, book_id, period_id, "on", recorded_at, text, origin, line_count) '
            "SELECT e.id - 1, e.company_id, e.book_id, e.period_id, e.on, now(), 'x', '', 2 FROM books_entry e "
            "ORDER BY 1 DESC LIMIT 1 RETURNING id"
        )
        key = cursor.fetchone()[0]
    assert (found(shop)[0].code, found(shop)[0].ref) == ("entry_added", f"books.entry:{key}")


def test_whoever_seals_anew_is_betrayed_by_what_was_published(shop: Shop) -> None:
    """The chain recomputed by somebody who can write every table of the books."""
    with scope(shop.company.pk):
        entry = Entry.objects.order_by("pk")[2]
        seals = list(BookSeal.objects.order_by("number"))
    with tampering(shop.company, "books_entry", "books_bookseal") as cursor:
        cursor.execute("UPDATE books_entry SET text = 'forged' WHERE id = %s", [entry.pk])
        previous, after = chain.CHAIN_START, 0
        for seal in seals:
            cursor.execute("SELECT entry_id, digest FROM books_digests(%s, %s, %s) ORDER BY 1", [shop.book.pk, after, seal.last_entry])
            seal.previous, after = previous, seal.last_entry
            seal.digests = chain.pack_digests([(int(e), bytes(d)) for e, d in cursor.fetchall()])
            previous = chain.seal_hash(seal.head, seal.digests)
            cursor.execute(
                "UPDATE books_bookseal SET previous = %s, hash = %s, digests = %s WHERE id = %s",
                [seal.previous, previous, seal.digests, seal.pk],
            )
    assert found(shop)[0].code == "seal_broken"


def test_two_hundred_random_tamperings_are_found(shop: Shop) -> None:
    dice = random.Random(11)
    with scope(shop.company.pk):
        lines = list(Line.objects.order_by("pk").values_list("pk", flat=True))
    statements = [
        "UPDATE books_line SET quantity_minor = quantity_minor + {n} WHERE id = {line}",
        "UPDATE books_line SET text = text || '{n}' WHERE id = {line}",
        "DELETE FROM books_line WHERE id = {line}",
        "UPDATE books_balance SET debit_minor = debit_minor + {n} WHERE id = (SELECT min(id) FROM books_balance)",
        "UPDATE books_line SET account_id = (SELECT id FROM books_account WHERE code = '11') WHERE id = {line}",
    ]
    silent = []
    for _ in range(200):
        statement = dice.choice(statements).format(n=dice.randint(1, 99), line=dice.choice(lines[:-2]))
        if not findings_after(shop, statement):
            silent.append(statement)
    assert silent == []
    assert found(shop) == []


class _Undo(Exception):
    """Rolls a tampering back."""


def test_the_canonical_form_can_be_made_outside_postgresql(shop: Shop) -> None:
    """The documented form, built here from the rows alone, gives the digest that was sealed."""
    with scope(shop.company.pk), connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, form FROM books_canonical(%s, 0, 9223372036854775807) ORDER BY 1", [shop.book.pk])
        forms = dict(cursor.fetchall())
        for entry in Entry.objects.order_by("pk"):
            assert forms[entry.pk] == chain.canonical(plain(entry))
            assert json.loads(forms[entry.pk])["text"] == entry.text


def plain(entry: Entry) -> dict[str, Any]:
    """An entry as docs/how-to/check-the-books.md describes it."""
    lines = [
        {
            "id": li.pk, "company": li.company_id, "account": li.account_id, "unit": li.unit, "quantity_minor": li.quantity_minor,
            "on": li.on.isoformat(), "party": li.party_id, "text": li.text, **({"dimensions": li.dimensions} if li.dimensions else {}),
        }
        for li in entry.lines.order_by("pk")
    ]  # fmt: skip
    return {
        "id": entry.pk, "company": entry.company_id, "book": entry.book_id, "period": entry.period_id, "on": entry.on.isoformat(),
        "recorded_at": entry.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "text": entry.text, "origin": entry.origin,
        "reverses": entry.reverses_id, "user": entry.user_id, "line_count": entry.line_count, "lines": lines,
    }  # fmt: skip


def test_the_clock_seals_what_is_open(shop: Shop) -> None:
    assert seal_books_of(shop.ctx) == 1
    assert seal_books_of(shop.ctx) == 0
    assert found(shop) == []

"""Arithmetic of bills, words of transfers, and what a line of the bank may be: pure, with properties."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.banking.rules import LineFacts
from enfilade.back.payables import rules
from enfilade.back.payables.guesses import BillFacts, OrderFacts, guesses

DAY = date(2026, 11, 28)
RATES = st.sampled_from([0, 700, 1_900])
AMOUNTS = st.integers(1, 10**9)


@given(st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=6), st.booleans())
def test_amounts_with_tax_are_kept_to_the_cent(lines: list[tuple[int, int]], with_tax: bool) -> None:
    """Whatever is typed with its tax comes out as typed; a total that rounding explains is taken over whole."""
    costs = [rules.Cost(rules.net_of(a, r) if with_tax else a, "S" if r else "E", r, gross_minor=a if with_tax else None) for a, r in lines]
    found = rules.taxed(costs)
    total = sum(c.net_minor + c.tax_minor for c in found)
    assert not with_tax or total == sum(a for a, _ in lines)
    assert all(0 <= c.deductible_minor <= c.tax_minor for c in found)
    room = max(2, len(costs)) if any(r for _, r in lines) else 0
    assert rules.differs(costs, total + room) == 0
    assert sum(c.net_minor + c.tax_minor for c in rules.taxed(costs, total + room)) == total + room
    assert rules.differs(costs, total + room + 1) == room + 1


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**8), min_size=1, max_size=3))
def test_a_discount_is_split_without_losing_a_cent(discount: int, amounts: list[int]) -> None:
    sums = [(f"a{n}", amount) for n, amount in enumerate(amounts)]
    assert sum(amount for _, amount in rules.cut_discount(discount, sums)) == discount


@given(st.text("aZ1 äöüÄßŁøé漢st.text(max_size=200)_/–€.\n", max_size=60))
def test_texts_for_the_bank_have_its_letters_only(text: str) -> None:
    plain = rules.sepa_text(text, 35)
    assert len(plain) <= 35
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
    assert not plain.startswith("/")
    assert not plain.endswith("/")
    assert "//" not in plain


def test_what_the_supplier_reads() -> None:
    assert rules.sepa_text("Müller & Söhne_GmbH – Straße", 70) == "Mueller + Soehne-GmbH - Strasse"
    assert rules.remittance([("", "R-1"), ("RF18 5390", "R-2")]) == "R-1, RF18 5390"
    many = rules.remittance(("", f"2026-{n:05d}") for n in range(40))
    assert len(many) <= rules.REMITTANCE_MAX
    assert many.endswith(f"+ {40 - many.count('2026-')} more")


def line(open_minor: int, **more: object) -> LineFacts:
    """A line of the bank."""
    return LineFacts(**{"key": 1, "open_minor": open_minor, "booked_on": DAY, "name": "", "iban": "", "text": "", **more})  # type: ignore[arg-type]


def test_how_sure_a_line_is() -> None:
    orders = [
        OrderFacts(1, "P-2026-00001-1", "P-2026-00001", 30_000, "Lab", "DE1", 10_000),
        OrderFacts(2, "P-2026-00001-2", "P-2026-00001", 30_000, "Rent", "DE2", 20_000),
    ]
    assert [p.percent for p in guesses(line(-10_000), orders, [])] == [55]
    assert [p.percent for p in guesses(line(-10_000, iban="DE1"), orders, [])] == [96]
    assert [p.percent for p in guesses(line(-10_000, name="LAB"), orders, [])] == [85]
    assert [p.percent for p in guesses(line(-10_000, text="ref P 2026 00001 1"), orders, [])] == [98]
    [whole] = guesses(line(-30_000), orders, [])
    assert (whole.percent, len(whole.items), whole.code) == (80, 2, "payables:payables.paymentorder:1=10000,payables.paymentorder:2=20000")
    assert guesses(line(10_000), orders, []) == []
    bill = BillFacts(7, "R-2026/17", "Lab", frozenset({"DE1"}), 10_000, 10_000, 9_800, DAY)
    assert [p.percent for p in guesses(line(-10_000), [], [bill])] == [40]
    assert [p.percent for p in guesses(line(-10_000, iban="DE1", text="R 2026 17"), [], [bill])] == [97]
    [early] = guesses(line(-9_800, name="Lab"), [], [bill])
    assert (early.percent, early.items) == (78, (("payables.bill:7", 10_000),))
    assert guesses(line(-9_800, booked_on=DAY + timedelta(days=4)), [], [bill]) == []
    assert guesses(line(-9_801), [], [bill]) == []

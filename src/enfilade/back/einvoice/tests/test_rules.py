"""Whatever a bill is, what is written of it keeps the official rules; and words of a letterhead become terms."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.back.einvoice import rules
from enfilade.back.einvoice.formats import national, official, tree
from enfilade.back.einvoice.formats.writing import write
from enfilade.back.einvoice.rules import Bill, BillLine, Form, Seat, TaxSum
from enfilade.back.tax.rules import tax_groups
from enfilade.base.item.models import Item
from enfilade.base.money.rules import multiply
from enfilade.core.fields import to_major

SELLER = Seat(
    "Praxis Weiß & Söhne <GmbH>", ("Hauptstraße 1",), "10115", "Berlin", "DE", "DE136695976", "12/345/67890", "HRB 1234",
    ("9930", "DE136695976"), "+49 30 1234567", "praxis@weiss.example",
)  # fmt: skip
BUYER = Seat("Łódź Kft", ("Weg 2", "Hof"), "1011", "Wien", "AT", "ATU13585627", endpoint=("EM", "kauf@lodz.example"))
# The rates that a category may have, in basis points. The official rules take one below half a percent for none.
RATES = {"S": (1900, 700, 550, 50), "Z": (0,), "E": (0,), "AE": (0,), "K": (0,), "G": (0,), "O": (0,)}
TOGETHER = (("S",), ("S", "E", "Z"), ("E",), ("AE",), ("K",), ("G",), ("O",))
REASONS = {"E": "Steuerfrei nach § 4 UStG", "AE": "Reverse charge", "K": "Intra-Community supply", "G": "Export", "O": "Not taxable"}
WORDS = st.text(min_size=1, max_size=40).filter(lambda text: national_text(text) != "")


def national_text(text: str) -> str:
    """What is left of a text on an invoice."""
    from enfilade.back.einvoice.formats.terms import text as cleaned

    return cleaned(text)


@st.composite
def lines(draw: Any, categories: tuple[str, ...], currency: str) -> tuple[BillLine, int]:
    """A line with its net amount in minor units."""
    category = draw(st.sampled_from(categories))
    quantity = draw(st.decimals(min_value="0.001", max_value="9999", places=3))
    price = draw(st.integers(0, 500_000))
    gross = multiply(price, quantity)
    discount = draw(st.one_of(st.just(0), st.integers(0, gross)))
    line = BillLine(
        name=draw(WORDS),
        description=draw(st.one_of(st.just(""), WORDS)),
        quantity=quantity,
        unit=draw(st.sampled_from(Item.Unit.values)),
        price=to_major(price, currency),
        net=to_major(gross - discount, currency),
        category=category,
        rate=Decimal(draw(st.sampled_from(RATES[category]))) / 100,
        discount=to_major(discount, currency),
        gross=to_major(gross, currency),
    )
    return line, gross - discount


@st.composite
def bills(draw: Any) -> Bill:
    """An invoice or credit note of 1 to 6 lines, of one currency, of categories that may stand together."""
    categories, currency = draw(st.sampled_from(TOGETHER)), draw(st.sampled_from(("EUR", "USD", "CHF")))
    drawn = draw(st.lists(lines(categories, currency), min_size=1, max_size=6))
    groups = tax_groups([(line.category, int(line.rate * 100), net) for line, net in drawn])
    taxes = tuple(
        TaxSum(
            g.category, Decimal(g.rate_bp) / 100, *(to_major(m, currency) for m in (g.net_minor, g.tax_minor)), REASONS.get(g.category, "")
        )
        for g in groups
    )
    net, tax = sum(g.net_minor for g in groups), sum(g.tax_minor for g in groups)
    issued, credit = date(2026, 11, 2) + timedelta(days=draw(st.integers(0, 400))), draw(st.booleans())
    return Bill(
        number=draw(st.from_regex(r"INV-[0-9]{4}-[0-9]{5}", fullmatch=True)),
        issued_on=issued,
        due_on=issued + timedelta(days=draw(st.integers(0, 60))),
        credit=credit,
        currency=currency,
        seller=SELLER,
        buyer=BUYER,
        lines=tuple(line for line, _ in drawn),
        taxes=taxes,
        supplied=(issued - timedelta(days=draw(st.integers(0, 30))), issued),
        net=to_major(net, currency),
        tax=to_major(tax, currency),
        total=to_major(net + tax, currency),
        paid=Decimal(0) if credit else to_major(draw(st.integers(0, net + tax)), currency),
        note=draw(st.one_of(st.just(""), WORDS)),
        reference=draw(WORDS.filter(lambda text: "-" not in text)),
        precedes=(("INV-2026-00001", issued),) if credit else (),
        iban=draw(st.sampled_from(("", "DE02120300000000202051"))),
    )


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate), suppress_health_check=list(HealthCheck))
@given(bills(), st.sampled_from(Form))
def test_whatever_the_bill_what_is_written_keeps_the_rules(bill: Bill, form: Form) -> None:
    """Any lines, discounts, prices of zero, categories, prepaid amounts, credit notes, letters of any script, in any form."""
    assert national.gaps(bill, form) == []
    assert [b for b in official.check(tree.read(write(bill, form))) if not b.warning] == []


def test_what_lacks_is_named_before_anything_is_written() -> None:
    """By category: who has to have a number; and what may not stand together."""
    line = BillLine("Work", Decimal(1), "C62", Decimal(1), Decimal(1), "S", Decimal(19))
    day = date(2026, 11, 2)
    bill = Bill(
        "1", day, day, False, "EUR", SELLER, BUYER, (line,), (TaxSum("S", Decimal(19), Decimal(1), Decimal("0.19")),), (day, day),
        Decimal(1), Decimal("0.19"), Decimal("1.19"),
    )  # fmt: skip
    nobody = Seat("X", country="DE")
    for category, rule in (("S", "BR-S-02"), ("E", "BR-E-02"), ("Z", "BR-Z-02"), ("AE", "BR-AE-02"), ("K", "BR-IC-02"), ("G", "BR-G-02")):
        taxes = (TaxSum(category, Decimal(0), Decimal(1), Decimal(0), "because"),)
        found = national.gaps(replace(bill, seller=nobody, taxes=taxes), Form.HYBRID)
        assert [f.rule for f in found] == ["BR-CO-26", rule]
        assert all(f.place for f in found)
    both = tuple(TaxSum(c, Decimal(0), Decimal(1), Decimal(0), "because") for c in "OE")
    assert [f.rule for f in national.gaps(replace(bill, taxes=both), Form.HYBRID)] == ["BR-O-11"]
    silent = (TaxSum("E", Decimal(0), Decimal(1), Decimal(0)),)
    assert [f.rule for f in national.gaps(replace(bill, taxes=silent), Form.HYBRID)] == ["BR-E-10"]
    assert [f.rule for f in national.gaps(bill, Form.PEPPOL)] == ["PEPPOL-EN16931-R003"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Hauptstraße 1\n10115 Berlin", (("Hauptstraße 1",), "10115", "Berlin")),
        ("Haus A\nWeg 2\nD-80331 München\nDeutschland", (("Haus A", "Weg 2"), "80331", "München")),
        ("1 Rue de la Paix\n75002 Paris", (("1 Rue de la Paix",), "75002", "Paris")),
        ("Somewhere", (("Somewhere",), "", "")),
        ("", ((), "", "")),
    ],
)
def test_where_a_letterhead_says_the_company_is(address: str, expected: tuple[tuple[str, ...], str, str]) -> None:
    """The line with the postal code says the city; what stands before it is the street."""
    assert rules.place(address.splitlines()) == expected


def test_numbers_and_addresses_by_their_form() -> None:
    """VAT ids by their check digits; telephone and e-mail wherever they stand; electronic addresses with a scheme or as e-mail."""
    assert rules.tax_ids("DE 136 695 976", "12/345/67890") == ("DE136695976", "12/345/67890")
    assert rules.tax_ids("12/345/67890", "") == ("", "12/345/67890")
    assert rules.reachable(["Tel.: +49 (30) 123-456", "E-Mail a@b.example", "www.b.example"]) == ("+49 (30) 123-456", "a@b.example")
    assert rules.reachable(["b.example"]) == ("", "")
    assert rules.endpoint("0088:4000001000005") == ("0088", "4000001000005")
    assert rules.endpoint(" a@b.example ") == ("EM", "a@b.example")
    assert [rules.endpoint(text) for text in ("", "x", "88:1", "a@b")] == [None] * 4

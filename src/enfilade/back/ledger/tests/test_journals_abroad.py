"""Journals in several currencies: costs, prices and neither; what comes in is what goes out, in every currency."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from enfilade.back.ledger.commands import take_back_journal
from enfilade.back.ledger.journals.found import FoundJournal, failed_checks
from enfilade.back.ledger.journals.reader import read, read_journal
from enfilade.base.books.models import Account
from enfilade.base.money.models import Rate
from enfilade.core.context import Invalid
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all

from .support import Practice
from .test_journals import exported, held, in_units, take

PLAIN = """decimal-mark .
account Assets:Cash  ; type:C
2026-01-02 Opening
    Assets:Dollars             1,000.00 USD @ 0.80 EUR
    Assets:Yen                 10000 JPY @@ 62.50 EUR
    Assets:Euro                100.00 EUR
    Equity:Opening
2026-01-05 Paid in dollars
    Expenses:Travel            100.00 USD
    Assets:Dollars            -100.00 USD = 900.00 USD
2026-01-06 Changed
    Assets:Dollars            -200.00 USD
    Assets:Euro                161.00 EUR
2026-01-07 Changed back
    Assets:Euro                -16.10 EUR @@ 20.00 USD
    Assets:Dollars              20.00 USD
2026-01-08 Lot
    Assets:Dollars              10.00 USD {0.81 EUR}
    Assets:Euro                 -8.10 EUR
2026-01-09 Thirds
    Assets:Dollars               3.33 USD @ 0.8111 EUR
    Assets:Dollars               3.33 USD @ 0.8111 EUR
    Assets:Euro                 -5.40 EUR
"""
BEAN = """2026-01-01 open Assets:Dollars
2026-01-02 * "Opening"
  Assets:Dollars   1000.00 USD {0.80 EUR, 2026-01-02}
  Assets:Yen       10000 JPY {{62.50 EUR}} @ 0.007 EUR
  Assets:Euro      100.00 EUR
  Equity:Opening
2026-01-05 * "Paid in dollars"
  Expenses:Travel  100.00 USD
  Assets:Dollars
2026-01-06 * "Changed"
  Assets:Dollars  -200.00 USD @@ 161.00 EUR
  Assets:Euro      161.00 EUR
2026-01-07 * "Changed back"
  Assets:Euro     -16.10 EUR @@ 20.00 USD
  Assets:Dollars   20.00 USD
2026-01-10 balance Assets:Dollars 720.00 USD
"""
TABLE = """Number;Date;Account;Debit;Credit;Currency;Foreign amount
1;05.01.2026;Assets:Dollars;80,00;;USD;100,00
1;05.01.2026;Equity:Opening;;80,00;EUR;
2;06.01.2026;Assets:Dollars;;8,00;USD;10,00
2;06.01.2026;Expenses:Travel;8,00;;USD;10,00
"""


def amounts(made: FoundJournal) -> list[list[tuple[str, int | None, str, int]]]:
    """Of each entry: account, worth, and how much of which currency."""
    return [[(p.account.rpartition(":")[2], p.amount_minor, p.currency, p.quantity_minor) for p in e.postings] for e in made.entries]


def found(text: str) -> FoundJournal:
    return FoundJournal.of(read(text.encode(), "DE", "EUR"))


def test_costs_prices_and_neither_of_hledger() -> None:
    """A price a piece, a price of all, a lot; two currencies that are each other's worth; amounts that wait for the rate of the day."""
    made = found(PLAIN)
    assert made.problems == []
    assert failed_checks(made) == []
    assert amounts(made) == [
        [("Dollars", 80_000, "USD", 100_000), ("Yen", 6_250, "JPY", 10_000), ("Euro", 10_000, "", 0), ("Opening", -96_250, "", 0)],
        [("Travel", None, "USD", 10_000), ("Dollars", None, "USD", -10_000)],
        [("Dollars", -16_100, "USD", -20_000), ("Euro", 16_100, "", 0)],
        [("Euro", -1_610, "", 0), ("Dollars", 1_610, "USD", 2_000)],
        [("Dollars", 810, "USD", 1_000), ("Euro", -810, "", 0)],
        [("Dollars", 270, "USD", 333), ("Dollars", 270, "USD", 333), ("Euro", -540, "", 0)],
    ]


def test_costs_prices_and_neither_of_beancount() -> None:
    """The cost is what a posting weighs, whatever its price; an assertion is of one currency."""
    made = found(BEAN)
    assert made.problems == []
    assert failed_checks(made) == []
    assert amounts(made) == [
        [("Dollars", 80_000, "USD", 100_000), ("Yen", 6_250, "JPY", 10_000), ("Euro", 10_000, "", 0), ("Opening", -96_250, "", 0)],
        [("Travel", None, "USD", 10_000), ("Dollars", None, "USD", -10_000)],
        [("Dollars", -16_100, "USD", -20_000), ("Euro", 16_100, "", 0)],
        [("Euro", -1_610, "", 0), ("Dollars", 1_610, "USD", 2_000)],
    ]
    assert [is_held for _, is_held in failed_checks(found(BEAN.replace("720.00 USD", "721.00 USD")))] == [72_000]


def test_a_table_with_foreign_amounts_beside_our_own() -> None:
    assert amounts(found(TABLE)) == [
        [("Dollars", 8_000, "USD", 10_000), ("Opening", -8_000, "", 0)],
        [("Dollars", -800, "USD", -1_000), ("Travel", 800, "USD", 1_000)],
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (PLAIN.replace("10000 JPY @@ 62.50 EUR", "10 AAPL @@ 62.50 EUR"), 5, "AAPL, which is no currency of today"),
        (PLAIN.replace("10000 JPY @@ 62.50 EUR", "10000 ¥ @@ 62.50 EUR"), 5, "¥, which several currencies share"),
        (PLAIN.replace("10000 JPY", "10000.5 JPY"), 5, "An amount in JPY has at most 0 decimals"),
        (PLAIN.replace("@@ 62.50 EUR", "@@ 62.50 CHF"), 5, "A cost is said in the currency of the ledger, which is EUR."),
        (PLAIN.replace("@@ 62.50 EUR", "@@ nothing"), 5, "“nothing” is no amount"),
        (PLAIN.replace("@@ 62.50 EUR", "{1 EUR} @@ 62.50 EUR"), 5, "say it once"),
        (PLAIN.replace("-100.00 USD =", "-99.00 USD ="), 8, "does not sum to zero in USD"),
        (PLAIN.replace("@@ 20.00 USD", "@@ 25.00 USD"), 14, "does not sum to zero in USD"),
        (PLAIN.replace("161.00 EUR", "-161.00 EUR"), 11, "does not sum to zero in USD"),
        (BEAN.replace("{0.80 EUR, 2026-01-02}", "{}"), 3, "A lot whose cost is to be found"),
        (BEAN.replace("@@ 161.00 EUR", ""), 10, "does not sum to zero in USD"),
        (BEAN.replace("{{62.50 EUR}}", "{{62.50 EUR"), 4, "is no posting" if False else "not understood"),
        (TABLE.replace("8,00;;USD;10,00", "8,00;;XXX;10,00"), 5, "XXX, which is no currency of today"),
    ],
)  # fmt: skip
def test_a_faulty_place_is_named(text: str, line: int, said: str) -> None:
    faults = [p for p in read_journal(text.encode(), "DE", "EUR").problems if p["refused"] and said in p["sentence"]]
    assert faults, found(text).problems
    assert faults[0]["line"] == line


@pytest.fixture
def practice(db: None) -> Practice:
    """A founded ledger in euros that knows a rate of the dollar: 1.25 for a euro."""
    made = Practice()
    with scope(made.company.pk):
        Rate.objects.create(company=made.company, base="EUR", quote="USD", on=date(2026, 1, 1), rate=Decimal("1.25"))
    return made


def units(practice: Practice) -> dict[tuple[str, str], int]:
    """What accounts hold of each foreign currency, by the names of the file."""
    with scope(practice.company.pk):
        names = dict(Account.objects.visible_to(practice.ctx).values_list("code", "name"))
    return {(names[code], unit): amount for (code, unit), amount in in_units(practice).items()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not here")
@pytest.mark.parametrize(("text", "dollars"), [(PLAIN, 73_666), (BEAN, 72_000)])
def test_what_comes_in_goes_out_with_the_same_balances(practice: Practice, tmp_path: Path, text: str, dollars: int) -> None:
    """Each asset holds its currency beside its worth; what was spent is worth what it was at the rate of its day; hledger agrees."""
    taken = take(practice, text, add_accounts=True)
    assert units(practice) == {("Dollars", "USD"): dollars, ("Yen", "JPY"): 10_000}
    with scope(practice.company.pk):
        codes = dict(Account.objects.visible_to(practice.ctx).filter(name="Travel").values_list("name", "code"))
        assert [f for f in verify_all(practice.ctx) if f.code != "unsealed"] == []
    assert held(practice)[codes["Travel"]] == 8_000
    file = tmp_path / "out.journal"
    file.write_text(exported(practice, "journal"))
    subprocess.run(["hledger", "-f", file, "check", "--strict"], check=True, capture_output=True)
    asked = ["hledger", "-f", str(file), "balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare"]
    rows = list(csv.reader(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()))[1:]
    theirs = {(name.rsplit(":", 1)[-1].split()[0], unit): Decimal(amount.replace(",", "")) for name, unit, amount in rows}
    ours = {(code, unit): Decimal(amount).scaleb(-2 if unit == "USD" else 0) for (code, unit), amount in in_units(practice).items()}
    assert {key: amount for key, amount in theirs.items() if key[1] != "EUR" and amount} == ours
    # What went out comes in again, and is the same.
    before = held(practice), in_units(practice)
    take_back_journal(practice.ctx, file=taken, on=date(2026, 2, 1), reason="again")
    assert (held(practice), in_units(practice)) == ({}, {})
    take(practice, file.read_text())
    assert (held(practice), in_units(practice)) == before


@pytest.mark.django_db(transaction=True)
def test_without_a_rate_nothing_is_entered_and_the_line_is_named(practice: Practice) -> None:
    """Francs that the file gives no worth of, and of which no rate is known."""
    text = PLAIN.replace(
        "100.00 USD\n    Assets:Dollars            -100.00 USD = 900.00 USD", "100.00 CHF\n    Assets:Francs            -100.00 CHF"
    )
    with pytest.raises(Invalid) as no:
        take(practice, text, add_accounts=True)
    assert no.value.errors["file"] == [
        "Line 9: There is no rate between CHF and EUR on 2026-01-05 or before: record one, or say the cost here."
    ]
    assert practice.counts() == (0, 0)

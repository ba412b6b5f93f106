"""Advances and deposits beyond billing: returns of each month, files for auditors, reminders, ages and statements of account."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from enfilade.back.billing.commands import InvoiceLineIn, ask_advance, draft_invoice, issue_invoice, take_deposit, take_payment
from enfilade.back.billing.models import Invoice
from enfilade.back.billing.standing import open_items
from enfilade.back.billing.statements import account_of
from enfilade.back.dunning.commands import propose_reminders
from enfilade.back.dunning.tests.late import LateShop
from enfilade.back.tax.commands import prepare_return
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .business import YEAR, Business
from .test_books_files import balances, handed_out, minor
from .test_returns import boxes

pytestmark = pytest.mark.django_db(transaction=True)
MARCH, APRIL, MAY = (date(YEAR, month, 10) for month in (3, 4, 5))


def three_months() -> tuple[Business, Invoice]:
    """1,000.00 and tax: 30 percent is asked for in March and paid in April, all is billed in May; a deposit came in between."""
    business = Business()
    line = InvoiceLineIn(description="Machine", unit_price=100_000, quantity=Decimal(1), tax_class="standard")
    draft = draft_invoice(business.at(MARCH), party=business.customer, lines=[line], on=MAY)
    advance = ask_advance(business.at(MARCH), invoice=draft, percent=Decimal(30), on=MARCH)
    business.receipt(advance, APRIL, 35_700)
    take_deposit(business.at(APRIL), party=business.customer, method="transfer", amount=20_000, reason="Crate", on=APRIL)
    return business, issue_invoice(business.at(MAY), invoice=draft, on=MAY)


@pytest.mark.parametrize("basis", ["accrual", "cash"])
def test_each_month_is_taxed_with_its_money_and_its_supply(basis: str) -> None:
    """Nothing when it is asked for, the advance when it is paid, the rest with the supply, or with the rest of the money."""
    business, final = three_months()
    if basis == "cash":
        run_raw(business.ctx, "tax.add_taxsetting", {"valid_from": f"{YEAR}-01-01", "basis": "cash"})
    business.receipt(final, date(YEAR, 6, 10), 83_300)
    found = [boxes(business, prepare_return(business.ctx, on=date(YEAR, month, 1))) for month in (3, 4, 5, 6)]
    rest = {"81": 70_000, "83": 13_300}
    later = [rest, {}] if basis == "accrual" else [{}, rest]
    assert found == [{}, {"81": 30_000, "83": 5_700}, *later]


def test_files_for_auditors_hold_them() -> None:
    """Each format has every entry, and the one with all accounts sums to the trial balance: revenue once, the deposit as a liability."""
    business, _ = three_months()
    span = (date(YEAR, 1, 1), date(YEAR, 12, 31))
    _, data = handed_out(business, "fec", span, siren="732 829 320")
    accounts: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(io.StringIO(data.decode()), delimiter="\t"):
        accounts[row["CompteNum"]] += minor(row["Debit"]) - minor(row["Credit"])
    assert {code: amount for code, amount in accounts.items() if amount} == balances(business, span[1])
    assert (accounts["8400"], accounts["1776"], accounts["1732"], accounts["1593"], accounts["1710"]) == (-100_000, -19_000, -20_000, 0, 0)
    counts = {handed_out(business, kind, span, **more)[0].entry_count for kind, more in (
        ("datev", {"consultant": 29_098, "client": 55_003}), ("saft", {}), ("gdpdu", {}),
    )}  # fmt: skip
    assert len(counts) == 1


def test_an_advance_is_late_and_reminded_of_as_an_invoice_is() -> None:
    """Until the final invoice takes it over: then that is what is owed."""
    shop = LateShop()
    draft = shop.draft()
    advance = ask_advance(shop.ctx, invoice=draft, percent=Decimal(50), on=shop.ctx.today)
    later = shop.after(21)
    [reminder] = propose_reminders(later)
    assert reminder.owed_minor == advance.total_minor == 8_690
    take_payment(later, invoice=advance, method="transfer", amount=5_000)
    final = issue_invoice(later, invoice=draft, on=later.today)
    with scope(shop.company.pk):
        assert [(i.number, i.open_minor) for i in open_items(shop.ctx, later.today)] == [(final.number, 12_380)]
        assert [i.open_minor for i in open_items(shop.ctx, later.today - timedelta(days=1))] == [8_690]
        account = account_of(later, shop.party, shop.ctx.today, later.today)
    assert account.owed_minor == 12_380
    assert sorted((line.label, line.amount_minor) for line in account.lines) == [
        ("Claimed by the final invoice", -3_690), ("Deducted in the final invoice", -5_000), ("Invoice", 8_690), ("Invoice", 17_380),
        ("Payment", -5_000),
    ]  # fmt: skip

"""Statements of random years tie to each other: profit, balance sheet, cash by both methods, equity; proofs find what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.back.ledger.reports.sheets import balance_sheet, profit_and_loss
from enfilade.back.statements.ratios import RATIOS, behind_a_ratio, ratios
from enfilade.back.statements.reports import DIRECT, INDIRECT, balances_as_known, cash_flow, changes_in_equity, proofs
from enfilade.core.command import run_raw
from enfilade.core.scope import scope

from .business import YEAR, Business

pytestmark = pytest.mark.django_db(transaction=True)
LAST = date(YEAR, 12, 31)


def asked(business: Business, run: Any, **inputs: Any) -> Any:
    """A report."""
    with scope(business.company.pk, read_only=True):
        return run(business.ctx, **inputs)


def post(business: Business, on: date, debit: str, credit: str, amount_minor: int) -> None:
    """An entry by hand."""
    text = f"{amount_minor / 100:.2f}"
    lines = [{"account_code": debit, "debit": text}, {"account_code": credit, "credit": text}]
    run_raw(business.at(on), "ledger.post_journal", {"on": on.isoformat(), "text": "By hand", "lines": lines})


def amounts(found: dict[str, Any]) -> dict[str, int]:
    """Amount by name of the row."""
    return {row["name"]: row["amount_minor"] for row in found["rows"]}


def a_year(business: Business) -> None:
    """Capital of 10,000, a loan of 5,000, a machine of 3,000 that loses 500, a sale of which half is paid, rent."""
    post(business, date(YEAR, 1, 2), "1200", "0800", 1_000_000)
    post(business, date(YEAR, 1, 3), "1200", "0630", 500_000)
    post(business, date(YEAR, 2, 1), "0210", "1200", 300_000)
    post(business, LAST, "4830", "0210", 50_000)
    post(business, date(YEAR, 3, 1), "4210", "1200", 100_000)
    invoice = business.sale(date(YEAR, 4, 1), 200_000)
    business.receipt(invoice, date(YEAR, 4, 20), 119_000)


def test_cash_flow_by_hand() -> None:
    """Both methods give the same sum in each category, and each figure is the one that was reckoned by hand."""
    business = Business()
    a_year(business)
    direct, way = (asked(business, cash_flow, from_on=date(YEAR, 1, 1), to_on=LAST, method=m) for m in (DIRECT, INDIRECT))
    assert amounts(direct) == {
        "Cash from operating activities": 19_000, "Forderungen aus Lieferungen und Leistungen": 119_000,
        "Miete (unbewegliche Wirtschaftsgüter)": -100_000,
        "Cash from investing activities": -300_000, "Maschinen": -300_000,
        "Cash from financing activities": 1_500_000, "Verbindlichkeiten gegenüber Kreditinstituten": 500_000,
        "Gezeichnetes Kapital": 1_000_000,
        "Change of cash": 1_219_000, "Cash before": 0, "Cash at the end": 1_219_000,
    }  # fmt: skip
    found = amounts(way)
    # 2,000 earned, 1,000 rent, 500 depreciation; 1,190 of the 2,380 are still owed and 380 of tax are due.
    assert (found["Profit"], found["Depreciation, which costs no cash"]) == (50_000, 50_000)
    for report in (direct, way):
        assert [report[f"{c}_minor"] for c in ("operating", "investing", "financing", "opening", "difference")] == [
            19_000,
            -300_000,
            1_500_000,
            0,
            0,
        ]


def test_equity_and_ratios_by_hand() -> None:
    """What was put in and earned; each ratio is its formula."""
    business = Business()
    a_year(business)
    equity = asked(business, changes_in_equity, from_on=date(YEAR, 1, 1), to_on=LAST)
    assert equity["totals"] == {"opening_minor": 0, "more_minor": 1_050_000, "less_minor": 0, "closing_minor": 1_050_000}
    values = {row["name"]: row["value"] for row in asked(business, ratios, from_on=date(YEAR, 1, 1), to_on=LAST)["rows"]}
    # Cash 12,190, owed by customers 1,190, machine 2,500: 15,880; debts 5,000 loan and 380 tax.
    assert values == {
        "Cash ratio": "3,207.9 %", "Quick ratio": "3,521.1 %", "Current ratio": "3,521.1 %",
        "Gross margin": "100.0 %", "Profit margin": "25.0 %",
        "Return on equity": "4.8 %", "Equity ratio": "66.1 %",
        "Days until customers pay": "217.2 days", "Days until suppliers are paid": "",
    }  # fmt: skip


def test_each_figure_of_a_ratio_leads_to_its_accounts() -> None:
    """Whatever a formula says, the accounts behind it sum to its figure, and each leads to its lines."""
    business = Business()
    a_year(business)
    days = {"from_on": date(YEAR, 1, 1), "to_on": LAST}
    rows = asked(business, ratios, **days)["rows"]
    for one, row in zip(RATIOS, rows, strict=True):
        for figure in ("above", "below"):
            assert f"ratio={one.code}&figure={figure}&" in row[f"{figure}_url"]
            behind = asked(business, behind_a_ratio, ratio=one.code, figure=figure, **days)
            amounts = [line["amount_minor"] for line in behind["rows"]]
            assert sum(amounts) == behind["totals"]["amount_minor"] == row[f"{figure}_minor"]
            assert all(f"account={line['code']}&" in line["url"] for line in behind["rows"])
    client = Client()
    client.force_login(business.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/statements/reports/ratios/?from_on={YEAR}-01-01&to_on={LAST}").content.decode()
    assert page.count("/statements/reports/behind_a_ratio/?") == 2 * len(RATIOS)
    shown = client.get(rows[0]["above_url"])
    assert b"/ledger/reports/account_statement/?account=" in shown.content


def test_proofs_find_what_is_wrong() -> None:
    """Nothing in books that only documents wrote; an entry by hand on each control account is found by its own proof."""
    business = Business()
    on = business.ctx.today
    business.sale(on, 10_000)
    business.bill(on, 5_000)
    assert asked(business, proofs)["wrong"] == 0
    post(business, on, "1400", "8400", 100)
    post(business, on, "4970", "1600", 200)
    post(business, on, "1776", "8400", 300)
    rows = asked(business, proofs)["rows"]
    assert {row["name"] for row in rows if row.get("emphasis")} == {
        "Open invoices against the ledger", "Bills against the ledger", "Tax accounts against documents",
    }  # fmt: skip


ACCOUNTS = st.sampled_from(["1200", "1000", "0210", "0630", "0800", "4830", "4210", "8400", "1500", "1740", "9000", "1800"])
ENTRIES = st.tuples(st.just("by hand"), st.integers(1, 10**8), st.integers(1, 12), ACCOUNTS, ACCOUNTS)
DOCUMENTS = st.tuples(st.sampled_from(["sale", "bill", "paid"]), st.integers(10, 10**6), st.integers(1, 12), ACCOUNTS, ACCOUNTS)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.one_of(ENTRIES, DOCUMENTS), min_size=1, max_size=8))
def test_statements_of_any_year_tie(events: list[tuple[str, int, int, str, str]]) -> None:
    """Both cash flows are what cash moved; equity is that of the balance sheet; profit is what its result changed by."""
    business = Business()
    for kind, amount, month, one, other in events:
        on = date(YEAR, month, 15)
        if kind == "by hand":
            if one != other:
                post(business, on, one, other, amount)
        elif kind == "bill":
            business.bill(on, amount)
        else:
            invoice = business.sale(on, amount)
            if kind == "paid":
                business.receipt(invoice, on, invoice.total_minor)
    for start, end in ((date(YEAR, 1, 1), LAST), (date(YEAR, 4, 1), date(YEAR, 9, 30))):
        direct, way = (asked(business, cash_flow, from_on=start, to_on=end, method=m) for m in (DIRECT, INDIRECT))
        assert direct["difference_minor"] == way["difference_minor"] == 0
        sheet, profit = asked(business, balance_sheet, on=end), asked(business, profit_and_loss, from_on=start, to_on=end)
        equity = asked(business, changes_in_equity, from_on=start, to_on=end)
        assert equity["totals"]["closing_minor"] == sheet["equity_minor"] == sheet["assets_minor"] - sheet["liabilities_minor"]
        assert amounts(way).get("Profit", 0) == profit["result_minor"]


def test_balances_as_they_were_known() -> None:
    """A rent that is entered in July for May was not known in June."""
    business = Business()
    post(business, date(YEAR, 1, 2), "1200", "0800", 1_000_000)
    late = replace(business.at(date(YEAR, 7, 1)), key="")
    lines = [{"account_code": "4210", "debit": "300.00"}, {"account_code": "1200", "credit": "300.00"}]
    run_raw(late, "ledger.post_journal", {"on": f"{YEAR}-05-31", "text": "Late bill", "lines": lines})
    day, then = date(YEAR, 5, 31), datetime(YEAR, 6, 15, tzinfo=UTC)
    found = asked(business, balances_as_known, on=day, known_at=then)
    bank, rent = (next(row for row in found["rows"] if row["code"] == code) for code in ("1200", "4210"))
    assert (bank["known_minor"], bank["later_minor"], bank["now_minor"]) == (1_000_000, -30_000, 970_000)
    assert (rent["known_minor"], rent["later_minor"], rent["now_minor"], found["changed_count"]) == (0, 30_000, 30_000, 2)
    assert (found["totals"]["known_minor"], found["totals"]["later_minor"]) == (0, 0)
    now = asked(business, balances_as_known, on=day, known_at=datetime(YEAR, 7, 2, tzinfo=UTC))
    assert (now["changed_count"], now["notes"]) == (0, ["Nothing was entered for this day since then."])

"""Years of accounts: short ones, their end, what is looked at before, and what stays to be seen after."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError

from enfilade.back.ledger.commands import (
    admit_late,
    close_period,
    close_year,
    found_ledger,
    mark_task,
    open_year,
    reopen_period,
    reopen_year,
    soft_close_period,
    unmark_task,
)
from enfilade.back.ledger.models import FiscalYear
from enfilade.back.ledger.queries import balance_of, ledger_book, year_around
from enfilade.back.ledger.reports.sheets import balance_sheet, profit_and_loss, trial_balance
from enfilade.base.books.models import Period
from enfilade.base.books.verify import verify_books
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
END = date(2025, 12, 31)


def refused(code: str, run: Any) -> str:
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code
    return str(no.value)


@pytest.fixture
def practice() -> Practice:
    """Two years with one sale and one rent each, and a day in the second."""
    made = Practice()
    made.ctx = replace(made.ctx, now=datetime(2026, 6, 1, tzinfo=UTC))
    for year in (2025, 2026):
        made.legs(date(year, 3, 1), ("cash", 50000), ("revenue", -50000))
        made.legs(date(year, 12, 31), ("rent", 20000), ("cash", -20000))
    return made


def figures(practice: Practice, on: date) -> dict[str, Any]:
    """What the statements say at a day."""
    with scope(practice.company.pk, read_only=True):
        result = profit_and_loss(practice.ctx, to_on=on)
        months = profit_and_loss(practice.ctx, to_on=on, beside="months")
        sheet = balance_sheet(practice.ctx, on=on)
        trial = trial_balance(practice.ctx, on=on)
    return {
        "result": (result["income_minor"], result["expense_minor"], result["result_minor"]),
        "december": months["rows"][-1].get("month_12_minor"),
        "sheet": (sheet["assets_minor"], sheet["liabilities_minor"], sheet["equity_minor"], sheet["result_minor"]),
        "trial": [(row["code"], row["balance_minor"]) for row in trial["rows"]],
    }


def test_a_closed_year_still_shows_its_figures(practice: Practice) -> None:
    before = figures(practice, END)
    assert before["result"] == (50000, 20000, 30000)
    year = close_year(practice.ctx, ends_on=END)
    assert (year.result_minor, year.closed_by) == (30000, practice.ctx.user)
    assert figures(practice, END) == before
    with scope(practice.company.pk):
        assert balance_of(practice.ctx, "retained", END) == -30000
        assert [balance_of(practice.ctx, code, END) for code in ("revenue", "rent")] == [0, 0]
        assert not Period.objects.filter(ends_on__lte=END).exclude(state="closed").exists()
        assert verify_books(practice.ctx) == []
    following = figures(practice, date(2026, 12, 31))
    assert following["result"] == (50000, 20000, 30000)
    assert following["sheet"] == (60000, 0, 60000, 30000)
    assert following["trial"] == [("1000", 60000), ("3200", -30000), ("4000", -50000), ("6100", 20000)]
    reopen_year(practice.ctx, year=year, reason="A bill was forgotten")
    assert figures(practice, END) == before
    practice.legs(END, ("rent", 5000), ("cash", -5000))
    assert close_year(practice.ctx, ends_on=END).result_minor == 25000
    with scope(practice.company.pk):
        assert balance_of(practice.ctx, "retained", END) == -25000


def test_what_keeps_a_year_open(practice: Practice) -> None:
    refused("not_a_year_end", lambda: close_year(practice.ctx, ends_on=date(2025, 11, 30)))
    refused("year_before_open", lambda: close_year(replace(practice.ctx, now=datetime(2027, 2, 1, tzinfo=UTC)), ends_on=date(2026, 12, 31)))
    refused("year_not_over", lambda: close_year(replace(practice.ctx, now=datetime(2025, 12, 31, 12, tzinfo=UTC)), ends_on=END))
    run_raw(practice.ctx, "ledger.add_closingtask", {"title": "Count the stock", "due_day": "5"})
    assert "Tasks that are not done: 1." in refused("steps_not_done", lambda: close_year(practice.ctx, ends_on=END))
    year = close_year(practice.ctx, ends_on=END, reason_not_done="The stock is empty")
    refused("year_is_closed", lambda: close_year(practice.ctx, ends_on=END))
    december = practice.period(date(2025, 12, 1))
    refused("year_is_closed", lambda: reopen_period(practice.ctx, period=december, reason="x"))
    clerk = make_ctx(practice.company, "ledger.close_year", "ledger.reopen_period")
    refused("not_allowed", lambda: reopen_year(clerk, year=year, reason="x"))


def test_months_that_are_closed_are_no_hindrance_and_the_next_year_is(practice: Practice) -> None:
    for month in range(1, 13):
        close_period(practice.ctx, period=practice.period(date(2025, month, 1)))
    january = close_period(practice.ctx, period=practice.period(date(2026, 1, 1)))
    refused("period_in_order", lambda: close_year(practice.ctx, ends_on=END))
    reopen_period(practice.ctx, period=january, reason="x")
    assert close_year(practice.ctx, ends_on=END).result_minor == 30000


def test_a_year_without_a_result(practice: Practice) -> None:
    other = Practice()
    assert close_year(other.ctx, ends_on=END).result_minor == 0
    del practice


def test_short_years_and_years_that_move() -> None:
    ctx = make_ctx(make_company(), "*")
    found_ledger(ctx)
    first = open_year(ctx, year=2025, first_month=1, starts_on=date(2025, 5, 15))
    assert (first.starts_on, first.ends_on) == (date(2025, 5, 15), date(2025, 5, 31))
    open_year(ctx, year=2026, ends_on=date(2026, 6, 30))
    assert open_year(ctx, year=2026).starts_on == date(2026, 7, 1)
    refused("year_too_long", lambda: open_year(ctx, year=2027, ends_on=date(2028, 12, 31)))
    refused("period_no_overlap", lambda: open_year(ctx, year=2026, starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 1)))
    with scope(ctx.company_id):
        book = ledger_book(ctx)
        spans = [(y.starts_on, y.ends_on) for y in FiscalYear.objects.order_by("starts_on")]
        assert spans == [
            (date(2025, 5, 15), date(2025, 12, 31)),
            (date(2026, 1, 1), date(2026, 6, 30)),
            (date(2026, 7, 1), date(2027, 6, 30)),
        ]
        assert year_around(ctx, book, date(2026, 6, 30)).starts_on == date(2026, 1, 1)
        assert year_around(ctx, book, date(2028, 1, 1)).starts_on == date(2027, 7, 1)
        assert Period.objects.filter(book=book).count() == 8 + 6 + 12


def test_by_hand_no_month_of_a_closed_year_opens(practice: Practice) -> None:
    from enfilade.base.books.tests.support import as_app, as_owner

    close_year(practice.ctx, ends_on=END)
    for way in (as_app, as_owner):
        with pytest.raises(DatabaseError) as no, way(practice.company) as cursor:
            cursor.execute("UPDATE books_period SET state = 'open' WHERE starts_on = '2025-12-01'")
        assert no.value.__cause__.diag.constraint_name == "year_is_closed"  # type: ignore[union-attr]


def test_the_checklist_of_a_month(practice: Practice, client: Any) -> None:
    task = run_raw(practice.ctx, "ledger.add_closingtask", {"title": "Count the stock", "due_day": "5"})
    month = practice.period(date(2025, 1, 1))
    mark = mark_task(practice.ctx, task=task, period=month)
    refused("closing_mark_once", lambda: mark_task(practice.ctx, task=task, period=month))
    client.force_login(practice.ctx.user)
    page = client.get("/ledger/closing/").content.decode()
    assert "January 2025" in page
    assert "Count the stock" in page
    assert "Not done yet" in page
    assert "Close softly" in page
    unmark_task(practice.ctx, mark=mark)
    soft_close_period(practice.ctx, period=month)
    admit_late(practice.ctx, period=month, who=practice.ctx.user, reason="x")
    page = client.get("/ledger/closing/?month=2025-01").content.decode()
    assert "Softly closed" in page
    assert "Tasks that are not done: 1." in page
    assert "Admit somebody" in page
    assert "Earlier months that are open: 1." in client.get("/ledger/closing/?month=2025-02").content.decode()
    assert "Close the year" in client.get("/ledger/closing/?month=2025-12").content.decode()
    assert client.get("/ledger/closing/?month=nonsense").status_code == 200


def test_no_other_entry_passes_for_one_that_closes_a_year(practice: Practice) -> None:
    """By the voucher that somebody types, on the last day or another, of a year that is there or not: statements would leave it out."""
    year = close_year(practice.ctx, ends_on=END)
    reopen_year(practice.ctx, year=year, reason="To try")
    lines = [{"account_code": "1000", "debit": "5.00"}, {"account_code": "4000", "credit": "5.00"}]
    for origin in (f"ledger.fiscalyear:{year.pk}", "ledger.fiscalyear:999999"):
        for on in (END, date(2026, 3, 1)):
            with pytest.raises(Refusal) as no:
                run_raw(practice.ctx, "ledger.post_journal", {"on": on.isoformat(), "text": "Sale", "origin": origin, "lines": lines})
            assert (no.value.code, str(no.value)) == ("closing_entry_of_year", "Only closing a year makes an entry that closes it.")
    assert close_year(practice.ctx, ends_on=END).state == "closed"

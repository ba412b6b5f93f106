"""Given, when, then."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from enfilade.back.ledger.commands import JournalLine, close_period, found_ledger, open_year, reopen_period, reverse_journal
from enfilade.back.ledger.jobs import open_next_year_of
from enfilade.back.ledger.models import AccountPurpose
from enfilade.back.ledger.queries import balance_of
from enfilade.base.books.commands import open_book, open_periods
from enfilade.base.books.models import Account, BookSeal, Period
from enfilade.core.command import run_raw
from enfilade.core.context import NotAllowed, Refusal
from enfilade.core.models import AuditEntry, EventEntry
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 10)


@pytest.fixture
def practice() -> Practice:
    """A founded ledger."""
    return Practice()


def refused(code: str, run: Any) -> Refusal:
    """Run something that has to be refused."""
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code
    return no.value


@pytest.mark.parametrize("chart", ["generic", "dental_de"])
def test_founding_brings_accounts_and_purposes(chart: str) -> None:
    practice = Practice(chart)
    with scope(practice.company.pk):
        assert Account.objects.count() > 50
        purposes = {p.purpose: p.account.heading for p in AccountPurpose.objects.select_related("account")}
        assert Period.objects.count() == 24
        assert EventEntry.objects.filter(name="ledger.LedgerFounded").count() == 1
    assert {
        "cash",
        "bank",
        "card",
        "receivable",
        "revenue",
        "revenue_exempt",
        "tax_output",
        "discount",
        "cash_difference",
    } <= purposes.keys()
    assert not any(purposes.values())
    refused("book_code_once", lambda: found_ledger(practice.ctx, chart=chart))


def test_an_unknown_chart(practice: Practice) -> None:
    other = make_ctx(make_company(), "*")
    assert "dental_de" in refused("unknown_chart", lambda: found_ledger(other, chart="nonsense")).message
    refused("no_ledger", lambda: open_year(other, year=2026))
    refused("no_ledger", lambda: run_raw(other, "ledger.post_journal", journal(("1000", "5", ""), ("4000", "", "5"))))


def journal(*lines: tuple[str, str, str], on: str = "2026-03-10") -> dict[str, Any]:
    """A journal entry as it comes from outside."""
    return {"on": on, "text": "x", "lines": [{"account_code": a, "debit": d, "credit": c} for a, d, c in lines]}


def test_a_posting_by_purpose(practice: Practice) -> None:
    entry = practice.legs(DAY, ("receivable", 11900), ("revenue", -10000), ("tax_output", -1900), ("cash", 0))
    with scope(practice.company.pk):
        assert [(li.account.code, li.quantity_minor, li.unit) for li in entry.lines.select_related("account").order_by("pk")] == [
            ("1200", 11900, "EUR"),
            ("4000", -10000, "EUR"),
            ("2200", -1900, "EUR"),
        ]
        assert balance_of(practice.ctx, "receivable", DAY) == 11900
        assert balance_of(practice.ctx, "1200", date(2026, 3, 9)) == 0
        assert AuditEntry.objects.filter(command="ledger.post_legs", result=ref(entry)).count() == 1


def test_a_journal_entry_in_major_units(practice: Practice) -> None:
    run_raw(practice.ctx, "ledger.post_journal", journal(("6100", "900.00", ""), ("1100", "", "900")))
    with scope(practice.company.pk):
        assert balance_of(practice.ctx, "bank", DAY) == -90000
        assert balance_of(practice.ctx, "rent", DAY) == 90000


def test_what_is_refused_leaves_nothing(practice: Practice) -> None:
    before = practice.counts()
    raw = [
        ("unknown_account", journal(("6100", "5", ""), ("99", "", "5"))),
        ("one_side", journal(("6100", "5", "5"), ("1100", "", "5"))),
        ("one_side", journal(("6100", "", ""), ("1100", "", "5"))),
        ("entry_balances", journal(("6100", "5", ""), ("1100", "", "4.99"))),
        ("entry_two_lines", journal(("6100", "5", ""))),
        ("entry_period_open", journal(("6100", "5", ""), ("1100", "", "5"), on="2031-01-01")),
        ("line_account_open", journal(("6", "5", ""), ("1100", "", "5"))),
        ("unknown_account", journal(("cash", "5", ""), ("1100", "", "5"))),
        ("invalid", journal(("6100", "5.001", ""), ("1100", "", "5"))),
        ("invalid", journal(("6100", "-5", ""), ("1100", "-5", ""))),
    ]
    for code, inputs in raw:
        refused(code, lambda inputs=inputs: run_raw(practice.ctx, "ledger.post_journal", inputs))
    refused("unknown_account", lambda: practice.legs(DAY, ("nowhere", 5), ("cash", -5)))
    refused("entry_two_lines", lambda: practice.legs(DAY, ("cash", 0), ("bank", 0)))
    refused("entry_balances", lambda: practice.legs(DAY, ("cash", 2), ("bank", -1)))
    assert practice.counts() == before


def test_a_reversal_through_the_ledger(practice: Practice) -> None:
    entry = practice.legs(DAY, ("cash", 500), ("revenue", -500))
    back = reverse_journal(practice.ctx, entry=entry, on=DAY, reason="Entered twice")
    assert back.text == f"Reversal of entry {entry.pk}: Entered twice"
    with scope(practice.company.pk):
        assert balance_of(practice.ctx, "cash", DAY) == 0
        commands = set(AuditEntry.objects.filter(subjects__ref=ref(entry)).values_list("command", flat=True))
    assert commands == {"ledger.post_legs", "ledger.reverse_journal", "books.reverse_entry"}
    refused("entry_reversed_once", lambda: reverse_journal(practice.ctx, entry=entry, on=DAY, reason="x"))


def test_closing_a_month_seals_it(practice: Practice) -> None:
    practice.legs(date(2025, 1, 5), ("cash", 500), ("revenue", -500))
    january = practice.period(date(2025, 1, 1))
    close_period(practice.ctx, period=january)
    with scope(practice.company.pk):
        assert BookSeal.objects.get().entry_count == 1
        assert EventEntry.objects.filter(name="ledger.MonthClosed").count() == 1
    refused("entry_period_open", lambda: practice.legs(date(2025, 1, 31), ("cash", 500), ("revenue", -500)))
    reopen_period(practice.ctx, period=january, reason="A bill came late")
    practice.legs(date(2025, 1, 31), ("cash", 500), ("revenue", -500))


def test_closing_and_opening_are_two_permissions(practice: Practice) -> None:
    clerk = make_ctx(practice.company, "ledger.close_period")
    january = practice.period(date(2025, 1, 1))
    close_period(clerk, period=january)
    with pytest.raises(NotAllowed):
        reopen_period(clerk, period=january, reason="x")


def test_another_book_is_not_the_ledger(practice: Practice) -> None:
    leave = open_book(practice.ctx, code="leave", name="Leave", unit_kind="time")
    first = open_periods(practice.ctx, book=leave, year=2026)
    refused("not_the_ledger", lambda: close_period(practice.ctx, period=first))


def test_the_next_year_opens_in_time(practice: Practice) -> None:
    at = replace(practice.ctx, now=datetime(2026, 10, 1, tzinfo=UTC))
    assert not open_next_year_of(at)
    at = replace(practice.ctx, now=datetime(2026, 11, 2, tzinfo=UTC))
    assert open_next_year_of(at)
    assert not open_next_year_of(at)
    assert practice.period(date(2027, 12, 1)).state == "open"
    assert not open_next_year_of(make_ctx(make_company(), "*"))


def test_years_that_begin_in_july() -> None:
    ctx = make_ctx(make_company(), "*")
    found_ledger(ctx)
    open_year(ctx, year=2025, first_month=7)
    refused("year_shifted", lambda: open_year(ctx, year=2026, first_month=1))
    assert open_year(ctx, year=2026).starts_on == date(2026, 7, 1)


def test_what_the_door_looks_at(practice: Practice) -> None:
    entry = practice.journal(DAY, JournalLine("6100", debit=90000), JournalLine("1100", credit=90000))
    reverse_journal(practice.ctx, entry=entry, on=date(2026, 3, 12), reason="x")
    with scope(practice.company.pk):
        facts = dict(
            AuditEntry.objects.filter(command__in=["ledger.post_journal", "ledger.reverse_journal"]).values_list("command", "facts")
        )
    assert (facts["ledger.post_journal"]["amount_minor"], facts["ledger.post_journal"]["line_count"]) == (90000, 2)
    assert (facts["ledger.reverse_journal"]["amount_minor"], facts["ledger.reverse_journal"]["age_days"]) == (90000, 2)


def test_a_line_of_the_journal_names_a_party(practice: Practice) -> None:
    party = run_raw(practice.ctx, "party.add_party", {"kind": "person", "name": "Ana Ruiz"})
    entry = practice.journal(DAY, JournalLine("1200", debit=500, party=party), JournalLine("4000", credit=500))
    with scope(practice.company.pk):
        assert [li.party_id for li in entry.lines.order_by("pk")] == [party.pk, None]

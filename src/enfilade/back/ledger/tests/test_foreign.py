"""Foreign currencies in the ledger: journals, what accounts hold, revaluation and its reversal, charts that lack what it needs."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enfilade.back.ledger.commands import JournalLine, complete_chart, revalue_currencies
from enfilade.back.ledger.models import AccountPurpose
from enfilade.back.ledger.queries import COMPLETE_URL, holdings_on
from enfilade.back.ledger.reports import account_statement, balance_sheet, foreign_currencies, trial_balance
from enfilade.back.ledger.rules import balanced
from enfilade.back.ledger.verify import verify_ledger
from enfilade.base.books.models import Account, Entry, Line
from enfilade.base.books.verify import verify_books
from enfilade.base.money.models import Rate
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.scope import scope

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
DAY, END = date(2026, 3, 10), date(2026, 3, 31)


@pytest.fixture
def practice() -> Practice:
    """A founded ledger, and what one euro is worth in dollars, yen and dinars."""
    practice = Practice()
    for quote, value in (("USD", "1.25"), ("JPY", "160"), ("KWD", "0.32")):
        rate(practice, quote, DAY, value)
    return practice


def rate(practice: Practice, quote: str, on: date, value: str) -> None:
    """Record what one euro is worth."""
    with scope(practice.company.pk):
        Rate.objects.create(company=practice.company, base="EUR", quote=quote, on=on, rate=Decimal(value), source="ECB")


def sums(entry: Entry) -> dict[tuple[str, str], int]:
    """Account and unit -> amount."""
    with scope(entry.company_id):
        return {(line.account.code, line.unit): line.quantity_minor for line in entry.lines.select_related("account")}


def holds(practice: Practice, on: date) -> list[tuple[str, str, int, int, int | None]]:
    """Account, currency, how much, in the books, worth."""
    with scope(practice.company.pk):
        return [(h.code, h.unit, h.quantity_minor, h.book_minor, h.worth_minor) for h in holdings_on(practice.ctx, on)]


def bought(practice: Practice, **more: Any) -> Entry:
    """A hundred dollars owed by a customer."""
    return practice.journal(
        DAY, JournalLine("1200", debit=10_000, currency="USD", **more), JournalLine("4000", credit=10_000, currency="USD", **more)
    )


def test_a_journal_in_dollars_counts_in_euros_and_the_account_holds_dollars(practice: Practice) -> None:
    """The income is worth what it was on its day; what is owed is owed in dollars."""
    assert sums(bought(practice)) == {
        ("1200", "EUR"): 8_000, ("4000", "EUR"): -8_000, ("1200", "USD"): 10_000, ("1200", "EUR@USD"): 8_000,
        ("9000", "USD"): -10_000, ("9000", "EUR@USD"): -8_000,
    }  # fmt: skip
    assert sums(bought(practice, rate=Decimal("1.0870")))[("1200", "EUR")] == 9_200
    assert holds(practice, END) == [("1200", "USD", 20_000, 17_200, 16_000)]
    with scope(practice.company.pk):
        ctx = practice.ctx
        assert [r["balance_minor"] for r in trial_balance(ctx, on=END)["rows"]] == [17_200, -17_200]
        dollars = trial_balance(ctx, on=END, currency="usd")
        assert [(r["code"], r["balance_minor"], r["unit"]) for r in dollars["rows"]] == [("1200", 20_000, "USD"), ("9000", -20_000, "USD")]
        statement = account_statement(ctx, account="1200", to_on=END, currency="USD")
        assert [r["balance_minor"] for r in statement["rows"]] == [0, 10_000, 20_000]
        assert "USD" in account_statement(ctx, account="1200", to_on=END)["notes"][0]
        assert account_statement(ctx, account="1200", to_on=END)["totals"]["balance_minor"] == 17_200
        with pytest.raises(Invalid):
            trial_balance(ctx, on=END, currency="XYZ")
        assert balance_sheet(ctx, on=END)["assets_minor"] == 17_200


def test_amounts_are_read_in_the_currency_of_their_line(practice: Practice) -> None:
    """The yen has no decimals, the dinar three; the door sees euros."""
    lines = [
        {"account_code": "1210", "debit": "16000", "currency": "JPY"},
        {"account_code": "1210", "debit": "0.320", "currency": "KWD"},
        {"account_code": "4000", "credit": "101.00"},
    ]
    entry = run_raw(practice.ctx, "ledger.post_journal", {"on": str(DAY), "text": "Abroad", "lines": lines})
    assert sums(entry)[("4000", "EUR")] == -10_100
    assert {u: q for (c, u), q in sums(entry).items() if c == "1210" and "@" in u} == {"EUR@JPY": 10_000, "EUR@KWD": 100}
    with pytest.raises(Invalid):
        run_raw(practice.ctx, "ledger.post_journal", {"on": str(DAY), "text": "x", "lines": [lines[0] | {"debit": "0.5"}, lines[2]]})


@pytest.mark.parametrize(
    ("more", "code"),
    [({"currency": "XYZ"}, "unknown_currency"), ({"currency": "CHF"}, "no_rate"), ({"rate": Decimal(2)}, "no_currency"),
     ({"currency": "USD", "rate": Decimal(0)}, "no_rate"), ({"currency": "USD"}, "entry_balances")],
)  # fmt: skip
def test_lines_that_are_not_clear_are_refused(practice: Practice, more: dict[str, Any], code: str) -> None:
    before = practice.counts()
    with pytest.raises(Refusal) as no:
        practice.journal(DAY, JournalLine("1200", debit=10_000, **more), JournalLine("4000", credit=10_000))
    assert no.value.code == code
    assert practice.counts() == before


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=9), st.integers(1, 9))
def test_rounding_is_given_to_one_line_and_a_mistake_to_none(amounts: list[int], converted: int) -> None:
    places = range(min(converted, len(amounts)))
    found = balanced(amounts, places)
    assert sum(found) == (0 if abs(sum(amounts)) <= len(places) else sum(amounts))
    assert sum(a != b for a, b in zip(amounts, found, strict=True)) <= 1


def test_revaluation_stands_for_a_day(practice: Practice) -> None:
    """Given dollars that rose, when the month ends, then the difference is shown, once, and gone on the next day."""
    bought(practice)
    rate(practice, "USD", END, "1.00")
    with scope(practice.company.pk):
        report = foreign_currencies(practice.ctx, on=END)
        assert report["totals"] == {"book_minor": 8_000, "worth_minor": 10_000, "difference_minor": 2_000}
        assert report["rows"][0]["rate"] == "1"
        assert "currency=USD" in report["rows"][0]["url"]
    entry = revalue_currencies(practice.ctx, on=END)
    assert {k: v for k, v in sums(entry).items() if k[1] == "EUR"} == {("1200", "EUR"): 2_000, ("4705", "EUR"): -2_000}
    assert holds(practice, END) == [("1200", "USD", 10_000, 10_000, 10_000)]
    assert holds(practice, date(2026, 4, 1)) == [("1200", "USD", 10_000, 8_000, 10_000)]
    with pytest.raises(Refusal) as no:
        revalue_currencies(practice.ctx, on=END)
    assert no.value.code == "nothing_to_revalue"
    with scope(practice.company.pk):
        assert [*verify_ledger(practice.ctx), *verify_books(practice.ctx)] == []


def test_revaluation_says_what_it_lacks(practice: Practice) -> None:
    bought(practice)
    with pytest.raises(Refusal) as no:
        revalue_currencies(practice.ctx, on=END, leave_out="1200")
    assert no.value.code == "nothing_to_revalue"
    with pytest.raises(Refusal) as no:
        revalue_currencies(practice.ctx, on=END, leave_out="1210")
    assert no.value.code == "unknown_account"
    with scope(practice.company.pk):
        Rate.objects.all().delete()
        assert foreign_currencies(practice.ctx, on=END)["rows"][0]["worth_minor"] is None
    with pytest.raises(Refusal) as no:
        revalue_currencies(practice.ctx, on=END)
    assert no.value.code == "no_rate"
    assert "USD" in str(no.value)


def test_what_is_left_of_a_currency_that_is_gone_is_found(practice: Practice) -> None:
    """Dollars that went out at another value than they came in, without the difference being said."""
    bought(practice)
    practice.journal(END, JournalLine("1200", credit=10_000, currency="USD", rate=Decimal(1)), JournalLine("1100", debit=10_000))
    with scope(practice.company.pk):
        [finding] = verify_ledger(practice.ctx)
    assert finding.code == "currency_rest"
    assert "-2000" in finding.sentence


def test_a_ledger_gets_what_its_chart_has_today() -> None:
    """Given a practice of long ago, when its chart is completed, then it has what today's has, and what it had is as it was."""
    practice = Practice("dental_de")
    with scope(practice.company.pk):
        AccountPurpose.objects.filter(purpose__in=["currency_position", "cash_discount_taken", "exchange_gain"]).delete()
        Account.objects.filter(code__in=["9201", "3730"]).delete()
        card = AccountPurpose.objects.get(purpose="card")
        card.account = Account.objects.get(code="1360")
        card.save()
    with pytest.raises(Refusal) as no:
        practice.journal(DAY, JournalLine("1400", debit=100, currency="USD", rate=Decimal(1)), JournalLine("8400", credit=100))
    assert "Complete the chart" in str(no.value)
    complete_chart(practice.ctx)
    with scope(practice.company.pk):
        found = dict(AccountPurpose.objects.values_list("purpose", "account__code"))
        assert [found[p] for p in ("currency_position", "cash_discount_taken", "card")] == ["9201", "3730", "1360"]
        assert Account.objects.get(code="9201").parent.code == "Z"
    practice.journal(DAY, JournalLine("1400", debit=100, currency="USD", rate=Decimal(1)), JournalLine("8400", credit=100))
    with pytest.raises(Refusal) as no:
        complete_chart(practice.ctx)
    assert no.value.code == "nothing_missing"


def test_a_form_that_lacks_an_account_has_the_command_that_adds_it(practice: Practice, client: Any) -> None:
    """A button in the form, and a step of closing that says which purposes lack one, until the chart is complete."""
    client.force_login(practice.ctx.user)
    step = "/ledger/closing/?month=2025-01"
    assert "Every purpose of the chart has its account." in client.get(step).content.decode()
    bought(practice, rate=Decimal("1.0870"))
    with scope(practice.company.pk):
        AccountPurpose.objects.filter(purpose__in=["unrealised_gain", "unrealised_loss"]).delete()
    shown = client.get(step).content.decode()
    assert "Purposes without an account: 2, such as" in shown
    assert f'href="{COMPLETE_URL}"' in shown
    form = {"on": END.isoformat(), "_key": "k-1"}
    page = client.post("/ledger/do/revalue_currencies/", form)
    assert page.status_code == 409
    assert f'href="{COMPLETE_URL}" hx-get="{COMPLETE_URL}" hx-target="#dialog-body"' in page.content.decode()
    above = {"HX-Request": "true", "HX-Target": "dialog-body"}
    inside = client.post("/ledger/do/revalue_currencies/?dialog=dialog", form, headers=above).content.decode()
    assert f'hx-get="{COMPLETE_URL}?dialog=subdialog" hx-target="#subdialog-body"' in inside
    done = client.post(f"{COMPLETE_URL}?dialog=subdialog", {"_key": "k-2"}, headers=above)
    assert (done.status_code, "dialog-close" in done["HX-Trigger"]) == (204, True)
    assert client.post("/ledger/do/revalue_currencies/", form).status_code == 302
    assert "Every purpose of the chart has its account." in client.get(step).content.decode()


def test_an_account_that_can_not_serve_is_named(practice: Practice) -> None:
    with scope(practice.company.pk):
        AccountPurpose.objects.filter(purpose="goods").delete()
        Account.objects.filter(code="5000").update(active=False)
    with pytest.raises(Refusal) as no:
        complete_chart(practice.ctx, chart="generic")
    assert no.value.code == "account_unfit"
    assert "5000" in str(no.value)


MOVES = st.lists(
    st.tuples(st.sampled_from(["USD", "JPY", "KWD"]), st.integers(-(10**6), 10**6).filter(bool), st.decimals("0.01", "300", places=4)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, day=st.integers(1, 28))
def test_revaluations_leave_nothing(practice: Practice, moves: list[tuple[str, int, Decimal]], day: int) -> None:
    """Whatever is held, whatever the rates: after a revaluation the books say what it is worth, on the next day what they said before."""
    on, later = date(2026, 5, day), date(2026, 6, 2)
    for currency, amount, value in moves:
        debit, credit = max(amount, 0), max(-amount, 0)
        line = JournalLine("1210", debit=debit, credit=credit, currency=currency, rate=value)
        practice.journal(date(2026, 4, 1), line, JournalLine("4000", debit=credit, credit=debit, currency=currency, rate=value))
        with scope(practice.company.pk):
            Rate.objects.filter(quote=currency, on=on).delete()
        rate(practice, currency, on, str(value + 1))
    before = [held[:4] for held in holds(practice, later)]
    with suppress(Refusal):
        revalue_currencies(practice.ctx, on=on)
    assert all(book == worth for _, _, _, book, worth in holds(practice, on))
    assert [held[:4] for held in holds(practice, later)] == before
    with scope(practice.company.pk):
        assert not Line.objects.filter(account__kind="income").exclude(unit="EUR").exists()

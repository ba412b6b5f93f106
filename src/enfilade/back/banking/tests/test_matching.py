"""A line in several parts: invoices, fee, discount, and what stays on account; combinations that make up an amount."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations as all_combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.banking.commands import InvoicePart, accept_proposal, match_line, unmatch_line
from enfilade.back.banking.models import LineMatch
from enfilade.back.banking.rules import InvoiceFacts, LineFacts, Way, combinations, proposals
from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.models import Payment
from enfilade.core.command import run_raw
from enfilade.core.scope import scope
from enfilade.core.verify import verify_all

from .desk import Desk
from .test_commands import proposed


@given(st.lists(st.integers(1, 30), max_size=9), st.integers(0, 60))
def test_combinations_are_all_there_are_up_to_two(opens: list[int], amount: int) -> None:
    """Compared with trying everything."""
    places = range(len(opens))
    tried = [way for size in range(1, len(opens) + 1) for way in all_combinations(places, size) if sum(opens[p] for p in way) == amount]
    found = combinations(amount, opens)
    assert len(found) == min(2, len(tried))
    assert set(found) <= set(tried)


def test_many_invoices_end_in_time() -> None:
    """Forty amounts of which no two sums are alike: what is kept is bounded."""
    assert combinations(10**13, [3**n for n in range(1, 27)]) == []


@pytest.mark.django_db(transaction=True)
def test_a_line_pays_two_invoices_with_fee_discount_and_a_rest_on_account(desk: Desk) -> None:
    """173.80 with a fee of 3.00 kept by a bank, 173.80 with 3.80 discount; 9.20 stay. Taken back, nothing of it is left."""
    first, second = desk.invoice(), desk.invoice()
    line = desk.line("350.00")
    parts = [InvoicePart(first, fee=300), InvoicePart(second, discount=380)]
    match_line(desk.ctx, line=line, invoices=parts, keep_rest=True)
    assert [desk.fresh(i).state for i in (first, second)] == ["paid", "paid"]
    assert (desk.fresh(second).deducted_minor, desk.fresh(line).state) == (380, "matched")
    assert desk.balances("1299", "bank_fee", "receivable") == [35_000, 300, -920]
    assert desk.balance("cash_discount_given") + desk.balance("tax_output") + 760 == 380
    with scope(desk.company.pk):
        kinds = list(LineMatch.objects.visible_to(desk.ctx).order_by("pk").values_list("kind", "amount_minor"))
        assert verify_all(desk.ctx) == []
    assert kinds == [("invoice", 17_080), ("invoice", 17_000), ("party", 920)]
    unmatch_line(desk.ctx, line=line, reason="Another house")
    assert [desk.fresh(i).state for i in (first, second)] == ["issued", "issued"]
    assert desk.balances("1299", "bank_fee", "receivable", "cash_discount_given") == [0, 0, 34_760, 0]
    with scope(desk.company.pk):
        assert verify_all(desk.ctx) == []


@pytest.mark.django_db(transaction=True)
def test_three_of_five_invoices_are_found_and_what_fits_nothing_stays_on_account(desk: Desk) -> None:
    """The amounts of one party make up the line in one way; a line that fits nothing is proposed for her account."""
    invoices = [desk.invoice(Line(desk.check, quantity=Decimal(n))) for n in (1, 2, 4, 8, 16)]
    line = desk.line("1950.00", name="Ada Lindqvist")
    best = proposed(desk, line)[0]
    assert (best.percent, [key for key, _ in best.invoices]) == (68, [invoices[i].pk for i in (0, 2, 3)])
    accept_proposal(desk.ctx, line=line, proposal=best.code)
    assert [desk.fresh(i).state for i in invoices] == ["paid", "issued", "paid", "paid", "issued"]
    other = desk.line("77.70", name="Ada Lindqvist")
    kept = proposed(desk, other)[0]
    assert (kept.percent, kept.party) == (50, desk.party.pk)
    accept_proposal(desk.ctx, line=other, proposal=kept.code)
    with scope(desk.company.pk):
        [on_account] = Payment.objects.visible_to(desk.ctx).filter(rest_minor__gt=0)
    assert (on_account.rest_minor, on_account.invoice_id, desk.fresh(other).state) == (7_770, None, "matched")


@pytest.mark.django_db(transaction=True)
def test_a_discount_that_was_agreed_is_proposed_and_nothing_beyond_it(desk: Desk) -> None:
    """2 % of 173.80 within ten days: the amount alone is enough for a proposal; a day later it is none."""
    agreed = {"name": "2 % in 10 days", "term_days": 30, "early_percent": "2", "early_days": 10, "standard": True}
    run_raw(desk.ctx, "billing.add_paymentterms", agreed)
    invoice = desk.invoice()
    line = desk.line("170.32", name="Ada Lindqvist")
    best = proposed(desk, line)[0]
    assert (best.percent, best.invoices, best.discounts) == (75, ((invoice.pk, 17_032),), ((invoice.pk, 348),))
    assert "2 %" in best.reasons[0]
    accept_proposal(desk.ctx, line=line, proposal=best.code)
    assert (desk.fresh(invoice).state, desk.fresh(invoice).deducted_minor) == ("paid", 348)
    with scope(desk.company.pk):
        assert verify_all(desk.ctx) == []
    unmatch_line(desk.ctx, line=line, reason="Another house")
    assert (desk.fresh(invoice).state, desk.fresh(invoice).open_minor) == ("issued", 17_380)
    named = desk.line("170.31", purpose=str(invoice.number))
    assert next((p.percent, p.discounts) for p in proposed(desk, named)) == (70, ())


def test_two_invoices_less_their_discounts_are_one_amount_and_a_late_one_is_none() -> None:
    """Pure: with both discounts on the day, only the open amounts a day later."""
    day = date(2026, 3, 10)
    ways = (Way(9_800, "Less 2 %.", 200, day),)
    invoices = [InvoiceFacts(n, f"INV-2026-0000{n}", 7, "Ada Lindqvist", 10_000, day, "EUR", ways) for n in (1, 2)]
    for booked_on, found in ((day, ((1, 200), (2, 200))), (day + timedelta(days=1), ())):
        line = LineFacts(1, 19_600, booked_on, "Ada Lindqvist", "", "INV-2026-00001 INV-2026-00002", "EUR")
        best = proposals(line, invoices, [], [])[0]
        assert (best.discounts, best.percent) == (found, 99 if found else 68)


def test_the_instalment_that_is_due_next_is_an_amount() -> None:
    """Of an invoice that is paid in parts."""
    invoice = InvoiceFacts(1, "INV-2026-00001", 7, "Ada Lindqvist", 10_000, date(2026, 5, 1), "EUR", (Way(3_000, "The instalment."),))
    line = LineFacts(1, 3_000, date(2026, 3, 1), "Ada Lindqvist", "", "", "EUR")
    [best] = proposals(line, [invoice], [], [])
    assert (best.percent, best.invoices, best.reasons[0]) == (75, ((1, 3_000),), "The instalment.")

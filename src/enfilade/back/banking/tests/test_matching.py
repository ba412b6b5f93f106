"""A line in several parts: invoices, fee, discount, and what stays on account; combinations that make up an amount."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations as all_combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.banking.commands import InvoicePart, accept_proposal, match_line, unmatch_line
from enfilade.back.banking.models import LineMatch
from enfilade.back.banking.rules import combinations
from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.models import Payment
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

"""Three-way match: bills against orders and receipts, what differs, who settles it, and what the ledger says at the end of a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from enfilade.back.payables.commands import approve_bill, change_bill, void_bill
from enfilade.back.payables.commands.lines import BillLineIn
from enfilade.back.purchasing.commands import (
    MatchLineIn,
    OrderLineIn,
    accept_difference,
    accrue_not_billed,
    claim_credit,
    confirm_match,
    correct_receipt,
    count_bill,
    drop_claim,
    match_bill,
    settle_claim,
    uncount_bill,
    unmatch_bill,
)
from enfilade.back.purchasing.models import MatchDecision, OrderMatch
from enfilade.back.purchasing.queries import check, not_billed_on
from enfilade.back.purchasing.unattended import approve_unattended, approve_what_waited
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .buyer import Buyer
from .test_orders import back, refused

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = (("Gloves", 10_000), ("Masks", 2_000))


def approve(office: Buyer, bill: Any) -> Any:
    """Approved today."""
    return approve_bill(office.key(), bill=bill, on=office.today)


def sentences(office: Buyer, bill: Any) -> list[str]:
    """The kinds of what differs and nobody settled."""
    with scope(office.company.pk):
        return [one.kind for _, one in check(office.ctx, office.fresh(bill)).open]


def test_a_bill_that_fits_is_approved_and_closes_its_order(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    bill = confirm_match(office.key(), bill=office.charged(*BOTH))
    assert sentences(office, bill) == []
    assert refused(lambda: count_bill(office.key(), bill=bill)) == "not_approved"
    approve(office, bill)
    assert refused(lambda: uncount_bill(office.key(), bill=bill, on=office.today)) == "not_void"
    with pytest.raises(IntegrityError, match="counts until it is void"), scope(office.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE purchasing_ordermatch SET uncounted_on = %s", [office.today])
    assert [office.line(order, n).invoiced_quantity for n in (1, 2)] == [10, 4]
    assert office.state(order) == "closed"
    assert office.proved()
    void_bill(office.key(), bill=bill, on=office.today, reason="Not ours")
    assert (office.line(order).invoiced_quantity, office.state(order)) == (0, "received")
    assert office.proved()


def test_one_total_is_matched_with_all_that_came(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    bill = confirm_match(office.key(), bill=office.charged(("As delivered", 12_000)))
    approve(office, bill)
    assert office.state(order) == "closed"


def test_dearer_than_ordered_waits_for_somebody(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    bill = confirm_match(office.key(), bill=office.charged(("Gloves", 10_300), ("Masks", 2_000)))
    assert sentences(office, bill) == ["price"]
    with pytest.raises(Refusal, match=r"€3\.00 more than the €100\.00 that were agreed"):
        approve(office, bill)
    accept_difference(office.key(), bill=bill, reason="Announced in time")
    assert refused(lambda: accept_difference(office.key(), bill=bill, reason="Again")) == "nothing_differs"
    approve(office, bill)
    assert office.balances("payable") == [-14_637]


def test_within_tolerance_nobody_has_to_look(office: Buyer) -> None:
    office.set(price_percent=Decimal(2), price_minor=100, extra_minor=500)
    order = office.sent()
    office.came(order)
    bill = confirm_match(office.key(), bill=office.charged(("Gloves", 10_200), ("Masks", 2_000), ("Freight", 500)))
    assert sentences(office, bill) == []
    other = office.sent()
    office.came(other)
    bill = confirm_match(office.key(), bill=office.charged(("Gloves", 10_201), ("Masks", 2_000), ("Freight", 501), number="R-2"))
    assert sentences(office, bill) == ["price", "not_ordered"]


def test_what_did_not_come_is_never_accepted(office: Buyer) -> None:
    order = office.sent()
    bill = confirm_match(office.key(), bill=office.charged(*BOTH))
    assert sentences(office, bill) == ["not_received", "not_received"]
    office.came(order, (1, "8"), (2, "4"))
    assert sentences(office, bill) == ["quantity"]
    assert refused(lambda: accept_difference(office.key(), bill=bill, reason="Fine")) == "not_here"
    assert refused(lambda: approve(office, bill)) == "differs"
    claim_credit(office.key(), bill=bill, reason="Two boxes are missing")
    approve(office, bill)
    assert (office.line(order).invoiced_quantity, office.line(order).received_quantity) == (8, 8)
    with scope(office.company.pk):
        claim = MatchDecision.objects.visible_to(office.ctx).get()
    assert (claim.amount_minor, claim.missing_quantity, claim.state) == (2_000, 2, "claimed")
    credit = office.charged(("Gloves", 2_000), number="C-1", kind="credit_note")
    assert refused(lambda: settle_claim(office.key(), decision=claim, credit_note=bill)) == "no_credit_note"
    assert settle_claim(office.key(), decision=claim, credit_note=credit).state == "settled"
    approve(office, credit)
    assert office.line(order).invoiced_quantity == 8
    office.came(order)
    assert refused(lambda: drop_claim(office.key(), decision=claim, reason="No")) == "not_claimed"
    assert office.proved()


def test_a_decision_holds_for_what_it_was_made_for(office: Buyer) -> None:
    office.came(office.sent())
    bill = confirm_match(office.key(), bill=office.charged(("Gloves", 10_300), ("Masks", 2_000)))
    accept_difference(office.key(), bill=bill, reason="Announced")
    lines = [BillLineIn(account=office.goods, net=net, description=text) for text, net in (("Gloves", 10_900), ("Masks", 2_000))]
    change_bill(office.key(), bill=bill, lines=lines, number="R-1", billed_on=office.today, due_on=office.today)
    with scope(office.company.pk):
        assert not OrderMatch.objects.visible_to(office.ctx).exists()
    confirm_match(office.key(), bill=bill)
    assert sentences(office, bill) == ["price"]
    unmatch_bill(office.key(), bill=bill)
    assert refused(lambda: unmatch_bill(office.key(), bill=bill)) == "not_matched"


def test_by_hand(office: Buyer) -> None:
    order = office.sent()
    office.came(order)
    other = office.sent(supplier=office.lab)
    bill = office.charged(("Sundries", 5_000))
    foreign = MatchLineIn(1, office.line(other).pk, Decimal(1))
    assert refused(lambda: match_bill(office.key(), bill=bill, lines=[foreign])) == "other_order"
    assert refused(lambda: match_bill(office.key(), bill=bill, lines=[MatchLineIn(2, office.line(order).pk)])) == "no_line"
    match_bill(office.key(), bill=bill, lines=[MatchLineIn(1, office.line(order).pk, Decimal(5))])
    approve(office, bill)
    assert office.line(order).invoiced_quantity == 5
    assert refused(lambda: confirm_match(office.key(), bill=bill)) == "bill_not_waiting"


def test_what_went_back_is_credited(office: Buyer) -> None:
    order = office.sent()
    receipt = office.came(order)
    approve(office, confirm_match(office.key(), bill=office.charged(*BOTH)))
    assert refused(lambda: correct_receipt(office.key(), receipt=receipt, reason="Never came")) == "goods_receipt_not_billed"
    back(office, order, "3")
    assert (office.line(order).received_quantity, office.line(order).invoiced_quantity) == (7, 10)
    credit = confirm_match(office.key(), bill=office.charged(("Gloves", 3_000), number="C-1", kind="credit_note"))
    approve(office, credit)
    assert office.line(order).invoiced_quantity == 7
    assert office.proved()


def test_a_bill_is_not_approved_past_its_match(office: Buyer) -> None:
    """By SQL: an approved bill counts what it was matched with; what is billed is what came."""
    order = office.sent()
    office.came(order, (1, "5"))
    bill = match_bill(office.key(), bill=office.charged(("Gloves", 9_000)), lines=[MatchLineIn(1, office.line(order).pk, Decimal(9))])
    with scope(office.company.pk):
        match = OrderMatch.objects.visible_to(office.ctx).get()

    def attack(text: str, *values: object) -> None:
        with scope(office.company.pk), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(text, values)

    approved = "UPDATE payables_bill SET number = 'B-1', state = 'open', posted_on = %s, approved_by_id = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="approved with what it was matched with"):
        attack(approved, office.today, office.ctx.user.pk, bill.pk)
    with pytest.raises(IntegrityError, match="Only an approved bill counts"):
        attack("UPDATE purchasing_ordermatch SET counted_on = %s, counted_quantity = 9 WHERE id = %s", office.today, match.pk)
    counted = "; UPDATE purchasing_ordermatch SET counted_on = %s, counted_quantity = 9 WHERE id = %s"
    with pytest.raises(IntegrityError, match="No more of an order can be billed than came"):
        attack(approved + counted, office.today, office.ctx.user.pk, bill.pk, office.today, match.pk)
    with pytest.raises(IntegrityError, match="not deleted"):
        attack("DELETE FROM purchasing_orderline WHERE order_id = %s", order.pk)


def test_a_bill_that_fits_goes_through_by_itself(office: Buyer) -> None:
    office.set(alone_minor=20_000)
    order = office.sent()
    bill = confirm_match(office.key(), bill=office.charged(*BOTH))
    office.came(order)
    approve_what_waited(office.ctx, order.pk)
    fresh = office.fresh(bill)
    assert (fresh.state, fresh.approved_by.name) == ("open", "Enfilade")
    second = office.sent()
    late = confirm_match(office.key(), bill=office.charged(*BOTH, number="R-2"))
    approve_unattended(office.ctx, late.pk)
    assert office.state(late) == "draft"
    office.set(alone_minor=14_279)
    office.came(second)
    approve_what_waited(office.ctx, second.pk)
    assert office.state(late) == "draft"


def test_what_came_and_is_not_billed_is_posted_at_the_end_of_the_month(office: Buyer) -> None:
    month_before = office.today.replace(day=1)
    before = month_before - (office.days(1) - office.today)
    order = office.sent()
    with scope(office.company.pk):
        assert not_billed_on(office.ctx, before) == []
    office.came(order, (1, "10"), on=before)
    assert refused(lambda: accrue_not_billed(office.key(), through_on=office.days(40))) == "not_over"
    made = accrue_not_billed(office.key(), through_on=before)
    assert (made.total_minor, made.through_on) == (10_000, before)
    assert office.balances("goods", "accrued_expense") == [0, 0]
    assert refused(lambda: accrue_not_billed(office.key(), through_on=before)) == "nothing_due"
    office.came(order, (2, "4"), on=before)
    assert accrue_not_billed(office.key(), through_on=before).total_minor == 2_000
    bill = confirm_match(office.key(), bill=office.charged(("Gloves", 10_000), billed_on=before))
    approve_bill(office.key(), bill=bill, on=before)
    assert accrue_not_billed(office.key(), through_on=before).total_minor == -10_000
    assert office.balances("goods", "accrued_expense") == [10_000, 0]
    assert office.proved()


@pytest.mark.races
def test_what_came_is_billed_once(office: Buyer) -> None:
    """Four bills for the same ten boxes are approved at once: one of them is."""
    order = office.sent(OrderLineIn(text="Gloves", quantity=Decimal(10), price=1_000, account=office.goods))
    office.came(order)
    bills = [confirm_match(office.key(), bill=office.charged(("Gloves", 10_000), number=f"R-{n}")) for n in range(4)]
    found = race(4, lambda n: approve(office, bills[n]))
    assert sum(not isinstance(one, Exception) for one in found) == 1, found
    assert {one.code for one in found if isinstance(one, Exception)} <= {"differs", "order_line_invoiced_received", "busy"}
    assert office.line(order).invoiced_quantity == 10

"""From “I need” to what is on the shelf: requisitions, orders, the door, versions, receipts, returns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from enfilade.back.purchasing.commands import (
    AmendedLine,
    OrderLineIn,
    amend_order,
    approve_order,
    cancel_order,
    change_order,
    close_order,
    correct_receipt,
    decline_requisition,
    mark_order_sent,
    order_requisition,
    order_requisitions,
    receive_order,
    request_purchase,
    return_goods,
    withdraw_requisition,
)
from enfilade.back.purchasing.commands.receiving import ReceivedLine
from enfilade.back.purchasing.models import OrderVersion, Requisition
from enfilade.back.purchasing.printing import order_pdf
from enfilade.core.context import Refusal
from enfilade.core.models import Notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all

from .buyer import Buyer

pytestmark = pytest.mark.django_db(transaction=True)


def refused(run: Any) -> str:
    """The code with which a command refuses."""
    with pytest.raises(Refusal) as no:
        run()
    return no.value.code


def back(office: Buyer, order: Any, quantity: str, **more: Any) -> Any:
    """So much of the first line goes back."""
    lines = [ReceivedLine(office.line(order), Decimal(quantity))]
    return return_goods(office.key(), order=order, lines=lines, reason="Broken", on=office.today, **more)


def test_an_order_is_approved_sent_and_received_in_parts(office: Buyer) -> None:
    order = office.draft()
    assert (order.number, order.net_minor, order.tax_minor, order.version) == (None, 12_000, 2_280, 0)
    order = approve_order(office.key(), order=order)
    assert (order.number, order.version, order.state) == (f"PO-{office.today.year}-00001", 1, "approved")
    mark_order_sent(office.key(), order=order)
    office.came(order, (1, "6"), delivery_note="L 77")
    assert office.state(order) == "part_received"
    assert office.line(order).received_quantity == 6
    office.came(order)
    assert office.state(order) == "received"
    assert [office.line(order, n).received_quantity for n in (1, 2)] == [10, 4]
    assert refused(lambda: office.came(order)) == "nothing_awaited"
    assert office.proved()


def test_what_is_drawn_up_needs_everything_that_an_order_says(office: Buyer) -> None:
    assert refused(lambda: office.draft(OrderLineIn(text="", price=5))) == "what"
    assert refused(lambda: office.draft(OrderLineIn(text="Pens", quantity=Decimal(0), price=5))) == "no_quantity"
    assert refused(lambda: office.draft(OrderLineIn(item=office.gloves))) == "no_price"
    order = office.draft(OrderLineIn(text="Pens", price=5))
    assert refused(lambda: approve_order(office.key(), order=order)) == "what_for"
    office.sent(OrderLineIn(item=office.gloves, price=1_234, per=100, quantity=Decimal(250), account=office.goods))
    again = office.draft(OrderLineIn(item=office.gloves, quantity=Decimal(50)))
    line = office.line(again)
    assert (line.price_minor, line.per, line.net_minor) == (1_234, 100, 617)


def test_a_sent_order_changes_by_versions(office: Buyer) -> None:
    order = office.sent()
    assert refused(lambda: change_order(office.key(), order=order, lines=[OrderLineIn(text="X", price=1)])) == "amend_it"
    office.came(order, (1, "6"))
    lines = [AmendedLine(office.line(order), Decimal(5))]
    assert refused(lambda: amend_order(office.key(), order=order, lines=lines, reason="Less")) == "under_received"
    assert (
        refused(lambda: amend_order(office.key(), order=order, lines=[AmendedLine(office.line(order), Decimal(10))], reason="-"))
        == "nothing_changes"
    )
    freight = AmendedLine(None, Decimal(1), 2_000, text="Freight", account=office.rent)
    new = [AmendedLine(office.line(order), Decimal(6)), AmendedLine(office.line(order, 2), Decimal(8), price=450), freight]
    amended = amend_order(office.key(), order=order, lines=new, reason="More")
    assert (amended.version, amended.net_minor, amended.sent_version, amended.state) == (2, 6_000 + 3_600 + 2_000, 1, "part_received")
    with scope(office.company.pk):
        kept = list(OrderVersion.objects.visible_to(office.ctx).filter(order=order).order_by("number"))
    assert [len(version.content) for version in kept] == [2, 3]
    assert kept[0].content[0]["quantity"] == "10"
    with pytest.raises(IntegrityError, match="kept as a version"), scope(office.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE purchasing_purchaseorder SET version = 7 WHERE id = %s", [order.pk])


def test_more_than_ordered_comes_only_within_the_tolerance(office: Buyer) -> None:
    order = office.sent()
    assert refused(lambda: office.came(order, (1, "11"))) == "more_than_ordered"
    office.set(over_percent=Decimal(10))
    order = office.sent()
    office.came(order, (1, "11"))
    assert refused(lambda: office.came(order, (1, "0.5"))) == "more_than_ordered"
    other = [ReceivedLine(office.line(office.sent()), Decimal(1))]
    assert refused(lambda: receive_order(office.key(), order=order, lines=other, on=office.today)) == "no_line"
    assert refused(lambda: office.came(order, (2, "1"), (2, "1"))) == "line_twice"
    assert refused(lambda: office.came(order, (2, "1"), on=office.days(1))) == "in_future"


def test_returns_and_counter_receipts(office: Buyer) -> None:
    order = office.sent()
    receipt = office.came(order)
    assert refused(lambda: back(office, order, "11")) == "more_than_came"
    returned = back(office, order, "4")
    assert (office.line(order).received_quantity, office.state(order)) == (6, "part_received")
    correct_receipt(office.key(), receipt=returned, reason="It stayed here")
    assert (office.line(order).received_quantity, office.state(order)) == (10, "received")
    counter = correct_receipt(office.key(), receipt=receipt, reason="Another order")
    assert (office.line(order).received_quantity, office.state(order)) == (0, "sent")
    assert refused(lambda: correct_receipt(office.key(), receipt=receipt, reason="Again")) == "already_reversed"
    assert refused(lambda: correct_receipt(office.key(), receipt=counter, reason="No")) == "no_counter_of_counter"
    with pytest.raises(DatabaseError, match="permission denied"), scope(office.company.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE purchasing_receiptline SET quantity = 1 WHERE receipt_id = %s", [receipt.pk])
    with scope(office.company.pk):
        assert [finding for finding in verify_all(office.ctx) if finding.code.startswith(("order", "gap"))] == []


def test_orders_end(office: Buyer) -> None:
    order = office.sent()
    office.came(order, (1, "1"))
    assert refused(lambda: cancel_order(office.key(), order=order, reason="No")) == "came_in_part"
    assert close_order(office.key(), order=order, reason="Sold out").state == "closed"
    other = cancel_order(office.key(), order=office.sent(), reason="Too late")
    assert refused(lambda: receive_order(office.key(), order=other, on=office.today)) == "order_cancelled"


def test_what_somebody_needs_is_ordered_and_comes(office: Buyer) -> None:
    emma = make_ctx(office.company, "purchasing.request_purchase", "purchasing.view_requisition@own", name="Emma")
    one = request_purchase(emma, what="Printer paper, A4", quantity=Decimal(5), why="For the reports")
    two = request_purchase(make_ctx(office.company, "*"), what="Gloves", quantity=Decimal(3), item=office.gloves)
    with scope(office.company.pk):
        assert list(Requisition.objects.visible_to(emma)) == [one]
    assert refused(lambda: request_purchase(emma, what="Pens", quantity=Decimal(0))) == "no_quantity"
    ordered = order_requisition(office.key(), requisition=one, supplier=office.depot, price=400)
    order_requisition(office.key(), requisition=two, supplier=office.depot, price=1_000)
    order = ordered.order_line.order
    assert [office.line(order, n).quantity for n in (1, 2)] == [5, 3]
    assert refused(lambda: order_requisition(office.key(), requisition=one, supplier=office.depot, price=1)) == "already_ordered"
    lines = [OrderLineIn(text="Printer paper", quantity=Decimal(5), price=400, account=office.goods)]
    change_order(office.key(), order=order, lines=lines)
    assert (office.state(one), office.state(two)) == ("ordered", "open")
    office.came(approve_order(office.key(), order=order))
    with scope(office.company.pk):
        told = list(Notification.objects.filter(user=emma.user).order_by("pk").values_list("text", flat=True))
    assert [text[:30] for text in told] == ["Printer paper, A4 is being orde", "What you asked for came: PO-20"[:30]] or len(told) == 2
    assert decline_requisition(office.key(), requisition=two, reason="We have some").state == "declined"
    three = request_purchase(emma, what="A lamp")
    assert withdraw_requisition(emma, requisition=three).state == "withdrawn"


def test_several_requests_are_one_order(office: Buyer) -> None:
    office.sent()
    asked = [request_purchase(office.key(), what="Gloves", quantity=Decimal(n), item=office.gloves) for n in (2, 3)]
    order = order_requisitions(office.key(), requisitions=asked, supplier=office.depot)
    assert [(office.line(order, n).quantity, office.line(order, n).price_minor) for n in (1, 2)] == [(2, 1_000), (3, 1_000)]


def test_the_letter(office: Buyer) -> None:
    order = office.sent(wanted_on=office.days(9), note="Back door.")
    with scope(office.company.pk):
        assert order_pdf(office.ctx, order).startswith(b"%PDF")


@pytest.mark.races
def test_ten_boxes_come_once(office: Buyer) -> None:
    """Eight people take in three boxes each of ten that were ordered: three of them can."""
    order = office.sent()
    found = race(8, lambda _: office.came(order, (1, "3")))
    assert sum(not isinstance(one, Exception) for one in found) == 3
    assert all(isinstance(one, Refusal) for one in found if isinstance(one, Exception)), found
    assert office.line(order).received_quantity == 9

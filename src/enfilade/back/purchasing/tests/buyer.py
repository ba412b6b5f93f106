"""A company that orders from its suppliers: a buyer, somebody who needs things, a depot, and bills of what came."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from enfilade.back.payables.commands import BillLineIn, enter_bill
from enfilade.back.payables.models import Bill
from enfilade.back.payables.tests.office import Office
from enfilade.back.purchasing.commands import OrderLineIn, approve_order, draft_order, mark_order_sent, receive_order
from enfilade.back.purchasing.commands.receiving import ReceivedLine
from enfilade.back.purchasing.models import GoodsReceipt, OrderLine, PurchaseOrder, PurchasingSetting
from enfilade.back.purchasing.proof import differences
from enfilade.base.item.models import Item
from enfilade.core.scope import scope


class Buyer(Office):
    """`ctx` buys and enters bills, `boss` may everything too. The depot sells gloves at 10.00 and masks at 5.00 a box."""

    def __init__(self) -> None:
        super().__init__()
        self.depot = self.supplier("Dental Depot")
        with scope(self.company.pk):
            self.gloves = Item.objects.create(company=self.company, code="GLOVE", name="Gloves", kind="product", unit="XBX")

    def key(self) -> Any:
        """The buyer, with no key of a call before."""
        return replace(self.ctx, key="")

    def set(self, **more: Any) -> None:
        """Tolerances."""
        with scope(self.company.pk):
            PurchasingSetting.objects.update_or_create(company=self.company, defaults=more)

    def draft(self, *lines: OrderLineIn, **more: Any) -> PurchaseOrder:
        """An order over ten boxes of gloves and four of masks, if nothing else is said: 120.00 and 19 %."""
        wanted = list(lines) or [
            OrderLineIn(item=self.gloves, quantity=Decimal(10), price=1_000, account=self.goods),
            OrderLineIn(text="Masks", quantity=Decimal(4), price=500, account=self.goods),
        ]
        return draft_order(self.key(), supplier=more.pop("supplier", self.depot), lines=wanted, **more)

    def sent(self, *lines: OrderLineIn, **more: Any) -> PurchaseOrder:
        """The same, approved, and known to the supplier."""
        return mark_order_sent(self.key(), order=approve_order(self.key(), order=self.draft(*lines, **more)))

    def came(self, order: PurchaseOrder, *given: tuple[int, str], **more: Any) -> GoodsReceipt:
        """What came of an order: all of it, or (position, quantity) ..."""
        lines = [ReceivedLine(self.line(order, position), Decimal(quantity)) for position, quantity in given] or None
        return receive_order(self.key(), order=order, lines=lines, **{"on": self.today, **more})

    def charged(self, *lines: tuple[str, int], number: str = "R-1", **more: Any) -> Bill:
        """A bill of the depot that waits for approval: (words, net) ..."""
        wanted = [BillLineIn(account=self.goods, net=net, description=text) for text, net in lines]
        inputs = {"billed_on": self.today, "although_similar": True, **more}
        return enter_bill(self.key(), supplier=self.depot, number=number, lines=wanted, **inputs)

    def line(self, order: PurchaseOrder, position: int = 1) -> OrderLine:
        """A line of an order as it is now."""
        with scope(self.company.pk):
            return OrderLine.objects.visible_to(self.ctx).select_related("order").get(order=order, position=position)

    def state(self, row: Any) -> str:
        """The state of a record as it is now."""
        return str(self.fresh(row).state)

    def proved(self) -> bool:
        """Whether orders, receipts, bills and ledger say the same."""
        with scope(self.company.pk):
            return not differences(self.ctx)

"""Purchases of the demo company: what was ordered, what came of it, and what was billed of that; and what people need."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from enfilade.core.context import Held

from .demo_bills import approve

if TYPE_CHECKING:
    from .demo import Cast


def buy(cast: Cast) -> None:
    """One order is closed, the bill of another charges what did not come, one is awaited, and one waits for the owner."""
    cast.say("Ordering supplies")
    begun = cast.owner.now - timedelta(days=60)
    cast.do("owner", begun, "purchasing.add_purchasingsetting", over_percent="5", price_percent="2", price="2.00", extra="10.00")
    parties = {row.name: row.pk for row in cast.rows("party.party")}
    for one in cast.data["purchases"]:
        order = _order(cast, one, parties[one["supplier"]])
        keys = {row.position: row.pk for row in cast.rows("purchasing.orderline") if row.order_id == order.pk}
        for days, note, lines in one["came"]:
            at = cast.at(cast.owner.today - timedelta(days=days), 11, 40)
            given = [{"line": keys[position], "quantity": quantity} for position, quantity in lines]
            cast.do("desk", at, "purchasing.receive_order", order=order.pk, on=at.date(), delivery_note=note, lines=given or None)
        if "bill" in one:
            _bill(cast, one["bill"], parties[one["supplier"]])
    for want in cast.data["wants"]:
        at = cast.at(cast.owner.today - timedelta(days=want["days"]), 16, 20)
        cast.do(want["login"], at, "purchasing.request_purchase", what=want["what"], quantity=want["quantity"], why=want["why"])


def _order(cast: Cast, one: dict[str, Any], supplier: int) -> Any:
    """Drawn up by the bookkeeping and ordered; what is above its limit waits for the owner."""
    at = cast.at(cast.owner.today - timedelta(days=one["days"]), 9, 50)
    lines = [{"text": text, "quantity": quantity, "price": price} for text, quantity, price in one["lines"]]
    wanted = cast.owner.today + timedelta(days=one["wanted_days"]) if "wanted_days" in one else None
    order = cast.do("books", at, "purchasing.draft_order", supplier=supplier, lines=lines, wanted_on=wanted)
    try:
        cast.do("books", at, "purchasing.approve_order", order=order.pk)
    except Held:
        return order
    return cast.do("books", at + timedelta(minutes=5), "purchasing.mark_order_sent", order=order.pk)


def _bill(cast: Cast, one: dict[str, Any], supplier: int) -> None:
    """Entered and matched as proposed; approved where it fits."""
    day = cast.owner.today - timedelta(days=one["days"])
    at = cast.at(day, 9, 30)
    lines = [{"description": text, "net": net} for text, net in one["lines"]]
    bill = cast.do("books", at, "payables.enter_bill", supplier=supplier, number=one["number"], billed_on=day, lines=lines)
    cast.do("books", at, "purchasing.confirm_match", bill=bill.pk)
    if one["days"] > 7:
        approve(cast, bill, at + timedelta(minutes=10))

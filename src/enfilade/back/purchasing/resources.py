"""Lists, record pages, forms and API of purchasing."""

from __future__ import annotations

from enfilade.core.files import carries_file
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import closing, pages, panels, proving, reports, verify
from .models import (
    Accrual,
    AccrualLine,
    GoodsReceipt,
    MatchDecision,
    OrderLine,
    OrderMatch,
    OrderVersion,
    PurchaseOrder,
    PurchasingSetting,
    ReceiptLine,
    Requisition,
)

department("purchasing", "Purchasing", "shopping-cart", 24)
__all__ = [
    "AccrualLineResource",
    "AccrualResource",
    "MatchDecisionResource",
    "OrderLineResource",
    "OrderMatchResource",
    "OrderVersionResource",
    "PurchaseOrderResource",
    "PurchasingSettingResource",
    "ReceiptLineResource",
    "ReceiptResource",
    "RequisitionResource",
    "closing",
    "pages",
    "panels",
    "proving",
    "reports",
    "verify",
]


class RequisitionResource(Resource):
    """What people need, until a buyer ordered it."""

    model = Requisition
    columns = ("what", "quantity", "unit", "needed_on", "asked_by", "asked_at", "supplier", "state")
    filters = ("state", "asked_by", "supplier", "needed_on", "item")
    search = ("what", "why")
    facts = (
        "what", "item", "quantity", "unit", "needed_on", "why", "supplier", "dimensions", "asked_by", "asked_at", "order_line",
        "decided_by", "reason",
    )  # fmt: skip
    board = "state"
    calendar = "needed_on"
    verbs = ("request_purchase", "order_requisitions")
    icon = "hand-helping"
    order = 10
    empty = "Whatever you need: say it here in your own words, and whoever buys sees it."


class PurchaseOrderResource(Resource):
    """Orders to suppliers; amended by versions once they are approved."""

    model = PurchaseOrder
    columns = ("number", "supplier", "ordered_on", "wanted_on", "total_minor", "drawn_up_by", "state")
    filters = ("state", "supplier", "ordered_on", "wanted_on", "currency", "total_minor", "drawn_up_by", "approved_by")
    search = ("number", "supplier__name", "their_reference", "note")
    facts = (
        "supplier", "ordered_on", "wanted_on", "net_minor", "tax_minor", "total_minor", "currency", "term_days", "their_reference",
        "deliver_to", "version", "sent_version", "sent_at", "drawn_up_by", "approved_by", "approved_at", "note", "closed_on", "reason",
    )  # fmt: skip
    lines = {
        "lines": (
            "position", "text", "quantity", "unit", "price_minor", "per", "net_minor", "received_quantity", "invoiced_quantity",
            "wanted_on", "account",
        )
    }  # fmt: skip
    board = "state"
    calendar = "wanted_on"
    charts = ("state", "supplier", "ordered_on")
    verbs = ("draft_order",)
    icon = "shopping-cart"
    order = 20
    empty = "Draw up the first order: from whom, what, how many, at which price. Once approved it goes out by e-mail."


class ReceiptResource(Resource):
    """What came and what went back."""

    model = GoodsReceipt
    columns = ("number", "on", "order", "order__supplier", "kind", "delivery_note", "received_by")
    filters = ("kind", "on", "order", "received_by")
    search = ("number", "delivery_note", "order__number", "order__supplier__name")
    facts = ("order", "kind", "on", "delivery_note", "file", "note", "reverses", "received_by", "received_at")
    lines = {"lines": ("order_line", "quantity")}
    calendar = "on"
    icon = "package-check"
    order = 30
    empty = "What comes is taken in on its order, with one click where all of it is there."


class MatchDecisionResource(Resource):
    """Differences that were accepted, and credit notes that suppliers owe."""

    model = MatchDecision
    columns = ("bill_line__bill", "bill_line", "kind", "amount_minor", "missing_quantity", "reason", "decided_by", "state")
    filters = ("state", "kind", "decided_by")
    search = ("reason",)
    facts = (
        "bill_line", "kind", "amount_minor", "over_minor", "missing_quantity", "reason", "decided_by", "decided_at", "credit_note",
    )  # fmt: skip
    icon = "scale"
    order = 50
    empty = "Where a bill differs from what was ordered and came, what was decided about it stands here."


class AccrualResource(Resource):
    """What came and was not billed at the ends of months."""

    model = Accrual
    columns = ("through_on", "total_minor", "made_by", "made_at")
    filters = ("through_on",)
    lines = {"lines": ("order_line", "quantity", "amount_minor")}
    verbs = ("accrue_not_billed",)
    icon = "calendar-clock"
    order = 60
    empty = "At the end of a month: the cost of what came and was not billed yet. It is taken back by itself on the day after."


class PurchasingSettingResource(Resource):
    """How much may differ before a person looks at it."""

    model = PurchasingSetting
    columns = ("over_percent", "price_percent", "price_minor", "extra_minor", "alone_minor")
    fields = ("over_percent", "price_percent", "price_minor", "extra_minor", "alone_minor")
    icon = "sliders-horizontal"
    order = 70
    empty = "Without tolerances nothing may differ, and every bill is approved by a person."


class OrderLineResource(Resource):
    """Lines of orders: shown on them, and searchable through the API."""

    model = OrderLine
    columns = ("order", "position", "text", "item", "quantity", "price_minor", "received_quantity", "invoiced_quantity", "wanted_on")
    filters = ("order", "order__supplier", "item", "account", "wanted_on")
    search = ("text", "order__number", "order__supplier__name")
    menu = False


class OrderVersionResource(Resource):
    """Orders as they were approved and amended."""

    model = OrderVersion
    columns = ("order", "number", "total_minor", "reason", "made_by", "made_at")
    filters = ("order", "made_by")
    menu = False


class ReceiptLineResource(Resource):
    """What came of which line."""

    model = ReceiptLine
    columns = ("receipt", "order_line", "quantity")
    filters = ("receipt", "order_line")
    menu = False


class OrderMatchResource(Resource):
    """Which lines of bills are for which lines of orders."""

    model = OrderMatch
    columns = ("bill_line__bill", "bill_line", "order_line", "quantity", "counted_quantity", "counted_on", "uncounted_on")
    filters = ("bill_line", "order_line", "counted_on")
    menu = False


class AccrualLineResource(Resource):
    """What of an accrual is for which line of an order."""

    model = AccrualLine
    columns = ("accrual", "order_line", "quantity", "amount_minor")
    filters = ("accrual", "order_line")
    menu = False


carries_file(GoodsReceipt, "purchasing.view_goodsreceipt")

"""Tables: settings, requisitions, orders with lines and versions, receipts, matches with bills, and accruals."""

from .accrual import Accrual, AccrualLine
from .matching import LineMatch, MatchDecision
from .order import OrderLine, OrderVersion, PurchaseOrder
from .receipt import Receipt, ReceiptLine
from .requisition import Requisition
from .setting import PurchasingSetting

__all__ = [
    "Accrual",
    "AccrualLine",
    "LineMatch",
    "MatchDecision",
    "OrderLine",
    "OrderVersion",
    "PurchaseOrder",
    "PurchasingSetting",
    "Receipt",
    "ReceiptLine",
    "Requisition",
]

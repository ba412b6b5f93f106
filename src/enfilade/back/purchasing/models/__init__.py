"""Tables: settings, requisitions, orders with lines and versions, receipts, matches with bills, and accruals."""

from .accrual import Accrual, AccrualLine
from .matching import MatchDecision, OrderMatch
from .order import OrderLine, OrderVersion, PurchaseOrder
from .receipt import GoodsReceipt, ReceiptLine
from .requisition import Requisition
from .setting import PurchasingSetting

__all__ = [
    "Accrual",
    "AccrualLine",
    "GoodsReceipt",
    "MatchDecision",
    "OrderLine",
    "OrderMatch",
    "OrderVersion",
    "PurchaseOrder",
    "PurchasingSetting",
    "ReceiptLine",
    "Requisition",
]

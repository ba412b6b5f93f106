"""Tables: bills and their lines, terms and accounts of suppliers, runs and their orders, payments and what they settled."""

from .bill import Bill, BillLine
from .payment import Settlement, SupplierPayment
from .run import OrderPart, PaymentOrder, PaymentRun
from .set_off import SetOff
from .supplier import SupplierAccount, SupplierTerms

__all__ = [
    "Bill",
    "BillLine",
    "OrderPart",
    "PaymentOrder",
    "PaymentRun",
    "SetOff",
    "Settlement",
    "SupplierAccount",
    "SupplierPayment",
    "SupplierTerms",
]

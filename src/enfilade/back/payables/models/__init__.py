"""Tables: bills and their lines, terms and accounts of suppliers, runs and their orders, payments and what they settled and withheld."""

from .bill import Bill, BillLine
from .payment import Settlement, SupplierPayment
from .run import OrderPart, PaymentOrder, PaymentRun
from .set_off import SetOff
from .supplier import SupplierAccount, SupplierTerms
from .withholding import BillWithholding, SupplierWithholding, WithholdingCertificate, WithholdingReturn, WithholdingReturnLine

__all__ = [
    "Bill",
    "BillLine",
    "BillWithholding",
    "OrderPart",
    "PaymentOrder",
    "PaymentRun",
    "SetOff",
    "Settlement",
    "SupplierAccount",
    "SupplierPayment",
    "SupplierTerms",
    "SupplierWithholding",
    "WithholdingCertificate",
    "WithholdingReturn",
    "WithholdingReturnLine",
]

"""Tables: bills and their lines, terms and accounts of suppliers, runs and their orders, payments and what they settled and withheld."""

from .bill import Bill, BillLine
from .originator import AchOriginator
from .payment import Settlement, SupplierPayment
from .run import OrderPart, PaymentOrder, PaymentRun
from .set_off import SetOff
from .supplier import Scheme, SupplierAccount, SupplierTerms
from .withholding import BillWithholding, SupplierWithholding, WithholdingCertificate, WithholdingReturn, WithholdingReturnLine

__all__ = [
    "AchOriginator",
    "Bill",
    "BillLine",
    "BillWithholding",
    "OrderPart",
    "PaymentOrder",
    "PaymentRun",
    "Scheme",
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

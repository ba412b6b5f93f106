"""Tables: charges, invoices, advances, payments, deposits, write-offs, drawers, letterheads, proofs, terms, tax withheld."""

from .advance import AdvancePlan
from .allocation import Allocation
from .charge import Charge
from .deposit import Deposit, DepositUse
from .drawer import DrawerSession
from .invoice import Invoice, InvoiceLine, InvoiceWord
from .letterhead import Letterhead
from .payment import Payment
from .supply_proof import SupplyProof
from .terms import CustomerTerms, Discount, Instalment, PaymentTerms
from .withholding import CustomerWithholding, WithheldProof
from .write_off import WriteOff

__all__ = [
    "AdvancePlan",
    "Allocation",
    "Charge",
    "CustomerTerms",
    "CustomerWithholding",
    "Deposit",
    "DepositUse",
    "Discount",
    "DrawerSession",
    "Instalment",
    "Invoice",
    "InvoiceLine",
    "InvoiceWord",
    "Letterhead",
    "Payment",
    "PaymentTerms",
    "SupplyProof",
    "WithheldProof",
    "WriteOff",
]

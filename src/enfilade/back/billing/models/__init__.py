"""Tables: charges, invoices, advances, payments, their allocation, write-offs, drawer sessions, letterheads, proofs of supply, terms."""

from .advance import AdvancePlan
from .allocation import Allocation
from .charge import Charge
from .drawer import DrawerSession
from .invoice import Invoice, InvoiceLine, InvoiceWord
from .letterhead import Letterhead
from .payment import Payment
from .supply_proof import SupplyProof
from .terms import CustomerTerms, Discount, Instalment, PaymentTerms
from .write_off import WriteOff

__all__ = [
    "AdvancePlan",
    "Allocation",
    "Charge",
    "CustomerTerms",
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
    "WriteOff",
]

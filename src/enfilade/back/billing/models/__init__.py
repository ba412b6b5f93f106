"""Tables: charges, invoices with lines, payments, their allocation, write-offs, drawer sessions, the letterhead, proofs of supply."""

from .allocation import Allocation
from .charge import Charge
from .drawer import DrawerSession
from .invoice import Invoice, InvoiceLine, InvoiceWord
from .letterhead import Letterhead
from .payment import Payment
from .supply_proof import SupplyProof
from .write_off import WriteOff

__all__ = [
    "Allocation",
    "Charge",
    "DrawerSession",
    "Invoice",
    "InvoiceLine",
    "InvoiceWord",
    "Letterhead",
    "Payment",
    "SupplyProof",
    "WriteOff",
]

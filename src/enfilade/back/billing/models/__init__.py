"""Tables: charges, invoices with lines, payments, drawer sessions."""

from .charge import Charge
from .drawer import DrawerSession
from .invoice import Invoice, InvoiceLine
from .payment import Payment

__all__ = ["Charge", "DrawerSession", "Invoice", "InvoiceLine", "Payment"]

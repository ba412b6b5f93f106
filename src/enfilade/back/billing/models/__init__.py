"""Tables: charges, invoices with lines, payments, drawer sessions, the letterhead."""

from .charge import Charge
from .drawer import DrawerSession
from .invoice import Invoice, InvoiceLine, InvoiceWord
from .letterhead import Letterhead
from .payment import Payment

__all__ = ["Charge", "DrawerSession", "Invoice", "InvoiceLine", "InvoiceWord", "Letterhead", "Payment"]

"""Tables: how customers want e-invoices, those that were made, and those that came in."""

from .incoming import IncomingInvoice
from .outgoing import EInvoice, EInvoiceWish

__all__ = ["EInvoice", "EInvoiceWish", "IncomingInvoice"]

"""What billing does: charges, invoices and credit notes, payments and refunds, drawers."""

from .charges import add_charge, give_discount, waive_charge
from .credit import credit_invoice
from .drafts import InvoiceLineIn, change_draft, draft_invoice, void_draft
from .drawers import CashCount, close_drawer, open_drawer
from .invoices import invoice_charges, issue_invoice
from .issuing import issue_invoices
from .mailing import email_invoice, encloses
from .payments import refund_payment, take_payment, take_transfer

__all__ = [
    "CashCount",
    "InvoiceLineIn",
    "add_charge",
    "change_draft",
    "close_drawer",
    "credit_invoice",
    "draft_invoice",
    "email_invoice",
    "encloses",
    "give_discount",
    "invoice_charges",
    "issue_invoice",
    "issue_invoices",
    "open_drawer",
    "refund_payment",
    "take_payment",
    "take_transfer",
    "void_draft",
    "waive_charge",
]

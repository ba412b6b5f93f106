"""What billing does: charges, invoices and credit notes, payments, their allocation and refunds, write-offs, drawers."""

from .advances import ask_advance, deduct_advances, leave_out_advance
from .allocating import InvoicePart, allocate_payment, receive_payment, receive_transfer, release_allocation
from .charges import add_charge, give_discount, overrule_tax, waive_charge
from .credit import credit_invoice
from .deposits import keep_deposit, return_deposit, take_deposit, undo_deposit_use, void_deposit
from .drafts import InvoiceLineIn, change_draft, draft_invoice, void_draft
from .drawers import CashCount, close_drawer, open_drawer
from .invoices import invoice_charges, issue_invoice
from .issuing import issue_invoices
from .mailing import email_invoice, encloses
from .payments import refund_payment, take_payment, take_transfer, void_transfer
from .supply_proofs import note_supply_proof
from .telling import email_statement, email_statements
from .terms import TermsPart, divide_terms
from .withholding import note_withheld_proof, set_off_withheld, take_withheld, void_withheld
from .writing_off import allow_discount, reverse_write_off, write_off

__all__ = [
    "CashCount",
    "InvoiceLineIn",
    "InvoicePart",
    "TermsPart",
    "add_charge",
    "allocate_payment",
    "allow_discount",
    "ask_advance",
    "change_draft",
    "close_drawer",
    "credit_invoice",
    "deduct_advances",
    "divide_terms",
    "draft_invoice",
    "email_invoice",
    "email_statement",
    "email_statements",
    "encloses",
    "give_discount",
    "invoice_charges",
    "issue_invoice",
    "issue_invoices",
    "keep_deposit",
    "leave_out_advance",
    "note_supply_proof",
    "note_withheld_proof",
    "open_drawer",
    "overrule_tax",
    "receive_payment",
    "receive_transfer",
    "refund_payment",
    "release_allocation",
    "return_deposit",
    "reverse_write_off",
    "set_off_withheld",
    "take_deposit",
    "take_payment",
    "take_transfer",
    "take_withheld",
    "undo_deposit_use",
    "void_deposit",
    "void_draft",
    "void_transfer",
    "void_withheld",
    "waive_charge",
    "write_off",
]

"""What payables does: bills, accounts of suppliers, payment runs, payments, credit notes, tax that is withheld."""

from .accounts import confirm_account, end_account, enter_account, enter_us_account
from .ach import set_ach_originator
from .approval import approve_bill, void_bill
from .bills import LineFor, attach_file, change_bill, discard_bill, enter_bill, say_what_for, say_what_lines_were_for
from .declaring import declare_withholding
from .lines import BillLineIn
from .matching import BillPart, match_bills
from .paying import pay_bill, reverse_payment, use_credit
from .refunds import pay_out_credit, pay_out_deposit
from .runs import cancel_run, make_run, mark_sent, release_run, take_out
from .setting_off import BillShare, InvoiceShare, match_both, set_off, undo_set_off
from .together import pay_together
from .withholding import overrule_withholding, remind_of_certificate

__all__ = [
    "BillLineIn",
    "BillPart",
    "BillShare",
    "InvoiceShare",
    "LineFor",
    "approve_bill",
    "attach_file",
    "cancel_run",
    "change_bill",
    "confirm_account",
    "declare_withholding",
    "discard_bill",
    "end_account",
    "enter_account",
    "enter_bill",
    "enter_us_account",
    "make_run",
    "mark_sent",
    "match_bills",
    "match_both",
    "overrule_withholding",
    "pay_bill",
    "pay_out_credit",
    "pay_out_deposit",
    "pay_together",
    "release_run",
    "remind_of_certificate",
    "reverse_payment",
    "say_what_for",
    "say_what_lines_were_for",
    "set_ach_originator",
    "set_off",
    "take_out",
    "undo_set_off",
    "use_credit",
    "void_bill",
]

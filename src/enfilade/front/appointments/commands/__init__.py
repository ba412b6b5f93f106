"""What can be done with appointments, in the order of a visit."""

from .booking import book_visit, cancel_visit, mark_no_show, move_visit
from .leaving import check_out
from .mailing import confirm_visit, remind_visit
from .prescribing import confirm_prescription, send_prescription, withdraw_prescription
from .visiting import HandedIn, ServiceDone, add_services, call_in, check_in, finish_treatment, undo_call_in, undo_check_in
from .waiting import visit_of_offer, wait_for_earlier, wait_for_visit

__all__ = [
    "HandedIn",
    "ServiceDone",
    "add_services",
    "book_visit",
    "call_in",
    "cancel_visit",
    "check_in",
    "check_out",
    "confirm_prescription",
    "confirm_visit",
    "finish_treatment",
    "mark_no_show",
    "move_visit",
    "remind_visit",
    "send_prescription",
    "undo_call_in",
    "undo_check_in",
    "visit_of_offer",
    "wait_for_earlier",
    "wait_for_visit",
    "withdraw_prescription",
]

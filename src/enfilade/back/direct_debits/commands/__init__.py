"""What direct debits do: the creditor, mandates, collection runs, what the bank credits, and what comes back."""

from .mandates import amend_mandate, end_mandate, prepare_mandate, resume_mandate, set_creditor, sign_mandate, suspend_mandate
from .returns import read_returns, refuse_collection, return_collection
from .runs import cancel_run, make_run, mark_sent, note_told, release_run, take_out, tell_payers

__all__ = [
    "amend_mandate",
    "cancel_run",
    "end_mandate",
    "make_run",
    "mark_sent",
    "note_told",
    "prepare_mandate",
    "read_returns",
    "refuse_collection",
    "release_run",
    "resume_mandate",
    "return_collection",
    "set_creditor",
    "sign_mandate",
    "suspend_mandate",
    "take_out",
    "tell_payers",
]

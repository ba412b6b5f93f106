"""What can be done with cases."""

from .answering import add_note, answer_case, close_case, reopen_case, tell_party
from .opening import open_case
from .passing import accept_case, hand_over_case, recall_case, return_case, take_case
from .timing import park_case, remind_case, resume_case, set_due

__all__ = [
    "accept_case",
    "add_note",
    "answer_case",
    "close_case",
    "hand_over_case",
    "open_case",
    "park_case",
    "recall_case",
    "remind_case",
    "reopen_case",
    "resume_case",
    "return_case",
    "set_due",
    "take_case",
    "tell_party",
]

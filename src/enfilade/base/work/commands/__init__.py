"""What can be done with cases."""

from .answering import add_note, answer_case, close_case, reopen_case, tell_party
from .escalating import escalate_case
from .opening import open_case
from .passing import accept_case, hand_over_case, recall_case, return_case, take_case, take_next
from .people import end_absence, note_absence, remove_absence
from .timing import park_case, remind_case, resume_case, set_due

__all__ = [
    "accept_case",
    "add_note",
    "answer_case",
    "close_case",
    "end_absence",
    "escalate_case",
    "hand_over_case",
    "note_absence",
    "open_case",
    "park_case",
    "recall_case",
    "remind_case",
    "remove_absence",
    "reopen_case",
    "resume_case",
    "return_case",
    "set_due",
    "take_case",
    "take_next",
    "tell_party",
]

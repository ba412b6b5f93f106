"""What can be done with cases."""

from .answering import add_note, answer_case, close_case, reopen_case, tell_party
from .escalating import escalate_case
from .joining import merge_cases, split_case
from .opening import open_case
from .passing import accept_case, hand_over_case, recall_case, return_case, take_case, take_next
from .people import end_absence, note_absence, remove_absence
from .steps import add_checklist, add_step, assign_step, drop_step, finish_step, open_from_template, undo_step
from .times import correct_time, discard_timer, record_time, start_timer, stop_timer, take_back_time
from .timing import park_case, remind_case, resume_case, set_due

__all__ = [
    "accept_case",
    "add_checklist",
    "add_note",
    "add_step",
    "answer_case",
    "assign_step",
    "close_case",
    "correct_time",
    "discard_timer",
    "drop_step",
    "end_absence",
    "escalate_case",
    "finish_step",
    "hand_over_case",
    "merge_cases",
    "note_absence",
    "open_case",
    "open_from_template",
    "park_case",
    "recall_case",
    "record_time",
    "remind_case",
    "remove_absence",
    "reopen_case",
    "resume_case",
    "return_case",
    "set_due",
    "split_case",
    "start_timer",
    "stop_timer",
    "take_back_time",
    "take_case",
    "take_next",
    "tell_party",
    "undo_step",
]

"""Verbs of reception: the answer book, contacts, and what leaves the desk."""

from .answers import add_answer, answer_question, assign_question, drop_question, publish_answer_version, retire_answer
from .calls import (
    answer_from_book,
    book_in_call,
    identify_caller,
    log_call,
    miss_call,
    note_question,
    open_call,
    ring_desk,
    screen_call,
    settle_call,
    take_call,
    take_over_call,
)
from .facts import add_payrate
from .handing import (
    answer_employee,
    ask_employee_question,
    end_interruption,
    interrupt_person,
    make_call_back,
    promise_call_back,
    route_call,
    take_complaint,
    tell_answer,
)
from .messages import read_message, take_message

__all__ = [
    "add_answer",
    "add_payrate",
    "answer_employee",
    "answer_from_book",
    "answer_question",
    "ask_employee_question",
    "assign_question",
    "book_in_call",
    "drop_question",
    "end_interruption",
    "identify_caller",
    "interrupt_person",
    "log_call",
    "make_call_back",
    "miss_call",
    "note_question",
    "open_call",
    "promise_call_back",
    "publish_answer_version",
    "read_message",
    "retire_answer",
    "ring_desk",
    "route_call",
    "screen_call",
    "settle_call",
    "take_call",
    "take_complaint",
    "take_message",
    "take_over_call",
    "tell_answer",
]

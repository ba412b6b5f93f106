"""Named reads of reception: the answer book, live values, calls and the day."""

from .answers import Entry, answer_by_key, book, find_answers, version_in_force
from .calls import Caller, caller_of, calls_between, last_contacts, open_call_with, people, recognise
from .live_values import LIVE_VALUES, LiveValue, Shown, live_value, render, unknown_value

__all__ = [
    "LIVE_VALUES",
    "Caller",
    "Entry",
    "LiveValue",
    "Shown",
    "answer_by_key",
    "book",
    "caller_of",
    "calls_between",
    "find_answers",
    "last_contacts",
    "live_value",
    "open_call_with",
    "people",
    "recognise",
    "render",
    "unknown_value",
    "version_in_force",
]

"""What kinds of cases there are, and which may not be without a time; `routing` says to whom a case goes. Pure functions."""

from __future__ import annotations

from datetime import datetime, timedelta

KINDS = {
    "call": "Call",
    "inquiry": "Inquiry",
    "complaint": "Complaint",
    "question": "Question",
    "request": "Request",
    "task": "Task",
    "follow_up": "Follow-up",
    "call_back": "Call-back",
    "message": "Message",
}
# These are promises to somebody: without a time they would be forgotten. The minutes count where neither a person nor a rule says more.
PROMISED_MIN = {"follow_up": 24 * 60, "call_back": 2 * 60, "complaint": 2 * 24 * 60}
# What somebody outside or at the counter began; the rest begins inside.
FROM_OUTSIDE = {"call", "inquiry", "complaint", "call_back", "message", "question", "request"}
PRIORITIES = ("urgent", "high", "normal", "low")
UNFINISHED = ("open", "offered", "accepted", "waiting")


def due_for(kind: str, opened_at: datetime, asked: datetime | None, due_min: int | None) -> datetime | None:
    """When a case is due: what was asked for, else what its rule says, else what its kind promises; None for kinds that may wait."""
    minutes = due_min if due_min is not None else PROMISED_MIN.get(kind)
    return asked or (opened_at + timedelta(minutes=minutes) if minutes is not None else None)


def is_overdue(state: str, due_at: datetime | None, now: datetime, *, owes_answer: bool = False) -> bool:
    """Whether a case should have been done by now. owes_answer: it is answered, but who asked has not been told."""
    return due_at is not None and due_at < now and (state in UNFINISHED or (state == "answered" and owes_answer))

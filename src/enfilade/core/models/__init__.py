"""Tables of core: companies and people, audit, and what the engines work with."""

from .audit import AuditEntry, AuditSubject, EventEntry
from .changes import AuditSeal, RowChange
from .company import Company, Department, Membership, Role, User
from .importing import ImportBatch, ImportRow
from .record import Record, RecordQuerySet
from .token import ApiToken
from .working import Counter, HeldCommand, Notification, SavedView, StoredFile

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "AuditSubject",
    "Company",
    "Counter",
    "Department",
    "EventEntry",
    "HeldCommand",
    "ImportBatch",
    "ImportRow",
    "Membership",
    "Notification",
    "Record",
    "RecordQuerySet",
    "Role",
    "RowChange",
    "SavedView",
    "StoredFile",
    "User",
]

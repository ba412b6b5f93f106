"""Tables of core: companies and people, audit, and what the engines work with."""

from .audit import AuditEntry, AuditSubject, EventEntry
from .bulk import BulkRun
from .changes import AuditSeal, RowChange
from .company import Company, Department, Membership, Role, User
from .importing import ImportBatch, ImportRow, WaitingRows
from .push import PushDevice
from .record import Record, RecordQuerySet, company_of_part
from .signin import Elevation, Identity, Passkey, RecoveryCode, SignIn, SignInEvent, TotpDevice
from .token import ApiToken
from .words import SearchWord, kept_words, word_of
from .working import Counter, ErasedFile, FileScan, HeldCommand, ListChoice, Notification, NotificationChoice, SavedView, StoredFile

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "AuditSubject",
    "BulkRun",
    "Company",
    "Counter",
    "Department",
    "Elevation",
    "ErasedFile",
    "EventEntry",
    "FileScan",
    "HeldCommand",
    "Identity",
    "ImportBatch",
    "ImportRow",
    "ListChoice",
    "Membership",
    "Notification",
    "NotificationChoice",
    "Passkey",
    "PushDevice",
    "Record",
    "RecordQuerySet",
    "RecoveryCode",
    "Role",
    "RowChange",
    "SavedView",
    "SearchWord",
    "SignIn",
    "SignInEvent",
    "StoredFile",
    "TotpDevice",
    "User",
    "WaitingRows",
    "company_of_part",
    "kept_words",
    "word_of",
]

"""Contact files in: vCard 2.1, 3.0, 4.0, xCard, and CSV of Google, Outlook, Thunderbird and our own. Pure functions over bytes."""

from .column_names import EXPORT_COLUMNS
from .contacts import AddressDraft, ContactDraft, ContactPointDraft, Parsed, Photo, Problem
from .contacts_csv import read_contacts_csv
from .detect import detect, read_contacts
from .vcard import read_vcards
from .xcard import read_xcards

__all__ = [
    "EXPORT_COLUMNS",
    "AddressDraft",
    "ContactDraft",
    "ContactPointDraft",
    "Parsed",
    "Photo",
    "Problem",
    "detect",
    "read_contacts",
    "read_contacts_csv",
    "read_vcards",
    "read_xcards",
]

"""Tables: the chart and what came from elsewhere; opening balances; what comes again or waits; years of accounts."""

from .chart import AccountName, AccountPurpose, JournalFile
from .opening import OpeningBalance
from .recurring import Deferral, EntryTemplate, PlannedEntry, RecurringEntry, RecurringPosting, TemplateLine
from .year import ClosingMark, ClosingTask, FiscalYear

__all__ = [
    "AccountName",
    "AccountPurpose",
    "ClosingMark",
    "ClosingTask",
    "Deferral",
    "EntryTemplate",
    "FiscalYear",
    "JournalFile",
    "OpeningBalance",
    "PlannedEntry",
    "RecurringEntry",
    "RecurringPosting",
    "TemplateLine",
]

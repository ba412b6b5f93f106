"""Tables: the chart, what came from elsewhere, rules of dimensions; opening balances; what comes again or waits; years of accounts."""

from .chart import AccountName, AccountPurpose, JournalFile
from .division import DimensionRule
from .opening import OpeningBalance
from .recurring import Deferral, EntryTemplate, PlannedEntry, RecurringEntry, RecurringPosting, TemplateLine
from .year import ClosingMark, ClosingTask, FiscalYear

__all__ = [
    "AccountName",
    "AccountPurpose",
    "ClosingMark",
    "ClosingTask",
    "Deferral",
    "DimensionRule",
    "EntryTemplate",
    "FiscalYear",
    "JournalFile",
    "OpeningBalance",
    "PlannedEntry",
    "RecurringEntry",
    "RecurringPosting",
    "TemplateLine",
]

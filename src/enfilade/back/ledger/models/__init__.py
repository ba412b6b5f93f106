"""Tables: the chart and what came from elsewhere; opening balances; years of accounts and how they are closed."""

from .chart import AccountName, AccountPurpose, JournalFile
from .opening import OpeningBalance
from .year import ClosingMark, ClosingTask, FiscalYear

__all__ = ["AccountName", "AccountPurpose", "ClosingMark", "ClosingTask", "FiscalYear", "JournalFile", "OpeningBalance"]

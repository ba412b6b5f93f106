"""Tables: accounts at banks, what came from the bank, and what it was matched with."""

from .account import BankAccount
from .layout import CsvLayout
from .match import LineMatch, MatchRule
from .statement import BankFile, Statement, StatementLine

__all__ = ["BankAccount", "BankFile", "CsvLayout", "LineMatch", "MatchRule", "Statement", "StatementLine"]

"""Tables: accounts at banks, what came from the bank, and what it was matched with."""

from .account import BankAccount
from .match import LineMatch, MatchRule
from .statement import BankFile, Statement, StatementLine

__all__ = ["BankAccount", "BankFile", "LineMatch", "MatchRule", "Statement", "StatementLine"]

"""Journals of beancount.

Read: transactions with one account and amount a line, one of them left out; assertions of balances. What says nothing about amounts
(open, close, note, document, event, price, query, custom, option, plugin) is passed over. Refused with the line: costs and prices of
postings, pad, files that are named in the file. Source: beancount language syntax, version 3.
"""

from __future__ import annotations

import re

from enfilade.core.textvalues import Fault, day, minor, words

from .found import Check, FoundEntry, FoundJournal, FoundPosting, require_own
from .lines import LineReading

_DATED = re.compile(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})\s+(\S+)\s*(.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ACCOUNT = r"[A-Z\u0080-\U0010ffff][\w-]*(?::[A-Z0-9\u0080-\U0010ffff][\w-]*)+"
_POSTING = re.compile(rf"^\s+(?:[*!&#?%PSTCURM]\s+)?({_ACCOUNT})(?:\s+([^;]+?))?\s*(?:;.*)?$")
_AMOUNT = re.compile(r"^([-+]?)\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([A-Z][A-Z0-9'._-]*)$")
_META = re.compile(r"^\s+([a-z][\w-]*):\s*(.*)$")
_QUIET = {"open", "close", "commodity", "note", "document", "event", "price", "query", "custom"}
_TOP = re.compile(r"^(?:option|plugin|pushtag|poptag|pushmeta|popmeta)\b")


def is_bean(text: str) -> bool:
    """Whether a text has a transaction with its text in quotes, or opens an account."""
    return bool(re.search(rf'^\d{{4}}[-/]\d\d?[-/]\d\d?\s+(?:open\s+{_ACCOUNT}|(?:[*!]|txn)\s*(?:"|$))', text, re.MULTILINE))


def read_bean(data: bytes, region: str, currency: str) -> FoundJournal:
    """All entries of a file; nothing where one of them can't be read."""
    return _Reading(data, region, currency).found()


class _Reading(LineReading):
    format = "beancount"

    def take(self, at: int, line: str) -> None:
        if not line.strip() or line.lstrip().startswith(";"):
            if not line.strip():
                self.end_entry()
        elif line[0] in " \t":
            if self.entry is not None:
                self._inside(at, line)
        else:
            self.end_entry()
            self._top(at, line)

    def _top(self, at: int, line: str) -> None:
        if line.startswith("include"):
            raise Fault(at, "", "Another file is named here; bring the files together first.")
        dated = _DATED.match(line)
        if dated is None:
            # Headings of an outline and the like are passed over, as beancount does.
            if line[0].isalpha() and not _TOP.match(line):
                raise Fault(at, "", f"“{words(line, 40)}” is not understood.")
            return
        on, what, rest = dated.groups()
        if what in _QUIET:
            return
        year, month, of_month = re.split("[-/]", on)
        when = day(f"{year}-{int(month):02}-{int(of_month):02}", at, "")
        if what in ("*", "!", "txn") or re.fullmatch("[&#?%PSTCURM]", what):
            texts = [re.sub(r"\\(.)", r"\1", found) for found in _STRING.findall(rest)]
            self.entry = FoundEntry(at, when, words(" | ".join(filter(None, texts))) or "Journal entry")
        elif what == "balance":
            self._balance(at, when, rest)
        elif what == "pad":
            raise Fault(at, "pad", "An amount that follows from a balance is not read; write the entry out.")
        else:
            raise Fault(at, "", f"“{words(what, 40)}” is not understood.")

    def _balance(self, at: int, on: str, rest: str) -> None:
        account, _, amount = rest.partition(" ")
        amount = re.sub(r"~\s*[\d.,]+", "", amount.partition(";")[0]).strip()
        self.made.checks.append(Check(at, on, account, self._amount(amount, at), below=True, begins=True))

    def _inside(self, at: int, line: str) -> None:
        assert self.entry is not None  # noqa: S101 - only called inside an entry
        if meta := _META.match(line):
            if meta[1] == "dimensions" and self.entry.postings:
                self.entry.postings[-1].dimensions = words(meta[2].strip().strip('"'), 200)
            return
        if line.lstrip()[0] in "#^":
            return
        found = _POSTING.match(line)
        if found is None:
            raise Fault(at, "", f"“{words(line, 40)}” is no posting.")
        amount = self._amount(found[2], at) if found[2] else None
        self.entry.postings.append(FoundPosting(at, found[1], amount))

    def _amount(self, text: str, at: int) -> int:
        if any(sign in text for sign in "@{"):
            raise Fault(at, "", "Prices and lots are not read: the ledger keeps one currency.")
        found = _AMOUNT.match(text.strip())
        if found is None:
            raise Fault(at, "", f"“{words(text, 30)}” is no amount.")
        require_own(found[3], self.currency, at)
        return minor(found[1] + found[2].replace(",", ""), self.currency, at, "")

"""Journals of beancount.

Read: transactions with one account and amount a line, one of them left out; amounts in foreign currencies with their cost in braces, their
price (`@`, `@@`) or neither; assertions of balances. What says nothing about amounts (open, close, note, document, event, price, query,
custom, option, plugin) is passed over. Refused with the line: shares and goods, lots whose cost is to be found, pad, files that are named.
Source: beancount language syntax, version 3; of cost and price the cost is what a posting weighs.
"""

from __future__ import annotations

import re
from decimal import Decimal

from enfilade.core.textvalues import Fault, day, minor, words

from .found import Check, FoundEntry, FoundJournal, FoundPosting, foreign_currency, require_own, worth_of_price
from .lines import LineReading

_DATED = re.compile(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})\s+(\S+)\s*(.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ACCOUNT = r"[A-Z\u0080-\U0010ffff][\w-]*(?::[A-Z0-9\u0080-\U0010ffff][\w-]*)+"
_POSTING = re.compile(rf"^\s+(?:[*!&#?%PSTCURM]\s+)?({_ACCOUNT})(?:\s+([^;]+?))?\s*(?:;.*)?$")
_AMOUNT = re.compile(r"^([-+]?)\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([A-Z][A-Z0-9'._-]*)$")
_COST = re.compile(r"^(?P<amount>[^@{}]*)(?:\{\{(?P<whole_lot>[^{}@]*)\}\}|\{(?P<lot>[^{}@]*)\})?\s*(?:(?P<at>@@?)(?P<price>[^@{}]*))?$")
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
        currency, held = self._amount(amount, at)
        self.made.checks.append(Check(at, on, account, held, below=True, begins=True, currency=currency))

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
        posting = FoundPosting(at, found[1], None)
        if found[2]:
            self._take_amount(posting, found[2])
        self.entry.postings.append(posting)

    def _take_amount(self, posting: FoundPosting, text: str) -> None:
        """An amount, and what it weighs."""
        at, found = posting.line, _COST.match(text.strip())
        if found is None:
            raise Fault(at, "", f"“{words(text, 30)}” has a cost that is not understood.")
        currency, amount = self._amount(found["amount"].strip(), at)
        lot = found["lot"] if found["whole_lot"] is None else found["whole_lot"]
        said = next((part.strip() for part in lot.split(",") if _AMOUNT.match(part.strip())), "") if lot is not None else found["price"]
        if lot is not None and not said:
            raise Fault(at, "", "A lot whose cost is to be found is not read; write its cost into the braces.")
        if said is None:
            posting.currency, posting.quantity_minor = currency, amount if currency else 0
            posting.amount_minor = None if currency else amount
            return
        self._weigh(posting, currency, amount, said.strip(), whole=found["whole_lot"] is not None or (lot is None and found["at"] == "@@"))

    def _weigh(self, posting: FoundPosting, currency: str, amount: int, said: str, *, whole: bool) -> None:
        assert self.entry is not None  # noqa: S101 - only called inside an entry
        at, (unit, price) = posting.line, self._number(said, posting.line)
        if currency:
            require_own(unit, self.currency, at)
        of, by = (currency, self.currency) if currency else (self.currency, foreign_currency(unit, self.currency, at))
        weight = amount
        if by:
            weight = minor(str(abs(price)), by, at, "") if whole else worth_of_price(abs(amount), of, abs(price), by)
            weight = weight if amount > 0 else -weight
        if currency:
            posting.currency, posting.quantity_minor, posting.amount_minor, posting.by_price = currency, amount, weight, not whole
            return
        posting.amount_minor = amount
        if by:
            self.entry.weights[by] = self.entry.weights.get(by, 0) + weight

    def _amount(self, text: str, at: int) -> tuple[str, int]:
        """The foreign currency of an amount, "" for the ledger's own, and its minor units."""
        unit, number = self._number(text, at)
        currency = foreign_currency(unit, self.currency, at)
        return currency, minor(str(number), currency or self.currency, at, "")

    def _number(self, text: str, at: int) -> tuple[str, Decimal]:
        found = _AMOUNT.match(text)
        if found is None:
            raise Fault(at, "", f"“{words(text, 30)}” is no amount.")
        return found[3], Decimal(found[1] + found[2].replace(",", ""))

"""Journals of hledger and Ledger.

Read: transactions with one account and amount a line, one of them left out; amounts in foreign currencies, with their cost (`@`, `@@`, or a
lot in braces) or without; codes, comments, assertions of balances, directives that change nothing here. Refused with the line: shares and
goods, virtual postings, what is added automatically, files that are named in the file.
Source: hledger manual 1.25, "Journal format".
"""

from __future__ import annotations

import re
from decimal import Decimal

from enfilade.core.textvalues import Amounts, Fault, day, minor, words

from .found import Check, FoundEntry, FoundJournal, FoundPosting, foreign_currency, require_own, worth_of_price
from .lines import LineReading

_DATE = r"(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2}"
_HEAD = re.compile(rf"^({_DATE})(?:=\S+)?(?:\s+[*!])?(?:\s+\(([^)]*)\))?(?:\s+([^;]*))?(?:;.*)?$")
_POSTING = re.compile(r"^\s+(?:[*!]\s+)?(\S(?:[^\t;]*?[^\s;])?)(?:(?:\s{2,}|\t\s*)([^;\s][^;]*))?\s*(?:;(.*))?$")
_COMMODITY = r'"[^"]+"|[^\d\s;@={}()\[\]+\-.,"\']+'
_AMOUNT = re.compile(rf"^([-+]?)\s*({_COMMODITY})?\s*([-+]?)\s*(\d[\d.,' ]*|[.,]\d+)\s*({_COMMODITY})?$")
_COST = re.compile(r"^(?P<amount>[^@{}]*)(?:\{\{(?P<whole_lot>[^{}@]*)\}\}|\{=?(?P<lot>[^{}@]*)\})?\s*(?:(?P<at>@@?)(?P<price>[^@{}]*))?$")
_TAG = re.compile(r"\bdimensions:\s*([^,]*)")
_TYPE = re.compile(r"\btype:\s*([A-Za-z]+)")
_KINDS = (
    {"A": "asset", "C": "asset", "L": "liability", "E": "equity", "V": "equity", "R": "income", "X": "expense"}
    | {name: name.lower() for name in ("Asset", "Liability", "Equity", "Expense")}
    | {"Cash": "asset", "Revenue": "income", "Conversion": "equity"}
)
_QUIET = re.compile(r"^(?:commodity|payee|tag|P|D|decimal-mark|account|Y|year|apply year|apply tag|N)\b|^Y\d")
_YEAR = re.compile(r"^(?:apply year|year|Y)\s*(\d{4})\s*$")
_BLOCK = {"comment": "end comment", "test": "end test"}
_FORBIDDEN = {
    "include": "Another file is named here; bring the files together first (hledger print).",
    "=": "What is added automatically is not read; write it out first (hledger print --auto).",
    "alias": "Other names for accounts are not read; write them out first (hledger print).",
    "apply account": "A common part of accounts is not read; write it out first (hledger print).",
}


def is_plain(text: str) -> bool:
    """Whether a text has a transaction: a date at the beginning of a line, and a line of an account under it."""
    return bool(re.search(rf"^{_DATE}(?:=\S+)?(?:[ \t][^\"\n]*)?\n(?:[ \t]+;[^\n]*\n)*[ \t]+\S", text, re.MULTILINE))


def read_plain(data: bytes, region: str, currency: str) -> FoundJournal:
    """All entries of a file; nothing where one of them can't be read."""
    return _Reading(data, region, currency).found()


class _Reading(LineReading):
    format, infers = "hledger", True

    def __init__(self, data: bytes, region: str, currency: str) -> None:
        super().__init__(data, region, currency)
        mark = re.search(r"^decimal-mark\s+([.,])", self.text, re.MULTILINE)
        self.amounts = Amounts((figures for line in self.lines if (figures := _figures(line))), currency)
        self.amounts.mark = mark[1] if mark else self.amounts.mark
        self.year = ""
        # The line that ends what is passed over, while that lasts.
        self.ends = ""
        self.planned_count = 0

    def end_of_file(self) -> None:
        if self.ends:
            self.problems.add(len(self.lines), "", f"“{self.ends}” is missing.", refused=True)
        if self.planned_count:
            self.problems.add(1, "", f"{self.planned_count} entries that are only planned (~) were left out.")

    def take(self, at: int, line: str) -> None:
        if self.ends:
            self.ends = "" if line.strip() == self.ends else self.ends
        elif not line or line[0] in ";#*%|":
            if not line:
                self.end_entry()
        elif line[0] in " \t":
            if line.strip()[:1] not in ("", ";") and self.entry is not None:
                self._posting(at, line)
        else:
            self.end_entry()
            self._top(at, line)

    def _top(self, at: int, line: str) -> None:
        if head := _HEAD.match(line):
            texts = " ".join(part for part in (f"({head[2]})" if head[2] else "", head[3] or "") if part)
            entry = FoundEntry(at, self._day(head[1], at), words(texts) or "Journal entry")
            self.entry = entry
        elif line.strip() in _BLOCK:
            self.ends = _BLOCK[line.strip()]
        elif line[0] == "~":
            self.planned_count += 1
        elif sentence := next((said for name, said in _FORBIDDEN.items() if line.startswith(name)), ""):
            raise Fault(at, "", sentence)
        elif line.startswith("account "):
            self._account(line)
        elif year := _YEAR.match(line):
            self.year = year[1]
        elif not _QUIET.match(line) and not line.startswith(("end", "!", "@")):
            raise Fault(at, "", f"“{words(line, 40)}” is not understood.")

    def _account(self, line: str) -> None:
        name, _, comment = line.removeprefix("account ").partition(";")
        if (kind := _TYPE.search(comment)) and (known := _KINDS.get(kind[1])):
            self.made.kinds[name.strip()] = known

    def _day(self, text: str, at: int) -> str:
        parts = re.split(r"[-/.]", text)
        if len(parts) == 2:
            if not self.year:
                raise Fault(at, "", "This date has no year.")
            parts = [self.year, *parts]
        return day(f"{parts[0]}-{int(parts[1]):02}-{int(parts[2]):02}", at, "")

    def _posting(self, at: int, line: str) -> None:
        assert self.entry is not None  # noqa: S101 - only called inside an entry
        found = _POSTING.match(line)
        if found is None:
            raise Fault(at, "", f"“{words(line, 40)}” is no posting.")
        account, amount, comment = found[1], (found[2] or "").strip(), found[3] or ""
        if account[0] in "([":
            raise Fault(at, "", "Postings in brackets are not part of double entry and are not read.")
        amount, _, claim = amount.partition("=")
        if claim and not amount.strip():
            raise Fault(at, "", "An amount that follows from a balance is not read; write it out.")
        if claim:
            below = claim.lstrip("=").startswith("*")
            currency, held = self._amount(claim.lstrip("=*").strip(), at)
            self.made.checks.append(Check(at, self.entry.on, account, held, below=below, currency=currency))
        tag = _TAG.search(comment)
        dimensions = words(tag[1], 200) if tag else ""
        posting = FoundPosting(at, account, None, "" if tag else words(comment, 200), dimensions)
        if amount.strip():
            self._take_amount(posting, amount.strip())
        self.entry.postings.append(posting)

    def _take_amount(self, posting: FoundPosting, text: str) -> None:
        """An amount, and what it is worth where its cost is said."""
        at, found = posting.line, _COST.match(text)
        if found is None or sum(found[name] is not None for name in ("lot", "whole_lot", "price")) > 1:
            raise Fault(at, "", f"“{words(text, 30)}” has a cost that is not understood; say it once.")
        currency, amount = self._amount(found["amount"].strip(), at)
        said = found["lot"] or found["whole_lot"] or found["price"]
        if said is None:
            posting.currency, posting.quantity_minor = currency, amount if currency else 0
            posting.amount_minor = None if currency else amount
            return
        whole = found["whole_lot"] is not None or found["at"] == "@@"
        unit, price = self._number(said.strip(), at)
        if not currency:
            self._stand_for(posting, amount, foreign_currency(unit, self.currency, at), price, whole=whole)
            return
        require_own(unit, self.currency, at)
        posting.currency, posting.quantity_minor, posting.by_price = currency, amount, not whole
        worth = minor(str(abs(price)), self.currency, at, "") if whole else worth_of_price(abs(amount), currency, abs(price), self.currency)
        posting.amount_minor = worth if amount > 0 else -worth

    def _stand_for(self, posting: FoundPosting, amount: int, currency: str, price: Decimal, *, whole: bool) -> None:
        """An amount in the ledger's own currency whose cost is said in a foreign one, of which another line has so much."""
        assert self.entry is not None  # noqa: S101 - only called inside an entry
        posting.amount_minor = amount
        if currency:
            weight = (
                minor(str(abs(price)), currency, posting.line, "")
                if whole
                else worth_of_price(abs(amount), self.currency, abs(price), currency)
            )
            self.entry.weights[currency] = self.entry.weights.get(currency, 0) + (weight if amount > 0 else -weight)

    def _amount(self, text: str, at: int) -> tuple[str, int]:
        """The foreign currency of an amount, "" for the ledger's own, and its minor units."""
        unit, number = self._number(text, at)
        currency = foreign_currency(unit, self.currency, at)
        return currency, minor(str(number), currency or self.currency, at, "")

    def _number(self, text: str, at: int) -> tuple[str, Decimal]:
        found = _AMOUNT.match(text)
        if found is None:
            raise Fault(at, "", f"“{words(text, 30)}” is no amount.")
        sign = "-" if "-" in (found[1], found[3]) else ""
        return found[2] or found[5] or "", Decimal(sign + self.amounts.read(found[4].replace(" ", ""), at, ""))


def _figures(line: str) -> str:
    """The amount of a posting, for the mark of decimals to be told by."""
    if not line.startswith((" ", "\t")) or not (found := _POSTING.match(line)) or not found[2]:
        return ""
    amount = _AMOUNT.match(re.split("[={@]", found[2], maxsplit=1)[0].strip())
    return amount[4].strip() if amount else ""

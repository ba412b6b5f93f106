"""Journals in a CSV file or a workbook: a row is one line of an entry.

Rows of one number are an entry; where there is no column of numbers, an entry ends where its rows sum to zero.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from enfilade.core.tabular import Row, Table, read_table
from enfilade.core.textfile import Problems
from enfilade.core.textvalues import Amounts, Days, Fault, minor, say, told, words

from .found import ENTRIES_MAX, FoundEntry, FoundJournal, FoundPosting, foreign_currency, refused, settle

_USUAL: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("usual_columns.toml").read_text())
_SIGNS = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.casefold())


def columns_of(header: Sequence[str], more: Mapping[str, Sequence[str]] | None = None) -> dict[str, int]:
    """Which column is what, by usual names. more: further names of fields, beside those of journals."""
    names = {_plain(name): at for at, name in reversed(list(enumerate(header)))}
    known = {**_USUAL, **{field: [*_USUAL.get(field, ()), *own] for field, own in (more or {}).items()}}
    return {field: at for field, usual in known.items() if (at := next((names[n] for n in usual if n in names), None)) is not None}


def read_columns(data: bytes, region: str, currency: str) -> FoundJournal:
    """All entries of a table; nothing where one of them can't be read."""
    table = read_table(data, region=region, recognise=lambda header: len(columns_of(header)))
    if not table.header:
        return refused(table.problems[0].line, table.problems[0].sentence)
    at = columns_of(table.header)
    if not {"on", "account"} <= at.keys() or not ({"amount"} <= at.keys() or {"debit", "credit"} <= at.keys()):
        return refused(
            table.header_line, "A journal has columns for date, account, and amount or debit and credit; this file lacks one of them."
        )
    return _Reading(table, at, region, currency).found()


class _Reading:
    """One table."""

    def __init__(self, table: Table, at: dict[str, int], region: str, currency: str) -> None:
        self.table, self.at, self.currency, self.problems = table, at, currency, Problems()
        self.rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
        self.days = Days((self.cell(row, "on") for row in self.rows), region)
        self.amounts = Amounts((self.cell(row, name) for row in self.rows for name in ("amount", "debit", "credit")), currency)

    def cell(self, row: Row, name: str) -> str:
        at = self.at.get(name, -1)
        return self.table.text_of(row.cells[at]).strip() if 0 <= at < len(row.cells) else ""

    def found(self) -> FoundJournal:
        made = FoundJournal("CSV" if self.table.kind == "csv" else "workbook")
        for problem in self.table.problems:
            self.problems.add(problem.line, problem.field, problem.sentence, refused=problem.refused)
        if self.days.guess:
            self.problems.add(self.table.header_line, self.table.header[self.at["on"]], self.days.guess)
        for rows in self._entries():
            try:
                entry = self._entry(rows)
                settle(entry)
            except Fault as fault:
                say(self.problems, fault)
                continue
            if entry.postings:
                made.entries.append(entry)
        if len(made.entries) > ENTRIES_MAX:
            self.problems.add(1, "", f"There are more than {ENTRIES_MAX} entries in this file. Split it into smaller ones.", refused=True)
        made.problems = told(self.problems.listed())
        return made

    def _entries(self) -> list[list[Row]]:
        """The rows of each entry."""
        if "number" in self.at:
            return [list(rows) for _, rows in groupby(self.rows, key=lambda row: self.cell(row, "number"))]
        found: list[list[Row]] = []
        held: list[Row] = []
        for row in self.rows:
            held.append(row)
            try:
                whole = not any(self._sums(held).values())
            except Fault:
                whole = False
            if whole:
                found.append(held)
                held = []
        return [*found, held] if held else found

    def _sums(self, rows: list[Row]) -> dict[str, int]:
        """What rows sum to in each currency in which their amounts are."""
        sums: dict[str, int] = defaultdict(int)
        for row in rows:
            abroad = "" if "foreign" in self.at else foreign_currency(self.cell(row, "currency"), self.currency, row.line)
            sums[abroad] += self._amount(row, abroad)
        return sums

    def _entry(self, rows: list[Row]) -> FoundEntry:
        first = rows[0]
        days = {self.days.read(self.cell(row, "on"), row.line, self._name("on")) for row in rows if self.cell(row, "on")}
        if len(days) != 1:
            raise Fault(first.line, self._name("on"), "The lines of this entry are not of one day." if days else "There is no date.")
        text = next((said for row in rows if (said := self.cell(row, "text"))), "")
        return FoundEntry(first.line, days.pop(), words(text) or "Journal entry", [self._posting(row) for row in rows])

    def _posting(self, row: Row) -> FoundPosting:
        account = words(self.cell(row, "account"), 200)
        if not account:
            raise Fault(row.line, self._name("account"), "There is no account.")
        abroad = foreign_currency(self.cell(row, "currency"), self.currency, row.line)
        posting = FoundPosting(row.line, account, None, words(self.cell(row, "text"), 200), words(self.cell(row, "dimensions"), 200))
        if not abroad:
            posting.amount_minor = self._amount(row)
        elif "foreign" not in self.at:
            posting.currency, posting.quantity_minor = abroad, self._amount(row, abroad)
        else:
            # Debit and credit are in the ledger's own currency then, and the amount in the foreign one may have no sign.
            worth, quantity = self._amount(row), self._minor(row, "foreign", abroad)
            posting.currency, posting.amount_minor = abroad, worth
            posting.quantity_minor = -abs(quantity) if worth < 0 else abs(quantity) if worth > 0 else quantity
        return posting

    def _amount(self, row: Row, currency: str = "") -> int:
        if "amount" in self.at:
            return self._minor(row, "amount", currency)
        debit, credit = (self._minor(row, name, currency) if self.cell(row, name) else 0 for name in ("debit", "credit"))
        return debit - credit

    def _minor(self, row: Row, name: str, currency: str = "") -> int:
        read = self.amounts.read(self.cell(row, name), row.line, self._name(name))
        return minor(read, currency or self.currency, row.line, self._name(name))

    def _name(self, field: str) -> str:
        return self.table.header[self.at[field]] if field in self.at else field

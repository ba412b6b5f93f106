"""Movements in a CSV file or a workbook: by a layout that a person described, else by names of columns that are usual.

What makes a row a movement is its date and its amount, in one column with a sign or in two without one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from enfilade.core.tabular import SEPARATORS, Row, Table, read_table
from enfilade.core.textfile import Problems, decode
from enfilade.core.textvalues import Amounts, Days, Fault, currency, minor, say, told, words

from .found import Found, FoundLine, FoundStatement, Hints, Layout, number, refused

_USUAL: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("usual_columns.toml").read_text())
_NO_STATEMENT = "This is no statement of a bank that is known here: camt.053, MT940, OFX, QIF, BAI2 and CSV are read."
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ê": "e", "à": "a"})
_SIGNS = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.casefold().translate(_FOLD))


def guess_layout(header: Sequence[str]) -> Layout | None:
    """The layout that usual names of columns make; None where date or amount is not among them."""
    names = {_plain(name): name for name in reversed(header) if name.strip()}
    found: dict[str, Any] = {field: next((names[plain] for plain in usual if plain in names), "") for field, usual in _USUAL.items()}
    # One word means the currency at some banks and the value date at others; beside an account of one currency it is the date.
    if found["currency"] == found["value_on"]:
        found["currency"] = ""
    if found["reference"] == found["purpose"]:
        found["reference"] = ""
    if found["amount"]:
        found["debit"] = found["credit"] = ""
    if not found["booked_on"] or not (found["amount"] or (found["debit"] and found["credit"])):
        return None
    return Layout(**found)


def read_columns(data: bytes, hints: Hints) -> Found:
    """The movements of a table as one statement; with balances where a column says what the account held after each."""
    if not data.startswith(b"PK") and not any(separator in decode(data)[:4_096] for separator in SEPARATORS):
        return refused(1, _NO_STATEMENT)
    table = read_table(data, region=hints.region, recognise=lambda header: _known(header, hints))
    if not table.header:
        return Found(problems=told(table.problems))
    fitting = [layout for layout in hints.layouts if set(layout.columns) <= set(table.header)]
    layout = max(fitting, key=lambda one: len(one.columns), default=None) or guess_layout(table.header)
    if layout is None:
        seen = ", ".join(words(name, 40) for name in table.header[:20] if name.strip())
        return refused(table.header_line, f"It is not known which of these columns is what: {seen}. Describe them once under CSV layouts.")
    return _Reading(table, layout, hints).found()


def _known(header: Sequence[str], hints: Hints) -> int:
    """How many of these names are known: by a layout, or as usual ones."""
    usual = {plain for names in _USUAL.values() for plain in names}
    mine = {name for layout in hints.layouts for name in layout.columns}
    return sum(1 for name in header if name in mine or _plain(name) in usual)


class _Reading:
    """One table under one layout."""

    def __init__(self, table: Table, layout: Layout, hints: Hints) -> None:
        self.table, self.layout, self.problems = table, layout, Problems()
        self.at = {name: table.header.index(name) for name in layout.columns}
        codes = {code for row in table.rows if len(code := self.cell(row, layout.currency)) == 3}
        self.currency = codes.pop().upper() if len(codes) == 1 else hints.currency
        self.several = bool(codes)
        self.rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
        self.days = Days((self.cell(row, layout.booked_on) for row in self.rows), hints.region)
        money = (layout.amount, layout.debit, layout.credit, layout.balance)
        self.amounts = Amounts((self.cell(row, name) for row in self.rows for name in money), self.currency)

    def cell(self, row: Row, name: str) -> str:
        at = self.at[name] if name else -1
        return self.table.text_of(row.cells[at]).strip() if 0 <= at < len(row.cells) else ""

    def found(self) -> Found:
        made = Found("workbook" if self.table.kind == "workbook" else "CSV", problems=told(self.table.problems))
        if self.several:
            made.problems += refused(self.table.header_line, "There are several currencies in this file; an account has one.").problems
            return made
        if self.days.guess:
            self.problems.add(self.table.header_line, self.layout.booked_on, self.days.guess)
        lines = []
        for row in self.rows:
            try:
                lines.append((self._line(row), self._balance(row)))
            except Fault as fault:
                say(self.problems, fault)
        if not self.rows:
            self.problems.add(self.table.header_line, "", "There is no movement in this file.", refused=True)
        if lines:
            made.statements = [self._statement(lines)]
        made.problems += told(self.problems.listed())
        return made

    def _line(self, row: Row) -> FoundLine:
        layout = self.layout
        booked = self.days.read(self.cell(row, layout.booked_on), row.line, layout.booked_on)
        value = self.cell(row, layout.value_on)
        return FoundLine(
            line=row.line,
            booked_on=booked,
            value_on=self.days.read(value, row.line, layout.value_on) if value else booked,
            amount_minor=self._amount(row),
            name=words(self.cell(row, layout.name), 140),
            iban=number(self.cell(row, layout.iban)),
            bic=number(self.cell(row, layout.bic))[:20],
            reference=words(self.cell(row, layout.reference), 200),
            purpose=words(self.cell(row, layout.purpose)),
            bank_reference=words(self.cell(row, layout.bank_reference), 60),
        )

    def _minor(self, row: Row, name: str) -> int:
        return minor(self.amounts.read(self.cell(row, name), row.line, name), currency(self.currency, row.line, name), row.line, name)

    def _amount(self, row: Row) -> int:
        layout = self.layout
        if layout.amount:
            value = self._minor(row, layout.amount)
            return -value if layout.flipped else value
        given = [name for name in (layout.credit, layout.debit) if self.cell(row, name)]
        if not given:
            raise Fault(row.line, layout.debit, "There is no amount.")
        came = self._minor(row, layout.credit) if layout.credit in given else 0
        # Some banks write a minus into the column of what went out, others don't.
        went = abs(self._minor(row, layout.debit)) if layout.debit in given else 0
        return came - went

    def _balance(self, row: Row) -> int | None:
        return self._minor(row, self.layout.balance) if self.layout.balance and self.cell(row, self.layout.balance) else None

    def _statement(self, lines: list[tuple[FoundLine, int | None]]) -> FoundStatement:
        """In the order of time. Balances count where each is the one before with the line."""
        for turned in (lines, lines[::-1]):
            held = [balance for _, balance in turned]
            if None not in held and all(one[1] + two[0].amount_minor == two[1] for one, two in pairwise(turned)):  # type: ignore[operator]
                first, last = turned[0], turned[-1]
                opening: int | None = first[1] - first[0].amount_minor  # type: ignore[operator]
                closing, rows = last[1], [line for line, _ in turned]
                break
        else:
            opening = closing = None
            rows = sorted((line for line, _ in lines), key=lambda line: line.booked_on)
            if self.layout.balance:
                sentence = "The balances of this column do not follow from the lines; they were not used."
                self.problems.add(self.table.header_line, self.layout.balance, sentence)
        end = max(line.booked_on for line in rows)
        base = FoundStatement(self.table.header_line, "", self.currency, end, None, None, end, rows)
        return replace(base, opening_minor=opening, closing_minor=closing)

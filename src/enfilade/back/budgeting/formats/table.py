"""Budgets in a CSV file or a workbook: a row is an account over the months, or an account in one month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.tabular import Row, Table, read_table
from enfilade.core.textfile import Problem, Problems, refusal
from enfilade.core.textvalues import Amounts, Fault, minor, say, told, words
from enfilade.core.workbook import is_workbook

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
_THIS = "enfilade.back.budgeting.formats.table"
_USUAL = {
    "account": ("account", "accountcode", "konto", "kontonummer", "compte"),
    "value": ("value", "dimension", "dimensionvalue", "costcentre", "costcenter", "kostenstelle", "dimensionswert"),
    "month": ("month", "monat", "mois", "period", "periode"),
    "amount": ("amount", "budget", "betrag", "montant"),
}
_SIGNS = re.compile(r"[\W_]+")
_MONTH = re.compile(r"^(?:(\d{4})-(0[1-9]|1[0-2])(?:-\d\d)?(?: 00:00:00)?|(?:month|monat)?[ _]?(0?[1-9]|1[0-2]))$")


@dataclass(slots=True)
class FoundRow:
    """A row of the file. amounts: month, as 2026-03 or as its place in the year, -> amount in minor units."""

    line: int
    account: str
    value: str = ""
    amounts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class FoundBudget:
    """A file as read."""

    rows: list[FoundRow] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_budget(data: bytes, region: str, currency: str) -> FoundBudget:
    """Every row of a file from outside, and what is wrong with it; never an exception, whatever the bytes."""
    if not is_workbook(data) and (fault := refusal(data, "a table")):
        return FoundBudget(problems=told([fault]))
    answered = read_apart(_THIS, data, SECONDS_MAX, region, currency)
    if answered is None:
        return _refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return FoundBudget([FoundRow(**row) for row in answered["rows"]], answered["problems"])


def _refused(line: int, sentence: str) -> FoundBudget:
    return FoundBudget(problems=told([Problem(line, "", sentence, refused=True)]))


def month_of(text: str) -> str:
    """A month as 2026-03, or as its place in the year; "" for a text that is none."""
    found = _MONTH.match(text.strip().casefold())
    if found is None:
        return ""
    return f"{found[1]}-{found[2]}" if found[1] else str(int(found[3]))


def read(data: bytes, region: str, currency: str) -> dict[str, Any]:
    """In the process: the rows of the table."""
    table = read_table(data, region=region, recognise=lambda header: len(_columns(header)) + len(_months(header)))
    if not table.header:
        return asdict(_refused(table.problems[0].line, table.problems[0].sentence))
    at, months = _columns(table.header), _months(table.header)
    if "account" not in at or not (months or {"month", "amount"} <= at.keys()):
        return asdict(_refused(table.header_line, "A budget has a column for account, and one for each month or for month and amount."))
    return asdict(_rows(table, at, months, currency))


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = {_SIGNS.sub("", name.casefold()): at for at, name in reversed(list(enumerate(header)))}
    return {what: at for what, usual in _USUAL.items() if (at := next((names[n] for n in usual if n in names), None)) is not None}


def _months(header: Sequence[str]) -> dict[int, str]:
    """Columns that are months, by place."""
    return {at: month for at, name in enumerate(header) if (month := month_of(name))}


def _rows(table: Table, at: dict[str, int], months: dict[int, str], currency: str) -> FoundBudget:
    rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
    problems, found = Problems(), FoundBudget()
    for problem in table.problems:
        problems.add(problem.line, problem.field, problem.sentence, refused=problem.refused)
    places = list(months) or [at["amount"]]

    def cell(row: Row, place: int) -> str:
        return table.text_of(row.cells[place]).strip() if 0 <= place < len(row.cells) else ""

    amounts = Amounts((cell(row, place) for row in rows for place in places), currency)
    for row in rows:
        try:
            account = words(cell(row, at["account"]), 20)
            if not account:
                raise Fault(row.line, table.header[at["account"]], "There is no account.")
            planned: dict[str, int] = {}
            for place in places:
                name, text = table.header[place], cell(row, place)
                month = months.get(place) or month_of(cell(row, at["month"]))
                if not month:
                    raise Fault(row.line, table.header[at["month"]], "There is no month; write 2026-01, or 1 to 12.")
                if text:
                    planned[month] = minor(amounts.read(text, row.line, name), currency, row.line, name)
            found.rows.append(FoundRow(row.line, account, words(cell(row, at.get("value", -1)), 20), planned))
        except Fault as fault:
            say(problems, fault)
    if not rows:
        problems.add(table.header_line, "", "There is no row in this file.", refused=True)
    found.problems = told(problems.listed())
    return found


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

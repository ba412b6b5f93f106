"""Opening balances in a CSV file or a workbook: a row is an account with what it stands at, or an open item of a party."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.tabular import Row, Table, read_table
from enfilade.core.textfile import Problem, Problems, refusal
from enfilade.core.textvalues import Amounts, Fault, minor, say, told, words
from enfilade.core.workbook import is_workbook

from .columns import columns_of

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
_THIS = "enfilade.back.ledger.journals.opening"
_BALANCE = ("balance", "saldo", "schlusssaldo", "endsaldo", "solde")
_PARTY = ("party", "customer", "supplier", "partynumber", "partner", "kunde", "lieferant", "geschäftspartner", "tiers")


@dataclass(slots=True)
class OpeningRow:
    """A row of the file. amount_minor: debit positive; zero where the account stands at nothing. party: name or number as written."""

    line: int
    account: str
    amount_minor: int
    party: str = ""
    text: str = ""


@dataclass(slots=True)
class FoundOpening:
    """A file as read."""

    rows: list[OpeningRow] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_opening(data: bytes, region: str, currency: str) -> FoundOpening:
    """Every row of a file from outside, and what is wrong with it; never an exception, whatever the bytes."""
    if not is_workbook(data) and (fault := refusal(data, "a table")):
        return FoundOpening(problems=told([fault]))
    answered = read_apart(_THIS, data, SECONDS_MAX, region, currency)
    if answered is None:
        return _refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return FoundOpening([OpeningRow(**row) for row in answered["rows"]], answered["problems"])


def _refused(line: int, sentence: str) -> FoundOpening:
    return FoundOpening(problems=told([Problem(line, "", sentence, refused=True)]))


def read(data: bytes, region: str, currency: str) -> dict[str, Any]:
    """In the process: the rows of the table."""
    table = read_table(data, region=region, recognise=lambda header: len(_columns(header)))
    if not table.header:
        return asdict(_refused(table.problems[0].line, table.problems[0].sentence))
    at = _columns(table.header)
    if "account" not in at or not ("amount" in at or {"debit", "credit"} <= at.keys()):
        return asdict(_refused(table.header_line, "Opening balances have columns for account, and balance or debit and credit."))
    return asdict(_rows(table, at, currency))


def _columns(header: Any) -> dict[str, int]:
    at: dict[str, int] = columns_of(header, {"amount": _BALANCE, "party": _PARTY})
    return at


def _rows(table: Table, at: dict[str, int], currency: str) -> FoundOpening:
    rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
    problems, found = Problems(), FoundOpening()
    for problem in table.problems:
        problems.add(problem.line, problem.field, problem.sentence, refused=problem.refused)

    def cell(row: Row, name: str) -> str:
        place = at.get(name, -1)
        return table.text_of(row.cells[place]).strip() if 0 <= place < len(row.cells) else ""

    amounts = Amounts((cell(row, name) for row in rows for name in ("amount", "debit", "credit")), currency)

    def amount(row: Row, name: str) -> int:
        if not cell(row, name):
            return 0
        return minor(amounts.read(cell(row, name), row.line, table.header[at[name]]), currency, row.line, table.header[at[name]])

    for row in rows:
        try:
            account = words(cell(row, "account"), 200)
            if not account:
                raise Fault(row.line, table.header[at["account"]], "There is no account.")
            value = amount(row, "amount") if "amount" in at else amount(row, "debit") - amount(row, "credit")
            found.rows.append(OpeningRow(row.line, account, value, words(cell(row, "party"), 200), words(cell(row, "text"), 200)))
        except Fault as fault:
            say(problems, fault)
    if not rows:
        problems.add(table.header_line, "", "There is no row in this file.", refused=True)
    found.problems = told(problems.listed())
    return found


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

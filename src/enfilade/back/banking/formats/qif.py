"""QIF, the exchange format of Quicken: lines of one letter and a value, each movement ended by a caret. No balance, no currency.

Source: Quicken Interchange Format as Quicken and GnuCash describe it. What is split (S, E, $) stays one movement.
"""

from __future__ import annotations

import re

from enfilade.core.textfile import Problems, code_page, decode, repair
from enfilade.core.textvalues import Amounts, Days, Fault, minor, say, told, words

from .found import Found, FoundLine, FoundStatement, Hints, number

_TYPES = {"bank", "ccard", "cash", "oth a", "oth l"}
_TYPE = re.compile(r"^!Type:\s*(.+?)\s*$", re.IGNORECASE)
Record = tuple[int, dict[str, str]]


def is_qif(text: str) -> bool:
    """Whether a text begins as a list of movements does."""
    return text.lstrip("\ufeff \r\n\t").lower().startswith(("!type:", "!account", "!option:", "!clear:"))


def read_qif(data: bytes, hints: Hints) -> Found:
    """The movements of a file as one statement without balances."""
    text = repair(decode(data).replace("\r\n", "\n").replace("\r", "\n"), page=code_page(hints.region))
    found, problems = Found("QIF"), Problems()
    account, records = _records(text, problems)
    days = Days((r["D"] for _, r in records if "D" in r), hints.region)
    amounts = Amounts((_amount(r) for _, r in records), hints.currency)
    if days.guess:
        problems.add(1, "D", days.guess)
    lines = []
    for line, record in records:
        try:
            lines.append(_line(line, record, days, amounts, hints.currency))
        except Fault as fault:
            say(problems, fault)
    if lines:
        lines.sort(key=lambda row: row.booked_on)
        last = lines[-1].booked_on
        found.statements = [FoundStatement(1, account, hints.currency, last, None, None, last, lines)]
    elif not records:
        problems.add(1, "", "There is no movement of an account in this file.", refused=True)
    found.problems = told(problems.listed())
    return found


def _records(text: str, problems: Problems) -> tuple[str, list[Record]]:
    """The account that the file names, and the fields of each movement with the line where it begins."""
    account, kind, start = "", "", 1
    fields: dict[str, str] = {}
    records: list[Record] = []
    for at, raw in enumerate(text.split("\n"), 1):
        line = raw.strip("\ufeff \t\x00")
        if line.startswith("!"):
            named = _TYPE.match(line)
            kind = named[1].lower() if named else line[1:].strip().lower()
            fields = {}
        elif line == "^":
            if kind == "account":
                account = account or number(fields.get("N", ""))
            elif kind in _TYPES and fields:
                records.append((start, fields))
            elif fields and not records:
                problems.add(start, "", f"A list of “{words(kind, 30)}” is no movement of an account; it was left out.")
            fields = {}
        elif line:
            if not fields:
                start = at
            # The first of a field is that of the movement; those of a split come later under other letters.
            fields.setdefault(line[0].upper(), line[1:].strip())
    if fields and kind in _TYPES:
        problems.add(start, "", "This movement has no end (^): the file is cut off.", refused=True)
    return account, records


def _amount(record: dict[str, str]) -> str:
    """As it is written under T, or under U where newer programs repeat it; "" where it is under neither."""
    return record.get("T") or record.get("U") or ""


def _line(line: int, record: dict[str, str], days: Days, amounts: Amounts, code: str) -> FoundLine:
    amount = _amount(record)
    if not amount:
        raise Fault(line, "T", "There is no amount.")
    if "D" not in record:
        raise Fault(line, "D", "There is no date.")
    booked = days.read(record["D"].replace("'", "/"), line, "D")
    return FoundLine(
        line=line,
        booked_on=booked,
        value_on=booked,
        amount_minor=minor(amounts.read(amount, line, "T"), code, line, "T"),
        name=words(record.get("P"), 140),
        reference=words(record.get("N"), 200),
        purpose=words(record.get("M") or record.get("L")),
    )

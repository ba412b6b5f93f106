"""BAI2, the cash management report of banks in North America: records of a number and fields between commas, each ended by a slash.

Source: BAI, Cash Management Balance Reporting Specifications, version 2. 03 begins an account, 16 is a movement, 88 goes on with the
record before, 49 ends the account. Codes 100-399 are credits, 400-699 debits; amounts have no decimal point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from enfilade.core.textfile import Problems, code_page, decode, repair
from enfilade.core.textvalues import Fault, currency, day, say, told, words

from .found import STATEMENTS_MAX, Found, FoundLine, FoundStatement, Hints, number

_BEGIN = re.compile(r"^\s*01,[^,]*,[^,]*,\d{6},")
# Some programs write several records into one line.
_ENDED = re.compile(r"/\s+(?=\d\d,)")
_AMOUNT = re.compile(r"^[+-]?\d{1,17}$")
_KIND = re.compile(r"[1-6][0-9]{2}")
_COUNT = re.compile(r"[0-9]{1,4}")
_OPENING, _CLOSING = "010", "015"


def is_bai(text: str) -> bool:
    """Whether a text begins with the header of a file: sender, receiver and day."""
    return bool(_BEGIN.match(text))


@dataclass(slots=True)
class _Section:
    """An account with its movements, as records: line and fields."""

    line: int
    on: str
    currency: str
    head: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read_bai(data: bytes, hints: Hints) -> Found:
    """Every account of every group as a statement."""
    text = repair(decode(data).replace("\r\n", "\n").replace("\r", "\n"), page=code_page(hints.region))
    found, problems = Found("BAI2"), Problems()
    try:
        for section in _sections(text, hints):
            try:
                found.statements.append(_statement(section, problems))
            except Fault as fault:
                say(problems, fault)
            if len(found.statements) > STATEMENTS_MAX:
                raise Fault(section.line, "", f"There are more than {STATEMENTS_MAX} statements in this file.")
    except Fault as fault:
        say(problems, fault)
    found.problems = told(problems.listed())
    return found


def _sections(text: str, hints: Hints) -> list[_Section]:
    found: list[_Section] = []
    on = code = ""
    held: _Section | None = None
    ended = False
    for line, fields in _records(text):
        kind = fields[0]
        if kind == "02":
            on = _day(fields[4] if len(fields) > 4 else "", line, "02")
            code = fields[6] if len(fields) > 6 and fields[6] else hints.currency
        elif kind == "03":
            if not on:
                raise Fault(line, "03", "This account stands before its group (02), so that its day is not known.")
            held = _Section(line, on, fields[2] if len(fields) > 2 and fields[2] else code, fields)
            found.append(held)
        elif kind == "16":
            if held is None:
                raise Fault(line, "16", "This movement stands before its account (03).")
            held.rows.append((line, fields))
        elif kind == "49":
            if held is None:
                raise Fault(line, "49", "This account ends before it begins.")
            held = None
        elif kind == "99":
            ended = True
    if held is not None or not ended:
        raise Fault(text.count("\n") + 1, "99", "The end of the file (99) is missing: it is cut off.")
    if not found:
        raise Fault(1, "03", "There is no account in this file.")
    return found


def _records(text: str) -> list[tuple[int, list[str]]]:
    """Records with the line where each begins; what 88 continues belongs to the record before."""
    found: list[tuple[int, list[str]]] = []
    for line, raw in ((at, part) for at, whole in enumerate(text.split("\n"), 1) for part in _ENDED.split(whole)):
        record = raw.strip().removesuffix("/").rstrip()
        if not record:
            continue
        kind = record[:2]
        if not re.match(r"^\d\d(,|$)", record):
            if not found:
                raise Fault(line, "", "A record begins with two digits and a comma.")
            # A text that was folded by hand goes on in the next line.
            found[-1][1][-1] += " " + record
        elif kind == "88":
            if not found:
                raise Fault(line, "88", "This record continues nothing.")
            rest = record[3:]
            if found[-1][1][0] == "16":
                found[-1][1][-1] += " " + rest.strip()
            else:
                found[-1][1].extend(part.strip() for part in rest.split(","))
        else:
            found.append((line, [part.strip() for part in record.split(",")]))
    return found


def _statement(section: _Section, problems: Problems) -> FoundStatement:
    code = currency(section.currency, section.line, "03")
    balances = {kind: _amount(value, section.line, kind) for kind, value in _summaries(section.head) if value}
    account = number(section.head[1] if len(section.head) > 1 else "")
    if not account:
        raise Fault(section.line, "03", "This statement does not say which account it is of.")
    made = FoundStatement(
        line=section.line,
        account=account,
        currency=code,
        number=words(f"{account} {section.on}", 60),
        opening_minor=balances.get(_OPENING),
        closing_minor=balances.get(_CLOSING),
        closing_on=section.on,
    )
    for line, fields in section.rows:
        try:
            made.lines.append(_line(line, fields, section.on))
        except Fault as fault:
            say(problems, fault)
    return made


def _summaries(head: list[str]) -> list[tuple[str, str]]:
    """Code and amount of each balance behind number and currency of an account."""
    found, at = [], 3
    while at + 1 < len(head):
        found.append((head[at], head[at + 1]))
        at += 2 + 1 + _funds(head, at + 3)
    return found


def _funds(fields: list[str], at: int) -> int:
    """How many fields a kind of funds takes, with itself."""
    kind = fields[at] if at < len(fields) else ""
    if kind == "S":
        return 4
    if kind == "V":
        return 3
    if kind == "D" and at + 1 < len(fields) and _COUNT.fullmatch(fields[at + 1]):
        return 2 + 2 * int(fields[at + 1])
    return 1


def _amount(text: str, line: int, name: str) -> int:
    if not _AMOUNT.match(text):
        raise Fault(line, name, f"“{words(text, 30)}” is no amount.")
    return int(text)


def _day(text: str, line: int, name: str) -> str:
    if len(text) != 6 or not text.isdecimal():
        raise Fault(line, name, f"“{words(text, 30)}” is no date.")
    return day(f"20{text[:2]}-{text[2:4]}-{text[4:]}", line, name)


def _line(line: int, fields: list[str], on: str) -> FoundLine:
    kind = fields[1] if len(fields) > 1 else ""
    if not _KIND.fullmatch(kind):
        raise Fault(line, "16", f"“{words(kind, 10)}” is no code of a credit (100-399) or a debit (400-699).")
    amount = _amount(fields[2] if len(fields) > 2 else "", line, "16")
    rest = fields[3 + _funds(fields, 3) :]
    value = on
    if len(fields) > 4 and fields[3] == "V":
        value = _day(fields[4], line, "16")
    return FoundLine(
        line=line,
        booked_on=on,
        value_on=value,
        amount_minor=amount if int(kind) < 400 else -amount,
        reference=words(rest[1] if len(rest) > 1 else "", 200),
        purpose=words(",".join(rest[2:])),
        bank_reference=words(rest[0] if rest else "", 60),
    )

"""MT940, the statement of SWIFT, read by the library mt-940 message by message.

Why message by message: the library keeps one opening and one closing balance for all it is given. Pages of one statement (:60M:, :62M:) are
statements of their own here: each adds up by itself.
Source: SWIFT Standards, MT940; the subfields of :86: by the German DFÜ agreement, annex 3.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

import mt940
from mt940.models import Transactions
from mt940.tags import Statement as StatementTag
from mt940.tags import StatementASNB

from enfilade.core.textfile import Problems, code_page, decode, repair
from enfilade.core.textvalues import Fault, currency, day, minor, say, told, words

from .found import STATEMENTS_MAX, Found, FoundLine, FoundStatement, Hints, number

_BEGIN = re.compile(r"^(?:\{4:)?:20:", re.MULTILINE)
_ENTRY = re.compile(r"^:61:", re.MULTILINE)
_FIELD = re.compile(r"^:\d\d[A-Z]?:", re.MULTILINE)
_END = re.compile(r"^-(?:\}.*)?\s*$", re.MULTILINE)
_NO_REFERENCE = {"NONREF", "NOREF", "NOTPROVIDED"}
_OPTIONS = mt940.Options(reversal_sign=True, case_insensitive_marks=True, applicant_iban=True, gvc_leading_text=True)
# The usual line, and that of banks which write a whole IBAN where a reference of 16 letters stands.
_DIALECTS = (StatementTag(), StatementASNB())
_MESSAGE_CHARS_MAX = 4_000_000
# In a longer one the place of a fault is not looked for: that reads it some twenty times.
_SEARCHED_CHARS_MAX = 400_000


def is_swift(text: str) -> bool:
    """Whether a text has the fields that a statement begins with."""
    return bool(_BEGIN.search(text[:4_096])) and any(tag in text for tag in (":25", ":28", ":60", ":61:"))


def read_swift(data: bytes, hints: Hints) -> Found:
    """Every statement of a file."""
    text = repair(decode(data).replace("\r\n", "\n").replace("\r", "\n"), page=code_page(hints.region))
    found, problems = Found("MT940"), Problems()
    starts = [m.start() for m in _BEGIN.finditer(text)]
    if len(starts) > STATEMENTS_MAX:
        problems.add(1, "", f"There are more than {STATEMENTS_MAX} statements in this file.", refused=True)
        starts = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line = text.count("\n", 0, start) + 1
        try:
            found.statements.append(_message(text[start:end], line, problems))
        except Fault as fault:
            say(problems, fault)
    found.problems = told(problems.listed())
    return found


def _message(text: str, line: int, problems: Problems) -> FoundStatement:
    text = text.removeprefix("{4:")
    if over := _END.search(text):
        if stray := _ENTRY.search(text, over.start()):
            raise Fault(line + text.count("\n", 0, stray.start()), ":61:", "This line stands behind the end of the statement.")
        text = text[: over.start()]
    if len(text) > _MESSAGE_CHARS_MAX:
        raise Fault(line, "", "This statement is larger than 4 MB.")
    places = [line + text.count("\n", 0, m.start()) for m in _ENTRY.finditer(text)]
    made = _read(text, line)
    rows = [row for row in made.transactions if row.data.get("date") is not None]
    if len(rows) != len(places):
        raise Fault(line, ":61:", f"This statement has {len(places)} lines, and {len(rows)} of them can be read.")
    opening, closing = _balance(made, "opening", ":60F:", line), _balance(made, "closing", ":62F:", line)
    code = currency(opening.amount.currency, line, ":60F:")
    if closing.amount.currency != code:
        raise Fault(line, ":62F:", f"The closing balance is in {closing.amount.currency}, the opening balance in {code}.")
    account = number(str(made.data.get("account_identification") or ""))
    if not account:
        raise Fault(line, ":25:", "This statement does not say which account it is of.")
    found = FoundStatement(
        line=line,
        account=account,
        currency=code,
        number=words("/".join(str(made.data[n]) for n in ("statement_number", "sequence_number") if made.data.get(n)), 60),
        opening_minor=minor(str(opening.amount.amount), code, line, ":60F:"),
        closing_minor=minor(str(closing.amount.amount), code, line, ":62F:"),
        closing_on=_day(closing.date, line, ":62F:"),
    )
    for place, row in zip(places, rows, strict=True):
        try:
            found.lines.append(_line(row.data, code, place))
        except Fault as fault:
            say(problems, fault)
    return found


def _read(text: str, line: int) -> Transactions:
    """What the library makes of one message."""
    made = _try(text)
    if made is not None:
        return made
    at = _first_bad(text)
    raise Fault(line + text.count("\n", 0, at.start()), at[0], "This field does not follow MT940.")


def _try(text: str) -> Transactions | None:
    for dialect in _DIALECTS:
        made = Transactions(tags={dialect.id: dialect}, options=_OPTIONS)
        # The library raises RuntimeError, InvalidOperation and others for one and the same thing.
        with suppress(Exception):
            made.parse(text)
            return made
    return None


def _first_bad(text: str) -> re.Match[str]:
    """The field at which the library stops, which says no place itself: what stands before it can be read, what ends with it can't."""
    fields = list(_FIELD.finditer(text))
    low, high = 0, len(fields) - 1 if len(text) <= _SEARCHED_CHARS_MAX else 0
    while low < high:
        middle = (low + high) // 2
        if _try(text[: fields[middle + 1].start()]) is None:
            high = middle
        else:
            low = middle + 1
    return fields[low]


def _balance(made: Transactions, which: str, tag: str, line: int) -> Any:
    for kind in ("final", "intermediate"):
        balance = made.data.get(f"{kind}_{which}_balance")
        if balance is not None and balance.amount is not None and balance.date is not None:
            return balance
    raise Fault(line, tag, f"This statement has no {which} balance, so that it can't be proved.")


def _day(value: object, line: int, name: str) -> str:
    if not isinstance(value, date):
        raise Fault(line, name, "There is no date.")
    return day(value.isoformat(), line, name)


def _line(row: dict[str, Any], code: str, line: int) -> FoundLine:
    value = _day(row["date"], line, ":61:")
    booked = _day(row["entry_date"], line, ":61:") if row.get("entry_date") else value
    reference = words(row.get("end_to_end_reference") or row.get("customer_reference"), 200)
    free = (row.get("transaction_details"), row.get("purpose"), row.get("additional_purpose"))
    return FoundLine(
        line=line,
        booked_on=booked,
        value_on=value,
        amount_minor=minor(str(row["amount"].amount), code, line, ":61:"),
        name=words(row.get("applicant_name") or row.get("recipient_name"), 140),
        iban=number(row.get("applicant_iban") or row.get("gvc_applicant_iban")),
        bic=number(row.get("applicant_bin") or row.get("gvc_applicant_bin"))[:20],
        reference="" if reference.upper() in _NO_REFERENCE else reference,
        mandate=words(row.get("additional_position_reference"), 60),
        purpose=words(" ".join(str(part) for part in free if part) or row.get("extra_details")),
        bank_reference=words(row.get("bank_reference"), 60),
    )

"""Numbers of accounts as DATEV takes them: digits only, personal accounts one digit longer."""

from __future__ import annotations

import re

from enfilade.back.auditing.queries import PAYABLE, Books, OutLine
from enfilade.core.context import Refusal

LENGTH_MIN, LENGTH_MAX = 4, 8


def account_length(books: Books) -> int:
    """Digits of the accounts: four, or as many as the longest code has, up to eight."""
    return min(LENGTH_MAX, max([LENGTH_MIN, *(len(a.code) for a in books.accounts.values() if not a.heading)]))


def account_number(code: str, length: int) -> int:
    """The code of an account; a shorter one is filled up behind where accounts are longer than four digits. Refuses: datev_account."""
    if not code.isdecimal() or len(code) > length or int(code) == 0:
        raise Refusal("datev_account", f"Account {code} has no number that DATEV takes; use a German chart (SKR03 or SKR04).")
    return int(code.ljust(length, "0")) if length > LENGTH_MIN else int(code)


def party_number(line: OutLine, length: int) -> int:
    """Customers from 10000 on, suppliers from 70000 on, for accounts of four digits. Refuses: datev_party."""
    number, unit = int(re.sub(r"\D", "", line.party_number) or 0), 10**length
    limit = 3 * unit if line.side == PAYABLE else 6 * unit
    if not 0 < number < limit:
        raise Refusal("datev_party", f"{line.party_name} ({line.party_number}) has no number among the personal accounts.")
    return number + (7 * unit if line.side == PAYABLE else unit)

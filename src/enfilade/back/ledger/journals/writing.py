"""The ledger as text that hledger and beancount accept: accounts, what they held before, and every entry.

Account names are kind, headings and code with name, so that they are unique and come in again by their code.
Sources: hledger manual 1.25, "Journal format"; beancount language syntax, version 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from enfilade.core.minor import minor_digits

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
    "statistical": "Equity:Statistical",
}
_TYPES = {"asset": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X", "statistical": "E"}
_NOT_BEAN = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class AccountOut:
    """An account to be written. path: codes and names of its headings and of itself, from above."""

    key: int
    kind: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineOut:
    """One side of an entry. cost_minor, cost_unit: of an amount in a foreign currency, what it is worth, without a sign."""

    account: int
    amount_minor: int
    unit: str
    text: str = ""
    party: str = ""
    dimensions: str = ""
    cost_minor: int = 0
    cost_unit: str = ""

    @property
    def figure(self) -> str:
        """Its amount, with its cost."""
        cost = f" @@ {_figure(self.cost_minor, self.cost_unit)}" if self.cost_unit else ""
        return f"{_figure(self.amount_minor, self.unit)}{cost}"


@dataclass(frozen=True, slots=True)
class EntryOut:
    """An entry to be written. reference: its own, for example entry 42; origin: why it was made."""

    on: date
    text: str
    reference: str
    origin: str
    lines: Sequence[LineOut]


class Hledger:
    """Text for hledger, and for Ledger."""

    ending, media_type = "journal", "text/plain; charset=utf-8"

    def begin(self, title: str, currencies: Sequence[str], accounts: Sequence[AccountOut], on: date) -> Iterator[str]:
        """What stands above the entries. currencies: the company's own, and those that its accounts hold."""
        del on
        yield f"; {_line(title)}\ndecimal-mark .\n"
        for currency in currencies:
            yield " ".join(("commodity", _with_mark(_figure(100_000, currency)))) + "\n"
        yield "\n"
        for account in accounts:
            yield f"account {self.name(account)}  ; type:{_TYPES[account.kind]}\n"
        yield "\n"

    def name(self, account: AccountOut) -> str:
        """A name without what ends one: colons, two blanks, a semicolon."""
        return ":".join([_ROOTS[account.kind], *(re.sub(r"[:;\s]+", " ", _line(part)).strip() for part in account.path)])

    def entry(self, entry: EntryOut, names: Mapping[int, str]) -> Iterator[str]:
        """One transaction."""
        notes = ", ".join(filter(None, (f"entry:{entry.reference}" if entry.reference else "", _tag("origin", entry.origin))))
        # What looks like a mark, a code or a comment would be taken for one.
        text = _line(entry.text).replace(";", ",").lstrip("*!( ") or "Entry"
        yield f"{entry.on} {text}{f'  ; {notes}' if notes else ''}\n"
        for line in entry.lines:
            more = ", ".join(
                filter(None, (_tag("dimensions", line.dimensions), _tag("party", line.party), _line(line.text).replace(";", ",")))
            )
            yield f"    {names[line.account]}  {line.figure}{f'  ; {more}' if more else ''}\n"
        yield "\n"


class Beancount:
    """Text for beancount."""

    ending, media_type = "beancount", "text/plain; charset=utf-8"

    def begin(self, title: str, currencies: Sequence[str], accounts: Sequence[AccountOut], on: date) -> Iterator[str]:
        """What stands above the entries: accounts are open from the first day on. currencies: the company's own stands first."""
        yield f'option "title" "{_quoted(title)}"\noption "operating_currency" "{currencies[0]}"\n\n'
        for account in accounts:
            yield f'{on} open {self.name(account)}\n  name: "{_quoted(account.path[-1])}"\n'
        yield "\n"

    def name(self, account: AccountOut) -> str:
        """Parts of letters, figures and dashes, each beginning with a capital or a figure."""
        parts = [_NOT_BEAN.sub("-", part).strip("-") or "X" for part in account.path]
        return ":".join([_ROOTS[account.kind], *(part[0].upper() + part[1:] for part in parts)])

    def entry(self, entry: EntryOut, names: Mapping[int, str]) -> Iterator[str]:
        """One transaction."""
        yield f'{entry.on} * "{_quoted(entry.text)}"\n'
        for key, value in (("entry", entry.reference), ("origin", entry.origin)):
            if value:
                yield f'  {key}: "{_quoted(value)}"\n'
        for line in entry.lines:
            yield f"  {names[line.account]}  {line.figure}\n"
            for key, value in (("dimensions", line.dimensions), ("party", line.party), ("text", line.text)):
                if value:
                    yield f'    {key}: "{_quoted(value)}"\n'
        yield "\n"


FORMATS: dict[str, Hledger | Beancount] = {"hledger": Hledger(), "beancount": Beancount()}


def write_journal(
    into: Hledger | Beancount,
    title: str,
    currencies: Sequence[str],
    accounts: Sequence[AccountOut],
    first_on: date,
    entries: Iterable[EntryOut],
) -> Iterator[str]:
    """The whole journal, piece by piece. currencies: the company's own stands first. first_on: the day from which it tells."""
    yield from into.begin(title, currencies, accounts, first_on)
    names = {account.key: into.name(account) for account in accounts}
    for entry in entries:
        yield from into.entry(entry, names)


def _figure(amount_minor: int, unit: str) -> str:
    decimals = minor_digits(unit)
    return f"{Decimal(amount_minor).scaleb(-decimals):.{decimals}f} {unit}"


def _with_mark(figure: str) -> str:
    """A figure with its mark of decimals, where none follow as well: a commodity is declared by it."""
    return figure if "." in figure else figure.replace(" ", ". ", 1)


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return _line(text).replace("\\", "\\\\").replace('"', '\\"')


def _tag(name: str, value: str) -> str:
    """A tag of hledger; a comma would end it."""
    return f"{name}:{_line(value).replace(',', ' ').replace(';', ' ')}" if value else ""

"""What a reader found in a file, whatever its format; and what is wrong with it, by line and field."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from enfilade.core.textfile import Problem
from enfilade.core.textvalues import told

LINES_MAX = 100_000
STATEMENTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of a CSV file is what; "" where there is none. flipped: what went out is positive in the file."""

    booked_on: str
    value_on: str = ""
    amount: str = ""
    debit: str = ""
    credit: str = ""
    name: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    purpose: str = ""
    balance: str = ""
    currency: str = ""
    bank_reference: str = ""
    flipped: bool = False

    @property
    def columns(self) -> list[str]:
        """All columns that it names."""
        return [value for value in asdict(self).values() if isinstance(value, str) and value]


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known before a file is read.

    region: country whose code page and order of dates are meant where the file leaves it open (ISO 3166-1 alpha-2).
    currency: of the account, where the file names none. layouts: of CSV files, as people described them.
    """

    region: str = ""
    currency: str = "EUR"
    layouts: tuple[Layout, ...] = ()

    def as_text(self) -> str:
        """For the way to the other process."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Hints:
        """Back in the other process."""
        data = json.loads(text)
        return Hints(data["region"], data["currency"], tuple(Layout(**layout) for layout in data["layouts"]))


@dataclass(slots=True)
class FoundLine:
    """One movement. line: where it stands in the file. amount_minor: what came in is positive. Dates are ISO texts, as in all of this.

    return_code: why it came back, where it is money that does (ISO 20022).
    """

    line: int
    booked_on: str
    value_on: str
    amount_minor: int
    name: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    mandate: str = ""
    purpose: str = ""
    bank_reference: str = ""
    return_code: str = ""


@dataclass(slots=True)
class FoundStatement:
    """A statement. account: as the file calls it, in capitals without spaces, "" where it names none.

    opening_minor, closing_minor: None where the file does not say it.
    """

    line: int
    account: str
    currency: str
    number: str
    opening_minor: int | None
    closing_minor: int | None
    closing_on: str
    lines: list[FoundLine] = field(default_factory=list)

    @property
    def moved_minor(self) -> int:
        """The sum of the lines."""
        return sum(row.amount_minor for row in self.lines)

    @property
    def difference_minor(self) -> int:
        """What is missing between opening balance plus lines and the closing balance; 0 where the statement is proved, or can't be."""
        if self.opening_minor is None or self.closing_minor is None:
            return 0
        return self.closing_minor - self.opening_minor - self.moved_minor

    @property
    def from_on(self) -> str:
        """First day that it speaks of: of its first line, without lines of its closing balance."""
        return min((row.booked_on for row in self.lines), default=self.closing_on)

    @property
    def to_on(self) -> str:
        """Last day that it speaks of."""
        return max(self.closing_on, max((row.booked_on for row in self.lines), default=self.closing_on))


@dataclass(slots=True)
class Found:
    """A file as read. format: "" where no reader knew it. left_out: entries that the bank has not booked yet."""

    format: str = ""
    statements: list[FoundStatement] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    def join(self, other: Found, name: str) -> None:
        """Take another file of the same archive in. name: of that file, said with its places."""
        self.format = other.format if self.format in ("", other.format) else "several formats"
        self.statements += other.statements
        self.problems += [{**p, "sentence": f"{name}: {p['sentence']}"} for p in other.problems]
        self.left_out += other.left_out

    def as_json(self) -> dict[str, Any]:
        """For the way from one process to the other."""
        return asdict(self)

    @staticmethod
    def of(data: dict[str, Any]) -> Found:
        """Back from the other process."""
        statements = [FoundStatement(**{**s, "lines": [FoundLine(**row) for row in s["lines"]]}) for s in data["statements"]]
        return Found(data["format"], statements, data["problems"], data["left_out"])


def refused(line: int, sentence: str) -> Found:
    """A file of which nothing is taken."""
    return Found(problems=told([Problem(line, "", sentence, refused=True)]))


def number(text: str | None) -> str:
    """A number of an account: capitals and digits only."""
    return "".join(letter for letter in (text or "").upper() if letter.isascii() and letter.isalnum())[:40]

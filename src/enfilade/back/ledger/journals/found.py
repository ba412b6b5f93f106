"""What a reader found in a journal, whatever its format."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from enfilade.core.textfile import Problem
from enfilade.core.textvalues import Fault, told

ENTRIES_MAX = 50_000
POSTINGS_MAX = 1_000
# Signs for money that several currencies share, and those of one.
_SIGNS = {
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}, "US$": {"USD"}, "€": {"EUR"}, "£": {"GBP"}, "¥": {"JPY", "CNY"},
    "Fr": {"CHF"}, "Fr.": {"CHF"}, "kr": {"SEK", "NOK", "DKK"}, "zł": {"PLN"}, "₹": {"INR"},
}  # fmt: skip
_ROOTS = {
    "asset": "asset", "assets": "asset", "aktiva": "asset", "liability": "liability", "liabilities": "liability", "debt": "liability",
    "debts": "liability", "equity": "equity", "income": "income", "incomes": "income", "revenue": "income", "revenues": "income",
    "expense": "expense", "expenses": "expense",
}  # fmt: skip


@dataclass(slots=True)
class FoundPosting:
    """One side of an entry. account: as the file names it. amount_minor: debit positive; None until it is reckoned from the others."""

    line: int
    account: str
    amount_minor: int | None
    text: str = ""
    dimensions: str = ""


@dataclass(slots=True)
class FoundEntry:
    """An entry that sums to zero. line: where it begins in the file. on: ISO text."""

    line: int
    on: str
    text: str
    postings: list[FoundPosting] = field(default_factory=list)


@dataclass(slots=True)
class Check:
    """What the file says that an account holds, by the entries of the file.

    begins: at the beginning of the day; else after the posting on the same line. below: with the accounts below it.
    """

    line: int
    on: str
    account: str
    amount_minor: int
    below: bool = False
    begins: bool = False


@dataclass(slots=True)
class FoundJournal:
    """A file as read. kinds: of accounts, where the file says them."""

    format: str = ""
    entries: list[FoundEntry] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the way from one process to the other."""
        return asdict(self)

    @staticmethod
    def of(data: dict[str, Any]) -> FoundJournal:
        """Back from the other process."""
        entries = [FoundEntry(**{**e, "postings": [FoundPosting(**p) for p in e["postings"]]}) for e in data["entries"]]
        return FoundJournal(data["format"], entries, [Check(**c) for c in data["checks"]], data["kinds"], data["problems"])


def refused(line: int, sentence: str) -> FoundJournal:
    """A file of which nothing is taken."""
    return FoundJournal(problems=told([Problem(line, "", sentence, refused=True)]))


def require_own(commodity: str, currency: str, line: int) -> None:
    """Refuse what is in another currency than the ledger."""
    bare = commodity.strip().strip('"')
    if bare and bare != currency and currency not in _SIGNS.get(bare, ()):
        raise Fault(line, "", f"This amount is in {bare[:20]}; the ledger keeps {currency}.")


def settle(entry: FoundEntry) -> None:
    """Reckon the one amount that is left out, and refuse what does not sum to zero. Postings of zero move nothing and are left out."""
    open_ones = [p for p in entry.postings if p.amount_minor is None]
    total = sum(p.amount_minor or 0 for p in entry.postings)
    if len(open_ones) > 1:
        raise Fault(open_ones[1].line, "", "Two amounts of this entry are left out; only one can be reckoned.")
    for posting in open_ones:
        posting.amount_minor = -total
    if total and not open_ones:
        raise Fault(entry.line, "", f"This entry does not sum to zero: it is out by {total} in the smallest unit.")
    entry.postings = [p for p in entry.postings if p.amount_minor]
    if len(entry.postings) == 1:
        raise Fault(entry.line, "", "An entry has at least two lines.")
    if len(entry.postings) > POSTINGS_MAX:
        raise Fault(entry.line, "", f"An entry has at most {POSTINGS_MAX} lines.")


def kind_of(account: str, kinds: dict[str, str]) -> str:
    """The kind of an account by what the file says of it or of one above it, else by its first word; "" where neither tells."""
    parts = account.split(":")
    for end in range(len(parts), 0, -1):
        if kind := kinds.get(":".join(parts[:end])):
            return kind
    return _ROOTS.get(parts[0].strip().casefold(), "")


def failed_checks(found: FoundJournal) -> list[tuple[Check, int]]:
    """What the file says that its own entries contradict, each with what the account holds by them, in the order of time."""
    moves = [((e.on, 1, p.line), p) for e in found.entries for p in e.postings]
    claims = [((c.on, 0 if c.begins else 1, c.line), c) for c in found.checks]
    held: dict[str, int] = {}
    failed = []
    # A claim on the line of a posting speaks of what is held after it.
    for _, _, one in sorted([(key, 0, p) for key, p in moves] + [(key, 1, c) for key, c in claims], key=lambda row: row[:2]):
        if isinstance(one, FoundPosting):
            held[one.account] = held.get(one.account, 0) + (one.amount_minor or 0)
            continue
        above = f"{one.account}:"
        is_held = held.get(one.account, 0)
        if one.below:
            is_held += sum(amount for name, amount in held.items() if name.startswith(above))
        if is_held != one.amount_minor:
            failed.append((one, is_held))
    return failed

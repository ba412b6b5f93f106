"""What a reader found in a journal, whatever its format."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from enfilade.back.ledger.rules import balanced
from enfilade.base.money.currencies import currency_named
from enfilade.base.money.rules import allocate, round_half_up
from enfilade.core.minor import minor_digits
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
    """One side of an entry. account: as the file names it. amount_minor: in the ledger's own currency, debit positive; None until it is
    reckoned from the others.

    currency, quantity_minor: of an amount in a foreign currency, which and how much; amount_minor is then its worth, None where neither the
    file nor the rest of the entry says it. by_price: the worth is a price times a quantity, so that rounding may leave something over.
    """

    line: int
    account: str
    amount_minor: int | None
    text: str = ""
    dimensions: str = ""
    currency: str = ""
    quantity_minor: int = 0
    by_price: bool = False

    @property
    def is_left_out(self) -> bool:
        """Whether the file leaves the amount to be reckoned."""
        return self.amount_minor is None and not self.currency


@dataclass(slots=True)
class FoundEntry:
    """An entry that sums to zero. line: where it begins in the file. on: ISO text.

    weights: how much of a foreign currency amounts in the ledger's own stand for, as the file says; by currency, in minor units.
    """

    line: int
    on: str
    text: str
    postings: list[FoundPosting] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Check:
    """What the file says that an account holds, by the entries of the file.

    begins: at the beginning of the day; else after the posting on the same line. below: with the accounts below it.
    currency: a foreign one.
    """

    line: int
    on: str
    account: str
    amount_minor: int
    below: bool = False
    begins: bool = False
    currency: str = ""


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


def foreign_currency(commodity: str, own: str, line: int) -> str:
    """The foreign currency that a file names by its code or its sign; "" for the ledger's own, and where it names none.

    Raises Fault for what is no currency of today, and for a sign that several share.
    """
    bare = commodity.strip().strip('"')
    meant = _SIGNS.get(bare, {bare})
    if not bare or own in meant:
        return ""
    if len(meant) > 1:
        raise Fault(line, "", f"This amount is in {bare[:20]}, which several currencies share; write its code, such as {min(meant)}.")
    [code] = meant
    if currency_named(code) is None:
        raise Fault(
            line, "", f"This amount is in {bare[:20]}, which is no currency of today (ISO 4217); the ledger keeps no shares or goods."
        )
    return code


def require_own(commodity: str, own: str, line: int) -> None:
    """Refuse a cost in another currency than the ledger's."""
    if foreign_currency(commodity, own, line):
        raise Fault(line, "", f"A cost is said in the currency of the ledger, which is {own}.")


def worth_of_price(quantity_minor: int, currency: str, price: Decimal, own: str) -> int:
    """What a quantity is worth at a price in major units of the ledger's own currency for one of it, rounded half up."""
    return round_half_up((Decimal(quantity_minor) * price).scaleb(minor_digits(own) - minor_digits(currency)))


def settle(entry: FoundEntry, *, infer: bool = False) -> None:
    """Reckon the one amount that is left out, and refuse what does not sum to zero. Postings of zero move nothing and are left out.

    Foreign amounts without a worth sum to zero among themselves, and are valued later by the rates of the day; or the file says which of
    the ledger's own amounts stand for them. infer: or the amounts of two currencies are each other's worth, as hledger takes them.
    """
    open_ones = [p for p in entry.postings if p.is_left_out]
    if len(open_ones) > 1:
        raise Fault(open_ones[1].line, "", "Two amounts of this entry are left out; only one can be reckoned.")
    total, abroad = _rounded(entry), _without_worth(entry)
    if open_ones:
        _reckon(entry, open_ones[0], total, abroad)
    elif total or any(abroad.values()):
        _weigh(entry, total, abroad, infer=infer)
    entry.postings = [p for p in entry.postings if p.amount_minor or p.quantity_minor]
    if len(entry.postings) == 1:
        raise Fault(entry.line, "", "An entry has at least two lines.")
    if len(entry.postings) > POSTINGS_MAX:
        raise Fault(entry.line, "", f"An entry has at most {POSTINGS_MAX} lines.")


def _rounded(entry: FoundEntry) -> int:
    """The sum in the ledger's own currency, once the largest worth by a price has taken what rounding left over."""
    if not any(p.is_left_out for p in entry.postings):
        by_price = [at for at, p in enumerate(entry.postings) if p.by_price]
        for posting, amount in zip(entry.postings, balanced([p.amount_minor or 0 for p in entry.postings], by_price), strict=True):
            posting.amount_minor = amount if posting.amount_minor is not None else None
    return sum(p.amount_minor or 0 for p in entry.postings)


def _without_worth(entry: FoundEntry) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for posting in entry.postings:
        if posting.currency and posting.amount_minor is None:
            found[posting.currency] += posting.quantity_minor
    return found


def _reckon(entry: FoundEntry, posting: FoundPosting, total: int, abroad: dict[str, int]) -> None:
    """The amount that is left out: what the others lack, in each currency."""
    posting.amount_minor = -total
    for currency, quantity in abroad.items():
        if quantity:
            entry.postings.append(FoundPosting(posting.line, posting.account, None, posting.text, posting.dimensions, currency, -quantity))


def _weigh(entry: FoundEntry, total: int, abroad: dict[str, int], *, infer: bool) -> None:
    """Let what is in the ledger's own currency be the worth of what is in a foreign one, where the file says so."""
    odd = [currency for currency, quantity in abroad.items() if quantity]
    if not odd:
        raise Fault(entry.line, "", f"This entry does not sum to zero: it is out by {total} in the smallest unit.")
    [currency, *more] = odd
    quantity = abroad[currency]
    told = entry.weights.get(currency)
    if more or not total or total * quantity > 0 or not (infer or told is not None) or abs(quantity + (told or -quantity)) > 1:
        raise Fault(entry.line, "", f"This entry does not sum to zero in {currency}.")
    postings = [p for p in entry.postings if p.currency == currency and p.amount_minor is None]
    worths = allocate(-total, [abs(p.quantity_minor) for p in postings])
    if any(p.quantity_minor * quantity < 0 for p in postings):
        raise Fault(entry.line, "", f"Say what the amounts in {currency} are worth: some of them go the other way.")
    for posting, worth in zip(postings, worths, strict=True):
        posting.amount_minor = worth


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
    held: dict[tuple[str, str], int] = defaultdict(int)
    failed = []
    # A claim on the line of a posting speaks of what is held after it.
    for _, _, one in sorted([(key, 0, p) for key, p in moves] + [(key, 1, c) for key, c in claims], key=lambda row: row[:2]):
        if isinstance(one, FoundPosting):
            # What is held of a foreign currency is no amount of the ledger's own.
            held[one.account, one.currency] += one.quantity_minor if one.currency else one.amount_minor or 0
            continue
        above = f"{one.account}:"
        is_held = held[one.account, one.currency]
        if one.below:
            below = ((name, amount) for (name, currency), amount in held.items() if currency == one.currency)
            is_held += sum(amount for name, amount in below if name.startswith(above))
        if is_held != one.amount_minor:
            failed.append((one, is_held))
    return failed

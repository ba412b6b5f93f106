"""The books in the order in which they are handed out, some hundred entries at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar

from enfilade.back.ledger.queries import accounts_serving, ledger_book
from enfilade.back.ledger.rules import RESULT_KINDS, year_start
from enfilade.base.books.models import Account, Book
from enfilade.base.books.queries import accounts_by_code, entries_in, first_period, periods_between, totals_on
from enfilade.core.context import Context
from enfilade.core.refs import model_of, split

CHUNK = 500
RECEIVABLE, PAYABLE = "receivable", "payable"
Item = TypeVar("Item")


def chunks(items: Iterable[Item], longest: int) -> Iterator[list[Item]]:
    """Lists of at most so many items, in their order."""
    rest = iter(items)
    while found := list(islice(rest, longest)):
        yield found


@dataclass(frozen=True, slots=True)
class OutLine:
    """amount_minor: debit positive. side: receivable or payable, where it stands on the account of customers or suppliers, else ""."""

    account: Account
    amount_minor: int
    text: str
    party_number: str = ""
    party_name: str = ""
    side: str = ""
    dimensions: str = ""


@dataclass(frozen=True, slots=True)
class OutParty:
    """Who stands on the account of customers or suppliers. sides: receivable, payable, or both."""

    name: str
    sides: set[str]


@dataclass(frozen=True, slots=True)
class OutEntry:
    """document: number of the invoice, bill or voucher behind it, or of the entry itself. origin: what kind of record that is."""

    key: int
    on: date
    recorded_on: date
    text: str
    document: str
    origin: str
    user: str
    lines: tuple[OutLine, ...]


@dataclass
class Books:
    """What every format needs: the days, the accounts, and where they stood before. opening: account key -> amount, debit positive."""

    ctx: Context
    book: Book
    from_on: date
    to_on: date
    first_month: int
    accounts: dict[int, Account]
    opening: dict[int, int]
    sides: dict[int, str]
    entry_count: int = 0
    debit_minor: int = 0
    # What has gone out, by account; formats and the record of the file read it afterwards.
    moved: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    parties: dict[str, OutParty] = field(default_factory=dict)

    def entries(self, from_on: date | None = None, to_on: date | None = None) -> Iterator[OutEntry]:
        """The entries of the days in the order of their days, as they are written."""
        found = entries_in(self.ctx, self.book, from_on or self.from_on, to_on or self.to_on)
        for many in chunks(found.iterator(chunk_size=CHUNK), CHUNK):
            numbers = documents_of(self.ctx, [entry.origin for entry in many])
            for entry in many:
                made = self._out(entry, numbers)
                if made.lines:
                    self._count(made)
                    yield made

    def _out(self, entry: Any, numbers: dict[str, str]) -> OutEntry:
        lines = tuple(
            OutLine(
                self.accounts[line.account_id],
                line.quantity_minor,
                line.text,
                line.party.number if line.party else "",
                line.party.name if line.party else "",
                self.sides.get(line.account_id, "") if line.party else "",
                line.dimension_codes,
            )
            for line in entry.lines.all()
            if line.unit == self.ctx.company.currency
        )
        recorded = entry.recorded_at.astimezone(self.ctx.zone).date()
        document = numbers.get(entry.origin) or str(entry.pk)
        return OutEntry(entry.pk, entry.on, recorded, entry.text, document, entry.origin, str(entry.user or ""), lines)

    def _count(self, entry: OutEntry) -> None:
        self.entry_count += 1
        for line in entry.lines:
            self.debit_minor += max(line.amount_minor, 0)
            self.moved[line.account.pk] += line.amount_minor
            if line.side:
                party = self.parties.setdefault(line.party_number, OutParty(line.party_name, set()))
                party.sides.add(line.side)

    def years(self) -> Iterator[tuple[date, date, date]]:
        """The years of accounts in which the days lie: beginning of the year, first and last day of it that count."""
        start = year_start(self.from_on, self.first_month)
        while start <= self.to_on:
            following = start.replace(year=start.year + 1)
            yield start, max(start, self.from_on), min(following - timedelta(days=1), self.to_on)
            start = following

    @property
    def is_closed(self) -> bool:
        """Whether no more entries can come into any of the days."""
        periods = periods_between(self.ctx, self.book, self.from_on, self.to_on)
        return bool(periods) and all(period.state == period.State.CLOSED for period in periods)


def read_books(ctx: Context, from_on: date, to_on: date) -> Books:
    """The books of some days. Refuses: no_ledger.

    Why: an account of income or cost begins a year with nothing; what earlier years left stands with the account of profit brought forward.
    """
    book = ledger_book(ctx)
    first = first_period(ctx, book)
    accounts = {account.pk: account for account in accounts_by_code(ctx, book)}
    by_purpose = accounts_serving(ctx, [RECEIVABLE, PAYABLE, "retained"])
    first_month = first.starts_on.month if first else 1
    start = year_start(from_on, first_month)
    opening: dict[int, int] = defaultdict(int)
    earlier = {t.account_id: t.balance_minor for t in totals_on(ctx, book, start - timedelta(days=1)) if t.unit == ctx.company.currency}
    for total in totals_on(ctx, book, from_on - timedelta(days=1)):
        if total.unit != ctx.company.currency:
            continue
        opening[total.account_id] += total.balance_minor
        if accounts[total.account_id].kind in RESULT_KINDS and (before := earlier.get(total.account_id, 0)):
            opening[total.account_id] -= before
            opening[by_purpose.get("retained", total.account_id)] += before
    sides = {by_purpose[side]: side for side in (RECEIVABLE, PAYABLE) if side in by_purpose}
    return Books(ctx, book, from_on, to_on, first_month, accounts, {k: v for k, v in opening.items() if v}, sides)


def documents_of(ctx: Context, origins: list[str]) -> dict[str, str]:
    """The numbers of the documents that origins name, in one query for each kind; a voucher that somebody typed is its own number."""
    by_model: dict[Any, list[str]] = defaultdict(list)
    found = {}
    for origin in set(origins) - {""}:
        model = model_of(origin)
        if model is None:
            found[origin] = origin
        elif any(f.name == "number" for f in model._meta.fields):
            by_model[model].append(origin)
    for model, named in by_model.items():
        keys = {int(split(origin)[1]): origin for origin in named}
        for key, number in model.objects.visible_to(ctx).filter(pk__in=keys).values_list("pk", "number"):
            found[keys[key]] = number or ""
    return found

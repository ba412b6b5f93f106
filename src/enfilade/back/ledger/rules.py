"""Pure rules of the ledger: sides, signs, years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from enfilade.base.books.rules import months_within

DEBIT_KINDS = frozenset({"asset", "expense"})
RESULT_KINDS = frozenset({"income", "expense"})
# Serves amounts in foreign currencies: whatever an account holds of one stands against it.
POSITION = "currency_position"
# What is earned and spent is worth what it was on its day; only what is owned or owed is held in a foreign currency.
HOLDING_KINDS = frozenset({"asset", "liability"})
BALANCE_KINDS = ("asset", "liability", "equity")
# What a statement calls the accounts of a kind.
KIND_TITLES = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Cost",
    "statistical": "Statistics",
}


def sides(balance_minor: int) -> tuple[int, int]:
    """A signed balance as (debit, credit): one of them is zero, both are positive."""
    return (balance_minor, 0) if balance_minor >= 0 else (0, -balance_minor)


def natural(kind: str, balance_minor: int) -> int:
    """A balance with the sign people expect: income and liabilities are positive when they stand in credit."""
    return balance_minor if kind in DEBIT_KINDS or kind == "statistical" else -balance_minor


def year_start(on: date, first_month: int) -> date:
    """First day of the year of accounts in which a day lies."""
    return date(on.year if on.month >= first_month else on.year - 1, first_month, 1)


def below(top: int, parents: Mapping[int, int | None]) -> list[int]:
    """A node of a tree and everything below it, by key. parents: key -> key of what it stands below."""
    found = [top]
    for node in found:
        found += [key for key, parent in parents.items() if parent == node]
    return found


def a_year_before(on: date) -> date:
    """The same day of the year before; the last of February stays the last of February."""
    last_of_february = on.month == 2 and (on + timedelta(days=1)).month == 3
    return (on + timedelta(days=1)).replace(year=on.year - 1) - timedelta(days=1) if last_of_february else on.replace(year=on.year - 1)


def value_unit(own: str, currency: str) -> str:
    """The unit in which books keep what an account's holding of a foreign currency is worth: EUR@USD, counted in minor units of EUR.

    Why: an account may hold several currencies beside its own; without it nobody could say which part of its balance is whose.
    """
    return f"{own}@{currency}"


def is_value(unit: str) -> bool:
    """Whether a unit says what a holding is worth."""
    return "@" in unit


def is_foreign(unit: str, own: str) -> bool:
    """Whether a unit is a foreign currency."""
    return unit != own and not is_value(unit)


@dataclass(frozen=True, slots=True)
class Valued:
    """What an account holds of a foreign currency, and what that is worth in the company's own.

    book_minor: as the books say. worth_minor, rate, rate_on: at the rate of a day, units of the currency for one of the company's own; None
    where no rate is known.
    """

    account: int
    code: str
    name: str
    unit: str
    quantity_minor: int
    book_minor: int
    worth_minor: int | None = None
    rate: Decimal | None = None
    rate_on: date | None = None

    @property
    def difference_minor(self) -> int:
        """What it is worth more than the books say."""
        return 0 if self.worth_minor is None else self.worth_minor - self.book_minor


def balanced(amounts_minor: Sequence[int], converted: Collection[int]) -> list[int]:
    """Amounts of the lines of an entry in the company's currency; the largest one that was converted takes what rounding left over.

    amounts_minor: signed, one a line. converted: positions of those that were converted; each may be half a minor unit off, so that what
    differs by more is no rounding, and stays.
    """
    rest = sum(amounts_minor)
    if not converted or abs(rest) > len(converted):
        return list(amounts_minor)
    largest = max(converted, key=lambda at: abs(amounts_minor[at]))
    return [amount - rest if at == largest else amount for at, amount in enumerate(amounts_minor)]


@dataclass(frozen=True, slots=True)
class Place:
    """An account of a chart: parent is the key of a heading, None at the top."""

    key: int
    code: str
    name: str
    kind: str
    parent: int | None
    heading: bool

    @classmethod
    def of(cls, account: Any) -> Place:
        """Where an account of a book stands."""
        return cls(account.pk, account.code, account.name, account.kind, account.parent_id, account.heading)


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A line of an outline: a heading carries the sums of everything below it. amounts: column -> amount in minor units."""

    place: Place
    level: int
    amounts: dict[str, int]


def outline(places: Iterable[Place], columns: Mapping[str, Mapping[int, int]], kinds: Collection[str]) -> list[OutlineRow]:
    """Accounts of some kinds below their headings, by code; what has no amount in any column and no child with one is left out.

    columns: name of a column -> key of an account -> amount with the sign to show. A heading of another kind does not appear; its
    accounts move up.
    """
    wanted = {p.key: p for p in places if p.kind in kinds}
    children: dict[int | None, list[Place]] = defaultdict(list)
    for place in sorted(wanted.values(), key=lambda p: p.code):
        children[place.parent if place.parent in wanted else None].append(place)

    def below(parent: int | None, level: int) -> list[OutlineRow]:
        rows: list[OutlineRow] = []
        for place in children[parent]:
            inner = below(place.key, level + 1)
            sums = {name: amounts.get(place.key, 0) for name, amounts in columns.items()}
            for row in inner:
                if row.level == level + 1:
                    sums = {name: amount + row.amounts[name] for name, amount in sums.items()}
            if inner or any(sums.values()):
                rows.append(OutlineRow(place, level, sums))
                rows += inner
        return rows

    return below(None, 0)


def in_chart_order(places: Iterable[Place]) -> list[str]:
    """Kinds of the balance sheet as the chart wants them: assets, then what begins with the lower code; without headings the liabilities.

    Source: HGB § 266(3) and the PCG begin with the equity; the Companies Act formats and Regulation S-X with the liabilities.
    """
    first: dict[str, str] = {}
    for place in places:
        if place.heading and place.parent is None:
            first[place.kind] = min(place.code, first.get(place.kind, place.code))
    return sorted(BALANCE_KINDS, key=lambda kind: (kind != "asset", first.get(kind, "")))


def spread(amount_minor: int, from_on: date, to_on: date, *, by_day: bool) -> list[tuple[date, int]]:
    """What each month of a span gets of an amount, at its last day within the span; the last one takes what rounding left.

    by_day: by the days of each month within the span, else every month the same, also one that is cut short. Each part is rounded towards
    zero; a month that gets nothing is left out.
    """
    months, sign, whole = months_within(from_on, to_on), (1 if amount_minor >= 0 else -1), abs(amount_minor)
    weights = [(end - start).days + 1 if by_day else 1 for start, end in months]
    parts = [whole * weight // sum(weights) for weight in weights]
    parts[-1] += whole - sum(parts)
    return [(end, sign * part) for (_, end), part in zip(months, parts, strict=True) if part]


def month_after(on: date) -> date:
    """First day of the month after that of a day."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)

"""The arithmetic of consolidation: translation, capital, goodwill, what companies of a group owe and sell each other.

Amounts of books are debit positive; amounts of equity, results and goodwill positive where they are as expected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from enfilade.back.ledger.rules import Place, natural
from enfilade.base.money.rules import round_half_up

# Brings an amount of a company's currency into that of the group.
Translate = Callable[[int], int]

GOODWILL, ASSOCIATES, BADWILL, MINORITY, TRANSLATION, RETAINED, DIFFERENCES, RESULT_DIFFERENCES = range(-1, -9, -1)
AMORTISATION, ASSOCIATES_RESULT, EARLIER, CAPITAL = range(-9, -13, -1)
# What stands in statements of a group and on no account. The codes put them behind the accounts of their kind.
POSITIONS = {
    key: Place(key, f"~{-key:02}", name, kind, None, heading=False)
    for key, kind, name in (
        (GOODWILL, "asset", "Goodwill from consolidation"),
        (ASSOCIATES, "asset", "Associated companies, earned since the acquisition"),
        (BADWILL, "equity", "Difference from the consolidation of capital"),
        (MINORITY, "equity", "Minority interests"),
        (TRANSLATION, "equity", "Difference from the translation of currencies"),
        (RETAINED, "equity", "Earned by companies of the group in earlier years"),
        (DIFFERENCES, "liability", "Balances between companies of the group that differ"),
        (RESULT_DIFFERENCES, "income", "Income and cost between companies of the group that differ"),
        (AMORTISATION, "expense", "Goodwill written down"),
        (ASSOCIATES_RESULT, "income", "Result of associated companies"),
        (EARLIER, "equity", "Result of earlier years"),
        (CAPITAL, "equity", "Equity of companies of the group at their acquisition"),
    )
}


@dataclass(frozen=True, slots=True)
class Rates:
    """How amounts of a company become those of the group.

    closing: of the balance sheet's day. average: of the year so far. historical: of the day of the acquisition. of_span: the average of
    the days of an earlier year. on_day: of a day, for what was put in or taken out.
    Source: § 308a HGB; IAS 21.39, 21.40.
    """

    closing: Translate
    average: Translate
    historical: Translate
    of_span: Callable[[date, date], Translate]
    on_day: Callable[[date], Translate]


@dataclass(frozen=True)
class Books:
    """What the books of a company say, in its own currency; debit positive.

    standing: assets and debts at the end of the day. results: income and cost of this year, since the acquisition.
    equity: accounts of equity, without the result of this year. earlier: results of earlier years that stand on no account of equity.
    acquired_minor: its equity at the acquisition, credit positive. years: first and last day of an earlier year -> its result, profit
    positive.
    moves: day -> what was put into the equity (positive) or taken out since the acquisition, results left out.
    """

    standing: dict[int, int] = field(default_factory=dict)
    results: dict[int, int] = field(default_factory=dict)
    equity: dict[int, int] = field(default_factory=dict)
    earlier: dict[int, int] = field(default_factory=dict)
    acquired_minor: int = 0
    years: dict[tuple[date, date], int] = field(default_factory=dict)
    moves: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capital:
    """The equity of a company in the group's currency, by where it came from; the sum is its net assets at the closing rate.

    Also what a company has of those that it holds, beyond what it paid for their shares.
    """

    acquired_minor: int
    earlier_minor: int
    current_minor: int
    translation_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.acquired_minor + self.earlier_minor + self.current_minor + self.translation_minor

    def __add__(self, other: Capital) -> Capital:
        return Capital(
            self.acquired_minor + other.acquired_minor,
            self.earlier_minor + other.earlier_minor,
            self.current_minor + other.current_minor,
            self.translation_minor + other.translation_minor,
        )


NOTHING = Capital(0, 0, 0, 0)


def capital_of(books: Books, rates: Rates) -> Capital:
    """The equity of a company, translated: the acquired at the historical rate, results at the averages of their years, what was put in or
    taken out at the rate of its day. What then is missing to its net assets at the closing rate is the difference from translation.

    Source: IAS 21.39 (a) to (c), 21.41; § 308a sentences 1 to 3 HGB.
    """
    net_assets = sum(rates.closing(amount) for amount in books.standing.values())
    acquired = rates.historical(books.acquired_minor)
    earlier = sum(rates.of_span(*span)(amount) for span, amount in books.years.items())
    earlier += sum(rates.on_day(day)(amount) for day, amount in books.moves.items())
    current = -sum(rates.average(amount) for amount in books.results.values())
    return Capital(acquired, earlier, current, net_assets - acquired - earlier - current)


def share_of(amount_minor: int, percent: Decimal) -> int:
    """What the parent has of an amount, rounded half up; the rest is the minority's, so that both are the whole."""
    return round_half_up(Decimal(amount_minor) * percent / 100)


def months_since(acquired_on: date, on: date) -> int:
    """Months from an acquisition to a day, the month of the first day after the acquisition counted as a whole, as is that of the day."""
    first = acquired_on + timedelta(days=1)
    return max(0, (on.year - first.year) * 12 + on.month - first.month + 1)


def written_down(goodwill_minor: int, years: int, acquired_on: date, on: date) -> int:
    """What of a goodwill is written down by the end of a day, month by month in equal parts, rounded half up.

    Source: §§ 309 (1), 253 (3) HGB. years: 0 where it is not written down by plan.
    """
    if years == 0 or goodwill_minor <= 0 or on <= acquired_on:
        return 0
    return round_half_up(Decimal(goodwill_minor) * min(months_since(acquired_on, on), 12 * years) / (12 * years))


@dataclass(frozen=True, slots=True)
class Holding:
    """What a company has of another one. share: percent; cost_minor: of the shares, at the rate of the acquisition.

    acquired_on: since when the company belongs to the group. translated_minor: by what its holder's books show the shares dearer at the
    closing rate. bought_with_holder: the holder had the shares before it belonged to the group.
    """

    share: Decimal
    cost_minor: int
    shares_account: int
    goodwill_years: int
    acquired_on: date
    translated_minor: int = 0
    bought_with_holder: bool = False


class Column:
    """Amounts of a column by place, debit positive while they are gathered."""

    def __init__(self) -> None:
        self.amounts: dict[int, int] = defaultdict(int)

    def debit(self, key: int, amount_minor: int) -> None:
        """Add an amount to a place; below zero it is a credit."""
        self.amounts[key] += amount_minor

    def credit(self, key: int, amount_minor: int) -> None:
        """Add an amount to the other side."""
        self.amounts[key] -= amount_minor

    @property
    def rest_minor(self) -> int:
        """By how much debit exceeds credit: nothing, where the column is whole."""
        return sum(self.amounts.values())

    def naturally(self, places: Mapping[int, Place]) -> dict[int, int]:
        """Amounts with the sign that people expect."""
        return {key: natural(places[key].kind, amount) for key, amount in self.amounts.items() if amount}


def own_column(capital: Capital) -> Column:
    """Where the equity of a company stands in its own column."""
    column = Column()
    column.credit(CAPITAL, capital.acquired_minor)
    column.credit(RETAINED, capital.earlier_minor)
    column.credit(TRANSLATION, capital.translation_minor)
    return column


@dataclass(frozen=True, slots=True)
class Taken:
    """What consolidating a company gives. minority_minor: of this year's result. holders: what its holder has of it beyond the shares."""

    minority_minor: int
    holders: Capital


def consolidate_capital(column: Column, holding: Holding, capital: Capital, below: Capital, year_start: date, on: date) -> Taken:
    """Set the shares against the equity that was bought.

    below: what the company has of those that it holds itself, which were consolidated before: its minority has a share of that as well, so
    that of 60 % held through 80 % the group has 48.
    What was paid more is goodwill, and is written down; what was paid less stands with the equity. The minority has its share of all of it.
    Shares that the holder had before it belonged to the group itself were bought with it: what they are worth more or less than they cost
    is a part of the equity that was bought there, and no goodwill of its own.
    Source: §§ 301 (1), (3), 307 (1), 309 HGB; IFRS 3.32, 10.B94; DRS 23 (levels consolidated one by one, from below).
    """
    whole = capital + below
    bought = share_of(whole.acquired_minor, holding.share)
    earlier, current, translation = (
        share_of(amount, holding.share) for amount in (whole.earlier_minor, whole.current_minor, whole.translation_minor)
    )
    column.debit(CAPITAL, whole.acquired_minor)
    column.credit(holding.shares_account, holding.cost_minor + holding.translated_minor)
    column.debit(TRANSLATION, holding.translated_minor)
    difference = holding.cost_minor - bought
    if holding.bought_with_holder:
        column.debit(CAPITAL, difference)
    else:
        column.debit(GOODWILL if difference > 0 else BADWILL, difference)
    before, now = _write_down(column, GOODWILL, difference, holding, year_start, on)
    column.credit(MINORITY, whole.acquired_minor - bought + whole.earlier_minor - earlier + whole.translation_minor - translation)
    column.debit(RETAINED, whole.earlier_minor - earlier)
    column.debit(TRANSLATION, whole.translation_minor - translation)
    acquired = -difference if holding.bought_with_holder else 0
    holders = Capital(acquired, earlier - before, current - (now - before), translation - holding.translated_minor)
    return Taken(whole.current_minor - current, holders)


def take_associate(column: Column, holding: Holding, capital: Capital, year_start: date, on: date) -> Taken:
    """Carry the shares of an associated company on with the holder's part of what it earned since the acquisition.

    What was put in or taken out, and differences from translation, are entered by hand. Source: § 312 (1), (4) HGB; IAS 28.10.
    """
    current, earlier = (share_of(amount, holding.share) for amount in (capital.current_minor, capital.earlier_minor))
    column.debit(ASSOCIATES, current + earlier)
    column.credit(ASSOCIATES_RESULT, current)
    column.credit(RETAINED, earlier)
    goodwill = holding.cost_minor - share_of(capital.acquired_minor, holding.share)
    before, now = _write_down(column, ASSOCIATES, goodwill, holding, year_start, on)
    return Taken(0, Capital(0, earlier - before, current - (now - before), 0))


def _write_down(column: Column, key: int, goodwill_minor: int, holding: Holding, year_start: date, on: date) -> tuple[int, int]:
    """What is written down until the year, and by now."""
    if holding.bought_with_holder:
        return 0, 0
    before, now = (
        written_down(goodwill_minor, holding.goodwill_years, holding.acquired_on, day) for day in (year_start - timedelta(days=1), on)
    )
    column.credit(key, now)
    column.debit(RETAINED, before)
    column.debit(AMORTISATION, now - before)
    return before, now


def take_out(column: Column, amounts: Iterable[tuple[int, int]], rest: int) -> None:
    """Take what companies of the group owe or sell each other out of both their accounts; what then differs stands at a place of its own.

    amounts: place and amount, debit positive, as the companies have it. Source: §§ 303 (1), 305 (1) HGB; IFRS 10.B86 (c).
    """
    for key, amount in amounts:
        column.credit(key, amount)
        column.debit(rest, amount)


@dataclass(frozen=True, slots=True)
class Chart:
    """What is needed to find the place of an account: accounts by key, which account serves which purpose, and the name of the chart."""

    places: Mapping[int, Place]
    serving: Mapping[str, int]
    name: str = ""


def mapped(theirs: Chart, group: Chart, said: Mapping[str, int]) -> dict[int, int]:
    """Where the accounts of a company stand in the group's chart. Shape: key of theirs -> key of the group's; others are left out.

    said: their code -> key, as somebody said it, which goes before everything. In the same chart the same code is the same account; in
    another one an account that serves a purpose stands where that purpose is served in the group. Kinds have to be the same else.
    """
    by_code = {place.code: place for place in group.places.values() if not place.heading}
    purposes: dict[int, list[str]] = defaultdict(list)
    for purpose, key in theirs.serving.items():
        purposes[key].append(purpose)
    found: dict[int, int] = {}
    for key, place in theirs.places.items():
        if place.heading:
            continue
        served = {group.serving[p] for p in purposes[key] if p in group.serving and group.places[group.serving[p]].kind == place.kind}
        same = by_code.get(place.code)
        if place.code in said:
            found[key] = said[place.code]
        elif theirs.name == group.name and theirs.name and same is not None and same.kind == place.kind:
            found[key] = same.key
        elif len(served) == 1:
            found[key] = served.pop()
    return found


def top_headings(places: Mapping[int, Place]) -> dict[str, int]:
    """The heading of each kind below which a chart has all accounts of it; a chart that begins a kind with several has none."""
    tops: dict[str, list[Place]] = defaultdict(list)
    for place in places.values():
        if place.parent is None:
            tops[place.kind].append(place)
    return {kind: found[0].key for kind, found in tops.items() if len(found) == 1 and found[0].heading}

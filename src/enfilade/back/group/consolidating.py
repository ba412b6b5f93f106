"""The statements of the group: every company in its column, what is taken out, what was entered by hand, the sum, what is behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from enfilade.back.ledger.rules import RESULT_KINDS, Place
from enfilade.base.books.rules import months_within
from enfilade.base.money.queries import rates_on
from enfilade.base.money.rules import RateOn, convert
from enfilade.core.context import Context, Refusal
from enfilade.core.language.words import say
from enfilade.core.models import Company

from . import rules
from .models import GroupCompany
from .queries import Said, With, chains, chart_in, entries_until, mappings_of, members_on, read_company, start_of_year
from .rules import Column, Rates, Translate

ELIMINATIONS, ENTRIES, TOGETHER = "eliminations", "entries", "amount"
# An account without a place in the group's chart stands by itself; its key is far from those of the positions.
_UNPLACED = -1_000
COMPANIES_MAX = 30


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a figure. column: where it stands. what: account, or what was taken out.

    local_minor: in the company's currency, debit positive; None where it is of the group only. amount_minor: in that of the group.
    first: the first day whose results count.
    """

    key: int
    column: str
    company: str
    slug: str
    code: str
    what: str
    currency: str
    local_minor: int | None
    amount_minor: int
    first: date


@dataclass
class Consolidated:
    """Statements of a group. columns: name -> column; labels: name -> words. minority_minor: the minority's part of this year's result."""

    places: dict[int, Place]
    start: date
    on: date
    columns: dict[str, Column] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    behind: list[Behind] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    minority_minor: int = 0

    def column(self, name: str, label: str) -> Column:
        """A column, begun where it is not there yet."""
        self.labels.setdefault(name, label)
        return self.columns.setdefault(name, Column())

    def naturally(self) -> dict[str, dict[int, int]]:
        """All columns and their sum, with the signs that people expect."""
        found = {name: column.naturally(self.places) for name, column in self.columns.items()}
        together = Column()
        for column in self.columns.values():
            for key, amount in column.amounts.items():
                together.debit(key, amount)
        return {**found, TOGETHER: together.naturally(self.places)}


def consolidated(ctx: Context, on: date) -> Consolidated:
    """The group of the company acted for at the end of a day, with the results of its year until then.

    Refuses: no_group, no_ledger, not_in_company, no_rate, too_many_companies.
    """
    members = members_on(ctx, on)
    if not members:
        raise Refusal("no_group", "No company belongs to the group on this day: add one under Companies of the group.")
    if len(members) > COMPANIES_MAX:
        raise Refusal("too_many_companies", f"At most {COMPANIES_MAX} companies are consolidated at once.")
    return _Group(ctx, members, on).made()


class _Group:
    """One consolidation under way."""

    def __init__(self, ctx: Context, members: list[GroupCompany], on: date) -> None:
        self.ctx, self.members, self.on = ctx, members, on
        self.chart, self.said_places = chart_in(ctx), mappings_of(ctx)
        self.start = start_of_year(ctx, on)
        self.tops = rules.top_headings(self.chart.places)
        positions = {k: replace(p, name=say(p.name), parent=self.tops.get(p.kind)) for k, p in rules.POSITIONS.items()}
        self.result = Consolidated({**self.chart.places, **positions}, self.start, on)
        self.chains = chains(members)
        self.since = {key: max(one.acquired_on for one in chain) for key, chain in self.chains.items()}
        self.full = [member for member in members if member.method == GroupCompany.Method.FULL]
        self.within = [ctx.company_id, *(member.member_id for member in self.full)]

    def made(self) -> Consolidated:
        result = self.result
        parent = read_company(self.ctx, self.ctx.company, self.within, self.start, self.on, None)
        self._parent(parent)
        dealings = [
            self._dealings(parent, {key: key for key in self.chart.places}, _rates(self.ctx, self.ctx.company, self.start, self.on))
        ]
        capitals: dict[int, tuple[Said, rules.Capital]] = {}
        for number, member in enumerate(self.full, 1):
            said, rates = self._read(member, self.within)
            at = self._placed(said)
            capital = rules.capital_of(said.books, rates)
            self._member(f"company_{number}", said, rates, at, capital)
            capitals[member.pk] = said, capital
            dealings.append(self._dealings(said, at, rates))
        for member in self.members:
            if member.method == GroupCompany.Method.EQUITY:
                said, rates = self._read(member, [])
                capitals[member.pk] = said, rules.capital_of(said.books, rates)
        eliminations = self._shares(capitals)
        for owed, earned in dealings:
            for found, rest in ((owed, rules.DIFFERENCES), (earned, rules.RESULT_DIFFERENCES)):
                rules.take_out(eliminations, [(key, amount) for key, amount, _ in found], rest)
                for key, amount, said in found:
                    self._note(key, ELIMINATIONS, said, "Between companies of the group", -amount)
                    self._note(rest, ELIMINATIONS, said, "Between companies of the group", amount)
        result.columns[ELIMINATIONS], result.labels[ELIMINATIONS] = eliminations, "Eliminations"
        self._entries()
        return result

    def _read(self, member: GroupCompany, within: list[int]) -> tuple[Said, Rates]:
        since = self.since[member.pk]
        said = read_company(self.ctx, member.member, within, self.start, self.on, since)
        return said, _rates(self.ctx, member.member, max(self.start, since), self.on, since)

    def _shares(self, capitals: Mapping[int, tuple[Said, rules.Capital]]) -> Column:
        """Set the shares of each company against its equity, from below: what a company has of others goes into its own turn."""
        eliminations, below = Column(), defaultdict[int, rules.Capital](lambda: rules.NOTHING)
        for member in sorted(self.members, key=lambda one: -len(self.chains[one.pk])):
            if member.pk not in capitals:
                continue
            (said, capital), column, holding = capitals[member.pk], Column(), self._holding(member)
            if member.method == GroupCompany.Method.FULL:
                taken = rules.consolidate_capital(column, holding, capital, below[member.pk], self.start, self.on)
            else:
                taken = rules.take_associate(column, holding, capital, self.start, self.on)
            self.result.minority_minor += taken.minority_minor
            if member.held_by_id is not None:
                below[member.held_by_id] += taken.holders
            for key, amount in column.amounts.items():
                eliminations.debit(key, amount)
                self._note(key, ELIMINATIONS, said, "Consolidation of capital", amount)
        return eliminations

    def _holding(self, member: GroupCompany) -> rules.Holding:
        """The shares as their holder has them, in the group's currency."""
        since, cost = self.since[member.pk], member.cost_minor
        translated, with_holder = 0, False
        if member.held_by is not None:
            rates = _rates(self.ctx, member.held_by.member, max(self.start, since), self.on, since)
            with_holder = member.acquired_on < since
            cost = rates.historical(member.cost_minor)
            translated = rates.closing(member.cost_minor) - cost
        return rules.Holding(
            member.share_percent, cost, member.shares_account_id, member.goodwill_years, since, translated, bought_with_holder=with_holder
        )

    def _parent(self, said: Said) -> None:
        column = self.result.column("company_0", str(said.company))
        for amounts in (said.books.standing, said.books.results, said.books.equity):
            for key, amount in amounts.items():
                column.debit(key, amount)
                self._account(key, "company_0", said, key, amount, amount)
        for key, amount in said.books.earlier.items():
            column.debit(rules.EARLIER, amount)
            self._account(rules.EARLIER, "company_0", said, key, amount, amount)

    def _member(self, name: str, said: Said, rates: Rates, at: Mapping[int, int], capital: rules.Capital) -> None:
        column = self.result.column(name, str(said.company))
        for amounts, translate in ((said.books.standing, rates.closing), (said.books.results, rates.average)):
            for account, amount in amounts.items():
                worth = translate(amount)
                column.debit(at[account], worth)
                self._account(at[account], name, said, account, amount, worth)
        for key, amount in rules.own_column(capital).amounts.items():
            column.debit(key, amount)
            self._note(key, name, said, "Equity, translated", amount)

    def _placed(self, said: Said) -> dict[int, int]:
        """Where each account stands; one that has no place gets a line of its own."""
        at = rules.mapped(said.chart, self.chart, self.said_places.get(said.company.pk, {}))
        for account in (*said.books.standing, *said.books.results):
            if account not in at:
                place, key = said.chart.places[account], _UNPLACED - len(self.result.unplaced)
                name = f"{place.name} ({said.company})"
                self.result.places[key] = Place(key, place.code, name, place.kind, self.tops.get(place.kind), heading=False)
                self.result.unplaced.append(f"{place.code} {name}")
                at[account] = key
        return at

    def _dealings(self, said: Said, at: Mapping[int, int], rates: Rates) -> tuple[list[tuple[int, int, Said]], list[tuple[int, int, Said]]]:
        """What a company owes and sells others of the group, where it stands, translated as its account is."""

        def found(dealings: list[With], translate: Translate) -> list[tuple[int, int, Said]]:
            sums: dict[int, int] = defaultdict(int)
            for dealing in dealings:
                sums[dealing.account] += dealing.amount_minor
            return [(at[account], translate(amount), said) for account, amount in sums.items() if account in at and amount]

        return found(said.owed, rates.closing), found(said.earned, rates.average)

    def _entries(self) -> None:
        column = self.result.column(ENTRIES, "Entries of the group")
        for line in entries_until(self.ctx, self.on):
            earlier = line.account.kind in RESULT_KINDS and line.entry.on < self.start
            key = rules.RETAINED if earlier else line.account_id
            column.debit(key, line.amount_minor)
            self._note(key, ENTRIES, None, line.entry.text, line.amount_minor)

    def _account(self, key: int, column: str, said: Said, account: int, local: int, amount: int) -> None:
        place, company = said.chart.places[account], said.company
        self.result.behind.append(
            Behind(key, column, str(company), company.slug, place.code, place.name, company.currency, local, amount, said.first)
        )

    def _note(self, key: int, column: str, said: Said | None, what: str, amount: int) -> None:
        if amount:
            self.result.behind.append(Behind(key, column, str(said.company) if said else "", "", "", what, "", None, amount, self.start))


def _rates(ctx: Context, company: Company, start: date, on: date, acquired_on: date | None = None) -> Rates:
    """How a company's amounts become the group's, by the rates that the parent has recorded. Refuses: no_rate."""
    base, own = company.currency, ctx.company.currency
    if base == own:

        def same(amount: int) -> int:
            return amount

        return Rates(same, same, same, lambda *_: same, lambda _: same)

    @cache
    def rate(day: date) -> RateOn:
        found = rates_on(ctx, [base], own, day).get(base)
        if found is None:
            raise Refusal("no_rate", f"There is no rate between {base} and {own} on {day:%Y-%m-%d} or before.")
        return found

    def average(first: date, last: date) -> Translate:
        days = [end for _, end in months_within(first, last)]
        mean = sum((rate(day).rate for day in days), Decimal(0)) / len(days)
        return lambda amount: convert(amount, mean, base, own)

    return Rates(rate(on).worth_of, average(start, on), rate(acquired_on or on).worth_of, average, lambda day: rate(day).worth_of)

"""Amounts of a budget: typed in a grid, spread over the months, taken from the year before, or from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from enfilade.back.budgeting import rules
from enfilade.back.budgeting.formats.table import FoundRow, read_budget
from enfilade.back.budgeting.models import Budget, BudgetLine
from enfilade.back.budgeting.queries import actuals_before
from enfilade.back.ledger.queries import Place, places_of
from enfilade.base.books.models import Dimension, DimensionValue
from enfilade.base.books.queries import accounts_by_id, values_coded, values_of
from enfilade.core.command import Choice, Input, Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.files import at_line, open_file, refuse_file
from enfilade.core.models import StoredFile

Code = Annotated[str, Input(label="Account", max_length=20)]
ValueCode = Annotated[str, Input(label="Dimension value", max_length=20)]
Month = Annotated[int, Input(amount=True, signed=True)]
Growth = Annotated[Decimal, Input(label="More or less (%)", min_value=-100, max_value=1000, decimals=2)]
EVEN, SEASON = "even", "season"
SPREADING = Choice((SEASON, "As the months of the year before"), (EVEN, "Every month the same"), label="Spread")


@dataclass(frozen=True)
class BudgetRow:
    """An account over the months of the year: one row of the grid.

    account_code: number of the account in the chart.
    value: code of the value of a dimension for which it is planned.
    month_1 to month_12: by the order of the months in the year of accounts; income and cost are positive. Zero is not planned.
    """

    account_code: Code
    value: ValueCode = ""
    month_1: Month = 0
    month_2: Month = 0
    month_3: Month = 0
    month_4: Month = 0
    month_5: Month = 0
    month_6: Month = 0
    month_7: Month = 0
    month_8: Month = 0
    month_9: Month = 0
    month_10: Month = 0
    month_11: Month = 0
    month_12: Month = 0

    @property
    def amounts(self) -> list[int]:
        """The amounts in the order of the months."""
        return [getattr(self, f"month_{number}") for number in range(1, 13)]


@dataclass(frozen=True)
class _Row:
    """An account and perhaps a value, with the amount of each month; a month that is not there is not planned."""

    account: int
    value: int | None
    months: dict[date, int]


@command(permission="budgeting.enter_budget", label="Enter amounts", tone="primary")
def enter_budget(ctx: Context, *, budget: Budget, lines: list[BudgetRow]) -> Budget:
    """Plan accounts month by month; each row takes the place of what was planned for its account and value.

    Refuses: not_draft, unknown_account, unknown_value, no_such_month; budget_line_fits (database).
    """
    months = rules.months_of(budget.starts_on, budget.ends_on)
    places, values = _places(ctx, [line.account_code for line in lines]), _values(ctx, [line.value for line in lines])
    rows = []
    for number, line in enumerate(lines):
        if any(line.amounts[len(months) :]):
            raise Refusal("no_such_month", f"This year has {len(months)} months.", field=f"lines[{number}].month_{len(months) + 1}")
        planned = dict(zip(months, line.amounts, strict=False))
        rows.append(_Row(places[line.account_code].account_id, values.get(line.value), planned))
    return _write(ctx, budget, rows)


@command(permission="budgeting.enter_budget", label="Spread an amount")
def spread_budget(
    ctx: Context,
    *,
    budget: Budget,
    account_code: Code,
    amount: Annotated[int, Input(label="Amount of the year", amount=True, signed=True)],
    value: ValueCode = "",
    spreading: Annotated[str, SPREADING] = SEASON,
) -> Budget:
    """Plan an account for the whole year, spread over its months.

    spreading: as what was posted to the account in the year before was spread, or evenly; evenly too where that is no pattern.
    Refuses: not_draft, unknown_account, unknown_value; budget_line_fits (database).
    """
    months, place = rules.months_of(budget.starts_on, budget.ends_on), _places(ctx, [account_code])[account_code]
    key = _values(ctx, [value]).get(value)
    before = actuals_before(ctx, budget.starts_on, budget.ends_on, [key] if key else None) if spreading == SEASON else {}
    weights = [before.get(place.account_id, {}).get(month.month, 0) for month in months]
    return _write(ctx, budget, [_Row(place.account_id, key, dict(zip(months, rules.spread_over(amount, weights), strict=True)))])


@command(permission="budgeting.enter_budget", label="Take the year before")
def take_actuals(
    ctx: Context,
    *,
    budget: Budget,
    percent: Growth = Decimal(0),
    spreading: Annotated[str, SPREADING] = SEASON,
    dimension: Ref[Dimension] | None = None,
) -> Budget:
    """Plan what was earned and spent in the year before, with so many percent more or less, for every account that moved.

    percent: of the sum of each account in that year; 3 is three percent more, -10 ten percent less.
    dimension: planned for each of its values by itself; what named none of them is planned without one.
    Refuses: not_draft, nothing_before.
    """
    months = rules.months_of(budget.starts_on, budget.ends_on)
    together = actuals_before(ctx, budget.starts_on, budget.ends_on)
    by_value: dict[int | None, Mapping[int, Mapping[int, int]]] = {None: together}
    if dimension is not None:
        parts: dict[int | None, Mapping[int, Mapping[int, int]]] = {
            v.pk: actuals_before(ctx, budget.starts_on, budget.ends_on, [v.pk]) for v in values_of(ctx, dimension.pk)
        }
        by_value = {**parts, None: _left(together, list(parts.values()))}
    usable = accounts_by_id(ctx, {account for moved in by_value.values() for account in moved})
    rows = []
    for value, moved in by_value.items():
        for account, amounts in moved.items():
            weights = [amounts.get(month.month, 0) for month in months]
            total = rules.grown(sum(weights), percent)
            if account in usable and any(weights):
                spread = rules.spread_over(total, weights if spreading == SEASON else [1] * len(months))
                rows.append(_Row(account, value, dict(zip(months, spread, strict=True))))
    if not rows:
        raise Refusal("nothing_before", "Nothing was earned or spent in the year before.")
    return _write(ctx, budget, rows)


@command(permission="budgeting.enter_budget", label="Take a file")
def import_budget(ctx: Context, *, budget: Budget, file: Ref[StoredFile]) -> Budget:
    """Plan what stands in a CSV file or a workbook; each row takes the place of what was planned for its account and value.

    file: columns for account and perhaps dimension value, and either one for each month (2026-01 or 1 to 12), or month and amount.
    Refuses: not_draft; invalid (what can't be read or is not known, with its line); budget_line_fits (database).
    """
    with open_file(file) as content:
        found = read_budget(content.read(), ctx.company.country, ctx.company.currency)
    refuse_file([at_line(p["line"], p["sentence"]) for p in found.problems if p["refused"]])
    months = rules.months_of(budget.starts_on, budget.ends_on)
    places = places_of(ctx, [row.account for row in found.rows], purposes=False, missing_ok=True)
    values = values_coded(ctx, {row.value for row in found.rows if row.value})
    refuse_file([at_line(row.line, said) for row in found.rows if (said := _fault(row, places, values, months))])
    rows: dict[tuple[int, int | None], _Row] = {}
    for row in found.rows:
        key = (places[row.account].account_id, values[row.value].pk if row.value else None)
        planned = rows.setdefault(key, _Row(*key, {})).months
        for month, amount_minor in row.amounts.items():
            first = _month(month, months)
            assert first is not None  # noqa: S101 - refused above
            planned[first] = planned.get(first, 0) + amount_minor
    return _write(ctx, budget, list(rows.values()))


def _fault(row: FoundRow, places: dict[str, Place], values: dict[str, DimensionValue], months: Sequence[date]) -> str:
    if row.account not in places:
        return f"There is no account {row.account}."
    if row.value and row.value not in values:
        return f"No dimension has a value {row.value}."
    strange = next((month for month in row.amounts if _month(month, months) is None), None)
    return f"{strange} is no month of this year of accounts." if strange else ""


def _month(text: str, months: Sequence[date]) -> date | None:
    """The month that a file means: 2026-03, or its place in the year."""
    if text.isdigit():
        return months[int(text) - 1] if 1 <= int(text) <= len(months) else None
    return next((month for month in months if f"{month:%Y-%m}" == text), None)


def _left(together: Mapping[int, Mapping[int, int]], parts: Sequence[Mapping[int, Mapping[int, int]]]) -> dict[int, dict[int, int]]:
    """What is left of amounts by account and month when parts of them are taken away."""
    return {
        account: {month: amount - sum(part.get(account, {}).get(month, 0) for part in parts) for month, amount in amounts.items()}
        for account, amounts in together.items()
    }


def _places(ctx: Context, codes: Sequence[str]) -> dict[str, Place]:
    return places_of(ctx, codes, purposes=False)


def _values(ctx: Context, codes: Sequence[str]) -> dict[str, int]:
    """Keys of values by their codes. Refuses: unknown_value."""
    wanted = {code for code in codes if code}
    found = values_coded(ctx, wanted)
    if missing := wanted - found.keys():
        raise Refusal("unknown_value", f"No dimension has a value {min(missing)}.", field="value")
    return {code: value.pk for code, value in found.items()}


def _write(ctx: Context, budget: Budget, rows: Sequence[_Row]) -> Budget:
    """Put rows in the place of what was planned for their accounts and values; what is said twice counts as the last time."""
    wanted = {(row.account, row.value): row for row in rows}
    old = BudgetLine.objects.visible_to(ctx).filter(budget=budget, account__in={row.account for row in rows})
    BudgetLine.objects.visible_to(ctx).filter(
        pk__in=[key for key, account, value in old.values_list("pk", "account", "value") if (account, value) in wanted]
    ).delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(
            company=ctx.company, budget=budget, account_id=row.account, value_id=row.value, month_on=month, amount_minor=amount_minor
        )
        for row in wanted.values()
        for month, amount_minor in row.months.items()
        if amount_minor
    )
    return budget

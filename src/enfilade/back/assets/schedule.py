"""The plan of an asset, year by year: what was charged, and what will be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from enfilade.core.context import Context

from . import rules
from .models import Asset, AssetTerms, Movement
from .queries import last_terms, movements_of, year_month_of


@dataclass(frozen=True, slots=True)
class YearOfAsset:
    """A year of accounts of an asset. moved_minor: what was charged; planned_minor: what is still to come; book_minor: at its end.

    other_minor: impairments and write-ups, and what left with a part.
    """

    ends_on: date
    moved_minor: int
    planned_minor: int
    other_minor: int
    book_minor: int


def planned(asset: Asset, terms: AssetTerms | None) -> list[rules.PlannedYear]:
    """What an asset will be charged, by years of accounts, as things stand."""
    if terms is None or asset.book_minor <= asset.residual_minor:
        return []
    after_on = asset.charged_through
    return rules.planned_years(terms.plan, asset.depreciated_minor - terms.offset_minor, after_on)


def years_of(ctx: Context, asset: Asset) -> list[YearOfAsset]:
    """The whole life of an asset by years of accounts, from its first movement to the last planned charge."""
    month = year_month_of(ctx, ctx.today)
    charged: dict[date, int] = defaultdict(int)
    other: dict[date, int] = defaultdict(int)
    cost: dict[date, int] = defaultdict(int)
    for movement in movements_of(ctx, asset):
        ends = _year_end(movement.on, month)
        cost[ends] += movement.cost_minor
        if movement.kind == Movement.Kind.OPENING:
            cost[ends] -= movement.depreciation_minor
            continue
        (charged if movement.kind == Movement.Kind.DEPRECIATION else other)[ends] += movement.depreciation_minor
    coming = {year.ends_on: year.charge_minor for year in planned(asset, last_terms(ctx, [asset]).get(asset.pk))}
    found, book = [], 0
    for ends in sorted({*charged, *other, *coming, *cost}):
        book += cost[ends] - charged[ends] - other[ends] - coming.get(ends, 0)
        found.append(YearOfAsset(ends, charged[ends], coming.get(ends, 0), other[ends], book))
    return found


def _year_end(on: date, month: int) -> date:
    return rules.month_start(rules.year_opens(on, month) + 12) - timedelta(days=1)


def forecast(ctx: Context, assets: Iterable[Asset]) -> dict[int, dict[date, int]]:
    """What classes will be charged. Shape: key of the class -> last day of the year -> amount."""
    rows = list(assets)
    terms = last_terms(ctx, rows)
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for asset in rows:
        for year in planned(asset, terms.get(asset.pk)):
            found[asset.asset_class_id][year.ends_on] += year.charge_minor
    return found

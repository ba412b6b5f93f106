"""A company that owns things: the office of payables, the German classes, and years of accounts since 2024."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from enfilade.back.assets.commands import acquire_asset, begin_classes, post_depreciation
from enfilade.back.assets.models import Asset, AssetClass, DepreciationRun, Movement
from enfilade.back.assets.proof import differences
from enfilade.back.ledger.commands import open_year
from enfilade.back.payables.tests.office import Office
from enfilade.core.scope import scope


class Yard(Office):
    """Everything is bought from the bank, if nothing else is said; `last` is the year before this one."""

    def __init__(self) -> None:
        super().__init__()
        self.last = self.today.year - 1
        for year in (self.last, self.last - 1):
            open_year(self.ctx, year=year)
        begin_classes(self.ctx, sample="german")
        self.money = self.account("bank")

    def kind(self, code: str) -> AssetClass:
        """A class by its code."""
        with scope(self.company.pk):
            return AssetClass.objects.visible_to(self.ctx).get(code=code)

    def own_class(self, code: str, **values: Any) -> AssetClass:
        """A class of its own on the accounts of equipment."""
        like = self.kind("EQUIPMENT")
        accounts = {name: getattr(like, name) for name in ("cost_account_id", "depreciation_account_id", "expense_account_id")}
        with scope(self.company.pk):
            return AssetClass.objects.create(company=self.company, code=code, name=code, **accounts, **values)

    def asset(self, cost: int = 1_200_00, *, on: date | None = None, kind: str | AssetClass = "EQUIPMENT", **more: Any) -> Asset:
        """Something bought and used at once, on the first of January of last year if nothing else is said."""
        day = on or date(self.last, 1, 1)
        asset_class = self.kind(kind) if isinstance(kind, str) else kind
        inputs = {"in_service_on": day, "name": "Chair", "against": self.money, **more}
        return acquire_asset(replace(self.ctx, key=""), asset_class=asset_class, cost=cost, acquired_on=day, **inputs)

    def run_of(self, year: int, month: int) -> DepreciationRun:
        """Depreciation up to the end of a month."""
        return post_depreciation(replace(self.ctx, key=""), through_on=date(year, month, 1))

    def moves(self, asset: Asset) -> list[tuple[str, int, int]]:
        """What moved an asset: kind, cost, what was written off."""
        with scope(self.company.pk):
            rows = Movement.objects.visible_to(self.ctx).filter(asset=asset).order_by("pk")
            return [(m.kind, m.cost_minor, m.depreciation_minor) for m in rows]

    def wrong(self) -> list[str]:
        """Accounts on which register and ledger differ."""
        with scope(self.company.pk):
            return [proved.account.code for proved in differences(self.ctx)]

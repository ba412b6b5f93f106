"""The shop of billing, with levels, whose customers are late as days pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from enfilade.back.billing.tests.shop import Shop
from enfilade.back.dunning.commands import begin_dunning
from enfilade.back.ledger.commands import open_year
from enfilade.core.context import Context
from enfilade.core.scope import scope


class LateShop(Shop):
    """An invoice of today is due in 14 days; next year is open too."""

    def __init__(self) -> None:
        super().__init__()
        open_year(self.ctx, year=self.ctx.today.year + 1)
        begin_dunning(self.ctx)

    def after(self, days: int) -> Context:
        """The owner, some days later."""
        return replace(self.ctx, now=self.ctx.now + timedelta(days=days))

    def all(self, model: Any, **of: Any) -> list[Any]:
        """Rows of a table, oldest first."""
        with scope(self.company.pk):
            return list(model.objects.visible_to(self.ctx).filter(**of).order_by("pk"))

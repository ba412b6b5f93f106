"""Begin with the classes of a country."""

from __future__ import annotations

from typing import Annotated

from enfilade.back.assets.models import AssetClass
from enfilade.back.assets.samples import SAMPLES
from enfilade.back.ledger.queries import places_of
from enfilade.core.command import Choice, command
from enfilade.core.context import Context, Refusal
from enfilade.core.language.words import say


@command(permission="assets.add_assetclass", label="Begin with usual classes", tone="primary", target="")
def begin_classes(
    ctx: Context, *, sample: Annotated[str, Choice(*((code, title) for code, (title, _) in SAMPLES.items()), label="Classes")]
) -> list[AssetClass]:
    """Enter the usual classes of assets of a country, with their accounts by purpose; classes that are there stay as they are.

    Limits of the law are in euro; books in another currency get the classes without them.
    Shape: the classes that were added.
    Refuses: nothing_missing, unknown_account (complete the chart of accounts first).
    """
    known = set(AssetClass.objects.visible_to(ctx).values_list("code", flat=True))
    rows = [row for row in SAMPLES[sample][1] if row.code not in known]
    if not rows:
        raise Refusal("nothing_missing", "All of these classes are there already.", field="sample")
    places = places_of(ctx, {name for row in rows for name in (row.cost, row.accumulated, row.expense)})
    in_euro = ctx.company.currency == "EUR"
    return [
        AssetClass.objects.create(
            company=ctx.company, code=row.code, name=say(row.name), method=row.method, life_months=row.life_months, source=row.source,
            from_minor=row.from_minor if in_euro else None, to_minor=row.to_minor if in_euro else None,
            cost_account_id=places[row.cost].account_id,
            depreciation_account_id=places[row.accumulated].account_id, expense_account_id=places[row.expense].account_id,
        )
        for row in rows
    ]  # fmt: skip

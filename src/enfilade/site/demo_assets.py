"""What the demo company owns for years: taken over from other books, one thing bought by a bill, depreciation posted up to last month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .demo_bills import approve

if TYPE_CHECKING:
    from .demo import Cast


def take_over_assets(cast: Cast) -> None:
    """The owned things of the practice as they stood at the beginning of the year, written off by the month since they were bought."""
    cast.say("Taking over the fixed assets")
    today = cast.owner.today
    opened_on = date(today.year, 1, 1)
    cast.setup.do("assets.begin_classes", sample=cast.data["asset_classes"])
    classes = {row.code: row for row in cast.rows("assets.assetclass")}
    for one in cast.data["assets"]:
        kind, bought = classes[one["asset_class"]], date(today.year - one["years"], one["month"], 1)
        life = one.get("life_months") or kind.life_months
        used = min((opened_on.year - bought.year) * 12 - bought.month + 1, life)
        kept = {name: one[name] for name in ("name", "cost", "place", "serial_number", "life_months") if name in one}
        cast.setup.do(
            "assets.add_asset",
            asset_class=kind.pk,
            acquired_on=bought,
            opened_on=opened_on,
            depreciated=f"{int(one['cost'].partition('.')[0]) * used // life}.00",
            **kept,
        )
    _buy(cast, classes[cast.data["asset_bill"]["asset_class"]].pk)
    last_month = today.replace(day=1) - timedelta(days=1)
    if last_month >= opened_on:
        cast.do("books", cast.owner.now, "assets.post_depreciation", through_on=last_month)


def _buy(cast: Cast, asset_class: int) -> None:
    """A bill over something that lasts, approved, and made an asset."""
    one: dict[str, Any] = cast.data["asset_bill"]
    day = cast.owner.today - timedelta(days=one["days"])
    at = cast.at(day, 9, 30)
    supplier = next(row.pk for row in cast.rows("party.party") if row.name == one["supplier"])
    account = next(row.pk for row in cast.rows("books.account") if row.code == one["account"])
    line = {"account": account, "gross": one["total"], "description": one["text"]}
    bill = cast.do("books", at, "payables.enter_bill", supplier=supplier, number=one["number"], billed_on=day, lines=[line])
    approve(cast, bill, at)
    made = next(row.pk for row in cast.rows("payables.billline") if row.bill_id == bill.pk)
    then, begun = at + timedelta(hours=4), {"in_service_on": day, "place": one["place"]}
    cast.do("books", then, "assets.capitalise_line", line=made, asset_class=asset_class, **begun)

"""Price lists of the demo company: a plan for those who come to every cleaning, and prices of shop goods with tax from next year on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo import Cast

MEMBERS = 3


def agree_prices(cast: Cast) -> None:
    """Members of the cleaning plan pay less for cleanings, and for toothbrushes from two on; next year's shop prices are known."""
    cast.say("Agreeing on prices")
    at = cast.owner.now - timedelta(days=1)
    begun = at.astimezone(cast.owner.zone).date()
    plan = cast.do("owner", at, "pricing.add_pricelist", name="Cleaning plan")
    lasting = {"price_list": plan.pk, "valid_from": begun}
    cast.do("owner", at, "pricing.add_listprice", item=cast.items["CLEAN"], percent_off="15", **lasting)
    cast.do("owner", at, "pricing.add_listprice", item=cast.items["BRUSH"], price="69.00", from_quantity="2", **lasting)
    group = cast.do("owner", at, "pricing.add_customergroup", name="Cleaning plan", note="Two cleanings a year, paid on the day")
    for patient in [row for row in cast.rows("party.party") if "patient" in row.roles][:MEMBERS]:
        cast.do("owner", at, "pricing.add_groupmember", group=group.pk, party=patient.pk)
    cast.do("owner", at, "pricing.give_list", price_list=plan.pk, group=group.pk)
    following = cast.owner.today.replace(year=cast.owner.today.year + 1, month=1, day=1)
    shop = cast.do(
        "owner", at, "pricing.add_pricelist", name=f"Shop {following.year}", with_tax=True, is_default=True, valid_from=following
    )
    cast.do("owner", at, "pricing.add_listprice", price_list=shop.pk, item=cast.items["BRUSH"], price="99.00", valid_from=following)

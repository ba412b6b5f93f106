"""What several commands of assets share: posting, movements, terms, and the charge that comes before a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from enfilade.back.assets import rules
from enfilade.back.assets.models import Asset, AssetClass, AssetTerms, Method, Movement
from enfilade.back.assets.queries import (
    Due,
    dimensions_on,
    due_through,
    first_day,
    last_terms,
    since,
    terms_of,
    units_of,
    year_month_of,
)
from enfilade.back.ledger.commands import Leg, post_legs
from enfilade.back.ledger.queries import control_accounts
from enfilade.base.books.inputs import DimensionCodes
from enfilade.base.books.models import Account, Entry
from enfilade.core.command import Input, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.refs import ref
from enfilade.core.ui.format import format_amount, format_day

Class = Annotated[AssetClass, Input(shared=True, label="Class", query="active=true")]
Against = Annotated[Account, Input(shared=True, label="Posted against", query="heading=false&active=true")]
Proceeds = Annotated[Account | None, Input(shared=True, label="Where the proceeds stand", query="heading=false&active=true")]
Dimensions = DimensionCodes


def money(ctx: Context, amount_minor: int) -> str:
    """An amount in a sentence."""
    return format_amount(amount_minor, ctx.company.currency)


def require_after(asset: Asset, on: date) -> None:
    """Refuse what would happen to an asset before it was there."""
    require_date(on, "on")
    if on < asset.acquired_on:
        raise Refusal("before_acquisition", "This is before the asset was acquired.", field="on")


def require_plain_account(ctx: Context, account: Account, field: str) -> None:
    """Refuse an account on which nothing stands but what single parties owe or are owed."""
    if account.code in control_accounts(ctx):
        said = "What parties owe or are owed is posted by their documents; name another account, or make the asset of the line of a bill."
        raise Refusal("control_account", said, field=field)


def replannable(asset: Asset) -> bool:
    """Whether an asset is in service by a plan that may change."""
    return asset.in_service_on is not None and asset.method not in rules.WHOLE_LIFE


def require_replannable(asset: Asset) -> None:
    """Refuse a change of the plan where the law fixes it for the whole life."""
    if asset.method in rules.WHOLE_LIFE:
        said = "By this method the plan stays for the whole life; enter further cost as a component with a life of its own."
        raise Refusal("plan_is_fixed", said)


def post(ctx: Context, asset: Asset, on: date, text: str, legs: Sequence[tuple[str, int]]) -> Entry | None:
    """Post for an asset; None where it moves nothing between accounts. legs: account by purpose or code, and amount, debit positive."""
    sums: dict[str, int] = {}
    for account, amount in legs:
        sums[account] = sums.get(account, 0) + amount
    moved = [Leg(account, amount, dimensions=asset.dimensions) for account, amount in sums.items() if amount]
    return post_legs(ctx, on=on, text=f"{text}: {asset}", origin=ref(asset), legs=moved) if moved else None


def move(ctx: Context, asset: Asset, kind: str, on: date, **more: Any) -> Movement:
    """Enter a movement, and bring the asset up to date with it."""
    made = Movement.objects.create(
        company=ctx.company, asset=asset, kind=kind, on=on, made_by=ctx.user, made_at=ctx.now, **{"asset_class": asset.asset_class, **more}
    )
    asset.refresh_from_db()
    return made


def begin_terms(
    ctx: Context,
    asset: Asset,
    *,
    method: str,
    life_months: int,
    residual_minor: int,
    total_units: int = 0,
    opened_on: date | None = None,
    movement: Movement | None = None,
) -> AssetTerms:
    """The first terms of an asset that is in service.

    life_months: of the whole life. opened_on: the day on which its depreciation was taken over from other books: what is left is
    written off over what is left of the life, but by a plan of the whole life.
    """
    starts_on = asset.in_service_on or asset.acquired_on
    whole = method in rules.WHOLE_LIFE or opened_on is None or opened_on <= starts_on
    kind = asset.asset_class
    if not whole and opened_on is not None:
        used = rules.month_number(opened_on) - rules.month_number(starts_on)
        life_months, starts_on = max(life_months - used, 1), opened_on
    return write_terms(
        ctx,
        asset,
        AssetTerms.Cause.START,
        movement,
        starts_on=starts_on,
        method=method,
        life_months=life_months,
        rate_bp=kind.rate_bp,
        by_day=kind.by_day,
        convention=kind.convention,
        total_units=total_units,
        base_minor=asset.cost_minor if whole else asset.book_minor,
        before_minor=0,
        residual_minor=residual_minor,
        offset_minor=0 if whole else asset.depreciated_minor,
    )


def write_terms(ctx: Context, asset: Asset, cause: str, movement: Movement | None, **values: Any) -> AssetTerms:
    """Keep terms, and show them on the asset."""
    values.setdefault("year_month", year_month_of(ctx, values["starts_on"]))
    made = AssetTerms.objects.create(company=ctx.company, asset=asset, cause=cause, movement=movement, **values)
    show_terms(asset, made)
    return made


def show_terms(asset: Asset, terms: AssetTerms | None) -> None:
    """What holds, on the asset itself."""
    asset.method = terms.method if terms else Method.NONE
    asset.life_months = terms.life_months if terms else 0
    if terms and asset.life_months and asset.in_service_on:
        asset.life_months += rules.month_number(terms.starts_on) - rules.month_number(asset.in_service_on)
    asset.residual_minor = terms.residual_minor if terms else 0
    asset.save(update_fields=["method", "life_months", "residual_minor"])


def follow_terms(
    ctx: Context, asset: Asset, cause: str, on: date, before_minor: int, movement: Movement | None = None, **changed: Any
) -> AssetTerms | None:
    """Terms that write off from a day on what the asset is worth now; None where it is not in service.

    before_minor: what it was worth before the change. changed: what else is different.
    """
    last = last_terms(ctx, [asset]).get(asset.pk)
    if last is None:
        return None
    starts_on = max(on if last.by_day else rules.month_start(rules.month_number(on)), first_day(asset, last))
    used = since(units_of(ctx, [asset.pk], rules.month_end(on)).get(asset.pk, []), last.starts_on)
    values = {
        "starts_on": starts_on,
        "method": last.method,
        "life_months": rules.months_left(last.plan, starts_on) if last.life_months else 0,
        "rate_bp": last.rate_bp,
        "by_day": last.by_day,
        "convention": last.convention,
        "total_units": max(last.total_units - used, 1) if last.total_units else 0,
        "before_minor": before_minor,
        "base_minor": asset.book_minor,
        "residual_minor": min(last.residual_minor, asset.book_minor),
        "offset_minor": asset.depreciated_minor,
    }
    return write_terms(ctx, asset, cause, movement, **values | changed)


def charge_before(ctx: Context, asset: Asset, on: date) -> None:
    """Charge what is due up to the end of the month before a day, or to the day before where days count, before something changes."""
    by_day = any(terms.by_day for terms in last_terms(ctx, [asset]).values())
    through_on = (on if by_day else rules.month_start(rules.month_number(on))) - timedelta(days=1)
    if asset.in_service_on is not None:
        for due in due_through(ctx, [asset], through_on):
            charge(ctx, due, on)


def charge(ctx: Context, due: Due, on: date) -> Movement:
    """Post what one asset is to be charged, outside of a run. Below zero, it takes back what was charged for the year."""
    asset = due.asset
    asset.dimensions = dimensions_on(ctx, [asset.pk], due.through_on).get(asset.pk, asset.dimensions)
    kind = asset.asset_class
    legs = [(kind.expense_account.code, due.amount_minor), (kind.depreciation_account.code, -due.amount_minor)]
    entry = post(ctx, asset, on, "Depreciation", legs)
    days = {"from_on": due.from_on, "through_on": due.through_on} if due.from_on <= due.through_on else {}
    return move(ctx, asset, Movement.Kind.DEPRECIATION, on, depreciation_minor=due.amount_minor, entry=entry, **days)


def stages_of(ctx: Context, asset: Asset, through_on: date) -> tuple[list[rules.Stage], list[int]]:
    """The terms of an asset as rules take them, and what it was used since each of them began."""
    terms = terms_of(ctx, asset)
    readings = units_of(ctx, [asset.pk], through_on).get(asset.pk, [])
    return [rules.Stage(one.cause, one.before_minor, one.plan) for one in terms], [since(readings, one.starts_on) for one in terms]


def require_amount(amount: int) -> None:
    """Refuse a change of nothing."""
    if amount <= 0:
        raise Refusal("no_amount", "Give an amount above zero.", field="amount")


def require_room(ctx: Context, asset: Asset, amount: int) -> None:
    """Refuse what would bring the book value below the residual value."""
    if amount > asset.book_minor - asset.residual_minor:
        said = f"At most {money(ctx, asset.book_minor - asset.residual_minor)} can be written off; lower the residual value first."
        raise Refusal("below_residual", said, field="amount")


def require_not_charged_after(asset: Asset, on: date) -> None:
    """Refuse what happens before the day up to which depreciation was posted."""
    if asset.charged_through is not None and asset.charged_through > on:
        until = format_day(asset.charged_through)
        said = f"Depreciation of this asset is posted up to {until}: take that back first, or name a later day."
        raise Refusal("charged_beyond", said, field="on")


def require_within(ctx: Context, kind: AssetClass, cost_minor: int) -> None:
    """Refuse a cost that the class does not take."""
    if kind.from_minor is not None and cost_minor < kind.from_minor:
        said = f"Assets of the class {kind} cost at least {money(ctx, kind.from_minor)}."
        raise Refusal("below_class", said, field="asset_class")
    if kind.to_minor is not None and cost_minor > kind.to_minor:
        raise Refusal("above_class", f"Assets of the class {kind} cost at most {money(ctx, kind.to_minor)}.", field="asset_class")

"""Assets lose value, regain it, leave, stand in another class; and what happened last is taken back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypedDict

from enfilade.back.assets import rules
from enfilade.back.assets.events import AssetDisposed
from enfilade.back.assets.models import Asset, AssetTerms, Method, Movement
from enfilade.back.assets.queries import Due, first_day, last_terms, later_than, since, terms_of, units_of
from enfilade.back.ledger.commands import reverse_journal
from enfilade.base.books.models import Account
from enfilade.core.command import Amount, Choice, Input, LongText, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish

from .common import (
    Class,
    Proceeds,
    charge,
    charge_before,
    follow_terms,
    money,
    move,
    post,
    replannable,
    require_after,
    require_amount,
    require_not_charged_after,
    require_plain_account,
    require_replannable,
    require_room,
    show_terms,
    stages_of,
    write_terms,
)
from .running import take_back

_COMING = (Movement.Kind.ACQUISITION, Movement.Kind.OPENING)


def _goes_back(movement: Movement) -> bool:
    return movement.standing and movement.reverses_id is None and movement.run_id is None and movement.kind != Movement.Kind.TRANSFER


class AmountFacts(TypedDict):
    """What rules may look at: an amount in minor units."""

    amount_minor: int


def _amount_facts(*, amount: int | None, **_: object) -> AmountFacts:
    return {"amount_minor": amount or 0}


@command(permission="assets.impair_asset", label="Impair", door=_amount_facts, offered=replannable)
def impair_asset(ctx: Context, *, asset: Asset, on: Today, amount: Amount, reason: LongText) -> Asset:
    """Write off what an asset is worth less for good; what is left is written off over the rest of its life.

    amount: by how much the book value falls, after what was due before.
    Refuses: no_amount, below_residual, plan_is_fixed, before_acquisition, charged_beyond; entry_period_open (database).
    Source: § 253 (3) sentence 5 HGB; IAS 36.59.
    """
    _require_open(asset, on)
    require_amount(amount)
    charge_before(ctx, asset, on)
    require_room(ctx, asset, amount)
    before, kind = asset.book_minor, asset.asset_class
    entry = post(ctx, asset, on, "Impairment", [("impairment", amount), (kind.depreciation_account.code, -amount)])
    moved = move(ctx, asset, Movement.Kind.IMPAIRMENT, on, depreciation_minor=amount, entry=entry, text=reason)
    follow_terms(ctx, asset, AssetTerms.Cause.IMPAIRMENT, on, before, moved)
    return asset


@command(permission="assets.impair_asset", label="Write up", door=_amount_facts, offered=replannable)
def write_up_asset(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    amount: Annotated[int | None, Input(amount=True, help="As much as the law lets when left out.")] = None,
    reason: LongText,
) -> Asset:
    """Take back an impairment whose reason is gone: at most up to the book value there would be without it.

    Refuses: no_amount, not_impaired, above_cap, plan_is_fixed, before_acquisition, charged_beyond; entry_period_open (database).
    Source: § 253 (5) HGB; IAS 36.117. In the United States what was impaired is not written up again (ASC 360-10-35-20).
    """
    _require_open(asset, on)
    charge_before(ctx, asset, on)
    room = write_up_room(ctx, asset)
    if room <= 0:
        raise Refusal("not_impaired", "This asset is worth in the books what it would be without an impairment.")
    up = room if amount is None else amount
    require_amount(up)
    if up > room:
        raise Refusal("above_cap", f"At most {money(ctx, room)} can be written up: more would be above the regular value.", field="amount")
    before, kind = asset.book_minor, asset.asset_class
    entry = post(ctx, asset, on, "Write-up", [("write_up", -up), (kind.depreciation_account.code, up)])
    moved = move(ctx, asset, Movement.Kind.WRITE_UP, on, depreciation_minor=-up, entry=entry, text=reason)
    follow_terms(ctx, asset, AssetTerms.Cause.WRITE_UP, on, before, moved)
    return asset


def write_up_room(ctx: Context, asset: Asset) -> int:
    """By how much an asset can be written up at most, on the day up to which it is charged."""
    terms = last_terms(ctx, [asset]).get(asset.pk)
    if terms is None:
        return 0
    through_on = asset.charged_through or terms.starts_on
    stages, used = stages_of(ctx, asset, through_on)
    return rules.regular_book(stages, through_on, used) - asset.book_minor


def _require_open(asset: Asset, on: date) -> None:
    require_after(asset, on)
    require_replannable(asset)
    if asset.charged_through is not None and rules.month_start(rules.month_number(asset.charged_through)) > on:
        require_not_charged_after(asset, on)


class DisposalFacts(TypedDict):
    """What rules may look at when an asset leaves: what it is worth in the books and what it brought, in minor units."""

    book_minor: int
    proceeds_minor: int


def _disposal_facts(*, asset: Asset, proceeds: int, **_: object) -> DisposalFacts:
    return {"book_minor": asset.book_minor, "proceeds_minor": proceeds}


@command(permission="assets.dispose_asset", label="Sell or scrap", tone="danger", door=_disposal_facts)
def dispose_asset(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    how: Annotated[str, Choice(("sale", "Sold"), ("scrap", "Scrapped, lost or given away"))] = "sale",
    proceeds: Annotated[int, Input(amount=True, help="Without tax.")] = 0,
    against: Proceeds = None,
    part: Annotated[int | None, Input(amount=True, label="Cost of what leaves", help="All of it when left out.")] = None,
    reason: LongText = "",
) -> Asset:
    """Take an asset, or a part of it, out of the books: what is due is charged first, and gain or loss is posted.

    proceeds, against: what it brought and the account where that stands: the bank, or the revenue of the invoice that was issued for it.
    part: of the cost; its share of what is written off leaves with it. A pool stays as it is: what it brings is a gain.
    Refuses: proceeds_where, scrap_brings_nothing, part_above_cost, pool_stays_whole, has_components, before_acquisition,
    charged_beyond, control_account; entry_period_open (database).
    Source: § 6 (2a) sentence 3 EStG for pools; IAS 16.67-71.
    """
    require_after(asset, on)
    require_not_charged_after(asset, on)
    _require_proceeds(ctx, how, proceeds, against)
    pool = asset.method == Method.POOL
    if pool and part is not None:
        raise Refusal("pool_stays_whole", "What is in a pool leaves as a whole, and the pool is written off as before.", field="part")
    if part is not None and not 0 < part <= asset.cost_minor:
        said = f"The asset cost {money(ctx, asset.cost_minor)}; a part of it costs no more."
        raise Refusal("part_above_cost", said, field="part")
    whole = part is None or part == asset.cost_minor
    if whole and Asset.objects.visible_to(ctx).filter(part_of=asset, state=Asset.State.IN_USE).exists():
        raise Refusal("has_components", "This asset has components that are still there; they leave before it.")
    if pool:
        moved = _leave(ctx, asset, on, 0, 0, proceeds, against, reason)
    else:
        _charge_at_disposal(ctx, asset, on)
        moved = _take_out(ctx, asset, on, part or asset.cost_minor, proceeds, against, reason)
    if whole:
        asset.state, asset.disposed_on = Asset.State.DISPOSED, on
        asset.save(update_fields=["state", "disposed_on"])
    gain = proceeds + moved.cost_minor - moved.depreciation_minor
    publish(ctx, AssetDisposed(asset=asset.pk, whole=whole, proceeds_minor=proceeds, gain_minor=gain))
    return asset


def _require_proceeds(ctx: Context, how: str, proceeds: int, against: Account | None) -> None:
    if how == "scrap" and proceeds:
        raise Refusal("scrap_brings_nothing", "What brings something is sold; say so.", field="how")
    if proceeds and against is None:
        raise Refusal("proceeds_where", "Name the account where the proceeds stand.", field="against")
    if against is not None:
        require_plain_account(ctx, against, "against")


def _charge_at_disposal(ctx: Context, asset: Asset, on: date) -> None:
    """Charge what is due until the day, by the convention of the method; below zero where the year was charged beyond it."""
    terms = last_terms(ctx, [asset]).get(asset.pk)
    if terms is None:
        return
    used = since(units_of(ctx, [asset.pk], on).get(asset.pk, []), terms.starts_on)
    written = rules.written_off_at_disposal(terms.plan, on, used)
    target = min(terms.offset_minor + written, asset.cost_minor - asset.residual_minor)
    if target != asset.depreciated_minor and (target > asset.depreciated_minor or terms.method == Method.MACRS):
        charge(ctx, Due(asset, terms, first_day(asset, terms), on, target - asset.depreciated_minor), on)


def _take_out(ctx: Context, asset: Asset, on: date, part: int, proceeds: int, against: Account | None, reason: str) -> Movement:
    """Move cost and its share of depreciation out, and let the rest be written off as before."""
    cost, before = asset.cost_minor, asset.book_minor
    off = rules.part_of(asset.depreciated_minor, part, cost)
    asset.residual_minor = rules.part_of(asset.residual_minor, cost - part, cost)
    asset.save(update_fields=["residual_minor"])
    moved = _leave(ctx, asset, on, part, off, proceeds, against, reason)
    terms = last_terms(ctx, [asset]).get(asset.pk)
    if terms is None or part == cost:
        return moved
    residual = rules.part_of(terms.residual_minor, cost - part, cost)
    if terms.method in rules.WHOLE_LIFE:
        base = rules.part_of(terms.base_minor, cost - part, cost)
        same = {name: getattr(terms, name) for name in ("starts_on", "method", "life_months", "rate_bp", "by_day", "convention")}
        write_terms(ctx, asset, AssetTerms.Cause.DISPOSAL, moved, **same, year_month=terms.year_month, base_minor=base, before_minor=before)
    else:
        follow_terms(ctx, asset, AssetTerms.Cause.DISPOSAL, on, before, moved, residual_minor=min(residual, asset.book_minor))
    return moved


def _leave(ctx: Context, asset: Asset, on: date, cost: int, off: int, proceeds: int, against: Account | None, reason: str) -> Movement:
    kind, gain = asset.asset_class, proceeds - (cost - off)
    legs = [(kind.cost_account.code, -cost), (kind.depreciation_account.code, off)]
    if against is not None:
        legs.append((against.code, proceeds))
    if gain:
        legs.append(("disposal_gain" if gain > 0 else "disposal_loss", -gain))
    entry = post(ctx, asset, on, "Disposal", legs)
    return move(
        ctx, asset, Movement.Kind.DISPOSAL, on, cost_minor=-cost, depreciation_minor=-off, proceeds_minor=proceeds, entry=entry, text=reason
    )


@command(permission="assets.acquire_asset", label="Move to another class", door=True)
def reclassify_asset(ctx: Context, *, asset: Asset, asset_class: Class, on: Today) -> Asset:
    """Let an asset stand in another class: cost and depreciation move between accounts, the plan stays (§ 284 (3) HGB: transfers).

    Refuses: same_class, before_acquisition, charged_beyond; entry_period_open (database).
    """
    require_after(asset, on)
    require_not_charged_after(asset, on)
    old, new = asset.asset_class, asset_class
    if old == new:
        raise Refusal("same_class", "The asset is in this class already.", field="asset_class")
    charge_before(ctx, asset, on)
    cost, off = asset.cost_minor, asset.depreciated_minor
    legs = [
        (new.cost_account.code, cost), (old.cost_account.code, -cost), (new.depreciation_account.code, -off),
        (old.depreciation_account.code, off),
    ]  # fmt: skip
    entry = post(ctx, asset, on, "Other class", legs)
    both = {"kind": Movement.Kind.TRANSFER, "on": on, "entry": entry, "made_by": ctx.user, "made_at": ctx.now, "asset": asset}
    Movement.objects.bulk_create(
        Movement(company=ctx.company, asset_class=kind, cost_minor=sign * cost, depreciation_minor=sign * off, **both)
        for kind, sign in ((old, -1), (new, 1))
    )
    asset.asset_class = new
    asset.save(update_fields=["asset_class"])
    return asset


@command(permission="assets.reverse_movement", label="Take back", tone="danger", door=True, offered=_goes_back)
def reverse_movement(ctx: Context, *, movement: Movement, on: Today, reason: LongText) -> Movement:
    """Take back what happened to an asset last: its entry is reversed, the terms before it hold again.

    An asset whose coming is taken back is void; one that left is there again. Estimates that were made after it no longer hold.
    Depreciation of a run is taken back with the run.
    Refuses: taken_back_already, part_of_run, transfer_goes_back, moved_since, before_movement; entry_period_open (database).
    """
    if not movement.standing or movement.reverses_id is not None:
        raise Refusal("taken_back_already", "This was taken back already, or takes something back itself.")
    if movement.run_id is not None:
        raise Refusal("part_of_run", f"This is part of a run: take back {movement.run} as a whole.")
    if movement.kind == Movement.Kind.TRANSFER:
        raise Refusal("transfer_goes_back", "Move the asset back to the class where it was.")
    if on < movement.on:
        raise Refusal("before_movement", "Nothing is taken back before it happened.", field="on")
    if (later := later_than(ctx, [movement])) is not None:
        raise Refusal("moved_since", f"{later.asset} moved afterwards ({later}): take that back first.")
    asset = Asset.objects.visible_to(ctx).select_for_update(of=("self",), no_key=True).get(pk=movement.asset_id)
    _stand_again(ctx, asset, movement)
    take_back(ctx, [movement], on, reason)
    if movement.entry is not None:
        reverse_journal(ctx, entry=movement.entry, on=on, reason=reason)
    asset.refresh_from_db()
    if movement.kind in _COMING:
        asset.state = Asset.State.VOID
        asset.save(update_fields=["state"])
    show_terms(asset, next(reversed(terms_of(ctx, asset)), None))
    movement.refresh_from_db()
    return movement


def _stand_again(ctx: Context, asset: Asset, movement: Movement) -> None:
    """Let the terms that a movement brought go, with estimates that were built on them, and an asset that left be there again."""
    terms = AssetTerms.objects.visible_to(ctx).filter(asset=asset, standing=True)
    if movement.kind not in _COMING:
        first = terms.filter(movement=movement).order_by("pk").first()
        terms = terms.none() if first is None else terms.filter(pk__gte=first.pk)
    terms.update(standing=False)
    asset.residual_minor = 0
    asset.state, asset.disposed_on = Asset.State.IN_USE, None
    asset.save(update_fields=["residual_minor", "state", "disposed_on"])

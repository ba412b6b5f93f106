"""Assets come into the register: bought, made of the line of a bill, or taken over from other books; and cost more later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from enfilade.back.assets import rules
from enfilade.back.assets.events import AssetAcquired
from enfilade.back.assets.models import Asset, AssetTerms, Method, Movement, Placement
from enfilade.back.assets.queries import last_terms
from enfilade.back.ledger.queries import ledger_book, year_around
from enfilade.back.payables.models import BillLine
from enfilade.base.calendar.models import Site
from enfilade.base.party.models import Party
from enfilade.core.command import OWN_CURRENCY, Amount, Choice, Input, LongText, Today, command, require_date
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import User
from enfilade.core.numbers import draw

from .common import (
    Against,
    Class,
    Dimensions,
    begin_terms,
    charge_before,
    follow_terms,
    money,
    move,
    post,
    replannable,
    require_after,
    require_amount,
    require_plain_account,
    require_replannable,
    require_room,
    require_within,
)

InService = Annotated[date | None, Input(label="In service", help="From when on it is used; left out while it is built.")]
Life = Annotated[
    int | None, Input(label="Useful life (months)", min_value=1, max_value=1_200, help="That of the class when left out; 8 years are 96.")
]
HowTo = Annotated[str, Choice(*Method.choices, label="Depreciation method", help="As the class says when left out.")]
CostOfLine = Annotated[
    int | None, Input(amount=True, currency_of=OWN_CURRENCY, help="All that is left of the line of the bill when left out.")
]
# Whatever a bill is in, an asset is kept in the company's own currency.
Residual = Annotated[int, Input(amount=True, currency_of=OWN_CURRENCY, label="Residual value")]
Units = Annotated[int, Input(label="Units in all", min_value=0, help="For units of production: kilometres, hours or pieces in its life.")]
Serial = Annotated[str, Input(label="Serial number", max_length=100)]
Place = Annotated[str, Input(label="Room or place", max_length=120)]
Custodian = Annotated[User | None, Input(shared=True, label="Who has it")]
Whole = Annotated[Asset | None, Input(shared=True, label="Part of")]


@dataclass
class _Coming:
    """An asset on its way into the register."""

    asset: Asset
    method: str = ""
    life_months: int | None = None
    residual_minor: int = 0
    total_units: int = 0
    more: dict[str, Any] = field(default_factory=dict)


@command(permission="assets.acquire_asset", label="Acquire an asset", tone="primary", target="", door=True)
def acquire_asset(
    ctx: Context,
    *,
    name: str,
    asset_class: Class,
    cost: Amount,
    acquired_on: Today,
    against: Against,
    in_service_on: InService = None,
    life_months: Life = None,
    method: HowTo = "",
    residual: Residual = 0,
    total_units: Units = 0,
    supplier: Annotated[Party | None, Input(shared=True)] = None,
    serial_number: Serial = "",
    part_of: Whole = None,
    site: Annotated[Site | None, Input(shared=True)] = None,
    place: Place = "",
    custodian: Custodian = None,
    dimensions: Dimensions = "",
    note: LongText = "",
) -> Asset:
    """Enter an asset that was bought or made, and post what it cost.

    against: where its cost stands now: a bank account, a clearing account; the account of the class itself where it was posted there.
    part_of: the asset of which it is a component with a life of its own (IAS 16.43).
    Refuses: below_class, above_class, control_account, date_out_of_range; asset_terms_life, asset_terms_amounts, asset_in_service_after,
    entry_period_open (database).
    """
    require_plain_account(ctx, against, "against")
    asset = Asset(
        name=name, asset_class=asset_class, acquired_on=acquired_on, in_service_on=in_service_on, supplier=supplier, part_of=part_of,
        serial_number=serial_number, site=site, place=place, custodian=custodian, dimensions=dimensions, note=note,
    )  # fmt: skip
    coming = _Coming(asset, method, life_months, residual, total_units)
    return _come(ctx, coming, cost, against.code, on=acquired_on)


@command(permission="assets.acquire_asset", label="Make an asset of this line", tone="primary", door=True)
def capitalise_line(
    ctx: Context,
    *,
    line: BillLine,
    asset_class: Class,
    name: Annotated[str, Input(help="What the bill says when left out.")] = "",
    pieces: Annotated[int, Input(min_value=1, max_value=200, help="So many assets of equal cost.")] = 1,
    cost: CostOfLine = None,
    in_service_on: Annotated[date | None, Input(label="In service", prefill="ctx.today")] = None,
    on: Annotated[date | None, Input(label="Posted", help="On the day on which the bill was posted when left out.")] = None,
    life_months: Life = None,
    method: HowTo = "",
    residual: Residual = 0,
    total_units: Units = 0,
    part_of: Whole = None,
    site: Annotated[Site | None, Input(shared=True)] = None,
    place: Place = "",
    dimensions: Dimensions = "",
) -> Asset:
    """Make one or more assets of what a line of a supplier's bill cost; the cost moves from its account to that of the class.

    cost: of all pieces together, without tax that is deducted. Shape: the first asset.
    Refuses: nothing_left, below_class, above_class; asset_of_approved_bill, asset_line_used_once, entry_period_open (database).
    """
    bill = line.bill
    used = Movement.objects.visible_to(ctx).filter(bill_line=line).values_list("cost_minor", flat=True)
    left = line.cost_minor - sum(used)
    total = left if cost is None else cost
    if left <= 0 or total <= 0:
        raise Refusal("nothing_left", "All that this line cost is in the register already.", field="line")
    shared = [rules.part_of(total, n + 1, pieces) - rules.part_of(total, n, pieces) for n in range(pieces)]
    made = []
    for part in shared:
        asset = Asset(
            name=name or line.description or str(asset_class), asset_class=asset_class, acquired_on=bill.billed_on, supplier=bill.supplier,
            in_service_on=in_service_on, part_of=part_of, site=site, place=place, dimensions=dimensions or line.dimensions,
        )  # fmt: skip
        coming = _Coming(asset, method, life_months, residual, total_units, {"bill_line": line})
        source = line.account.code if line.account else ""
        made.append(_come(ctx, coming, part, source, on=on or bill.posted_on or bill.billed_on))
    return made[0]


@command(permission="assets.acquire_asset", label="Enter an asset from other books", door=True)
def add_asset(
    ctx: Context,
    *,
    name: str,
    asset_class: Class,
    acquired_on: date,
    cost: Amount,
    depreciated: Annotated[int, Input(amount=True, label="Written off so far")] = 0,
    number: Annotated[str, Input(max_length=40, help="The next free one when left out.")] = "",
    opened_on: Annotated[date | None, Input(label="As it stood on", help="The first day of this year of accounts when left out.")] = None,
    in_the_books: Annotated[bool, Input(label="The ledger has it already", help="By its opening balances: nothing is posted.")] = False,
    in_service_on: InService = None,
    life_months: Life = None,
    method: HowTo = "",
    residual: Residual = 0,
    total_units: Annotated[int, Input(label="Units that are left", min_value=0)] = 0,
    supplier: Annotated[Party | None, Input(shared=True)] = None,
    serial_number: Serial = "",
    warranty_until: date | None = None,
    part_of: Whole = None,
    site: Annotated[Site | None, Input(shared=True)] = None,
    place: Place = "",
    custodian: Custodian = None,
    dimensions: Dimensions = "",
    note: LongText = "",
) -> Asset:
    """Take over an asset that was kept elsewhere, with what it cost and what was written off of it.

    opened_on: the books begin with it then. Posted against opening balances, unless the ledger has it already.
    in_service_on: the day of acquisition when left out. life_months: of its whole life.
    Refuses: number_taken, above_cost, date_out_of_range; asset_terms_life, asset_terms_amounts, entry_period_open (database).
    """
    opened = opened_on or max(year_around(ctx, ledger_book(ctx), ctx.today).starts_on, acquired_on)
    require_date(opened, "opened_on")
    if depreciated + residual > cost:
        said = "What is written off and the residual value are not more than what the asset cost."
        raise Refusal("above_cost", said, field="depreciated")
    if number and Asset.objects.visible_to(ctx).filter(number=number).exists():
        raise Refusal("number_taken", f"There is an asset with the number {number}.", field="number")
    asset = Asset(
        number=number, name=name, asset_class=asset_class, acquired_on=acquired_on, in_service_on=in_service_on or acquired_on,
        supplier=supplier, serial_number=serial_number, warranty_until=warranty_until, part_of=part_of, site=site, place=place,
        custodian=custodian, dimensions=dimensions, note=note,
    )  # fmt: skip
    coming = _Coming(asset, method, life_months, residual, total_units, {"depreciation_minor": depreciated})
    return _come(ctx, coming, cost, "" if in_the_books else "opening", on=opened, movement=Movement.Kind.OPENING)


def _come(ctx: Context, coming: _Coming, cost_minor: int, against: str, *, on: date, movement: str = Movement.Kind.ACQUISITION) -> Asset:
    """Number, post and enter an asset, and begin its terms where it is in service. against: "" where the ledger has it already."""
    asset, kind, opening = coming.asset, coming.asset.asset_class, movement == Movement.Kind.OPENING
    for day, name in ((asset.acquired_on, "acquired_on"), (asset.in_service_on, "in_service_on")):
        if day is not None:
            require_date(day, name)
    if not opening:
        require_within(ctx, kind, cost_minor)
    asset.company, asset.number = ctx.company, asset.number or _next_number(ctx)
    asset.save()
    written = coming.more.get("depreciation_minor", 0)
    legs = [(kind.cost_account.code, cost_minor), (kind.depreciation_account.code, -written), (against, written - cost_minor)]
    entry = post(ctx, asset, on, "Opening balance" if opening else "Acquisition", legs) if against else None
    moved = move(ctx, asset, movement, on, cost_minor=cost_minor, entry=entry, **coming.more)
    _place(ctx, asset)
    if asset.in_service_on is not None:
        begin_terms(
            ctx, asset, method=coming.method or kind.method, life_months=coming.life_months or kind.life_months,
            residual_minor=coming.residual_minor, total_units=coming.total_units, opened_on=on if opening else None, movement=moved,
        )  # fmt: skip
    publish(ctx, AssetAcquired(asset=asset.pk, asset_class=kind.code, cost_minor=cost_minor))
    return asset


def _next_number(ctx: Context) -> str:
    """The next number that no asset from elsewhere has."""
    while True:
        number = f"A-{draw(ctx, 'assets.asset'):05d}"
        if not Asset.objects.visible_to(ctx).filter(number=number).exists():
            return number


def _place(ctx: Context, asset: Asset) -> None:
    Placement.objects.create(
        company=ctx.company, asset=asset, on=asset.acquired_on, site=asset.site, place=asset.place, custodian=asset.custodian,
        dimensions=asset.dimensions, made_by=ctx.user,
    )  # fmt: skip


@command(permission="assets.acquire_asset", label="Put in service", offered=lambda asset: asset.in_service_on is None)
def put_in_service(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    life_months: Life = None,
    method: HowTo = "",
    residual: Residual = 0,
    total_units: Units = 0,
) -> Asset:
    """Say from when on an asset that was built or stored is used; from then on it is written off.

    Refuses: in_service_already, before_acquisition; asset_terms_life, asset_terms_amounts (database).
    """
    require_after(asset, on)
    if asset.in_service_on is not None:
        raise Refusal("in_service_already", "This asset is in service already.", field="on")
    asset.in_service_on = on
    asset.save(update_fields=["in_service_on"])
    kind = asset.asset_class
    begin_terms(
        ctx, asset, method=method or kind.method, life_months=life_months or kind.life_months, residual_minor=residual,
        total_units=total_units,
    )  # fmt: skip
    return asset


@command(permission="assets.acquire_asset", label="Add cost", door=True)
def add_cost(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    cost: CostOfLine = None,
    against: Against | None = None,
    line: Annotated[BillLine | None, Input(shared=True, label="Line of a bill")] = None,
    life_months: Annotated[int | None, Input(label="Months left from then on", min_value=1, max_value=1_200)] = None,
    text: Annotated[str, Input(label="What for")] = "",
) -> Asset:
    """Add cost that came later to an asset: it is written off with the rest, from the month on in which it came.

    against: where the cost stands now; or line: the line of a bill that it comes from.
    life_months: where it lets the asset be used longer; what is left of its life when left out.
    Refuses: against_what, nothing_left, control_account, plan_is_fixed, before_acquisition; asset_line_used_once, entry_period_open
    (database).
    """
    require_after(asset, on)
    if asset.in_service_on is not None:
        require_replannable(asset)
    source, cost_minor = _source(ctx, against, line, cost)
    charge_before(ctx, asset, on)
    before = asset.book_minor
    entry = post(ctx, asset, on, text or "Further cost", [(asset.asset_class.cost_account.code, cost_minor), (source, -cost_minor)])
    moved = move(ctx, asset, Movement.Kind.ADDITION, on, cost_minor=cost_minor, entry=entry, bill_line=line, text=text)
    changed = {"life_months": life_months} if life_months else {}
    follow_terms(ctx, asset, AssetTerms.Cause.ADDITION, on, before, moved, **changed)
    return asset


@command(permission="assets.acquire_asset", label="Reduce cost", door=True)
def reduce_cost(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    amount: Amount,
    against: Against,
    text: Annotated[str, Input(label="What for")] = "",
) -> Asset:
    """Take off what a supplier gave back or a grant paid: what is left is written off by the plan as before.

    against: where that stands now, for example the account of the credit note's line; the account of the class where it was posted there.
    Refuses: no_amount, below_residual, control_account, plan_is_fixed, before_acquisition; entry_period_open (database).
    Source: § 255 (1) sentence 3 HGB; IAS 16.16 (a); IAS 20.24.
    """
    require_after(asset, on)
    if asset.in_service_on is not None:
        require_replannable(asset)
    require_amount(amount)
    require_plain_account(ctx, against, "against")
    charge_before(ctx, asset, on)
    require_room(ctx, asset, amount)
    before = asset.book_minor
    entry = post(ctx, asset, on, text or "Lower cost", [(against.code, amount), (asset.asset_class.cost_account.code, -amount)])
    moved = move(ctx, asset, Movement.Kind.ADDITION, on, cost_minor=-amount, entry=entry, text=text)
    follow_terms(ctx, asset, AssetTerms.Cause.ADDITION, on, before, moved)
    return asset


def _source(ctx: Context, against: Any, line: BillLine | None, cost: int | None) -> tuple[str, int]:
    """The account from which cost comes, and how much it is."""
    if line is not None and against is None:
        used = Movement.objects.visible_to(ctx).filter(bill_line=line).values_list("cost_minor", flat=True)
        left = line.cost_minor - sum(used)
        if left <= 0:
            raise Refusal("nothing_left", "All that this line cost is in the register already.", field="line")
        return line.account.code if line.account else "", cost or left
    if against is None or line is not None or not cost:
        raise Refusal("against_what", "Give an amount and the account where it stands now, or the line of a bill.", field="against")
    require_plain_account(ctx, against, "against")
    return against.code, cost


@command(permission="assets.change_estimate", label="Change the estimate", offered=replannable)
def change_estimate(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    life_months: Annotated[int | None, Input(label="Months left from then on", min_value=1, max_value=1_200)] = None,
    residual: Annotated[int | None, Input(amount=True, label="Residual value", prefill="row.residual_minor")] = None,
    method: Annotated[str, Choice(*Method.choices, label="Depreciation method", help="As before when left out.")] = "",
    units_left: Annotated[int | None, Input(label="Units that are left", min_value=1)] = None,
) -> Asset:
    """Write off what is left by another life, residual value or method, from a month on; what was charged stays (IAS 8.36).

    on: a day of the first month; months that were charged already stay as they were.
    Refuses: not_in_service, plan_is_fixed, whole_life_method, above_book, before_acquisition; asset_terms_life (database).
    """
    require_after(asset, on)
    last = last_terms(ctx, [asset]).get(asset.pk)
    if last is None:
        raise Refusal("not_in_service", "This asset is not in service yet; say its terms when it is.")
    require_replannable(asset)
    if method in rules.WHOLE_LIFE:
        raise Refusal("whole_life_method", "This method holds for a whole life; it can't begin in the middle of one.", field="method")
    charge_before(ctx, asset, on)
    if residual is not None and residual > asset.book_minor:
        said = f"The book value is {money(ctx, asset.book_minor)}; the residual value can't be above it."
        raise Refusal("above_book", said, field="residual")
    given = {"life_months": life_months, "residual_minor": residual, "method": method or None, "total_units": units_left}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    follow_terms(ctx, asset, AssetTerms.Cause.ESTIMATE, on, asset.book_minor, **changed)
    return asset

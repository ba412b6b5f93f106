"""Named reads of assets: their terms, what is due, what the register says on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet, Sum

from enfilade.back.ledger.queries import ledger_book, year_around
from enfilade.back.payables.models import Bill, BillLine
from enfilade.back.payables.queries import lines_on_accounts
from enfilade.core.context import Context

from . import rules
from .models import Asset, AssetClass, AssetTerms, DepreciationRun, Method, Movement, Placement, Sighting, UsageReading

KEPT_SHOWN = 12


def year_month_of(ctx: Context, on: date) -> int:
    """The month in which the years of accounts begin, as it stands on a day."""
    return year_around(ctx, ledger_book(ctx), on).starts_on.month


def terms_of(ctx: Context, asset: Asset) -> list[AssetTerms]:
    """The terms of an asset that stand, in the order in which they came."""
    return list(AssetTerms.objects.visible_to(ctx).filter(asset=asset, standing=True).order_by("pk"))


def last_terms(ctx: Context, assets: Iterable[Asset]) -> dict[int, AssetTerms]:
    """The terms that hold. Shape: key of the asset -> terms; an asset that is not in service has none."""
    rows = AssetTerms.objects.visible_to(ctx).filter(asset__in=[asset.pk for asset in assets], standing=True)
    return {terms.asset_id: terms for terms in rows.order_by("pk")}


def units_of(ctx: Context, assets: Collection[int], through_on: date) -> dict[int, list[tuple[date, int]]]:
    """What was used of assets up to a day. Shape: key of the asset -> (day, units), in order."""
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    if assets:
        rows = UsageReading.objects.visible_to(ctx).filter(asset__in=assets, on__lte=through_on).order_by("on")
        for asset, on, units in rows.values_list("asset", "on", "units"):
            found[asset].append((on, units))
    return found


def since(readings: Sequence[tuple[date, int]], starts_on: date) -> int:
    """Units that were used since a day."""
    return sum(units for on, units in readings if on >= starts_on)


def chargeable(ctx: Context) -> QuerySet[Asset]:
    """Assets that are written off and not yet wholly: in use, and gone ones whose pool goes on."""
    rows = Asset.objects.visible_to(ctx).filter(Q(state=Asset.State.IN_USE) | Q(state=Asset.State.DISPOSED, method=Method.POOL))
    return rows.exclude(method=Method.NONE).filter(in_service_on__isnull=False, book_minor__gt=F("residual_minor"))


@dataclass(frozen=True, slots=True)
class Due:
    """What an asset is to be charged. from_on, through_on: the days that it is for."""

    asset: Asset
    terms: AssetTerms
    from_on: date
    through_on: date
    amount_minor: int


def due_through(ctx: Context, assets: Sequence[Asset], through_on: date) -> list[Due]:
    """What assets are to be charged up to a day, in their order; those that are to be charged nothing are left out."""
    known = last_terms(ctx, assets)
    used = units_of(ctx, [key for key, terms in known.items() if terms.method == Method.UNITS], through_on)
    found = (_due(asset, known.get(asset.pk), used.get(asset.pk, []), through_on) for asset in assets)
    return [due for due in found if due is not None]


def _due(asset: Asset, terms: AssetTerms | None, readings: list[tuple[date, int]], through_on: date) -> Due | None:
    if terms is None:
        return None
    begins = first_day(asset, terms)
    written = rules.written_off(terms.plan, through_on, since(readings, terms.starts_on))
    amount = min(terms.offset_minor + written, asset.cost_minor - asset.residual_minor) - asset.depreciated_minor
    return Due(asset, terms, begins, through_on, amount) if amount > 0 and begins <= through_on else None


def first_day(asset: Asset, terms: AssetTerms) -> date:
    """The first day that was not charged yet."""
    return asset.charged_through + timedelta(days=1) if asset.charged_through else terms.starts_on


def dimensions_on(ctx: Context, assets: Collection[int], on: date) -> dict[int, str]:
    """Whom the depreciation of assets concerns on a day. Shape: key of the asset -> codes of dimensions."""
    rows = Placement.objects.visible_to(ctx).filter(asset__in=assets, on__lte=on).order_by("on", "pk")
    return dict(rows.values_list("asset", "dimensions"))


def runs_posted(ctx: Context) -> QuerySet[DepreciationRun]:
    """Runs that were not taken back, the latest first."""
    return DepreciationRun.objects.visible_to(ctx).filter(state=DepreciationRun.State.POSTED).order_by("-through_on", "-pk")


def later_than(ctx: Context, movements: Sequence[Movement]) -> Movement | None:
    """A movement that came after one of these, of the same asset, and stands: until it is taken back, they can't be."""
    last: dict[int, int] = {}
    for movement in movements:
        last[movement.asset_id] = max(last.get(movement.asset_id, 0), movement.pk)
    rows = Movement.objects.visible_to(ctx).filter(asset__in=last, pk__gt=min(last.values()), standing=True, reverses=None)
    own = {movement.pk for movement in movements}
    later = (m for m in rows.select_related("asset").order_by("pk") if m.pk > last[m.asset_id] and m.pk not in own)
    return next(later, None)


def movements_of(ctx: Context, asset: Asset) -> list[Movement]:
    """What moved an asset, oldest first."""
    return list(Movement.objects.visible_to(ctx).filter(asset=asset).select_related("made_by", "run").order_by("on", "pk"))


def kept_with(ctx: Context, asset: Asset) -> tuple[list[Asset], list[UsageReading], list[Sighting]]:
    """Components of an asset, and the last readings of its use and sightings of it."""
    components = list(Asset.objects.visible_to(ctx).filter(part_of=asset).order_by("pk"))
    readings = list(UsageReading.objects.visible_to(ctx).filter(asset=asset).order_by("-on")[:KEPT_SHOWN])
    rows = Sighting.objects.visible_to(ctx).filter(asset=asset).select_related("site", "seen_by")
    return components, readings, list(rows.order_by("-on", "-pk")[:KEPT_SHOWN])


def made_of_bill(ctx: Context, bill: Bill) -> dict[int, list[Movement]]:
    """What of the lines of a bill became assets. Shape: key of the line -> movements."""
    rows = Movement.objects.visible_to(ctx).filter(bill_line__bill=bill, standing=True, reverses=None)
    found: dict[int, list[Movement]] = defaultdict(list)
    for movement in rows.select_related("asset").order_by("pk"):
        found[movement.bill_line_id or 0].append(movement)
    return found


def lines_without_asset(ctx: Context, until_on: date) -> list[tuple[BillLine, int]]:
    """Lines of approved bills on accounts of assets that did not become assets, with what is left of each."""
    accounts = AssetClass.objects.visible_to(ctx).values_list("cost_account", flat=True)
    lines = lines_on_accounts(ctx, set(accounts), until_on)
    used = Movement.objects.visible_to(ctx).filter(bill_line__in=[line.pk for line in lines]).values_list("bill_line")
    sums = dict(used.annotate(Sum("cost_minor")).order_by())
    left = ((line, line.cost_minor - sums.get(line.pk, 0)) for line in lines)
    return [(line, rest) for line, rest in left if rest]


def standing_on(ctx: Context, on: date) -> dict[tuple[int, int], tuple[int, int]]:
    """What was in the register at the end of a day. Shape: keys of asset and class -> (cost, written off)."""
    rows = Movement.objects.visible_to(ctx).filter(on__lte=on).values("asset", "asset_class")
    sums = rows.annotate(cost=Sum("cost_minor"), off=Sum("depreciation_minor")).order_by()
    return {(row["asset"], row["asset_class"]): (int(row["cost"]), int(row["off"])) for row in sums if row["cost"] or row["off"]}


def moved_by_class(ctx: Context, before: date | None, until: date) -> dict[tuple[int, str], tuple[int, int]]:
    """What moved after a day until another, by class and kind. Shape: (class, kind) -> (cost, written off)."""
    rows = Movement.objects.visible_to(ctx).filter(on__lte=until)
    rows = rows.filter(on__gt=before) if before is not None else rows
    sums = rows.values("asset_class", "kind").annotate(cost=Sum("cost_minor"), off=Sum("depreciation_minor")).order_by()
    return {(row["asset_class"], row["kind"]): (int(row["cost"]), int(row["off"])) for row in sums}


def classes(ctx: Context) -> dict[int, AssetClass]:
    """All classes by key, in the order of their accounts."""
    rows = AssetClass.objects.visible_to(ctx).select_related("cost_account", "depreciation_account", "expense_account")
    return {row.pk: row for row in rows.order_by("cost_account__code", "code")}

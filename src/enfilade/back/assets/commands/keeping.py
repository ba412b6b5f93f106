"""Where assets stand, how much they were used, and that somebody saw them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from enfilade.back.assets.models import Asset, Method, Placement, Sighting, UsageReading
from enfilade.base.books.inputs import dimension_codes
from enfilade.base.calendar.models import Site
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Today, command
from enfilade.core.context import Context, Refusal
from enfilade.core.models import User

from .common import require_after

Dimensions = Annotated[str, dimension_codes(prefill="row.dimensions")]
Place = Annotated[str, Input(label="Room or place", max_length=120, prefill="row.place")]


@command(permission="assets.transfer_asset", label="Move")
def transfer_asset(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    site: Annotated[Site | None, Input(shared=True, prefill="row.site")] = None,
    place: Place = "",
    custodian: Annotated[User | None, Input(shared=True, label="Who has it", prefill="row.custodian")] = None,
    dimensions: Dimensions = "",
    note: str = "",
) -> Asset:
    """Say where an asset stands from a day on, who has it, and whom its depreciation concerns from then on.

    dimensions: depreciation of the months that end after that day is posted with them.
    Refuses: before_acquisition, in_the_future; line_dimension_known (database) when depreciation is posted.
    """
    require_after(asset, on)
    _require_past(ctx, on)
    Placement.objects.create(
        company=ctx.company, asset=asset, on=on, site=site, place=place, custodian=custodian, dimensions=dimensions, note=note,
        made_by=ctx.user,
    )  # fmt: skip
    asset.site, asset.place, asset.custodian, asset.dimensions = site, place, custodian, dimensions
    asset.save(update_fields=["site", "place", "custodian", "dimensions"])
    return asset


@command(permission="assets.transfer_asset", label="Seen")
def see_asset(
    ctx: Context,
    *,
    asset: Asset,
    on: Today,
    site: Annotated[Site | None, Input(shared=True, prefill="row.site")] = None,
    place: Place = "",
    note: str = "",
) -> Asset:
    """Note that an asset is there: stock-taking, or in passing. It moves nothing in the books.

    Refuses: before_acquisition, in_the_future.
    """
    require_after(asset, on)
    _require_past(ctx, on)
    Sighting.objects.create(company=ctx.company, asset=asset, on=on, site=site, place=place, note=note, seen_by=ctx.user)
    if asset.last_seen_on is None or on >= asset.last_seen_on:
        asset.last_seen_on = on
        asset.site, asset.place = site or asset.site, place or asset.place
    asset.save(update_fields=["last_seen_on", "site", "place"])
    return asset


@command(permission="assets.record_usage", label="Record use", offered=lambda asset: asset.method == Method.UNITS)
def record_usage(
    ctx: Context, *, asset: Asset, on: Today, units: Annotated[int, Input(min_value=1, max_value=10**12, label="Units used")]
) -> Asset:
    """Say how many units an asset was used since the reading before: that much of it is written off.

    Refuses: not_by_units, charged_already, before_acquisition, in_the_future; asset_reading_once (database).
    """
    require_after(asset, on)
    _require_past(ctx, on)
    if asset.method != Method.UNITS:
        raise Refusal("not_by_units", "This asset is not written off by units of production.")
    if asset.charged_through is not None and on <= asset.charged_through:
        raise Refusal("charged_already", "Depreciation is posted up to this day already; name a later one.", field="on")
    UsageReading.objects.create(company=ctx.company, asset=asset, on=on, units=units, made_by=ctx.user)
    return asset


@command(permission="assets.change_asset", label="Change")
def change_asset(
    ctx: Context,
    *,
    asset: Asset,
    name: Annotated[str, Input(prefill="row.name")],
    supplier: Annotated[Party | None, Input(shared=True, prefill="row.supplier")] = None,
    serial_number: Annotated[str, Input(label="Serial number", max_length=100, prefill="row.serial_number")] = "",
    warranty_until: Annotated[date | None, Input(prefill="row.warranty_until")] = None,
    note: Annotated[LongText, Input(prefill="row.note", widget="textarea", max_length=20_000)] = "",
) -> Asset:
    """Correct what an asset is called and what is known of it; figures and dates follow from movements and terms.

    Refuses: asset_named (database).
    """
    del ctx
    asset.name, asset.supplier, asset.serial_number, asset.warranty_until, asset.note = name, supplier, serial_number, warranty_until, note
    asset.save(update_fields=["name", "supplier", "serial_number", "warranty_until", "note"])
    return asset


def _require_past(ctx: Context, on: date) -> None:
    if on > ctx.today:
        raise Refusal("in_the_future", "This day has not come yet.", field="on")

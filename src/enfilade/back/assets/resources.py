"""Lists, record pages, forms and API of assets."""

from __future__ import annotations

from enfilade.core.pages.context import department
from enfilade.core.resource import Resource

from . import closing, panels, proving, reports, verify
from .models import Asset, AssetClass, AssetTerms, DepreciationRun, Movement, Placement, Sighting, UsageReading

department("assets", "Fixed assets", "armchair", 27)
__all__ = [
    "AssetClassResource",
    "AssetResource",
    "DepreciationRunResource",
    "MovementResource",
    "closing",
    "panels",
    "proving",
    "reports",
    "verify",
]


class AssetResource(Resource):
    """What the company owns for years; its figures follow from what happened to it."""

    model = Asset
    columns = ("number", "name", "asset_class", "in_service_on", "cost_minor", "depreciated_minor", "book_minor", "site", "state")
    filters = ("state", "asset_class", "method", "site", "custodian", "supplier", "acquired_on", "in_service_on", "last_seen_on", "part_of")
    search = ("number", "name", "serial_number", "place", "note")
    verbs = ("acquire_asset",)
    fields = (
        "number", "name", "asset_class", "acquired_on", "cost_minor", "depreciated_minor", "in_service_on", "method", "life_months",
        "residual_minor", "supplier", "serial_number", "warranty_until", "part_of", "site", "place", "custodian", "dimensions", "note",
    )  # fmt: skip
    import_key = "number"
    facts = (
        "asset_class", "part_of", "acquired_on", "in_service_on", "method", "life_months", "cost_minor", "depreciated_minor", "book_minor",
        "residual_minor", "charged_through", "disposed_on", "supplier", "serial_number", "warranty_until", "site", "place", "custodian",
        "dimensions", "last_seen_on", "note",
    )  # fmt: skip
    lines = {
        "movements": ("on", "kind", "cost_minor", "depreciation_minor", "proceeds_minor", "from_on", "through_on", "text", "standing"),
        "terms": ("starts_on", "cause", "method", "life_months", "base_minor", "residual_minor", "standing"),
        "placements": ("on", "site", "place", "custodian", "dimensions", "note"),
    }
    board = "state"
    charts = ("asset_class", "state", "acquired_on")
    icon = "armchair"
    order = 10
    empty = "Begin with the classes of your country; then make assets of lines of bills, enter what was bought, or take over a list."


class DepreciationRunResource(Resource):
    """Runs of depreciation."""

    model = DepreciationRun
    columns = ("through_on", "on", "asset_count", "total_minor", "made_by", "state")
    filters = ("state", "through_on", "made_by")
    facts = ("through_on", "on", "asset_count", "total_minor", "made_by", "made_at", "reversed_on", "reason")
    ordering = "-through_on"
    icon = "calendar-check"
    order = 20
    empty = "“Post depreciation” charges every asset up to the end of a month; try it first by rehearsing."


class MovementResource(Resource):
    """What moved cost and depreciation of assets."""

    model = Movement
    columns = ("on", "asset", "kind", "asset_class", "cost_minor", "depreciation_minor", "proceeds_minor", "made_by", "standing")
    filters = ("kind", "asset", "asset_class", "on", "run", "standing")
    search = ("asset__number", "asset__name", "text")
    facts = (
        "asset", "kind", "asset_class", "on", "cost_minor", "depreciation_minor", "proceeds_minor", "from_on", "through_on", "run", "entry",
        "bill_line", "reverses", "text", "made_by", "made_at", "standing",
    )  # fmt: skip
    ordering = "-id"
    icon = "arrow-left-right"
    order = 30
    empty = "Movements come with assets, with what happens to them, and with runs of depreciation."


class AssetClassResource(Resource):
    """Classes of assets: accounts, method, life."""

    model = AssetClass
    columns = ("code", "name", "method", "life_months", "cost_account", "depreciation_account", "expense_account", "active")
    filters = ("method", "active")
    search = ("code", "name", "source")
    fields = (
        "code", "name", "method", "life_months", "rate_bp", "by_day", "convention", "from_minor", "to_minor", "cost_account",
        "depreciation_account", "expense_account", "source", "active",
    )  # fmt: skip
    import_key = "code"
    ordering = "code"
    icon = "shapes"
    order = 80
    empty = "Begin with the usual classes of your country, and change what is different here."


class AssetTermsResource(Resource):
    """How assets are written off: shown on them, and searchable through the API."""

    model = AssetTerms
    columns = ("asset", "starts_on", "cause", "method", "life_months", "base_minor", "residual_minor", "standing")
    filters = ("asset", "method", "cause", "standing")
    menu = False


class PlacementResource(Resource):
    """Where assets stood: shown on them."""

    model = Placement
    columns = ("asset", "on", "site", "place", "custodian", "dimensions", "note")
    filters = ("asset", "site", "custodian", "on")
    menu = False


class UsageReadingResource(Resource):
    """How much assets were used: shown on them."""

    model = UsageReading
    columns = ("asset", "on", "units", "made_by")
    filters = ("asset", "on")
    menu = False


class SightingResource(Resource):
    """When assets were seen: shown on them."""

    model = Sighting
    columns = ("asset", "on", "site", "place", "seen_by", "note")
    filters = ("asset", "on", "site", "seen_by")
    menu = False

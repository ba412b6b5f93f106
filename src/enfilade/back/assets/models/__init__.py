"""Tables: classes, assets and their terms, what moved them, runs of depreciation, places, readings and sightings."""

from .asset import Asset, AssetTerms
from .asset_class import AssetClass, Convention, Method
from .keeping import Placement, Sighting, UsageReading
from .movement import DepreciationRun, Movement

__all__ = [
    "Asset",
    "AssetClass",
    "AssetTerms",
    "Convention",
    "DepreciationRun",
    "Method",
    "Movement",
    "Placement",
    "Sighting",
    "UsageReading",
]

"""What assets does: they come, are charged, lose and regain value, move and leave."""

from .acquiring import acquire_asset, add_asset, add_cost, capitalise_line, change_estimate, put_in_service, reduce_cost
from .beginning import begin_classes
from .changing import dispose_asset, impair_asset, reclassify_asset, reverse_movement, write_up_asset
from .keeping import change_asset, record_usage, see_asset, transfer_asset
from .running import post_depreciation, reverse_run

__all__ = [
    "acquire_asset",
    "add_asset",
    "add_cost",
    "begin_classes",
    "capitalise_line",
    "change_asset",
    "change_estimate",
    "dispose_asset",
    "impair_asset",
    "post_depreciation",
    "put_in_service",
    "reclassify_asset",
    "record_usage",
    "reduce_cost",
    "reverse_movement",
    "reverse_run",
    "see_asset",
    "transfer_asset",
    "write_up_asset",
]

"""What assets publishes."""

from enfilade.core.events import event


@event
class AssetAcquired:
    """An asset is in the register. cost_minor: what it cost when it came."""

    asset: int
    asset_class: str
    cost_minor: int


@event
class DepreciationPosted:
    """A run charged depreciation up to a day. through_on: ISO date."""

    run: int
    through_on: str
    asset_count: int
    total_minor: int


@event
class DepreciationReversed:
    """A run was taken back as a whole."""

    run: int
    reason: str


@event
class AssetDisposed:
    """An asset, or a part of it, was sold or scrapped. gain_minor: below zero for a loss."""

    asset: int
    whole: bool
    proceeds_minor: int
    gain_minor: int

"""What has to be done about assets before a month is closed."""

from __future__ import annotations

from enfilade.back.ledger.closing import Standing, closing_step
from enfilade.base.books.models import Period
from enfilade.core.context import Context

from .models import AssetClass
from .proof import differences
from .queries import chargeable, due_through, lines_without_asset


@closing_step("assets.bills", title="What was bought for the fixed assets is in the register", order=150)
def bills_in_register(ctx: Context, period: Period) -> Standing | None:
    """Lines of bills on accounts of assets of which no asset was made."""
    if not _has_classes(ctx):
        return None
    open_count = len(lines_without_asset(ctx, period.ends_on))
    sentence = "Every line of a bill on an account of assets is in the register."
    if open_count:
        sentence = f"Lines of bills on accounts of assets that are not in the register: {open_count}."
    return Standing(open_count, sentence, "/assets/reports/bills_without_asset/" if open_count else "")


@closing_step("assets.depreciation", title="Depreciation is posted", order=310)
def depreciation_posted(ctx: Context, period: Period) -> Standing | None:
    """Assets for which depreciation up to the end of the month was not posted."""
    if not _has_classes(ctx):
        return None
    open_count = len(due_through(ctx, list(chargeable(ctx)), period.ends_on))
    sentence = "Depreciation is posted for every asset."
    if open_count:
        sentence = f"Assets for which depreciation is not posted yet: {open_count}."
    return Standing(open_count, sentence, f"/assets/do/post_depreciation/?through_on={period.ends_on}" if open_count else "")


@closing_step("assets.proof", title="The register of assets is what the ledger says", order=320)
def register_ties(ctx: Context, period: Period) -> Standing | None:
    """Accounts on which register and ledger differ."""
    del period
    if not _has_classes(ctx):
        return None
    open_count = len(differences(ctx))
    sentence = "Register and ledger say the same."
    if open_count:
        sentence = f"Accounts of assets that differ between the register and the ledger: {open_count}."
    return Standing(open_count, sentence, "/assets/reports/assets_proof/" if open_count else "")


def _has_classes(ctx: Context) -> bool:
    return AssetClass.objects.visible_to(ctx).exists()

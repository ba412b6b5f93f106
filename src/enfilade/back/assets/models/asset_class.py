"""Classes of assets: on which accounts they stand, and how they are written off unless an asset says otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.books.models import Account
from enfilade.core.fields import AmountField
from enfilade.core.models import Record


class Method(models.TextChoices):
    """How an asset is written off; see `rules`."""

    STRAIGHT = "straight_line", "Straight line"
    DECLINING = "declining", "Declining balance"
    UNITS = "units", "Units of production"
    MACRS = "macrs", "MACRS"
    IMMEDIATE = "immediate", "At once (low value)"
    POOL = "pool", "Pool over five years"
    NONE = "none", "Not written off"


class Convention(models.TextChoices):
    """When use begins by MACRS."""

    HALF_YEAR = "half_year", "Half-year"
    MID_QUARTER = "mid_quarter", "Mid-quarter"


NEEDS_LIFE = ("straight_line", "declining", "macrs")
MACRS_LIVES = (36, 60, 84, 120, 180, 240, 330, 468)


def life_fits() -> Q:
    """A method that reckons by time has a useful life, MACRS one of its recovery periods."""
    return (Q(life_months__gte=1, life_months__lte=1_200) | ~Q(method__in=NEEDS_LIFE)) & (
        ~Q(method="macrs") | Q(life_months__in=MACRS_LIVES)
    )


class AssetClass(Record):
    """A kind of asset. Its accounts stay as they are once something was posted to them (trigger).

    cost_account: what such assets cost. depreciation_account: what is written off of them; the same where the chart writes off directly.
    expense_account: where depreciation is cost. life_months: 33⅓ years are 400. rate_bp: of a declining balance, basis points a year; 0
    for twice the rate of the straight line. from_minor, to_minor: what one such asset costs at least and at most, where a law says so.
    """

    code = models.SlugField(max_length=20, help_text="Short and unique, for example COMPUTER.")
    name = models.TextField()
    method = models.TextField("depreciation method", choices=Method, default=Method.STRAIGHT)
    life_months = models.PositiveSmallIntegerField("useful life (months)", default=0)
    rate_bp = models.PositiveIntegerField("declining rate (bp a year)", default=0, help_text="2000 is 20 %; 0: twice the straight line.")
    by_day = models.BooleanField("by days", default=False)
    convention = models.TextField(choices=Convention, default=Convention.HALF_YEAR)
    from_minor = AmountField("costs at least", null=True, blank=True)
    to_minor = AmountField("costs at most", null=True, blank=True)
    cost_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="account of the cost")
    depreciation_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name="account of what is written off"
    )
    expense_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="account of depreciation")
    source = models.TextField(blank=True, help_text="Who says so, for example a table of the tax authorities.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "asset class"
        verbose_name_plural = "asset classes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="asset_class_once", violation_error_message="Another class of assets has this code."
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""),
                name="asset_class_named",
                violation_error_message="A class of assets has a code and a name.",
            ),
            models.CheckConstraint(
                condition=Q(method__in=Method.values, convention__in=Convention.values, rate_bp__lte=10_000) & life_fits(),
                name="asset_class_life",
                violation_error_message="This method needs a useful life in months; MACRS has 36, 60, 84, 120, 180, 240, 330 and 468.",
            ),
            models.CheckConstraint(
                condition=(Q(from_minor=None) | Q(from_minor__gte=0))
                & (Q(to_minor=None) | Q(to_minor__gt=0))
                & (Q(from_minor=None) | Q(to_minor=None) | Q(to_minor__gte=F("from_minor"))),
                name="asset_class_limits",
                violation_error_message="What an asset of a class costs at most is not less than what it costs at least.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

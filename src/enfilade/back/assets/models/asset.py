"""Assets, and the terms by which they are written off."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.assets import rules
from enfilade.base.calendar.models import Site
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .asset_class import AssetClass, Convention, Method, life_fits


class Asset(Record):
    """One thing that is owned for years. What it cost and what is written off are the sums of its movements, by trigger.

    part_of: the asset of which it is a component with a life of its own. in_service_on: from when on it is used and written off; None
    while it is built. charged_through: the day up to which it was charged depreciation. place: a room, or who has it.
    method, life_months, residual_minor: of the terms that hold. dimensions: codes, as entries carry them.
    """

    rows_of = RowsOf(own=("custodian",))

    class State(models.TextChoices):
        IN_USE = "in_use", "In use"
        DISPOSED = "disposed", "Gone"
        VOID = "void"

    number = models.CharField(max_length=40)
    name = models.TextField()
    asset_class = models.ForeignKey(AssetClass, on_delete=models.PROTECT, related_name="assets", verbose_name="class")
    part_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="components")
    acquired_on = models.DateField("acquired")
    in_service_on = models.DateField("in service", null=True, blank=True)
    disposed_on = models.DateField("gone since", null=True, editable=False)
    supplier = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="assets_supplied")
    serial_number = models.CharField(max_length=100, blank=True)
    warranty_until = models.DateField(null=True, blank=True)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="assets")
    place = models.CharField("room or place", max_length=120, blank=True)
    custodian = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="who has it")
    dimensions = models.CharField(max_length=200, blank=True)
    last_seen_on = models.DateField("last seen", null=True, editable=False)
    note = LongTextField(blank=True)
    method = models.TextField("depreciation method", choices=Method, default=Method.NONE)
    life_months = models.PositiveSmallIntegerField("useful life (months)", default=0)
    residual_minor = AmountField("residual value", default=0)
    cost_minor = AmountField("cost", default=0)
    depreciated_minor = AmountField("accumulated depreciation", default=0)
    book_minor = models.GeneratedField(
        verbose_name="book value", expression=F("cost_minor") - F("depreciated_minor"), output_field=AmountField(), db_persist=True
    )
    charged_through = models.DateField("depreciated up to", null=True, editable=False)
    state = models.TextField(choices=State, default=State.IN_USE, editable=False)

    states = States(
        "state",
        {
            "add_cost": (("in_use",), "in_use"),
            "reduce_cost": (("in_use",), "in_use"),
            "put_in_service": (("in_use",), "in_use"),
            "change_estimate": (("in_use",), "in_use"),
            "impair_asset": (("in_use",), "in_use"),
            "write_up_asset": (("in_use",), "in_use"),
            "dispose_asset": (("in_use",), ("in_use", "disposed")),
            "transfer_asset": (("in_use",), "in_use"),
            "reclassify_asset": (("in_use",), "in_use"),
            "record_usage": (("in_use",), "in_use"),
            "see_asset": (("in_use",), "in_use"),
        },
    )

    class Meta:
        verbose_name = "fixed asset"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="asset_number_once", violation_error_message="Another asset has this number."
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(number=""), name="asset_named", violation_error_message="An asset has a number and a name."
            ),
            models.CheckConstraint(
                condition=Q(cost_minor__gte=0, depreciated_minor__gte=0, residual_minor__gte=0)
                & (Q(cost_minor__gte=F("depreciated_minor") + F("residual_minor")) | Q(cost_minor=0, depreciated_minor=0)),
                name="asset_not_below_residual",
                violation_error_message="The book value of an asset never falls below its residual value.",
            ),
            models.CheckConstraint(
                condition=Q(state="in_use", disposed_on=None)
                | Q(state="disposed", disposed_on__isnull=False) & (Q(cost_minor=0, depreciated_minor=0) | Q(method="pool"))
                | Q(state="void", disposed_on=None, cost_minor=0, depreciated_minor=0),
                name="asset_state_true",
                violation_error_message="What is gone has no cost and no depreciation any more, unless it is part of a pool.",
            ),
            models.CheckConstraint(
                condition=Q(in_service_on=None) | Q(in_service_on__gte=F("acquired_on")),
                name="asset_in_service_after",
                violation_error_message="An asset is in service on the day it was acquired, or later.",
            ),
            models.CheckConstraint(
                condition=Q(part_of=None) | ~Q(part_of=F("id")),
                name="asset_not_part_of_itself",
                violation_error_message="An asset is no part of itself.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "asset_class", "id"], name="asset_of_class"),
            models.Index(fields=["company", "state", "id"], name="asset_in_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class AssetTerms(Record):
    """How an asset is written off from a day on; the last terms that stand hold. They never change, a correction takes them back.

    cause: why they hold. before_minor: book value just before. base_minor: what there is to write off from starts_on on.
    offset_minor: what was written off before, where they begin anew; 0 where they are the plan of the whole life.
    year_month: first month of the years of accounts. total_units: how many units of use the base is spread over.
    """

    rows_of = RowsOf(part_of="asset")

    class Cause(models.TextChoices):
        START = "start", "In service"
        ESTIMATE = "estimate", "New estimate"
        ADDITION = "addition", "Further cost"
        IMPAIRMENT = "impairment"
        WRITE_UP = "write_up", "Write-up"
        DISPOSAL = "disposal", "Part gone"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="terms")
    cause = models.TextField(choices=Cause)
    starts_on = models.DateField("from")
    method = models.TextField("depreciation method", choices=Method)
    life_months = models.PositiveSmallIntegerField("useful life (months)", default=0)
    rate_bp = models.PositiveIntegerField("declining rate (bp a year)", default=0)
    by_day = models.BooleanField("by days", default=False)
    convention = models.TextField(choices=Convention, default=Convention.HALF_YEAR)
    total_units = models.PositiveBigIntegerField("units in all", default=0)
    year_month = models.PositiveSmallIntegerField(default=1)
    before_minor = AmountField("book value before")
    base_minor = AmountField("to write off")
    residual_minor = AmountField("residual value", default=0)
    offset_minor = AmountField("written off before", default=0)
    movement = models.ForeignKey("assets.Movement", null=True, on_delete=models.PROTECT, related_name="terms")
    standing = models.BooleanField(default=True)

    class Meta:
        verbose_name = "terms of an asset"
        verbose_name_plural = "terms of assets"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(method__in=Method.values) & life_fits() & (~Q(method="units") | Q(total_units__gt=0)),
                name="asset_terms_life",
                violation_error_message="Say for how many months, or for how many units, the asset can be used.",
            ),
            models.CheckConstraint(
                condition=Q(before_minor__gte=0, residual_minor__gte=0, offset_minor__gte=0, base_minor__gte=F("residual_minor")),
                name="asset_terms_amounts",
                violation_error_message="The residual value of an asset is not above what there is to write off.",
            ),
            models.CheckConstraint(
                condition=~Q(method__in=["macrs", "immediate", "pool"]) | Q(residual_minor=0),
                name="asset_terms_whole",
                violation_error_message="By this method everything is written off: there is no residual value.",
            ),
            models.CheckConstraint(
                condition=Q(year_month__gte=1, year_month__lte=12),
                name="asset_terms_month",
                violation_error_message="A year of accounts begins in a month from 1 to 12.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["asset", "-id"], condition=Q(standing=True), name="asset_terms_last")]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.starts_on:%Y-%m-%d}"

    @property
    def plan(self) -> rules.Terms:
        """As the rules take them."""
        return rules.Terms(
            self.method, self.base_minor, self.residual_minor, self.starts_on, self.life_months, self.rate_bp, self.by_day, self.convention,
            self.total_units, self.year_month,
        )  # fmt: skip

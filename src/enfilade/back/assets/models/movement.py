"""What moved the cost and the depreciation of assets, and runs of depreciation. Nothing here changes; a correction is another movement."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.back.payables.models import BillLine
from enfilade.base.books.models import Entry
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .asset import Asset
from .asset_class import AssetClass


def _only(column: str) -> Func:
    """A range of one number: the built-in operator class of ranges stands in for the extension that compares numbers."""
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class DepreciationRun(Record):
    """Everything that was due up to a day, charged at once; taken back only as a whole.

    through_on: last day of the month up to which assets are charged. on: accounting date.
    """

    rows_of = RowsOf(own=("made_by",))

    class State(models.TextChoices):
        POSTED = "posted"
        REVERSED = "reversed", "Taken back"

    through_on = models.DateField("up to")
    on = models.DateField("posted")
    asset_count = models.PositiveIntegerField("fixed assets")
    total_minor = AmountField("depreciation")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reversed_on = models.DateField("taken back", null=True, editable=False)
    reason = models.TextField(blank=True, editable=False)
    state = models.TextField(choices=State, default=State.POSTED, editable=False)

    states = States(
        "state",
        {"reverse_run": (("posted",), "reversed")},
        said={("reverse_run", "reversed"): ("already_reversed", "This run was taken back already.")},
    )

    class Meta:
        verbose_name = "depreciation run"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(asset_count__gt=0, total_minor__gt=0),
                name="depreciation_run_charges",
                violation_error_message="A run of depreciation charges at least one asset.",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", reversed_on=None) | Q(state="reversed", reversed_on__isnull=False),
                name="depreciation_run_state",
                violation_error_message="A run that was taken back says when.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-through_on"], name="depreciation_run_last")]

    def __str__(self) -> str:
        return f"Depreciation {self.through_on:%Y-%m}"


class Movement(Record):
    """One change of the cost or the depreciation of an asset, with signs: what is added is positive.

    asset_class: where it stood. depreciation_minor: what is written off by it. from_on, through_on: the days that a charge is for.
    proceeds_minor: net, of a disposal. entry: in the ledger, where it moved anything there; a run has its entries by its reference.
    bill_line: from which the cost came. reverses: the movement that this one takes back; standing: whether nobody took it back.
    """

    rows_of = RowsOf(part_of="asset")

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening balance"
        ACQUISITION = "acquisition"
        ADDITION = "addition", "Further cost"
        DEPRECIATION = "depreciation"
        IMPAIRMENT = "impairment"
        WRITE_UP = "write_up", "Write-up"
        DISPOSAL = "disposal"
        TRANSFER = "transfer", "Other class"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="movements")
    asset_class = models.ForeignKey(AssetClass, on_delete=models.PROTECT, related_name="+", verbose_name="class")
    kind = models.TextField(choices=Kind)
    on = models.DateField()
    cost_minor = AmountField("cost", signed=True, default=0)
    depreciation_minor = AmountField("depreciation", signed=True, default=0)
    proceeds_minor = AmountField("proceeds", signed=True, default=0)
    from_on = models.DateField("for days from", null=True)
    through_on = models.DateField("up to", null=True)
    run = models.ForeignKey(DepreciationRun, null=True, on_delete=models.PROTECT, related_name="movements")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    bill_line = models.ForeignKey(BillLine, null=True, on_delete=models.PROTECT, related_name="asset_movements", verbose_name="bill")
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    text = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    standing = models.BooleanField(default=True)

    class Meta:
        verbose_name = "movement of an asset"
        verbose_name_plural = "movements of assets"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="asset_day_charged_once",
                index_type="GIST",
                expressions=[
                    (_only("asset_id"), RangeOperators.OVERLAPS),
                    (
                        Func(F("from_on"), F("through_on"), Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="depreciation", standing=True, reverses=None, from_on__isnull=False),
                violation_error_message="Depreciation for this time was posted already.",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="asset_movement_reversed_once",
                violation_error_message="This movement was taken back already.",
            ),
            models.CheckConstraint(
                condition=Q(from_on=None, through_on=None) | Q(kind="depreciation", from_on__isnull=False, through_on__gte=F("from_on")),
                name="asset_charge_for_days",
                violation_error_message="Depreciation is for days from one to another.",
            ),
            models.CheckConstraint(
                condition=~Q(reverses=None)
                | Q(kind__in=["opening"], cost_minor__gt=0, depreciation_minor__gte=0)
                | Q(kind="acquisition", cost_minor__gt=0, depreciation_minor=0)
                | Q(kind="addition", depreciation_minor=0) & ~Q(cost_minor=0)
                | Q(kind="impairment", cost_minor=0, depreciation_minor__gt=0)
                | Q(kind="write_up", cost_minor=0, depreciation_minor__lt=0)
                | Q(kind="disposal", cost_minor__lte=0, depreciation_minor__lte=0, proceeds_minor__gte=0)
                | Q(kind="depreciation", cost_minor=0) & ~Q(depreciation_minor=0)
                | Q(kind="transfer"),
                name="asset_movement_signs",
                violation_error_message="What a movement of an asset adds and takes away follows from its kind.",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["company", "on", "id"], name="asset_movement_by_day"),
            models.Index(fields=["asset", "id"], name="asset_movement_of"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on:%Y-%m-%d}"

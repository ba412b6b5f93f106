"""Where assets stand, how much they were used, and when somebody saw them last."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.calendar.models import Site
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf

from .asset import Asset


class Placement(Record):
    """Where an asset stands from a day on, who has it, and whom its depreciation concerns."""

    rows_of = RowsOf(part_of="asset")
    append_only = True

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="placements")
    on = models.DateField("from")
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField("room or place", max_length=120, blank=True)
    custodian = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="who has it")
    dimensions = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "place of an asset"
        verbose_name_plural = "places of assets"
        indexes: ClassVar = [models.Index(fields=["asset", "on", "id"], name="asset_placement_of")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.site or self.place or self.custodian or self.dimensions}"


class UsageReading(Record):
    """How many units an asset was used since the reading before: hours, kilometres, pieces."""

    rows_of = RowsOf(part_of="asset")
    append_only = True

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="readings")
    on = models.DateField("up to")
    units = models.PositiveBigIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "reading of use"
        verbose_name_plural = "readings of use"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset", "on"], name="asset_reading_once", violation_error_message="The use up to this day was recorded already."
            ),
            models.CheckConstraint(
                condition=Q(units__gt=0), name="asset_reading_some", violation_error_message="Use is at least one unit."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}: {self.units}"


class Sighting(Record):
    """Somebody saw an asset on a day: what a stock-taking is made of."""

    rows_of = RowsOf(part_of="asset")
    append_only = True

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="sightings")
    on = models.DateField()
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField("room or place", max_length=120, blank=True)
    note = models.TextField(blank=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "sighting"
        indexes: ClassVar = [models.Index(fields=["asset", "on", "id"], name="asset_sighting_of")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

"""Rates that law or the company sets, each from a day on."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record


class MileageRate(Record):
    """What is paid for the distance that somebody drives for the company with her own vehicle.

    rate: major units of the company's currency for each kilometre or mile. step: distance in a tax year after which rate_after holds; None
    is none. year_month, year_day: when that tax year begins.
    Source: as the row says, for example § 9 (1) sentence 3 no. 4a EStG with § 5 (2) BRKG; HMRC approved mileage allowance payments.
    """

    class Vehicle(models.TextChoices):
        CAR = "car"
        MOTORCYCLE = "motorcycle"
        BICYCLE = "bicycle"

    class Unit(models.TextChoices):
        KM = "km", "Kilometres"
        MILE = "mi", "Miles"

    vehicle = models.TextField(choices=Vehicle, default=Vehicle.CAR)
    unit = models.CharField(max_length=2, choices=Unit, default=Unit.KM)
    valid_from = models.DateField("valid from")
    rate = models.DecimalField(max_digits=8, decimal_places=4)
    step = models.PositiveIntegerField("distance until the step", null=True, blank=True)
    rate_after = models.DecimalField("rate after the step", max_digits=8, decimal_places=4, null=True, blank=True)
    year_month = models.PositiveSmallIntegerField("month in which the tax year begins", default=1)
    year_day = models.PositiveSmallIntegerField("day on which it begins", default=1)
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name = "mileage rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "vehicle", "valid_from"],
                name="mileage_rate_once",
                violation_error_message="There is a rate of this vehicle from this day on.",
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0) & (Q(step=None, rate_after=None) | Q(step__gt=0, rate_after__gt=0)),
                name="mileage_rate_step",
                violation_error_message="A rate is above zero, and a step has a rate after it.",
            ),
            models.CheckConstraint(
                condition=Q(year_month__gte=1, year_month__lte=12, year_day__gte=1, year_day__lte=28),
                name="mileage_rate_year",
                violation_error_message="A tax year begins between the first and the 28th day of a month.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} {Decimal(self.rate).normalize():f} / {self.unit}"


class PerDiemRate(Record):
    """What is paid for meals on days away from home and office, without receipts.

    country: ISO 3166-1 alpha-2. place: where one of it has a rate of its own. full_minor: a whole day away; part_minor: the days of leaving
    and coming back, and a day of more than eight hours. *_percent: of a whole day, taken off for a meal that somebody else paid.
    Source: as the row says, for example § 9 (4a) EStG.
    """

    country = models.CharField(max_length=2)
    place = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField("valid from")
    full_minor = AmountField("a whole day")
    part_minor = AmountField("a part of a day")
    breakfast_percent = models.DecimalField("breakfast (%)", max_digits=5, decimal_places=2, default=Decimal(20))
    lunch_percent = models.DecimalField("lunch (%)", max_digits=5, decimal_places=2, default=Decimal(40))
    dinner_percent = models.DecimalField("dinner (%)", max_digits=5, decimal_places=2, default=Decimal(40))
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name = "rate of days away"
        verbose_name_plural = "rates of days away"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "country", "place", "valid_from"],
                name="per_diem_rate_once",
                violation_error_message="There is a rate of this place from this day on.",
            ),
            models.CheckConstraint(
                condition=Q(part_minor__gte=0, full_minor__gt=0, full_minor__gte=models.F("part_minor")),
                name="per_diem_rate_amounts",
                violation_error_message="A whole day is above zero, and no less than a part of one.",
            ),
            models.CheckConstraint(
                condition=Q(breakfast_percent__gte=0, lunch_percent__gte=0, dinner_percent__gte=0),
                name="per_diem_rate_percent",
                violation_error_message="What is taken off for a meal is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="per_diem_rate_country",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.place}".strip()

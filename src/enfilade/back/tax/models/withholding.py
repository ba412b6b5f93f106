"""Kinds of withholding: taxes that whoever pays a bill keeps back and pays to an authority."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.base.party.models import Party
from enfilade.core.models import Record


class WithholdingKind(Record):
    """What is kept back of a bill under a law, in a span of days. Another rate later is another row with the same code.

    rate_percent: to the thousandth, since surcharges are in it: 15.825. base: what of a bill it is reckoned from.
    authority: who gets it, in words; paid_to: the party that is paid, where that is the same for all suppliers.
    source: the law.
    """

    class Base(models.TextChoices):
        GROSS = "gross", "The amount with VAT"
        NET = "net", "The amount without VAT"
        LABOUR = "labour", "Labour only: without VAT and material"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    base = models.TextField("reckoned from", choices=Base, default=Base.NET)
    rate_percent = models.DecimalField("rate (%)", max_digits=6, decimal_places=3)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty while it goes on.")
    authority = models.CharField("who gets it", max_length=100, blank=True)
    paid_to = models.ForeignKey(
        Party,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="paid to",
        help_text="The office as a supplier, where it is the same for all.",
    )
    source = models.CharField("law", max_length=200)

    class Meta:
        verbose_name = "kind of withholding"
        verbose_name_plural = "kinds of withholding"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rate_percent__gte=0, rate_percent__lt=100),
                name="withholding_rate_below_all",
                violation_error_message="Less than all of a bill is withheld.",
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(source=""),
                name="withholding_has_law",
                violation_error_message="A kind of withholding has a code, and names the law that orders it.",
            ),
            models.CheckConstraint(
                condition=Q(base__in=["gross", "net", "labour"]),
                name="withholding_base_known",
                violation_error_message="It is reckoned from the amount with VAT, without VAT, or from labour only.",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="withholding_country_iso",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="withholding_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            ExclusionConstraint(
                name="withholding_one_rate_a_day",
                expressions=[
                    (Func("company_id", "company_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(Func("code", function="hashtext"), Func("code", function="hashtext"), Value("[]"), function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func("valid_from", "valid_until", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="On some of these days this kind has a rate already; end that one first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

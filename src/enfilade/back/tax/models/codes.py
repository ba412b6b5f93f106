"""Tax codes: a rate for a class of goods, valid from a day to a day."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.core.models import Record


class TaxCode(Record):
    """What is charged for a tax class in a country in a span of days.

    rate_bp: basis points; 1900 is 19 %.
    category: UNTDID 5305 code of EN 16931: S standard or reduced rate, Z zero rate, E exempt, AE reverse charge, O outside the tax.
    exemption_reason: printed on the invoice where nothing is charged. exemption_code: the same in e-invoices, of the VATEX list.
    """

    class TaxClass(models.TextChoices):
        STANDARD = "standard"
        REDUCED = "reduced"
        EXEMPT = "exempt"
        ZERO = "zero", "Zero rate"

    class Category(models.TextChoices):
        STANDARD = "S", "S: rate above zero"
        ZERO = "Z", "Z: zero rate"
        EXEMPT = "E", "E: exempt"
        REVERSE = "AE", "AE: reverse charge"
        EXPORT = "G", "G: export"
        INTRA = "K", "K: intra-Community supply"
        OUTSIDE = "O", "O: outside the tax"

    tax_class = models.TextField(choices=TaxClass)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    code = models.CharField(max_length=20)
    name = models.TextField()
    category = models.CharField(max_length=2, choices=Category, default=Category.STANDARD)
    rate_bp = models.PositiveIntegerField("rate (basis points)", default=0, help_text="1900 is 19 %.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty while it goes on.")
    exemption_reason = models.TextField(blank=True, help_text="The law that exempts, as printed on invoices.")
    exemption_code = models.CharField(
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text="Of the VATEX list, for e-invoices: VATEX-EU-132-1C is medical care.",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "country", "code", "valid_from"],
                name="tax_code_once",
                violation_error_message="There is a tax code of this name from this day on.",
            ),
            models.CheckConstraint(
                condition=Q(rate_bp__lte=10_000), name="tax_rate_at_most_all", violation_error_message="A rate is at most 100 %."
            ),
            models.CheckConstraint(
                condition=Q(category="S", rate_bp__gt=0) | (~Q(category="S") & Q(rate_bp=0)),
                name="tax_rate_fits_category",
                violation_error_message="Category S has a rate above zero, every other one the rate zero.",
            ),
            models.CheckConstraint(
                condition=~Q(category__in=["E", "AE", "G", "K", "O"]) | ~Q(exemption_reason=""),
                name="tax_exemption_has_reason",
                violation_error_message="An exemption names its reason: the law as it is printed on the invoice.",
            ),
            models.CheckConstraint(
                condition=Q(tax_class__in=["standard", "reduced", "exempt", "zero"]),
                name="tax_class_known",
                violation_error_message="This tax class is not known.",
            ),
            models.CheckConstraint(
                condition=Q(category__in=["S", "Z", "E", "AE", "G", "K", "O"]),
                name="tax_category_known",
                violation_error_message="This tax category is not known.",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="tax_country_iso",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="tax_dates_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(exemption_code="") | Q(exemption_code__regex=r"^VATEX-[A-Z]{2}-[0-9A-Z-]+$") & ~Q(exemption_reason=""),
                name="tax_exemption_code_form",
                violation_error_message="A code of an exemption is of the VATEX list, such as VATEX-EU-132-1C, and has a reason in words.",
            ),
            # A company has a handful of codes, so an exclusion over a hash of the class costs nothing.
            ExclusionConstraint(
                name="tax_one_code_a_day",
                expressions=[
                    (Func("company_id", "company_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            Func("country", function="hashtext"),
                            Func("country", function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            Func("tax_class", function="hashtext"),
                            Func("tax_class", function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func("valid_from", "valid_until", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="On some of these days the class has a code already; end that one first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rate_percent(self) -> str:
        """The rate as people read it, for example 19 %."""
        return f"{self.rate_bp / 100:g} %"

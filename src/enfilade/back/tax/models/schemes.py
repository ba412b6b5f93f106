"""Registrations for the Import One-Stop Shop."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.core.models import Record


class ImportScheme(Record):
    """That the company takes part in the Import One-Stop Shop, in a span of days; under one number at a time.

    number: IM and ten figures, which the customs declaration names. intermediary: number of who declares and pays for a company that is not
    in the Union, IN and ten figures.
    Source: Directive 2006/112/EC art. 369l to 369x; Regulation (EU) 2020/194; § 18k UStG.
    """

    number = models.CharField("IOSS number", max_length=12, help_text="IM and ten figures.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty while it goes on.")
    intermediary = models.CharField(
        "number of the intermediary", max_length=12, blank=True, help_text="IN and ten figures; of a company that is not in the Union."
    )

    class Meta:
        verbose_name = "registration for the Import One-Stop Shop"
        verbose_name_plural = "registrations for the Import One-Stop Shop"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^IM[0-9]{10}$"),
                name="import_scheme_number",
                violation_error_message="An IOSS number is IM and ten figures.",
            ),
            models.CheckConstraint(
                condition=Q(intermediary="") | Q(intermediary__regex=r"^IN[0-9]{10}$"),
                name="import_scheme_intermediary",
                violation_error_message="The number of an intermediary is IN and ten figures.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="import_scheme_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            ExclusionConstraint(
                name="import_scheme_one",
                expressions=[
                    (Func("company_id", "company_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func("valid_from", "valid_until", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="On some of these days the company is registered already; end that first.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

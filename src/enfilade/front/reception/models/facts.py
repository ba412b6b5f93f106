"""Small facts that answers quote, and what an hour of a role costs."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record


class CompanyFact(Record):
    """Something that is so from a day on: the next pay day, a holiday of the company, where to park.

    code: rows of one code belong together; `pay_day` and `holiday` carry a date each, and the next one counts.
    value: its words; on: the date it is about, where it is one.
    """

    code = models.SlugField(max_length=60, help_text="For example pay_day, holiday or parking; an answer quotes it as {fact:parking}.")
    label = models.CharField(max_length=120, help_text="What it is called, for example Christmas Day.")
    value = models.CharField(max_length=500, blank=True)
    on = models.DateField("date", null=True, blank=True)
    valid_from = models.DateField(help_text="From this day on it is so.")

    class Meta:
        verbose_name = "company fact"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code", "on", "valid_from"],
                nulls_distinct=False,
                name="fact_once",
                violation_error_message="This fact is already there from that day on.",
            ),
            models.CheckConstraint(
                condition=~Q(value="") | Q(on__isnull=False),
                name="fact_says_something",
                violation_error_message="A fact needs words or a date.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "code", "valid_from"], name="fact_code")]

    def __str__(self) -> str:
        return f"{self.label} ({self.code})"


class PayRate(Record):
    """What an hour of somebody in a role costs the company, from a day on. An assumption, shown wherever it is used."""

    role = models.SlugField(max_length=60, help_text="Code of the role, for example dentist.")
    hourly_minor = AmountField(validators=[MinValueValidator(0)], help_text="Cost of one hour, with everything the employer pays.")
    valid_from = models.DateField()

    class Meta:
        verbose_name = "pay rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "role", "valid_from"],
                name="pay_rate_once",
                violation_error_message="This role already has a rate from that day on.",
            ),
            models.CheckConstraint(
                condition=Q(hourly_minor__gte=0), name="pay_rate_positive", violation_error_message="A rate is not negative."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} from {self.valid_from:%Y-%m-%d}"

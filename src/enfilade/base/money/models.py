"""Exchange rates as somebody recorded them. A rate holds from its day until the next one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.models import Record

CODE = r"^[A-Z]{3}$"


class Rate(Record):
    """One unit of `base` is worth `rate` units of `quote`, from `on` until a later rate of the pair."""

    base = models.CharField("one unit of", max_length=3, help_text="ISO 4217, for example EUR.")
    quote = models.CharField("of the currency", max_length=3, help_text="ISO 4217, for example USD.")
    on = models.DateField("from")
    rate = models.DecimalField("is worth", max_digits=20, decimal_places=10, help_text="1.0850 where one euro is worth 1.0850 dollars.")
    source = models.TextField(blank=True, help_text="Who says so, for example ECB.")

    class Meta:
        verbose_name = "exchange rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "base", "quote", "on"],
                name="rate_once_a_day",
                violation_error_message="There is a rate of this pair on this day.",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive", violation_error_message="A rate is greater than zero."),
            models.CheckConstraint(
                condition=Q(base__regex=CODE) & Q(quote__regex=CODE) & ~Q(base=F("quote")),
                name="rate_of_two_currencies",
                violation_error_message="A rate stands between two different currencies of three capital letters (ISO 4217).",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.on:%Y-%m-%d}"

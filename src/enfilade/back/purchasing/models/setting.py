"""How much may differ between order, receipt and bill before a person looks at it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record


class PurchasingSetting(Record):
    """Tolerances of a company; one row.

    over_percent: how much more than ordered may come. price_percent, price_minor: by how much the amount of a line of a bill may be above
    what was ordered; the larger of both holds. extra_minor: what of a bill may be without an order, for example freight.
    alone_minor: up to which total a bill that fits is approved without a person; None: never.
    """

    over_percent = models.DecimalField("more than ordered (%)", max_digits=5, decimal_places=2, default=Decimal(0))
    price_percent = models.DecimalField("dearer than ordered (%)", max_digits=5, decimal_places=2, default=Decimal(0))
    price_minor = AmountField("dearer than ordered", default=0, help_text="For a line of a bill, without tax; the larger of both holds.")
    extra_minor = AmountField("without an order", default=0, help_text="Freight and the like on a bill of an order, without tax.")
    alone_minor = AmountField(
        "approved by itself up to", null=True, blank=True, help_text="A bill that fits its order and receipt, with tax. Empty: never."
    )

    class Meta:
        verbose_name = "set of tolerances"
        verbose_name_plural = "tolerances"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company"], name="purchasing_setting_once", violation_error_message="The tolerances are set already; change them."
            ),
            models.CheckConstraint(
                condition=Q(over_percent__gte=0, over_percent__lte=100, price_percent__gte=0, price_percent__lte=100)
                & Q(price_minor__gte=0, extra_minor__gte=0)
                & (Q(alone_minor=None) | Q(alone_minor__gte=0)),
                name="purchasing_setting_sane",
                violation_error_message="Tolerances are between 0 and 100 percent, amounts zero or more.",
            ),
        ]

    def __str__(self) -> str:
        return "Tolerances"

"""What came and was not billed at the end of a month, as it stands in the ledger until the next day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User

from .order import OrderLine


class Accrual(Record):
    """Posted on `through_on` and taken back on the day after: with the other accruals of that day, it is the cost of what came and was not
    billed.
    """

    append_only = True

    through_on = models.DateField("through")
    total_minor = AmountField("total", signed=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "accrual of goods received"
        verbose_name_plural = "accruals of goods received"
        indexes: ClassVar = [models.Index(fields=["company", "through_on"], name="goods_accrual_through")]

    def __str__(self) -> str:
        return f"Accrual through {self.through_on:%Y-%m-%d}"


class AccrualLine(Record):
    """What of an accrual is for a line of an order; below zero where an earlier accrual of that day was too much."""

    append_only = True

    accrual = models.ForeignKey(Accrual, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="accrual_lines")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    amount_minor = AmountField("amount", signed=True)

    class Meta:
        verbose_name = "line of an accrual"
        verbose_name_plural = "lines of accruals"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["accrual", "order_line"], name="goods_accrual_line_once", violation_error_message="An accrual names a line once."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.accrual} {self.order_line}"

"""Which draft will take an advance over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from enfilade.core.models import Record
from enfilade.core.rows import RowsOf

from .invoice import Invoice


class AdvancePlan(Record):
    """An advance that will be deducted in a draft when that is issued; it goes then, and what was deducted is written down.

    One advance is for one draft at a time, so that of two final invoices that want it one gets it.
    """

    rows_of = RowsOf(part_of="invoice")

    advance = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="plan")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="plans", verbose_name="final invoice")

    class Meta:
        verbose_name = "planned deduction"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "advance"],
                name="advance_planned_once",
                violation_error_message="This advance is for another draft already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advance} → {self.invoice}"

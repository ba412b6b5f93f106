"""What came of orders and what went back. Rows are only added; what was wrong is corrected by a counter-receipt."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf

from .order import OrderLine, PurchaseOrder


class GoodsReceipt(Record):
    """What came of an order at one time, what was sent back, or the counter-receipt of either.

    number: GR-2026-00001. on: the day on which it came. delivery_note: number of theirs. reverses: what a counter-receipt takes back.
    """

    append_only = True
    rows_of = RowsOf(own=("received_by",))

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Came"
        RETURN = "return", "Sent back"
        CORRECTION = "correction", "Counter-receipt"

    number = models.TextField(editable=False)
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="receipts")
    kind = models.TextField(choices=Kind, default=Kind.RECEIPT)
    on = models.DateField("came on")
    delivery_note = models.CharField(max_length=100, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="delivery note itself")
    note = LongTextField(blank=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="taken in by")
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = "receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="goods_receipt_number_once", violation_error_message="This number of a receipt is taken."
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="goods_receipt_reversed_once",
                violation_error_message="This receipt was taken back already.",
            ),
            models.CheckConstraint(
                condition=Q(kind="correction", reverses__isnull=False) | (~Q(kind="correction") & Q(reverses=None)),
                name="goods_receipt_kind_true",
                violation_error_message="Only a counter-receipt takes back another receipt.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "on"], name="goods_receipt_on")]

    def __str__(self) -> str:
        return self.number


class ReceiptLine(Record):
    """How much of a line of an order came; with a minus what went back, or never came."""

    append_only = True
    rows_of = RowsOf(part_of="receipt")

    receipt = models.ForeignKey(GoodsReceipt, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="receipt_lines")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        verbose_name = "line of a receipt"
        verbose_name_plural = "lines of receipts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["receipt", "order_line"], name="goods_receipt_line_once", violation_error_message="A receipt names a line once."
            ),
            models.CheckConstraint(
                condition=~Q(quantity=0), name="goods_receipt_line_moves", violation_error_message="Nothing of this line came or went back."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.order_line}"

"""Which lines of which bills are for what was ordered, and what somebody decided about the difference."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.back.payables.models import Bill, BillLine
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf

from .order import OrderLine


class OrderMatch(Record):
    """That a line of a bill, or of a credit note, is for so much of a line of an order.

    counted_quantity: what of it the approved bill charges for what came; below zero for a credit note, 0 before the approval.
    counted_on: accounting date of the bill; uncounted_on: day on which it became void.
    """

    rows_of = RowsOf(part_of="order_line")

    bill_line = models.ForeignKey(BillLine, on_delete=models.CASCADE, related_name="order_matches")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="bill_matches")
    quantity = models.DecimalField("billed", max_digits=14, decimal_places=3)
    matched_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    matched_at = models.DateTimeField()
    counted_quantity = models.DecimalField("counted", max_digits=14, decimal_places=3, default=0, editable=False)
    counted_on = models.DateField(null=True, editable=False)
    uncounted_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = "match with a bill"
        verbose_name_plural = "matches with bills"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bill_line", "order_line"],
                name="line_match_once",
                violation_error_message="This line of the bill is matched with this line of the order already.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="line_match_above_zero", violation_error_message="Match a quantity above zero."
            ),
            models.CheckConstraint(
                condition=Q(counted_on__isnull=False) | Q(counted_on=None, counted_quantity=0, uncounted_on=None),
                name="line_match_counted_on",
                violation_error_message="What counts as billed says since when.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["order_line", "counted_on"], name="line_match_counted")]

    def __str__(self) -> str:
        return f"{self.bill_line}: {self.order_line}"


class MatchDecision(Record):
    """What somebody decided about a line of a bill that differs from order and receipt.

    over_minor: by how much more the line charges than was agreed, when it was decided; a larger difference is open again.
    amount_minor: what is accepted or claimed, without tax: that, and the price of what did not come.
    missing_quantity: what is billed and did not come, for which a credit note is claimed.
    credit_note: with which the supplier settled a claim.
    """

    rows_of = RowsOf(own=("decided_by",))

    class Kind(models.TextChoices):
        ACCEPT = "accept", "Accepted"
        CLAIM = "claim", "Credit note claimed"

    class State(models.TextChoices):
        STANDING = "standing"
        CLAIMED = "claimed", "Credit note awaited"
        SETTLED = "settled"
        DROPPED = "dropped"

    bill_line = models.OneToOneField(BillLine, on_delete=models.CASCADE, related_name="match_decision")
    kind = models.TextField(choices=Kind)
    over_minor = AmountField("dearer", default=0)
    amount_minor = AmountField("amount", default=0)
    missing_quantity = models.DecimalField("missing", max_digits=14, decimal_places=3, default=0)
    currency = models.CharField(max_length=3, editable=False)
    reason = LongTextField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    credit_note = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="settled_claims")
    state = models.TextField(choices=State, default=State.STANDING, editable=False)

    class Meta:
        verbose_name = "decision about a difference"
        verbose_name_plural = "decisions about differences"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="accept", state="standing", missing_quantity=0, credit_note=None)
                | Q(kind="claim", state__in=["claimed", "dropped"], credit_note=None)
                | Q(kind="claim", state="settled", credit_note__isnull=False),
                name="match_decision_true",
                violation_error_message="A difference is accepted, or a credit note is claimed for it, which settles it.",
            ),
            models.CheckConstraint(
                condition=Q(over_minor__gte=0, amount_minor__gte=0, missing_quantity__gte=0) & ~Q(reason=""),
                name="match_decision_says_why",
                violation_error_message="Say why the difference is accepted or claimed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.bill_line}"

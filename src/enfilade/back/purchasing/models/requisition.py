"""What somebody needs, in her own words, until it is ordered, declined or withdrawn."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .order import OrderLine


class Requisition(Record):
    """What an employee asked for. order_line: with which a buyer ordered it. reason: why it was declined."""

    rows_of = RowsOf(own=("asked_by",))

    class State(models.TextChoices):
        OPEN = "open", "To order"
        ORDERED = "ordered"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    what = models.CharField(max_length=300)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField("how many", max_digits=14, decimal_places=3)
    unit = models.TextField(choices=Item.Unit, default=Item.Unit.PIECE)
    needed_on = models.DateField("needed by", null=True)
    why = LongTextField(blank=True)
    supplier = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="where from")
    dimensions = models.CharField("department or project", max_length=200, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    order_line = models.ForeignKey(OrderLine, null=True, on_delete=models.SET_NULL, related_name="requisitions", verbose_name="ordered as")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = LongTextField("why not", blank=True)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States(
        "state",
        {
            "withdraw_requisition": (("open",), "withdrawn"),
            "decline_requisition": (("open",), "declined"),
            "order_requisition": (("open",), "ordered"),
        },
        said={
            ("order_requisition", "ordered"): ("already_ordered", "This was ordered already."),
            ("withdraw_requisition", "ordered"): ("already_ordered", "This was ordered already; ask the buyer to cancel it."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & ~Q(what=""),
                name="requisition_says_what",
                violation_error_message="Say what you need, and how many: more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn", "declined"], order_line=None) | Q(state="ordered"),
                name="requisition_state_true",
                violation_error_message="Only what was ordered has a line of an order.",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="requisition_declined_why",
                violation_error_message="Say why it is not ordered.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "state", "needed_on"], name="requisition_state")]

    def __str__(self) -> str:
        return self.what

"""Which part of which payment settles which invoice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.states import States

from .invoice import Invoice
from .payment import Payment


class Allocation(Record):
    """A part of a payment that settles a part of an invoice. Nothing of it changes but that it is taken back, once (trigger).

    The database sums up what is allocated of the payment and what is paid of the invoice, so that neither can say something else.
    on: from this day on the invoice counts as paid by so much; undone_on: from this day on it does not any more.
    shares: of an advance, what of it falls on which rate, because its tax is owed now: [{tax_class, rate_bp, net_minor, tax_minor}].
    currency: of both, "" for the company's own. worth_minor, paid_worth_minor: what the part of the invoice and the part of the payment
    count in the company's currency; what they differ by is an exchange gain or loss.
    """

    class State(models.TextChoices):
        STANDING = "standing"
        UNDONE = "undone", "Taken back"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    currency = models.CharField(max_length=3, default="", db_default="", editable=False)
    amount_minor = AmountField("amount")
    worth_minor = AmountField("worth of the invoice", null=True, own=True)
    paid_worth_minor = AmountField("worth of the payment", null=True, own=True)
    shares = models.JSONField("shares by tax rate", default=list, db_default=[])
    on = models.DateField("date")
    made_at = models.DateTimeField("allocated at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="allocated by")
    undone_on = models.DateField("taken back", null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="taken back by")
    reason = models.TextField(blank=True)
    state = models.TextField(choices=State, default=State.STANDING, editable=False)

    states = States(
        "state",
        {"release_allocation": (("standing",), "undone")},
        said={("release_allocation", "undone"): ("already_undone", "This was taken back already.")},
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="allocation_above_zero",
                violation_error_message="An amount above zero is allocated.",
            ),
            models.CheckConstraint(
                condition=Q(currency="", worth_minor=None, paid_worth_minor=None)
                | ~Q(currency="") & Q(worth_minor__gte=0, paid_worth_minor__gte=0),
                name="allocation_worth_whole",
                violation_error_message="What is allocated in a foreign currency has a worth, and nothing else has one.",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", undone_on=None, undone_by=None)
                | Q(state="undone", undone_on__isnull=False, undone_by__isnull=False),
                name="allocation_undone_by_somebody",
                violation_error_message="What was taken back says when and by whom.",
            ),
            models.CheckConstraint(
                condition=Q(undone_on=None) | Q(undone_on__gte=F("on")),
                name="allocation_undone_later",
                violation_error_message="Nothing is taken back before it was allocated.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on"], name="allocation_day"),
            models.Index(fields=["company", "undone_on"], condition=Q(undone_on__isnull=False), name="allocation_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.invoice}"

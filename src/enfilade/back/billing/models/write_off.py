"""What is no longer claimed of an invoice, though nobody paid it and no credit note was written."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.states import States

from .invoice import Invoice


class WriteOff(Record):
    """A part of an invoice that is given up, with the tax on it. Nothing of it changes but that it is taken back, once (trigger).

    shares: how it is divided over the rates of the invoice: [{tax_class, rate_bp, net_minor, tax_minor}], in a foreign currency with
    net_worth_minor and tax_worth_minor. currency: of the invoice, "" for the company's own. worth_minor: what it counts in that.
    final: of an advance, the invoice over the whole supply that takes it over; what was received is paid of that, the rest claimed by it.
    agreed: a discount by the terms of the invoice, which goes when a payment of the invoice does.
    on: accounting date; undone_on: of the reversal, where it was paid after all.
    Source: UStG § 17(2) no. 1: the tax is corrected when a claim can't be collected, and again when it is paid after all.
    """

    class Kind(models.TextChoices):
        SMALL = "small", "Small difference"
        BAD_DEBT = "bad_debt", "Bad debt"
        DISCOUNT = "discount", "Discount for early payment"
        DEDUCTED = "deducted", "Deducted in the final invoice"
        REPLACED = "replaced", "Claimed by the final invoice"

    class State(models.TextChoices):
        STANDING = "standing"
        UNDONE = "undone", "Taken back"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="write_offs")
    kind = models.TextField(choices=Kind)
    final = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="advances_taken", verbose_name="final invoice")
    agreed = models.BooleanField("by the terms", default=False, db_default=False, editable=False)
    currency = models.CharField(max_length=3, default="", db_default="", editable=False)
    amount_minor = AmountField("amount")
    worth_minor = AmountField("worth", null=True, own=True)
    net_minor = AmountField("net")
    tax_minor = AmountField("tax")
    shares = models.JSONField("shares by tax rate", default=list)
    on = models.DateField("date")
    reason = models.TextField()
    written_at = models.DateTimeField("written off at")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="written off by")
    undone_on = models.DateField("taken back", null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="taken back by")
    state = models.TextField(choices=State, default=State.STANDING, editable=False)

    states = States(
        "state",
        {"reverse_write_off": (("standing",), "undone")},
        said={("reverse_write_off", "undone"): ("already_undone", "This was taken back already.")},
    )

    class Meta:
        verbose_name = "write-off"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, net_minor__gte=0, tax_minor__gte=0, amount_minor=F("net_minor") + F("tax_minor")),
                name="write_off_adds_up",
                violation_error_message="What is written off is above zero, and net and tax make it up.",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", undone_on=None, undone_by=None)
                | Q(state="undone", undone_on__gte=F("on"), undone_by__isnull=False),
                name="write_off_undone_by_somebody",
                violation_error_message="What was taken back says when, not before it was written off, and by whom.",
            ),
            models.CheckConstraint(
                condition=Q(currency="", worth_minor=None) | ~Q(currency="") & Q(worth_minor__gte=0),
                name="write_off_worth_whole",
                violation_error_message="What is written off in a foreign currency has a worth, and nothing else has one.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["deducted", "replaced"], final__isnull=False)
                | Q(kind__in=["small", "bad_debt", "discount"], final=None),
                name="write_off_final_of_advance",
                violation_error_message="An advance is taken over by a final invoice, and nothing else is.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="write_off_has_reason", violation_error_message="A write-off has a reason."
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on"], name="write_off_day"),
            models.Index(fields=["company", "undone_on"], condition=Q(undone_on__isnull=False), name="write_off_undone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.invoice}"

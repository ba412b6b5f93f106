"""Invoices of ours and bills of a party that were set off against each other: no money moved, both count as paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.banking.models import StatementLine
from enfilade.back.billing.models import Payment
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States

from .payment import SupplierPayment


class SetOff(Record):
    """What a party owes us and what we owe her, settled by one another. Nothing of it changes but that it is undone, once (trigger).

    received, paid: its two sides, each over the whole amount: what settled the invoices, and what settled the bills. file: the letter that
    says so. line: of the bank, where only the difference was paid, and this is the rest.
    Source: § 387 to 389 BGB (Aufrechnung); the contra entry of English practice.
    """

    class State(models.TextChoices):
        STANDING = "standing", "Set off"
        UNDONE = "undone"

    number = models.TextField(editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="set_offs")
    on = models.DateField("date")
    currency = models.CharField(max_length=3, editable=False)
    amount_minor = AmountField("amount")
    received = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="set_off", verbose_name="their payment")
    paid = models.OneToOneField(SupplierPayment, on_delete=models.PROTECT, related_name="set_off", verbose_name="our payment")
    line = models.ForeignKey(
        StatementLine, null=True, on_delete=models.PROTECT, related_name="set_offs", db_index=False, verbose_name="line of the bank"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name="letter")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="set off by")
    made_at = models.DateTimeField("set off at")
    undone_on = models.DateField("undone", null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="undone by")
    reason = models.TextField("why undone", blank=True)
    state = models.TextField(choices=State, default=State.STANDING, editable=False)

    states = States(
        "state",
        {"undo_set_off": (("standing",), "undone")},
        said={("undo_set_off", "undone"): ("already_undone", "This set-off was undone already.")},
    )

    class Meta:
        verbose_name = "set-off"
        verbose_name_plural = "set-offs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="set_off_number_once", violation_error_message="This number of a set-off is taken."
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="set_off_above_zero",
                violation_error_message="More than zero is set off.",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", undone_on=None, undone_by=None)
                | Q(state="undone", undone_by__isnull=False, undone_on__gte=F("on")),
                name="set_off_undone_by_somebody",
                violation_error_message="A set-off is undone by somebody, and not before it was made.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on"], name="set_off_day"),
            models.Index(fields=["line"], condition=Q(line__isnull=False), name="set_off_of_line"),
        ]

    def __str__(self) -> str:
        return self.number

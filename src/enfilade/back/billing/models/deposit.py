"""Deposits: money that is held as security, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .payment import Payment


class Deposit(Record):
    """Money of a party that is held until it is given back, or kept for what the party owes. It is owed to the party: nothing is earned
    and no tax is due.

    reason: what it secures. until: day on which it is to be given back, where one was agreed. payment: how it came, with its receipt.
    returned_minor, kept_minor: what of it was given back (all of one that never came) and kept, summed up by the database. held_minor: what
    is left.
    Source: HGB § 266 (3) C 8: other liabilities; UStAE 10.1 and 1.3: a security is no payment for a supply, real damages are none either.
    """

    class State(models.TextChoices):
        HELD = "held"
        SETTLED = "settled"
        VOID = "void"

    number = models.TextField(editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="deposits")
    reason = models.TextField("what it secures")
    on = models.DateField("date")
    until = models.DateField("to be given back", null=True, blank=True)
    amount_minor = AmountField("amount")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="deposit", verbose_name="receipt")
    returned_minor = AmountField("given back", default=0, db_default=0, editable=False)
    kept_minor = AmountField("kept", default=0, db_default=0, editable=False)
    held_minor = models.GeneratedField(
        verbose_name="held",
        expression=F("amount_minor") - F("returned_minor") - F("kept_minor"),
        output_field=AmountField(),
        db_persist=True,
    )
    state = models.TextField(choices=State, default=State.HELD, editable=False)

    states = States(
        "state",
        {
            "return_deposit": (("held",), ("held", "settled")),
            "keep_deposit": (("held",), ("held", "settled")),
            "void_deposit": (("held",), "void"),
        },
        said={
            ("return_deposit", "settled"): ("nothing_held", "Nothing of this deposit is held any more."),
            ("keep_deposit", "settled"): ("nothing_held", "Nothing of this deposit is held any more."),
            ("return_deposit", "void"): ("nothing_held", "This deposit is void; nothing of it is held."),
            ("keep_deposit", "void"): ("nothing_held", "This deposit is void; nothing of it is held."),
            ("void_deposit", "settled"): ("is_used", "This deposit was given back or kept; take that back first."),
            ("void_deposit", "void"): ("already_void", "This deposit is void already."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="deposit_number_once", violation_error_message="This number is taken."
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, returned_minor__gte=0, kept_minor__gte=0)
                & Q(amount_minor__gte=F("returned_minor") + F("kept_minor")),
                name="deposit_never_overdrawn",
                violation_error_message="No more of a deposit is given back or kept than is held.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["settled", "void"], amount_minor=F("returned_minor") + F("kept_minor"))
                | Q(state="held") & ~Q(amount_minor=F("returned_minor") + F("kept_minor")),
                name="deposit_state_true",
                violation_error_message="A deposit is settled when nothing of it is held, and only then.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="deposit_has_reason", violation_error_message="Say what the deposit secures."
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("on")),
                name="deposit_until_later",
                violation_error_message="A deposit is not to be given back before it came.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "party"], condition=Q(state="held"), name="deposit_held")]

    def __str__(self) -> str:
        return self.number

    @property
    def method(self) -> str:
        """How it came."""
        return self.payment.method


class DepositUse(Record):
    """What of a deposit was given back, or kept, or that it never came. Nothing of it changes but that it is taken back, once (trigger).

    payment: of what was given back, the money that went; of what was kept for an invoice, the payment that settles it.
    """

    rows_of = RowsOf(part_of="deposit")

    class Kind(models.TextChoices):
        RETURNED = "returned", "Given back"
        INVOICE = "invoice", "Kept for an invoice"
        DAMAGES = "damages", "Kept for damage"
        VOID = "void", "Never came"

    class State(models.TextChoices):
        STANDING = "standing"
        UNDONE = "undone", "Taken back"

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="uses")
    kind = models.TextField(choices=Kind)
    amount_minor = AmountField("amount")
    on = models.DateField("date")
    reason = models.TextField(blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="deposit_use")
    made_at = models.DateTimeField("noted at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="noted by")
    undone_on = models.DateField("taken back", null=True, editable=False)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="taken back by", editable=False)
    why_undone = models.TextField("why taken back", blank=True, default="", db_default="", editable=False)
    state = models.TextField(choices=State, default=State.STANDING, db_default=State.STANDING, editable=False)

    states = States(
        "state",
        {"undo_deposit_use": (("standing",), "undone")},
        said={("undo_deposit_use", "undone"): ("already_undone", "This was taken back already.")},
    )

    class Meta:
        verbose_name = "use of a deposit"
        verbose_name_plural = "uses of deposits"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="deposit_use_above_zero", violation_error_message="Give an amount above zero."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["damages", "void"], payment=None) & ~Q(reason="")
                | Q(kind__in=["returned", "invoice"], payment__isnull=False),
                name="deposit_use_whole",
                violation_error_message="What is kept for damage has a reason; what is given back or settles an invoice, a payment.",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", undone_on=None, undone_by=None)
                | Q(state="undone", undone_on__gte=F("on"), undone_by__isnull=False) & ~Q(kind="void"),
                name="deposit_use_undone_by_somebody",
                violation_error_message="What was taken back says when and by whom, not before it was noted; what never came stays void.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.deposit}"

"""Payments and refunds, each with a receipt number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When

from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .drawer import DrawerSession
from .invoice import Invoice

_TAKEN, _NAMED = ["cash", "card"], ["cheque", "set_off"]


class Payment(Record):
    """Money that came in, or (a refund) went out again; a deposit is held, not on account. Nothing changes but what became of it (trigger).

    amount_minor: always above zero; kind says the direction. drawer: the open session that cash went into or came from.
    invoice: what it was taken for; None for a payment on account. allocated_minor: what of it settles invoices, summed up by the
    database. rest_minor: what is on account, neither allocated nor given back. voided_on: a transfer that was none of this party, a cheque
    that bounced, a set-off that was undone.
    account: of the ledger, where a transfer arrived, a cheque is kept or a set-off stands against the bills; None means the account of the
        method.
    worth_minor: what it counts in the company's currency against what the party owes, None where it is in that. gone_worth_minor: what of
    it allocations and refunds took away. own_minor: what really moved, where that was the company's currency and not its own.
    refunds: of a refund, the payment it gives back. refunded_minor: of a payment, what was given back so far.
    Tax that a customer withheld is a payment too, of the method withheld: no money, but owed to us by an office. beside: the payment that
    came short by it.
    """

    rows_of = RowsOf(own=("received_by",))

    class Kind(models.TextChoices):
        PAYMENT = "payment"
        REFUND = "refund"
        DEPOSIT = "deposit"
        DEPOSIT_RETURN = "deposit_return", "Deposit given back"

    class Method(models.TextChoices):
        CASH = "cash"
        CARD = "card"
        TRANSFER = "transfer", "Bank transfer"
        CHEQUE = "cheque"
        SET_OFF = "set_off", "Set off"
        WITHHELD = "withheld", "Withheld tax"

    class State(models.TextChoices):
        TAKEN = "taken"
        REFUNDED = "refunded"
        VOID = "void"

    number = models.TextField(editable=False)
    kind = models.TextField(choices=Kind, default=Kind.PAYMENT, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="payments")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="payments")
    method = models.TextField(choices=Method)
    currency = models.CharField(max_length=3, editable=False)
    amount_minor = AmountField("amount")
    worth_minor = AmountField("worth", null=True, own=True)
    gone_worth_minor = AmountField("used worth", default=0, db_default=0, own=True, editable=False)
    own_minor = AmountField("in our currency", null=True, own=True)
    on = models.DateField("date")
    received_at = models.DateTimeField("received at")
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawer = models.ForeignKey(DrawerSession, null=True, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    beside = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="withheld", db_index=False, editable=False)
    refunds = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="refund_rows")
    refunded_minor = AmountField("refunded", default=0)
    allocated_minor = AmountField("allocated", default=0, db_default=0, editable=False)
    rest_minor = models.GeneratedField(
        verbose_name="on account",
        expression=Case(
            When(kind="payment", voided_on=None, then=F("amount_minor") - F("refunded_minor") - F("allocated_minor")), default=Value(0)
        ),
        output_field=AmountField(),
        db_persist=True,
    )
    voided_on = models.DateField("void", null=True, editable=False)
    reason = models.TextField(blank=True)
    state = models.TextField(choices=State, default=State.TAKEN, editable=False)

    states = States(
        "state",
        {
            "refund_payment": (("taken",), ("taken", "refunded")),
            "allocate_payment": (("taken",), "taken"),
            "void_transfer": (("taken",), "void"),
            "void_withheld": (("taken",), "void"),
        },
        said={
            ("refund_payment", "refunded"): ("already_refunded", "This payment was given back already."),
            ("refund_payment", "void"): ("already_void", "This payment is void; nothing of it is left."),
            ("void_transfer", "void"): ("already_void", "This payment is void already."),
            ("void_withheld", "void"): ("already_void", "This payment is void already."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="payment_number_once", violation_error_message="This receipt number is taken."
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payment_above_zero", violation_error_message="An amount above zero is paid."
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="payment_refund_in_bounds",
                violation_error_message="No more can be given back than was paid.",
            ),
            models.CheckConstraint(
                condition=Q(allocated_minor__gte=0, allocated_minor__lte=F("amount_minor") - F("refunded_minor")),
                name="payment_never_overallocated",
                violation_error_message="No more of a payment can be allocated than is left of it.",
            ),
            models.CheckConstraint(
                condition=Q(kind="payment", refunds=None)
                | Q(kind="deposit", refunds=None, allocated_minor=0, worth_minor=None)
                | Q(kind__in=["refund", "deposit_return"], refunds__isnull=False, refunded_minor=0, allocated_minor=0),
                name="refund_names_payment",
                violation_error_message="A refund names the payment it gives back.",
            ),
            models.CheckConstraint(
                condition=Q(method="cash", drawer__isnull=False) | (~Q(method="cash") & Q(drawer=None)),
                name="payment_cash_in_drawer",
                violation_error_message="Cash goes into or out of a drawer, and nothing else does.",
            ),
            models.CheckConstraint(
                condition=Q(account=None, method__in=["cash", "card", "withheld"])
                | Q(method="transfer")
                | Q(account__isnull=False, method__in=_NAMED),
                name="payment_account_of_transfer",
                violation_error_message="A cheque and a set-off name their account, a transfer may, and nothing else does.",
            ),
            models.CheckConstraint(
                condition=Q(state="refunded", refunded_minor=F("amount_minor"), voided_on=None)
                | Q(state="taken", voided_on=None) & ~Q(refunded_minor=F("amount_minor"))
                | Q(state="void", voided_on__isnull=False, refunded_minor=0, allocated_minor=0) & ~Q(kind="refund") & ~Q(method__in=_TAKEN),
                name="payment_state_true",
                violation_error_message="Refunded is what was given back wholly, void is no cash, and nothing of it is used.",
            ),
            models.CheckConstraint(
                condition=Q(beside=None) | Q(method="withheld"),
                name="payment_beside_withheld",
                violation_error_message="Only tax that was withheld belongs to another payment.",
            ),
            models.CheckConstraint(
                condition=Q(worth_minor=None, own_minor=None, gone_worth_minor=0)
                | Q(worth_minor__gte=0, gone_worth_minor__gte=0, gone_worth_minor__lte=F("worth_minor"))
                & (Q(own_minor=None, drawer=None) | Q(own_minor__gt=0))
                & (Q(gone_worth_minor=F("worth_minor")) | ~Q(amount_minor=F("refunded_minor") + F("allocated_minor"))),
                name="payment_worth_whole",
                violation_error_message="What is used of a payment takes as much of its worth, all of it at the end; cash is in ours.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on"], name="payment_day"),
            models.Index(fields=["company", "party", "-id"], name="payment_party"),
            models.Index(fields=["company", "party"], condition=Q(rest_minor__gt=0), name="payment_on_account"),
            models.Index(fields=["company", "voided_on"], condition=Q(voided_on__isnull=False), name="payment_voided"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def rest_worth_minor(self) -> int:
        """What is on account, in the company's currency, as the books count it."""
        return self.rest_minor if self.worth_minor is None else self.worth_minor - self.gone_worth_minor if self.rest_minor else 0

    @property
    def refundable_minor(self) -> int:
        """What was not given back yet."""
        return 0 if self.kind != self.Kind.PAYMENT or self.voided_on else self.amount_minor - self.refunded_minor

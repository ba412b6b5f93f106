"""Cheques that customers gave us, and the slips with which they go to the bank."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.banking.models import BankAccount
from enfilade.back.billing.models import Invoice, Payment
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States


class DepositSlip(Record):
    """Cheques that were given to a bank together. total_minor, cheque_count: of its cheques. file: the list that goes with them."""

    class State(models.TextChoices):
        DEPOSITED = "deposited", "At the bank"
        CREDITED = "credited"

    number = models.TextField(editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="deposit_slips")
    on = models.DateField("date")
    currency = models.CharField(max_length=3, editable=False)
    total_minor = AmountField("total")
    cheque_count = models.PositiveIntegerField("cheques")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name="list for the bank")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("made at")
    credited_on = models.DateField("credited", null=True)
    state = models.TextField(choices=State, default=State.DEPOSITED, editable=False)

    states = States("state", {})

    class Meta:
        verbose_name = "deposit slip"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="deposit_slip_number_once",
                violation_error_message="This number of a deposit slip is taken.",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gt=0, cheque_count__gt=0),
                name="deposit_of_cheques",
                violation_error_message="A deposit slip has at least one cheque.",
            ),
            models.CheckConstraint(
                condition=Q(state="deposited", credited_on=None) | Q(state="credited", credited_on__isnull=False),
                name="deposit_slip_state_true",
                violation_error_message="A slip is credited on a day.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "total_minor"], condition=Q(state="deposited"), name="deposit_at_bank")]

    def __str__(self) -> str:
        return self.number


class ReceivedCheque(Record):
    """A cheque that somebody gave us. It counts as a payment from its own day on, and is money when the bank credits it.

    number, bank: as they stand on it. dated_on: before this day it is kept. payment: of the party; None while it is kept for its day.
    slip: with which it went to the bank. charged_on: day on which the bank took it back, after it had credited it.
    """

    class State(models.TextChoices):
        HELD = "held", "Kept for its day"
        RECEIVED = "received", "To deposit"
        DEPOSITED = "deposited", "At the bank"
        CREDITED = "credited"
        BOUNCED = "bounced"
        GIVEN_BACK = "given_back", "Given back"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="received_cheques", verbose_name="from")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="received_cheques")
    number = models.CharField(max_length=30)
    bank = models.CharField("drawn on", max_length=100)
    currency = models.CharField(max_length=3, editable=False)
    amount_minor = AmountField("amount")
    received_on = models.DateField("received")
    dated_on = models.DateField("date on the cheque")
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="cheque")
    slip = models.ForeignKey(DepositSlip, null=True, on_delete=models.PROTECT, related_name="cheques", verbose_name="deposit slip")
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("entered at")
    ended_on = models.DateField("came back", null=True)
    reason = models.TextField("why it came back", blank=True)
    charged_on = models.DateField("charged back by the bank", null=True)
    state = models.TextField(choices=State, default=State.HELD, editable=False)

    states = States(
        "state",
        {
            "bounce_cheque": (("deposited", "credited"), "bounced"),
            "give_cheque_back": (("held", "received"), "given_back"),
        },
        said={
            ("bounce_cheque", "bounced"): ("already_bounced", "This cheque bounced already."),
            ("bounce_cheque", "held"): ("not_deposited", "This cheque was not given to a bank yet."),
            ("bounce_cheque", "received"): ("not_deposited", "This cheque was not given to a bank yet."),
        },
    )

    class Meta:
        verbose_name = "received cheque"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "party", "bank", "number"],
                condition=~Q(state="given_back"),
                name="received_cheque_once",
                violation_error_message="This cheque was entered already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="received_cheque_above_zero",
                violation_error_message="A cheque is over more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(charged_on=None) | Q(state="bounced"),
                name="received_cheque_charged_back",
                violation_error_message="The bank charges back what bounced.",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(bank=""),
                name="received_cheque_named",
                violation_error_message="Give the number of the cheque and its bank, as they stand on it.",
            ),
            models.CheckConstraint(
                condition=Q(state="held", payment=None, slip=None, ended_on=None)
                | Q(state="received", payment__isnull=False, slip=None, ended_on=None)
                | Q(state__in=["deposited", "credited"], payment__isnull=False, slip__isnull=False, ended_on=None)
                | Q(state="bounced", payment__isnull=False, slip__isnull=False, ended_on__gte=F("received_on")) & ~Q(reason="")
                | Q(state="given_back", slip=None, ended_on__gte=F("received_on")) & ~Q(reason=""),
                name="received_cheque_state_true",
                violation_error_message="The state of a cheque follows from its payment, its deposit and why it came back.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "dated_on"], condition=Q(state__in=["held", "received"]), name="received_to_deposit"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"

"""Payment runs: transfers that are made together, by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.banking.models import BankAccount
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .bill import Bill
from .supplier import Scheme, SupplierAccount


class PaymentRun(Record):
    """Transfers from one account on one day. Whoever made it can't release it (constraint); what was released does not change (trigger).

    number: P-2026-00001. scheme: follows from the account that it is paid from. total_minor, order_count: of its orders, by trigger.
    file: what goes to the bank, written at the release.
    """

    rows_of = RowsOf(own=("made_by",))

    class State(models.TextChoices):
        DRAFT = "draft", "To release"
        RELEASED = "released"
        SENT = "sent"
        DONE = "done"
        CANCELLED = "cancelled"

    number = models.TextField(editable=False)
    scheme = models.TextField("paid by", choices=Scheme, default=Scheme.SEPA, db_default=Scheme.SEPA, editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payment_runs", verbose_name="pay from")
    pay_on = models.DateField("to be paid on")
    currency = models.CharField(max_length=3, editable=False)
    total_minor = AmountField("total", default=0, editable=False)
    order_count = models.PositiveIntegerField("transfers", default=0, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    reason = models.TextField("why cancelled", blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "release_run": (("draft",), "released"),
            "mark_sent": (("released",), "sent"),
            "cancel_run": (("draft", "released", "sent"), "cancelled"),
        },
        said={
            ("release_run", "released"): ("already_released", "This run is released already."),
            ("release_run", "cancelled"): ("cancelled", "This run was cancelled."),
            ("mark_sent", "draft"): ("not_released", "This run is not released yet."),
            ("cancel_run", "done"): ("already_paid", "The bank has paid this run; it can't be cancelled any more."),
        },
    )

    class Meta:
        verbose_name = "payment run"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="payment_run_number_once", violation_error_message="This number of a run is taken."
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("made_by")),
                name="payment_run_two_people",
                violation_error_message="You made this run yourself, so somebody else has to release it.",
            ),
            models.CheckConstraint(
                condition=~Q(scheme=Scheme.ACH) | Q(currency="USD"),
                name="payment_run_ach_in_dollars",
                violation_error_message="ACH pays in US dollars.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", released_by=None, sent_by=None)
                | Q(state="released", released_by__isnull=False, sent_by=None, file__isnull=False)
                | Q(state__in=["sent", "done"], released_by__isnull=False, sent_by__isnull=False)
                | Q(state="cancelled", cancelled_by__isnull=False),
                name="payment_run_state_true",
                violation_error_message="The state of a run follows from who released, sent or cancelled it.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "pay_on"], name="payment_run_day")]

    def __str__(self) -> str:
        return self.number


class PaymentOrder(Record):
    """One transfer of a run, to one account. end_to_end: what the bank gives back with it, as ISO 20022 calls it.

    state: planned until the bank has paid it, or it was taken out of its run.
    trace: of an ACH credit: the first eight digits of our bank's routing number and seven that are never used again.
    """

    rows_of = RowsOf(part_of="run")

    class State(models.TextChoices):
        PLANNED = "planned"
        PAID = "paid"
        CANCELLED = "cancelled"

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="orders")
    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    supplier_account = models.ForeignKey(SupplierAccount, on_delete=models.PROTECT, related_name="+", verbose_name="to account")
    holder = models.CharField(max_length=70)
    amount_minor = AmountField("amount")
    currency = models.CharField(max_length=3)
    end_to_end = models.CharField("end-to-end reference", max_length=35)
    trace = models.CharField("trace number", max_length=15, blank=True, default="", db_default="", editable=False)
    remittance = models.CharField("what the supplier reads", max_length=140)
    state = models.TextField(choices=State, default=State.PLANNED, editable=False)

    states = States("state", {"take_out": (("planned",), "cancelled")})

    class Meta:
        verbose_name = "transfer"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "end_to_end"],
                name="payment_order_reference_once",
                violation_error_message="This end-to-end reference is taken.",
            ),
            models.UniqueConstraint(
                fields=["company", "trace"],
                condition=~Q(trace=""),
                name="payment_order_trace_once",
                violation_error_message="This trace number was used before.",
            ),
            models.CheckConstraint(
                condition=Q(trace="") | Q(trace__regex=r"^[0-9]{15}$"),
                name="payment_order_trace_form",
                violation_error_message="A trace number has 15 digits.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="payment_order_above_zero",
                violation_error_message="A transfer is over more than zero.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "amount_minor"], condition=Q(state="planned"), name="payment_order_planned")]

    def __str__(self) -> str:
        return self.end_to_end


class OrderPart(Record):
    """What a transfer settles of one bill, or takes off by a credit note. A bill is in one order at a time.

    amount_minor: of the bill, all included; discount_minor: the part of it that is kept; withheld_minor: that goes to an authority.
    live: until the order is paid or cancelled.
    """

    rows_of = RowsOf(part_of="order")

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="parts")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="order_parts")
    amount_minor = AmountField("amount")
    discount_minor = AmountField("discount", default=0)
    withheld_minor = AmountField("withheld", default=0, db_default=0)
    currency = models.CharField(max_length=3)
    live = models.BooleanField(default=True)

    class Meta:
        verbose_name = "part of a transfer"
        verbose_name_plural = "parts of transfers"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bill"],
                condition=Q(live=True),
                name="bill_in_one_run",
                violation_error_message="One of these bills is in another payment run already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, discount_minor__gte=0, discount_minor__lt=F("amount_minor")),
                name="order_part_above_zero",
                violation_error_message="A part of a transfer is over more than zero, and more than its discount.",
            ),
            models.CheckConstraint(
                condition=Q(withheld_minor__gte=0, withheld_minor__lt=F("amount_minor")),
                name="order_part_withheld",
                violation_error_message="Less than what is paid is withheld.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.bill_id}"

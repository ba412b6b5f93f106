"""What was paid to suppliers, and what was settled by it. Rows are only added; what is taken back gets a row with the opposite sign."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .bill import Bill
from .run import PaymentOrder


class SupplierPayment(Record):
    """Money that went out to a supplier. Nothing of it changes but that it is taken back, once (trigger).

    amount_minor: what left the account, always above zero. account: of the ledger, that it left. own_minor: what left
    it in the company's currency, where that was not the one of the bills. order: of the run that caused it.
    """

    class Method(models.TextChoices):
        TRANSFER = "transfer", "Bank transfer"
        DIRECT_DEBIT = "direct_debit", "Direct debit"
        CARD = "card"
        CASH = "cash"
        CHEQUE = "cheque"
        SET_OFF = "set_off", "Set off"

    class State(models.TextChoices):
        PAID = "paid"
        REVERSED = "reversed", "Taken back"

    number = models.TextField(editable=False)
    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="supplier_payments")
    method = models.TextField(choices=Method)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="paid from")
    currency = models.CharField(max_length=3)
    amount_minor = AmountField("amount")
    own_minor = AmountField("in our currency", null=True, own=True)
    on = models.DateField("date")
    paid_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="entered by")
    order = models.ForeignKey(PaymentOrder, null=True, on_delete=models.PROTECT, related_name="payments")
    reversed_on = models.DateField("taken back", null=True)
    reason = models.TextField("why taken back", blank=True)
    state = models.TextField(choices=State, default=State.PAID, editable=False)

    states = States(
        "state",
        {"reverse_payment": (("paid",), "reversed")},
        said={("reverse_payment", "reversed"): ("already_reversed", "This payment was taken back already.")},
    )

    class Meta:
        verbose_name = "payment to a supplier"
        verbose_name_plural = "payments to suppliers"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="supplier_payment_number_once",
                violation_error_message="This number of a payment is taken.",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state="paid"),
                name="order_paid_once",
                violation_error_message="This transfer is paid already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="supplier_payment_above_zero",
                violation_error_message="A payment to a supplier is over more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(own_minor=None) | Q(own_minor__gt=0),
                name="supplier_payment_own_above_zero",
                violation_error_message="What left the account in our currency is more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", reversed_on=None) | Q(state="reversed", reversed_on__gte=F("on")),
                name="supplier_payment_state_true",
                violation_error_message="A payment is taken back on a day, and not before it was made.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "supplier", "-id"], name="supplier_payment_of"),
            models.Index(fields=["company", "on"], name="supplier_payment_day"),
        ]

    def __str__(self) -> str:
        return self.number


class Settlement(Record):
    """A part of a bill that was settled: by a payment, or by a credit note, which is settled by as much.

    amount_minor: of the bill, the discount and what is withheld included; below zero where it undoes another one. withheld_minor: what was
    kept back for an authority (trigger: what the bill says, to the cent). In a foreign currency worth_minor is what that part of the bill
    counts, discount_worth_minor the discount in it, credit_worth_minor the part of the credit note, and withheld_worth_minor what is owed
    to the authority.
    """

    append_only = True
    rows_of = RowsOf(part_of="bill")

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="settlements")
    payment = models.ForeignKey(SupplierPayment, null=True, on_delete=models.PROTECT, related_name="settlements")
    credit = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="used_for")
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone")
    amount_minor = AmountField("amount", signed=True)
    discount_minor = AmountField("discount", signed=True, default=0)
    withheld_minor = AmountField("withheld", signed=True, default=0, db_default=0)
    currency = models.CharField(max_length=3)
    worth_minor = AmountField("worth", signed=True, null=True, own=True)
    discount_worth_minor = AmountField("worth of the discount", signed=True, null=True, own=True)
    credit_worth_minor = AmountField("worth of the credit note", signed=True, null=True, own=True)
    withheld_worth_minor = AmountField("worth of what was withheld", signed=True, null=True, own=True)
    on = models.DateField("date")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="settlement_not_zero", violation_error_message="More than zero is settled."
            ),
            models.CheckConstraint(
                condition=Q(worth_minor=None, discount_worth_minor=None, credit_worth_minor=None)
                | Q(worth_minor__isnull=False, discount_worth_minor__isnull=False, credit_worth_minor__isnull=False),
                name="settlement_worth_whole",
                violation_error_message="What settles a bill in a foreign currency has a worth in all its parts.",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit=None) | Q(payment=None, credit__isnull=False, discount_minor=0),
                name="settlement_by_one",
                violation_error_message="A bill is settled by a payment or by a credit note.",
            ),
            models.CheckConstraint(
                condition=Q(undoes=None, amount_minor__gt=0, discount_minor__gte=0)
                | Q(undoes__isnull=False, amount_minor__lt=0, discount_minor__lte=0),
                name="settlement_undone_by_opposite",
                violation_error_message="What is taken back has the opposite sign.",
            ),
            models.CheckConstraint(
                condition=Q(withheld_minor=0)
                | Q(undoes=None, credit=None, withheld_minor__gt=0, amount_minor__gt=F("discount_minor") + F("withheld_minor"))
                | Q(undoes__isnull=False, withheld_minor__lt=0),
                name="settlement_withheld_of_payment",
                violation_error_message="Less than what is paid is withheld, and only of what is paid.",
            ),
            models.CheckConstraint(
                condition=Q(withheld_minor=0) | Q(worth_minor=None) | Q(withheld_worth_minor__isnull=False),
                name="settlement_withheld_worth",
                violation_error_message="What is withheld in a foreign currency has a worth.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "on"], name="settlement_day")]

    def __str__(self) -> str:
        return f"{self.bill} {self.on:%Y-%m-%d}"

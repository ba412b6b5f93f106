"""Cheque books, and the cheques that were written from them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.back.banking.models import BankAccount
from enfilade.back.payables.models import SupplierPayment
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.states import States


def _span(first: str, last: str) -> Func:
    return Func(F(first), F(last), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class ChequeBook(Record):
    """Numbered forms of an account at a bank. Its next number only grows (trigger); no two books of an account have a number in common.

    right_mm, down_mm: by how much a printed cheque is moved, so that it meets its form. stale_days: after so many a bank need not pay.
    Source: UCC § 4-404: a bank is not obliged to pay a cheque presented more than six months after its date.
    """

    class State(models.TextChoices):
        OPEN = "open", "In use"
        ENDED = "ended"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="cheque_books")
    first_number = models.PositiveBigIntegerField("first number")
    last_number = models.PositiveBigIntegerField("last number")
    next_number = models.PositiveBigIntegerField("next number", editable=False)
    right_mm = models.SmallIntegerField("moved to the right (mm)", default=0)
    down_mm = models.SmallIntegerField("moved down (mm)", default=0)
    stale_days = models.PositiveSmallIntegerField("stale after days", default=180)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States(
        "state",
        {
            "spoil_cheque": (("open",), "open"),
            "move_print": (("open", "ended"), ("open", "ended")),
            "end_chequebook": (("open",), "ended"),
        },
        said={("spoil_cheque", "ended"): ("book_ended", "This cheque book is not used any more.")},
    )

    class Meta:
        verbose_name = "cheque book"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_number__gt=0, last_number__gte=F("first_number"), last_number__lt=10**12),
                name="cheque_book_has_numbers",
                violation_error_message="The numbers of a cheque book go from one above zero up to one of at most twelve digits.",
            ),
            models.CheckConstraint(
                condition=Q(next_number__gte=F("first_number"), next_number__lte=F("last_number") + 1),
                name="cheque_book_next_in_bounds",
                violation_error_message="This cheque book is used up.",
            ),
            models.CheckConstraint(
                condition=Q(right_mm__gte=-50, right_mm__lte=50, down_mm__gte=-50, down_mm__lte=50),
                name="cheque_book_moved_little",
                violation_error_message="A print is moved by 50 millimetres at most.",
            ),
            ExclusionConstraint(
                name="cheque_numbers_in_one_book",
                expressions=[
                    (_span("bank_account", "bank_account"), RangeOperators.OVERLAPS),
                    (_span("first_number", "last_number"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another cheque book of this account has some of these numbers.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_account} {self.first_number}–{self.last_number}"

    @property
    def forms_left(self) -> int:
        """How many forms are left."""
        return self.last_number + 1 - self.next_number


class WrittenCheque(Record):
    """A form of a cheque book that was used: written to a supplier, or spoiled. Its number is used once (constraint).

    payment: to the supplier, posted on the day of the cheque; None of a form that was spoiled. presented_on: day on which the bank paid it.
    """

    class State(models.TextChoices):
        ISSUED = "issued", "On its way"
        PRESENTED = "presented", "Paid by the bank"
        VOID = "void"

    class Why(models.TextChoices):
        VOID = "void", "Given up"
        STOPPED = "stopped", "Stopped at the bank"
        LOST = "lost"
        STALE = "stale", "Not presented in time"
        SPOILED = "spoiled"

    book = models.ForeignKey(ChequeBook, on_delete=models.PROTECT, related_name="cheques", verbose_name="cheque book")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveBigIntegerField(editable=False)
    payee = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="cheques", verbose_name="to")
    payment = models.OneToOneField(SupplierPayment, null=True, on_delete=models.PROTECT, related_name="cheque")
    currency = models.CharField(max_length=3, editable=False)
    amount_minor = AmountField("amount")
    on = models.DateField("date")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("written at")
    presented_on = models.DateField("paid by the bank on", null=True)
    voided_on = models.DateField("void since", null=True)
    why = models.TextField("why void", choices=Why, blank=True)
    reason = models.TextField(blank=True)
    state = models.TextField(choices=State, default=State.ISSUED, editable=False)

    states = States(
        "state",
        {"void_cheque": (("issued",), "void")},
        said={
            ("void_cheque", "void"): ("already_void", "This cheque is void already."),
            ("void_cheque", "presented"): ("presented", "The bank has paid this cheque; take the match of its line back first."),
        },
    )

    class Meta:
        verbose_name = "cheque"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bank_account", "number"],
                name="cheque_number_once",
                violation_error_message="This number of a cheque was used already.",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, payee__isnull=False, amount_minor__gt=0)
                | Q(payment=None, payee=None, amount_minor=0, state="void", why="spoiled"),
                name="cheque_pays_somebody",
                violation_error_message="A cheque pays somebody more than zero, or its form is spoiled.",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", presented_on=None, voided_on=None, why="")
                | Q(state="presented", presented_on__isnull=False, voided_on=None, why="")
                | Q(state="void", presented_on=None, voided_on__gte=F("on")) & ~Q(why="") & ~Q(reason=""),
                name="cheque_state_true",
                violation_error_message="A cheque is void for a reason, and not before it was written.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on"], condition=Q(state="issued"), name="cheque_on_its_way"),
            models.Index(fields=["company", "payee", "-id"], name="cheque_of"),
        ]

    def __str__(self) -> str:
        return str(self.number)

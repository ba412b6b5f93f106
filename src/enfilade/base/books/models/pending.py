"""Transfers in two phases: reserved, then posted, voided or expired; and the limits that what is reserved counts against."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .book import Account, Book
from .entry import Entry


class PendingTransfer(Record):
    """A quantity that is promised to move from one account to another: it moves nothing yet, but nobody else can promise it.

    debit, credit: the accounts that will be debited and credited. expires_at: from then on it counts no more, whether the clock's job
    has come by or not; without it, it stays until somebody posts or voids it.
    entry: what was posted of it, the whole or less; the rest is free again.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        POSTED = "posted"
        VOIDED = "voided"
        EXPIRED = "expired"

    rows_of = RowsOf(own=("user",))

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=20)
    quantity_minor = models.BigIntegerField("quantity", help_text="In the smallest part of the unit.")
    text = models.TextField()
    origin = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="reserved by", db_index=False)
    state = models.TextField(choices=State, default=State.PENDING, editable=False)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="posts", editable=False)

    states = States(
        "state",
        {
            "post_transfer": (("pending",), "posted"),
            "void_transfer": (("pending",), "voided"),
            "expire_transfer": (("pending",), "expired"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity_minor__gt=0), name="transfer_moves", violation_error_message="A transfer moves more than nothing."
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="transfer_two_accounts", violation_error_message="A transfer has two accounts."
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(unit=""),
                name="transfer_says",
                violation_error_message="A transfer says what it is for and in which unit.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "posted", "voided", "expired"]),
                name="transfer_state_known",
                violation_error_message="A transfer is pending, posted, voided or expired.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("recorded_at")),
                name="transfer_expires_later",
                violation_error_message="A transfer expires after it was reserved.",
            ),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(state="posted"),
                name="transfer_entry_posted",
                violation_error_message="Only a transfer that was posted has an entry.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["debit", "expires_at"], condition=Q(state="pending"), name="transfer_open_debit"),
            models.Index(fields=["credit", "expires_at"], condition=Q(state="pending"), name="transfer_open_credit"),
            models.Index(fields=["company", "expires_at"], condition=Q(state="pending"), name="transfer_due"),
        ]

    def __str__(self) -> str:
        return f"Transfer {self.pk}"


class PendingBalance(Record):
    """What is reserved on an account in a unit; kept beside what is posted as `Balance` is, with its slots.

    The sum of the slots is what is reserved; one alone may be below zero, since who posts writes another slot than who reserved.
    """

    app_writable = False
    recorded = False

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="pending_balances", db_index=False)
    unit = models.CharField(max_length=20)
    slot = models.PositiveSmallIntegerField(default=0)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "unit", "slot"], name="pendingbalance_once", violation_error_message="This balance is kept already."
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit_minor} {self.credit_minor} {self.unit}"


class AccountLimit(Record):
    """How far an account may go in a unit: what is posted, with what is pending against it, stays between two bounds.

    lowest_minor, highest_minor: bounds of debit less credit. A till that can't be overdrawn has lowest 0; an account of customers'
    money, of which nobody may take more than was paid in, has highest 0.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="limits", db_index=False)
    unit = models.CharField(max_length=20)
    lowest_minor = models.BigIntegerField(
        "lowest", null=True, blank=True, help_text="Debit less credit, at least, in the smallest part of the unit."
    )
    highest_minor = models.BigIntegerField(
        "highest", null=True, blank=True, help_text="Debit less credit, at most, in the smallest part of the unit."
    )

    class Meta:
        verbose_name = "account limit"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "unit"], name="accountlimit_once", violation_error_message="This account has a limit in this unit."
            ),
            models.CheckConstraint(
                condition=Q(lowest_minor__isnull=False) | Q(highest_minor__isnull=False),
                name="accountlimit_bounds",
                violation_error_message="A limit has a lowest or a highest balance.",
            ),
            models.CheckConstraint(
                condition=~Q(unit=""), name="accountlimit_has_unit", violation_error_message="A limit is in a unit, for example EUR."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.unit}"

"""Claims: what a person wants back, line by line, with receipts."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from enfilade.back.payables.models import Bill
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .category import TAX_CLASSES, CompanyCard, ExpenseCategory
from .rates import MileageRate, PerDiemRate


class ExpenseClaim(Record):
    """What a person spent for the company and wants back, or shows where company money went. Submitted, its lines do not change (trigger).

    number: EC-2026-00001, drawn when it is submitted first. person: who is paid back; claimant: her account, where she has one.
    total_minor, own_minor, last_on: of its lines, of those that she paid herself, and the last of their days, by trigger.
    bill: with which payables owes her what she paid; None where she paid nothing herself.
    """

    rows_of = RowsOf(own=("claimant", "opened_by"))

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        SUBMITTED = "submitted", "To approve"
        REJECTED = "rejected"
        APPROVED = "approved", "To post"
        POSTED = "posted", "To pay back"
        REIMBURSED = "reimbursed", "Settled"
        DISCARDED = "discarded"

    number = models.TextField(null=True, editable=False)
    person = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="expense_claims")
    claimant = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="account")
    title = models.CharField("what for", max_length=120, blank=True)
    currency = models.CharField(max_length=3, editable=False)
    total_minor = AmountField("total", default=0, editable=False)
    own_minor = AmountField("paid by the person", default=0, editable=False)
    last_on = models.DateField("last day", null=True, editable=False)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    posted_on = models.DateField("posted", null=True, editable=False)
    reason = LongTextField("why rejected", blank=True)
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="expense_claims")
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "submit_claim": (("draft", "rejected"), "submitted"),
            "withdraw_claim": (("submitted", "approved"), "draft"),
            "approve_claim": (("submitted",), "approved"),
            "reject_claim": (("submitted", "approved"), "rejected"),
            "post_claim": (("approved",), ("posted", "reimbursed")),
            "take_back_claim": (("posted", "reimbursed"), "rejected"),
            "discard_claim": (("draft", "rejected"), "discarded"),
            "add_expense": (("draft", "rejected"), ("draft", "rejected")),
            "add_mileage": (("draft", "rejected"), ("draft", "rejected")),
            "add_days_away": (("draft", "rejected"), ("draft", "rejected")),
        },
        said={
            ("approve_claim", "approved"): ("already_approved", "This claim is approved already."),
            ("post_claim", "posted"): ("already_posted", "This claim is posted already."),
            ("post_claim", "reimbursed"): ("already_posted", "This claim is posted already."),
            ("post_claim", "submitted"): ("not_approved", "Somebody has to approve this claim first."),
            ("withdraw_claim", "posted"): ("already_posted", "This claim is posted already; ask the bookkeeping to take it back."),
        },
    )

    class Meta:
        verbose_name = "expense claim"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="expense_claim_number_once", violation_error_message="This number of a claim is taken."
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ((Q(claimant=None) | ~Q(approved_by=F("claimant"))) & ~Q(approved_by=F("submitted_by"))),
                name="expense_claim_two_people",
                violation_error_message="Nobody approves her own claim; somebody else has to.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], approved_by=None, posted_on=None, bill=None)
                | Q(state__in=["submitted", "rejected"], number__isnull=False, submitted_by__isnull=False)
                & Q(approved_by=None, posted_on=None, bill=None)
                | Q(state="approved", number__isnull=False, approved_by__isnull=False, posted_on=None, bill=None)
                | Q(state="posted", number__isnull=False, approved_by__isnull=False, posted_on__isnull=False, bill__isnull=False)
                | Q(state="reimbursed", number__isnull=False, approved_by__isnull=False, posted_on__isnull=False),
                name="expense_claim_state_true",
                violation_error_message="The state of a claim follows from who submitted, approved and posted it.",
            ),
            models.UniqueConstraint(
                fields=["company", "bill"],
                condition=Q(bill__isnull=False),
                name="expense_claim_bill_once",
                violation_error_message="This bill pays another claim back.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "person", "-id"], name="expense_claim_person"),
            models.Index(fields=["company", "state", "id"], name="expense_claim_state"),
        ]

    def __str__(self) -> str:
        return self.number or f"Claim {self.pk}"


class ExpenseLine(Record):
    """One expense. amount_minor: with its tax, in the company's currency; spent_minor: in the currency in which it was spent.

    tax_minor: the part of it that is tax; deducted only where a receipt is kept. card: with which it was paid, if the company's.
    attendees, occasion: who was entertained, and why. distance, vehicle, unit of mileage_rate: of a drive. left_at, back_at, overnight and
    meals: of days away; meals are ISO day -> letters of what others paid (B breakfast, L lunch, D dinner).
    similar: entered although another line or receipt looked the same. over_policy: why more than the policy allows was needed.
    """

    rows_of = RowsOf(part_of="claim")

    class PaidBy(models.TextChoices):
        PERSON = "person", "Paid myself"
        CARD = "card", "Company card"
        CASH = "cash", "Petty cash"

    claim = models.ForeignKey(ExpenseClaim, on_delete=models.PROTECT, related_name="lines")
    category = models.ForeignKey(ExpenseCategory, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("date")
    merchant = models.CharField("where", max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    amount_minor = AmountField("amount")
    currency = models.CharField(max_length=3, editable=False)
    spent_minor = models.BigIntegerField("spent")
    spent_currency = models.CharField("currency", max_length=3)
    tax_class = models.TextField("tax", choices=TAX_CLASSES, default="none")
    tax_rate_bp = models.PositiveIntegerField("tax rate (bp)", default=0)
    tax_minor = AmountField("tax in it", default=0)
    paid_by = models.TextField("paid by", choices=PaidBy, default=PaidBy.PERSON)
    card = models.ForeignKey(CompanyCard, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dimensions = models.CharField(max_length=200, blank=True)
    no_receipt_reason = models.CharField("why there is no receipt", max_length=200, blank=True)
    over_policy = models.CharField("why it was needed", max_length=200, blank=True)
    similar = models.BooleanField("another one although it looks the same", default=False)
    attendees = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    occasion = models.CharField(max_length=200, blank=True)
    mileage_rate = models.ForeignKey(MileageRate, null=True, on_delete=models.PROTECT, related_name="+")
    distance = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    per_diem_rate = models.ForeignKey(PerDiemRate, null=True, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField("left", null=True)
    back_at = models.DateTimeField("came back", null=True)
    overnight = models.BooleanField("with a night away", default=True)
    meals = models.JSONField(default=dict, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        verbose_name = "expense"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, spent_minor__gt=0),
                name="expense_line_above_zero",
                violation_error_message="An expense is above zero.",
            ),
            models.CheckConstraint(
                condition=Q(tax_minor__gte=0, tax_minor__lt=F("amount_minor")) & (Q(tax_rate_bp__gt=0) | Q(tax_minor=0)),
                name="expense_line_tax",
                violation_error_message="The tax in an expense is less than all of it.",
            ),
            models.CheckConstraint(
                condition=Q(paid_by="card", card__isnull=False) | (~Q(paid_by="card") & Q(card=None)),
                name="expense_line_card",
                violation_error_message="Name the card where one of the company paid, and only there.",
            ),
            models.CheckConstraint(
                condition=Q(mileage_rate=None, distance=None) | Q(mileage_rate__isnull=False, distance__gt=0, paid_by="person"),
                name="expense_line_drive",
                violation_error_message="A drive has a distance above zero and is paid to who drove.",
            ),
            models.CheckConstraint(
                condition=Q(per_diem_rate=None, left_at=None, back_at=None)
                | Q(per_diem_rate__isnull=False, left_at__isnull=False, back_at__gt=F("left_at"), paid_by="person"),
                name="expense_line_away",
                violation_error_message="Who was away came back after she left.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "on", "amount_minor"], name="expense_line_alike"),
        ]

    def __str__(self) -> str:
        return self.merchant or str(self.category)

    @property
    def attendees_text(self) -> str:
        """Who was there, one a line."""
        return "\n".join(self.attendees)


class Receipt(Record):
    """A photograph or a file of a receipt. sha256: of its content, by which the same one is found again."""

    rows_of = RowsOf(part_of="line")

    line = models.ForeignKey(ExpenseLine, on_delete=models.CASCADE, related_name="receipts")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "sha256"], name="receipt_once_a_line", violation_error_message="This receipt is at this expense already."
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "sha256"], name="receipt_sha")]

    def __str__(self) -> str:
        return str(self.file)

"""Bills of suppliers and their credit notes. Amounts are zero or more in both; the kind says who owes."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper

from enfilade.back.tax.models import TaxCode
from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

_PLAIN_NUMBER = Upper(Func(F("supplier_number"), Value("[^[:alnum:]]"), Value(""), Value("g"), function="regexp_replace"))
_OPEN, _SETTLED = Q(settled_minor__lt=F("total_minor")), Q(settled_minor=F("total_minor"))


_GONE_WORTH = Q(gone_worth_minor=F("worth_minor")) & _SETTLED | Q(gone_worth_minor__gte=0, gone_worth_minor__lte=F("worth_minor")) & _OPEN


class Bill(Record):
    """What a supplier wants to have paid, or gives back by a credit note. Once approved nothing of it changes but what was settled.

    number: ours, drawn at the approval. supplier_number: theirs; number_key: the same in capitals, letters and digits only.
    posted_on: accounting date. discount_minor: what may be kept if it is paid until discount_until.
    rate: of one in a foreign currency, how much of it one of the company's own is worth. worth_minor: what the total counts in the
    company's currency since it was approved, None where it is in that. gone_worth_minor: what of it settlements took away, by trigger.
    settled_minor: sum of its settlements, by trigger. iban: that the bill names; reference: what they want to read on the transfer.
    """

    rows_of = RowsOf(own=("entered_by",))

    class Kind(models.TextChoices):
        BILL = "bill"
        CREDIT_NOTE = "credit_note", "Credit note"

    class State(models.TextChoices):
        DRAFT = "draft", "To approve"
        OPEN = "open"
        PART_PAID = "part_paid", "Part paid"
        PAID = "paid"
        VOID = "void"

    number = models.TextField(null=True, editable=False)
    kind = models.TextField(choices=Kind, default=Kind.BILL)
    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="bills")
    supplier_number = models.CharField("their number", max_length=100)
    number_key = models.GeneratedField(expression=_PLAIN_NUMBER, output_field=models.TextField(), db_persist=True)
    billed_on = models.DateField("date of the bill")
    due_on = models.DateField("due")
    posted_on = models.DateField("posted", null=True, editable=False)
    voided_on = models.DateField("void since", null=True, editable=False)
    currency = models.CharField(max_length=3, editable=False)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True, editable=False)
    worth_minor = AmountField("worth", null=True, own=True, editable=False)
    gone_worth_minor = AmountField("settled worth", default=0, db_default=0, own=True, editable=False)
    net_minor = AmountField("net")
    tax_minor = AmountField("tax")
    total_minor = AmountField("total")
    discount_minor = AmountField("discount for early payment", default=0)
    discount_until = models.DateField("discount until", null=True)
    settled_minor = AmountField("paid and credited", default=0, editable=False)
    open_minor = models.GeneratedField(
        verbose_name="open", expression=F("total_minor") - F("settled_minor"), output_field=AmountField(), db_persist=True
    )
    iban = models.CharField("IBAN on the bill", max_length=34, blank=True)
    reference = models.CharField("reference for the transfer", max_length=140, blank=True)
    note = LongTextField(blank=True)
    origin = models.TextField(blank=True, editable=False)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "change_bill": (("draft",), "draft"),
            "say_what_for": (("draft",), "draft"),
            "say_what_lines_were_for": (("draft",), "draft"),
            "attach_file": (("draft",), "draft"),
            "approve_bill": (("draft",), "open"),
            "discard_bill": (("draft",), "void"),
            "void_bill": (("open",), "void"),
            "pay_bill": (("open", "part_paid"), ("part_paid", "paid")),
            "use_credit": (("open", "part_paid"), ("open", "part_paid", "paid")),
        },
        said={
            ("approve_bill", "open"): ("already_approved", "This bill is approved already."),
            ("pay_bill", "draft"): ("not_approved", "This bill is not approved yet."),
            ("pay_bill", "paid"): ("already_paid", "This bill is paid already."),
            ("void_bill", "part_paid"): ("partly_settled", "A part of this bill is paid or credited; take that back first."),
            ("void_bill", "paid"): ("already_paid", "This bill is paid or credited; take that back first."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="bill_number_once", violation_error_message="This number of a bill is taken."
            ),
            models.UniqueConstraint(
                fields=["company", "supplier", "number_key", "kind"],
                condition=~Q(state="void"),
                name="bill_entered_once",
                violation_error_message="A bill of this supplier with this number was entered already.",
            ),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0, total_minor__gt=0, total_minor=F("net_minor") + F("tax_minor")),
                name="bill_adds_up",
                violation_error_message="Net and tax of a bill are zero or more and make its total, which is above zero.",
            ),
            models.CheckConstraint(
                condition=Q(settled_minor__gte=0, settled_minor__lte=F("total_minor")),
                name="bill_never_overpaid",
                violation_error_message="No more of a bill can be paid or credited than it is over.",
            ),
            models.CheckConstraint(
                condition=Q(discount_minor=0, discount_until=None)
                | Q(discount_minor__gt=0, discount_minor__lt=F("total_minor"), discount_until__isnull=False),
                name="bill_discount_until",
                violation_error_message="A discount for early payment is less than the bill and holds until a day.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("billed_on")),
                name="bill_due_after_its_date",
                violation_error_message="A bill is not due before its date.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, posted_on=None, voided_on=None, settled_minor=0)
                | Q(state="void", number=None, posted_on=None, settled_minor=0)
                | Q(state="void", number__isnull=False, posted_on__isnull=False, voided_on__isnull=False, settled_minor=0)
                | (Q(state="open", settled_minor=0) | Q(state="part_paid", settled_minor__gt=0) & _OPEN | Q(state="paid") & _SETTLED)
                & Q(number__isnull=False, posted_on__isnull=False, approved_by__isnull=False, voided_on=None),
                name="bill_state_true",
                violation_error_message="The state of a bill follows from its approval and from what is settled.",
            ),
            models.CheckConstraint(
                condition=~Q(number_key=""),
                name="bill_has_their_number",
                violation_error_message="Give the number that stands on the bill.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="bill_currency_iso",
                violation_error_message="A currency of a bill is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=Q(worth_minor=None, gone_worth_minor=0) | Q(worth_minor__gte=0, rate__gt=0, number__isnull=False) & _GONE_WORTH,
                name="bill_worth_whole",
                violation_error_message="What settles a bill takes as much of its worth as of the bill, and all of it at the end.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "supplier", "-id"], name="bill_of_supplier"),
            models.Index(fields=["company", "due_on", "id"], condition=Q(state__in=["open", "part_paid"]), name="bill_open"),
            models.Index(fields=["company", "posted_on"], name="bill_posted"),
            models.Index(fields=["company", "voided_on"], condition=Q(voided_on__isnull=False), name="bill_voided"),
            models.Index(fields=["company", "origin"], condition=~Q(origin=""), name="bill_origin"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} {self.supplier_number}"

    @property
    def open_worth_minor(self) -> int:
        """What is still owed, in the company's currency, as the books count it."""
        return self.open_minor if self.worth_minor is None else self.worth_minor - self.gone_worth_minor

    @property
    def sign(self) -> int:
        """1 where we owe, -1 where the supplier owes."""
        return -1 if self.kind == self.Kind.CREDIT_NOTE else 1


class BillLine(Record):
    """One line of a bill: what it was for. It changes only while its bill waits for approval (trigger).

    account: of the ledger; None until somebody has said what it was for. deductible_minor: the part of the tax that is deducted; the rest
    is cost. The columns of worth say the same in the company's currency, of an approved bill in another one. self_tax_minor: tax that we
    owe ourselves, where the supplier charges none (reverse charge, acquisition). material: nothing is withheld from it, where a tax is kept
    back of labour only.
    """

    rows_of = RowsOf(part_of="bill")

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    description = models.TextField(blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="what for")
    dimensions = models.CharField(max_length=200, blank=True)
    tax_class = models.TextField(blank=True)
    material = models.BooleanField(default=False, db_default=False)
    tax_category = models.CharField(max_length=2, choices=TaxCode.Category)
    tax_rate_bp = models.PositiveIntegerField("tax rate (bp)", default=0)
    net_minor = AmountField("net", signed=True)
    tax_minor = AmountField("tax", signed=True)
    deductible_minor = AmountField("tax deducted", signed=True, default=0)
    self_tax_minor = AmountField("tax owed by us", signed=True, default=0)
    net_worth_minor = AmountField("worth of net", signed=True, null=True, own=True)
    tax_worth_minor = AmountField("worth of tax", signed=True, null=True, own=True)
    deductible_worth_minor = AmountField("worth of tax deducted", signed=True, null=True, own=True)
    self_tax_worth_minor = AmountField("worth of tax owed by us", signed=True, null=True, own=True)

    class Meta:
        verbose_name = "line of a bill"
        verbose_name_plural = "lines of bills"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tax_category="S") | Q(tax_minor=0),
                name="bill_line_tax_of_category",
                violation_error_message="Only the category S charges tax.",
            ),
            models.CheckConstraint(
                condition=Q(tax_category__in=["AE", "K"]) | Q(self_tax_minor=0),
                name="bill_line_self_tax_of_category",
                violation_error_message="Tax is owed by us only on reverse charge and acquisitions.",
            ),
        ]

    @property
    def counted(self) -> tuple[int, int, int, int]:
        """Net, tax, deducted and own tax as the books count them: in the company's currency, as soon as the bill is approved."""
        if self.net_worth_minor is None:
            return self.net_minor, self.tax_minor, self.deductible_minor, self.self_tax_minor
        return self.net_worth_minor, self.tax_worth_minor or 0, self.deductible_worth_minor or 0, self.self_tax_worth_minor or 0

    @property
    def cost_minor(self) -> int:
        """What it costs: without the tax that is deducted."""
        net, tax, deductible, self_tax = self.counted
        return net + tax + self_tax - deductible

    def __str__(self) -> str:
        return self.description or str(self.account or self.pk)

    @property
    def currency(self) -> str:
        """That of its bill."""
        return self.bill.currency

    @property
    def tax_percent(self) -> Decimal:
        """The rate as people read it."""
        return (Decimal(self.tax_rate_bp) / 100).normalize()

    @property
    def total_minor(self) -> int:
        """What the supplier wants for it."""
        return self.net_minor + self.tax_minor

"""How a company is taxed from a day on, and the returns that it made."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.back.tax.forms import form_named
from enfilade.base.books.models import Entry
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States

from .codes import TaxCode


class TaxSetting(Record):
    """How the company is taxed, from a day on.

    basis: accrual, by the day on which a document is posted; cash, by the day on which it is paid.
    deduction: whether input tax is deducted when a bill is posted, or when it is paid, whatever way; that goes by the day of posting.
    interval: how long the period of a return is.
    distance: where sales to consumers of other member states are taxed; at home only below 10,000 EUR a year (art. 59c).
    rounding: of the tax on documents, once per rate or on every line.
    advance_class: where tax is owed when it is paid, the class at which money on account is taxed until it settles an invoice.
    """

    class Basis(models.TextChoices):
        ACCRUAL = "accrual", "When it is billed"
        CASH = "cash", "When it is paid"

    class Deduction(models.TextChoices):
        BILLED = "billed", "When it is billed"
        PAID = "paid", "When it is paid"

    class Interval(models.TextChoices):
        MONTH = "month", "Every month"
        QUARTER = "quarter", "Every quarter"

    class Distance(models.TextChoices):
        HOME = "home", "Here, below 10,000 EUR a year"
        OSS = "oss", "Where they live: One-Stop Shop"

    class Rounding(models.TextChoices):
        DOCUMENT = "document", "Once per rate of a document"
        LINE = "line", "On every line"

    valid_from = models.DateField()
    basis = models.TextField("tax is owed", choices=Basis, default=Basis.ACCRUAL)
    deduction = models.TextField(
        "input tax is deducted",
        choices=Deduction,
        default=Deduction.BILLED,
        db_default=Deduction.BILLED,
        help_text="When it is paid: only where tax is owed when it is paid too, as under the cash accounting scheme of the United Kingdom.",
    )
    interval = models.TextField("returns", choices=Interval, default=Interval.MONTH)
    distance = models.TextField("sales to consumers in the Union", choices=Distance, default=Distance.HOME, db_default=Distance.HOME)
    rounding = models.TextField("tax is rounded", choices=Rounding, default=Rounding.DOCUMENT, db_default=Rounding.DOCUMENT)
    advance_class = models.TextField(
        "money on account is taxed", choices=TaxCode.TaxClass, default=TaxCode.TaxClass.STANDARD, db_default=TaxCode.TaxClass.STANDARD
    )

    class Meta:
        verbose_name = "way of taxation"
        verbose_name_plural = "ways of taxation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "valid_from"], name="tax_setting_once", violation_error_message="From this day on it is said already."
            ),
            models.CheckConstraint(
                condition=Q(basis__in=["accrual", "cash"]),
                name="tax_basis_known",
                violation_error_message="Tax is owed when it is billed, or when it is paid.",
            ),
            models.CheckConstraint(
                condition=Q(deduction="billed") | Q(deduction="paid", basis="cash"),
                name="tax_deduction_fits_basis",
                violation_error_message="Input tax is deducted when it is paid only where tax is owed when it is paid too.",
            ),
            models.CheckConstraint(
                condition=Q(interval__in=["month", "quarter"]),
                name="tax_interval_known",
                violation_error_message="Returns are made every month or every quarter.",
            ),
            models.CheckConstraint(
                condition=Q(rounding__in=["document", "line"]),
                name="tax_rounding_known",
                violation_error_message="Tax is rounded once per rate of a document, or on every line.",
            ),
            models.CheckConstraint(
                condition=Q(advance_class__in=["standard", "reduced", "exempt", "zero"]),
                name="tax_advance_class_known",
                violation_error_message="Money on account has a known tax class.",
            ),
            models.CheckConstraint(
                condition=Q(distance__in=["home", "oss"]),
                name="tax_distance_known",
                violation_error_message="Sales to consumers in the Union are taxed here or where they live.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()}, from {self.valid_from:%Y-%m-%d}"


class TaxReturn(Record):
    """A return of a period: prepared from documents, filed with the authority, settled in the ledger, paid.

    form: which boxes there are (forms/). version: 1 for the first one of a period; a later one corrects it.
    payable_minor: what the form says is owed; negative where it comes back. special_minor: paid in advance, and taken off here.
    worth_minor: what is owed counts in the company's currency, where the form is in another one; None where it is not.
    file: every line behind every box as it was filed, as CSV. sha256: of its content, in hexadecimal.
    settlement: the entry that moved the tax from its accounts; None where there was nothing to move.
    """

    class State(models.TextChoices):
        PREPARED = "prepared"
        FILED = "filed"
        SETTLED = "settled"
        PAID = "paid"

    form = models.SlugField()
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by", editable=False)
    basis = models.TextField("tax is owed", choices=TaxSetting.Basis)
    currency = models.CharField(max_length=3, editable=False)
    payable_minor = AmountField("to be paid", signed=True, default=0)
    worth_minor = AmountField("to be paid, in the books", signed=True, own=True, null=True)
    special_minor = AmountField("paid in advance", default=0)
    prepared_at = models.DateTimeField("prepared at")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_on = models.DateField("filed", null=True)
    filed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField("reference of the authority", max_length=100, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("hash of the file", max_length=64, blank=True, editable=False)
    settlement = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    settled_on = models.DateField("settled", null=True)
    paid_on = models.DateField("paid", null=True)
    state = models.TextField(choices=State, default=State.PREPARED, editable=False)

    states = States(
        "state",
        {
            "file_return": (("prepared",), "filed"),
            "settle_return": (("filed",), "settled"),
            "pay_return": (("settled",), "paid"),
        },
    )

    class Meta:
        verbose_name = "tax return"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "form", "from_on", "version"],
                name="tax_return_once",
                violation_error_message="This return was prepared at the same time by somebody else.",
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="tax_return_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(version=1, corrects=None) | Q(version__gt=1, corrects__isnull=False),
                name="tax_return_corrects",
                violation_error_message="A return after the first one of a period corrects the one before it.",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", filed_on=None, filed_by=None, file=None, sha256="")
                | (~Q(state="prepared") & Q(filed_on__gt=F("to_on"), filed_by__isnull=False, file__isnull=False) & ~Q(sha256="")),
                name="tax_return_filed_whole",
                violation_error_message="A return is filed after its period, by somebody, with every line behind it.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "filed"], settled_on=None) | Q(state__in=["settled", "paid"], settled_on__isnull=False),
                name="tax_return_settled_says_when",
                violation_error_message="A return that is settled says when.",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_on__isnull=False) | (~Q(state="paid") & Q(paid_on=None)),
                name="tax_return_paid_says_when",
                violation_error_message="A return that is paid says when.",
            ),
            ExclusionConstraint(
                name="tax_return_one_a_day",
                condition=Q(version=1),
                expressions=[
                    (Func("company_id", "company_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func(Func("form", function="hashtext"), Func("form", function="hashtext"), Value("[]"), function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func("from_on", "to_on", Value("[]"), function="daterange", output_field=DateRangeField()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Some of these days are in another return already.",
            ),
        ]

    def __str__(self) -> str:
        words = f"{self.get_form_display()} {self.from_on:%Y-%m-%d} – {self.to_on:%Y-%m-%d}"
        return f"{words}, correction {self.version - 1}" if self.version > 1 else words

    def get_form_display(self) -> str:
        """The name of the form, in the language of its authority."""
        return form_named(self.form).name


class TaxReturnBox(Record):
    """What a return says in one box.

    amount_minor: as it is typed into the form. tax_minor: what it adds to the sum; by the form, where that reckons the tax from the base.
    currency: of the form, "" for that of the company.
    """

    tax_return = models.ForeignKey(TaxReturn, on_delete=models.CASCADE, related_name="boxes")
    code = models.CharField(max_length=30)
    label = models.TextField()
    amount_minor = AmountField("amount", signed=True)
    tax_minor = AmountField("tax", signed=True, default=0)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name = "box of a return"
        verbose_name_plural = "boxes of returns"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tax_return", "code"], name="tax_box_once", violation_error_message="A return has each box once."
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

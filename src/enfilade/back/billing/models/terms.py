"""What is agreed on paying: days, a discount for paying early, instalments; and the instalments of an issued invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record
from enfilade.core.rows import RowsOf

_EARLY = Q(early_percent=0, early_days=0) | Q(early_percent__gt=0, early_percent__lt=100)
_LATER = Q(later_percent=0, later_days=0) | Q(later_percent__gt=0, later_percent__lt=F("early_percent"), later_days__gt=F("early_days"))


@dataclass(frozen=True, slots=True)
class Discount:
    """What may be kept by who pays early enough. percent: of the total less credits; until: the last day, included."""

    days: int
    percent: Decimal
    until: date
    amount_minor: int


class EarlyPayment(models.Model):
    """A discount for paying early, in up to two steps; days count from the date of the invoice, percents are of its total with tax."""

    early_percent = models.DecimalField("discount for early payment (%)", max_digits=5, decimal_places=2, default=Decimal(0), db_default=0)
    early_days = models.PositiveSmallIntegerField("days for the discount", default=0, db_default=0)
    later_percent = models.DecimalField("lower discount after that (%)", max_digits=5, decimal_places=2, default=Decimal(0), db_default=0)
    later_days = models.PositiveSmallIntegerField("days for the lower discount", default=0, db_default=0)

    class Meta:
        abstract = True

    @property
    def steps(self) -> tuple[tuple[int, Decimal], ...]:
        """Days and percent of each step, the earliest first."""
        pairs = ((self.early_days, self.early_percent), (self.later_days, self.later_percent))
        return tuple((days, percent) for days, percent in pairs if percent)


class PaymentTerms(EarlyPayment, Record):
    """How long a customer has to pay, under a name.

    end_of_month: the days count from the end of the month of the invoice. parts: of terms with instalments, [{percent, days}], in the order
    of their days, which count from the date of the invoice; together they are all of it (trigger). standard: where nothing else was agreed.
    """

    name = models.CharField(max_length=80)
    term_days = models.PositiveSmallIntegerField("days to pay", default=14)
    end_of_month = models.BooleanField("counted from the end of the month", default=False)
    parts = models.JSONField("instalments", default=list, editable=False)
    standard = models.BooleanField("for all other customers", default=False)

    class Meta:
        verbose_name = "payment terms"
        verbose_name_plural = "payment terms"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="payment_terms_name_once",
                violation_error_message="There are terms with this name already.",
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(standard=True),
                name="payment_terms_standard_once",
                violation_error_message="Other terms are for everybody already; change those first.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(term_days__lte=365),
                name="payment_terms_sane",
                violation_error_message="Terms have a name, and at most 365 days to pay.",
            ),
            models.CheckConstraint(
                condition=_EARLY & _LATER,
                name="payment_terms_discount_sane",
                violation_error_message="A discount has a percentage below 100 and days; a second one is lower and holds longer.",
            ),
            models.CheckConstraint(
                condition=Q(end_of_month=True) | Q(early_days__lte=F("term_days"), later_days__lte=F("term_days")),
                name="payment_terms_discount_early",
                violation_error_message="The days for the discount end before the days to pay.",
            ),
            models.CheckConstraint(
                condition=Q(parts=[]) | Q(early_percent=0),
                name="payment_terms_discount_or_parts",
                violation_error_message="Terms have instalments or a discount for early payment, not both.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerTerms(Record):
    """Which terms hold for a customer, where an invoice does not say otherwise."""

    customer = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="customer_terms")
    terms = models.ForeignKey(PaymentTerms, on_delete=models.PROTECT, related_name="customers", verbose_name="payment terms")

    class Meta:
        verbose_name = "customer agreement"

    def __str__(self) -> str:
        return str(self.customer)


class Instalment(Record):
    """A part of an issued invoice that is due on a day of its own. Nothing of it changes (trigger).

    up_to_minor: this one and all before it; whatever settles the invoice settles the oldest instalment first, so that what is open of
    each follows from what is open of the whole. The instalments of an invoice sum to its total, and the last is due when it is (trigger).
    """

    rows_of = RowsOf(part_of="invoice")

    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField("instalment")
    due_on = models.DateField("due")
    amount_minor = AmountField("amount")
    up_to_minor = AmountField("with those before")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invoice", "number"], name="instalment_once", violation_error_message="There is this instalment already."
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, amount_minor__gt=0, up_to_minor__gte=F("amount_minor")),
                name="instalment_above_zero",
                violation_error_message="An instalment is above zero.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "due_on"], name="instalment_due")]

    def __str__(self) -> str:
        return f"{self.invoice}/{self.number}"

    @property
    def currency(self) -> str:
        """That of its invoice."""
        return self.invoice.currency

"""What is agreed with a supplier, and the accounts that she is paid to."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.tax.models import TaxCode
from enfilade.base.books.models import Account
from enfilade.base.party.models import Party
from enfilade.core.models import Record, User
from enfilade.core.states import States
from enfilade.core.ui.format import format_iban


class SupplierTerms(Record):
    """What holds for the bills of a supplier where they do not say otherwise.

    account: what her bills are usually for. deductible_percent: how much of the tax on them may be deducted.
    discount_percent: off the whole bill, where it is paid within discount_days of its date.
    """

    supplier = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="supplier_terms")
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="what it is usually for"
    )
    tax_class = models.TextField("tax", choices=TaxCode.TaxClass, blank=True)
    deductible_percent = models.DecimalField("tax that is deducted (%)", max_digits=5, decimal_places=2, default=Decimal(100))
    term_days = models.PositiveSmallIntegerField("days to pay", default=14)
    discount_percent = models.DecimalField("discount for early payment (%)", max_digits=5, decimal_places=2, default=Decimal(0))
    discount_days = models.PositiveSmallIntegerField("days for the discount", default=0)

    class Meta:
        verbose_name = "supplier agreement"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(deductible_percent__gte=0, deductible_percent__lte=100, discount_percent__gte=0, discount_percent__lt=100),
                name="supplier_terms_percent",
                violation_error_message="A share is between 0 and 100 percent, and a discount is less than all.",
            ),
            models.CheckConstraint(
                condition=Q(discount_percent=0) | Q(discount_days__lte=F("term_days")),
                name="supplier_terms_discount_early",
                violation_error_message="The days for the discount end before the days to pay.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.supplier)


class Scheme(models.TextChoices):
    """How a run is paid, and which accounts can be paid by it: those with an IBAN, or those with a routing number."""

    SEPA = "SEPA", "SEPA credit transfers"
    ACH = "ACH", "ACH credits (United States)"


class SupplierAccount(Record):
    """An account at a bank that a supplier wants to be paid to. No run takes it before a second person has confirmed it.

    iban: in capitals, without spaces. bic: of its bank, where that is known. holder: whose account it is; the supplier's name, if empty.
    routing, number, kind: instead of an IBAN, of an account in the United States: ABA routing number, number in capitals without spaces.
    """

    class State(models.TextChoices):
        ENTERED = "entered", "Waits for a second person"
        CONFIRMED = "confirmed"
        ENDED = "ended"

    class Kind(models.TextChoices):
        CHECKING = "checking"
        SAVINGS = "savings"

    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="supplier_accounts")
    iban = models.CharField("IBAN", max_length=34, blank=True)
    routing = models.CharField("routing number", max_length=9, blank=True, default="", db_default="")
    number = models.CharField("account number", max_length=17, blank=True, default="", db_default="")
    kind = models.TextField("kind of account", choices=Kind, blank=True, default="", db_default="")
    bic = models.CharField("BIC", max_length=11, blank=True, editable=False)
    holder = models.CharField(max_length=70, blank=True, help_text="Only where it is not the supplier's own, for example a factor's.")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    evidence = models.TextField("how it was checked", blank=True)
    state = models.TextField(choices=State, default=State.ENTERED, editable=False)

    states = States(
        "state",
        {
            "confirm_account": (("entered",), "confirmed"),
            "end_account": (("entered", "confirmed"), "ended"),
        },
    )

    class Meta:
        verbose_name = "account of a supplier"
        verbose_name_plural = "accounts of suppliers"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "supplier", "iban", "routing", "number"],
                condition=~Q(state="ended"),
                name="supplier_account_once",
                violation_error_message="This account of the supplier is known already.",
            ),
            models.CheckConstraint(
                condition=Q(iban="") | Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$"),
                name="supplier_account_iban",
                violation_error_message="An IBAN has a country, two digits and up to 30 letters and digits, without spaces.",
            ),
            models.CheckConstraint(
                condition=Q(routing="", number="", kind="")
                | Q(routing__regex=r"^[0-9]{9}$", number__regex=r"^[A-Z0-9-]{1,17}$", kind__in=["checking", "savings"]),
                name="supplier_account_us",
                violation_error_message="A US account has a routing number, a number of up to 17 letters, digits and hyphens, and a kind.",
            ),
            models.CheckConstraint(
                condition=(Q(iban="") & ~Q(routing="")) | (~Q(iban="") & Q(routing="")),
                name="supplier_account_one_kind",
                violation_error_message="An account has either an IBAN, or a routing number and an account number.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="supplier_account_two_people",
                violation_error_message="You entered this account yourself, so somebody else has to confirm it.",
            ),
            models.CheckConstraint(
                condition=Q(state="entered", confirmed_by=None, confirmed_at=None)
                | Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False)
                | Q(state="ended"),
                name="supplier_account_state_true",
                violation_error_message="An account is confirmed by somebody, at an instant.",
            ),
        ]

    def __str__(self) -> str:
        if self.routing:
            return f"{self.routing} / {self.number}"
        return format_iban(self.iban)

    @property
    def scheme(self) -> Scheme:
        """By which runs it can be paid."""
        return Scheme.ACH if self.routing else Scheme.SEPA

    @property
    def code(self) -> str:
        """What a bank calls it on a statement."""
        return self.iban or self.number

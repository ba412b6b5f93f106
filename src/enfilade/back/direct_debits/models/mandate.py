"""Who collects, by whose leave, and how that leave was changed."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.direct_debits import rules
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.states import States


class Creditor(Record):
    """What a company is known by when it collects, and how it does. One row a company.

    identifier: of the creditor, from the central bank (AT-02 of the rulebook), in capitals without spaces.
    notice_days: how long before the day a payer is told. lead_days: how many banking days before it the bank wants the file.
    return_fee_minor: what a payer is billed for a collection that came back by her fault; 0 for nothing.
    """

    class Schema(models.TextChoices):
        NEW = "pain.008.001.08", "pain.008.001.08"
        OLD = "pain.008.001.02", "pain.008.001.02"

    identifier = models.CharField("creditor identifier", max_length=35)
    schema = models.TextField("file for the bank", choices=Schema, default=Schema.NEW)
    notice_days = models.PositiveSmallIntegerField("days a payer is told before", default=14)
    lead_days = models.PositiveSmallIntegerField("banking days the bank needs", default=1)
    return_fee_minor = AmountField("fee for a return", default=0)

    class Meta:
        verbose_name = "creditor"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company"], name="creditor_once", violation_error_message="This company has a creditor identifier already."
            ),
            models.CheckConstraint(
                condition=Q(identifier__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$"),
                name="creditor_identifier_form",
                violation_error_message="A creditor identifier has a country, two digits, three signs of ours and its number there.",
            ),
            models.CheckConstraint(
                condition=Q(notice_days__gte=1, notice_days__lte=60, lead_days__gte=1, lead_days__lte=14, return_fee_minor__gte=0),
                name="creditor_days_sane",
                violation_error_message="A payer is told 1 to 60 days before, the bank 1 to 14, and a fee is zero or more.",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier


class Mandate(Record):
    """A payer's leave to collect from an account. Signed, its account, holder and reference change by an amendment only (trigger).

    creditor_identifier: under which it was signed. notice_days: agreed with this payer. last_on: day of the last collection that was
    released; without one for 36 months a mandate expires, counted from its signature where there was none.
    """

    class Scheme(models.TextChoices):
        CORE = "CORE", "Basic (CORE), for everybody"
        B2B = "B2B", "Between businesses (B2B)"

    class Kind(models.TextChoices):
        RECURRING = "recurring", "Again and again"
        ONE_OFF = "one_off", "Once"

    class State(models.TextChoices):
        DRAFT = "draft", "To be signed"
        ACTIVE = "active", "Valid"
        SUSPENDED = "suspended", "Not used for now"
        ENDED = "ended"

    reference = models.CharField("mandate reference", max_length=35)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="mandates", verbose_name="payer")
    scheme = models.TextField(choices=Scheme, default=Scheme.CORE)
    kind = models.TextField("collected", choices=Kind, default=Kind.RECURRING)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True, editable=False)
    holder = models.CharField("account holder", max_length=70, blank=True, help_text="Only where it is not the payer's own account.")
    notice_days = models.PositiveSmallIntegerField("days the payer is told before")
    creditor_identifier = models.CharField("signed for", max_length=35, editable=False)
    signed_on = models.DateField("signed", null=True)
    paper = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="signed paper")
    last_on = models.DateField("last collected", null=True, editable=False)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    ended_on = models.DateField("ended", null=True, editable=False)
    reason = models.TextField("why not used", blank=True)
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "sign_mandate": (("draft",), "active"),
            "amend_mandate": (("active", "suspended"), ("active", "suspended")),
            "suspend_mandate": (("active",), "suspended"),
            "resume_mandate": (("suspended",), "active"),
            "end_mandate": (("draft", "active", "suspended"), "ended"),
        },
        said={
            ("sign_mandate", "active"): ("already_signed", "This mandate is signed already."),
            ("end_mandate", "ended"): ("already_ended", "This mandate has ended already."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "reference"], name="mandate_reference_once", violation_error_message="This mandate reference is taken."
            ),
            models.UniqueConstraint(
                fields=["company", "party"],
                condition=Q(state="active"),
                name="mandate_valid_once",
                violation_error_message="This payer has a valid mandate already; end that one first.",
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[A-Za-z0-9+?/:().,'-]+$"),
                name="mandate_reference_plain",
                violation_error_message="A mandate reference has Latin letters, digits and + ? / - : ( ) . , ' only.",
            ),
            models.CheckConstraint(
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$"),
                name="mandate_iban",
                violation_error_message="An IBAN has a country, two digits and up to 30 letters and digits, without spaces.",
            ),
            models.CheckConstraint(
                condition=Q(notice_days__gte=1, notice_days__lte=60),
                name="mandate_notice_days",
                violation_error_message="A payer is told 1 to 60 days before.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", signed_on=None, last_on=None, ended_on=None)
                | Q(state__in=["active", "suspended"], signed_on__isnull=False, ended_on=None)
                | Q(state="ended", ended_on__isnull=False),
                name="mandate_state_true",
                violation_error_message="A mandate that is used was signed on a day, and one that has ended did so on a day.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "party", "-id"], name="mandate_of_party")]

    def __str__(self) -> str:
        return self.reference

    @property
    def account_holder(self) -> str:
        """Whose account it is."""
        return self.holder or self.party.name

    @property
    def valid_until(self) -> date | None:
        """The last day on which it can be collected by; None while it is not signed."""
        return None if self.signed_on is None else rules.expires_on(self.last_on or self.signed_on)


class MandateAmendment(Record):
    """What was changed of a signed mandate. The bank is told with the next collection, once. told_in: that collection."""

    class What(models.TextChoices):
        ACCOUNT = "account"
        REFERENCE = "reference", "Mandate reference"
        CREDITOR = "creditor", "Creditor identifier"

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="amendments")
    what = models.TextField(choices=What)
    before = models.CharField(max_length=35)
    after = models.CharField(max_length=35)
    made_at = models.DateTimeField("changed at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="changed by")
    told_in = models.ForeignKey(
        "direct_debits.Collection", null=True, on_delete=models.PROTECT, related_name="amendments", verbose_name="told with"
    )

    class Meta:
        verbose_name = "amendment of a mandate"
        verbose_name_plural = "amendments of mandates"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(before=F("after")),
                name="amendment_changes",
                violation_error_message="An amendment changes something.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.before} → {self.after}"

"""Tables: levels, base rates, holds, reminders and their notices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.billing.models import Invoice
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.states import States


class DunningLevel(Record):
    """One step of reminding.

    days: after the day on which the invoice was due. fee_minor: once for a letter whose highest level this is. person_bp, business_bp:
    interest in basis points a year over the base rate; None for none. charged: fee and interest are billed, else only told.
    """

    number = models.PositiveSmallIntegerField("level")
    name = models.TextField(help_text="As the letter is headed, for example Payment reminder.")
    days = models.PositiveSmallIntegerField("days after due")
    pay_days = models.PositiveSmallIntegerField("days to pay then", default=7)
    minimum_minor = AmountField("not below", default=0)
    fee_minor = AmountField("fee", default=0)
    person_bp = models.PositiveIntegerField("interest of people (bp)", null=True, blank=True, help_text="Over the base rate; 500 is 5 %.")
    business_bp = models.PositiveIntegerField(
        "interest of businesses (bp)", null=True, blank=True, help_text="Over the base rate; 900 is 9 %."
    )
    charged = models.BooleanField("fee and interest are billed", default=False)
    text = LongTextField(blank=True, help_text="Stands above the invoices in the letter.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "dunning level"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="dunning_level_once", violation_error_message="There is this level already."
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=9, days__lte=365, pay_days__lte=90, minimum_minor__gte=0, fee_minor__gte=0)
                & ~Q(name=""),
                name="dunning_level_sane",
                violation_error_message="A level is from 1 to 9, has a name, and days, fee and minimum of zero or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class BaseRate(Record):
    """The rate on which interest for late payment is built, from a day on. rate_bp: basis points, may be below zero."""

    valid_from = models.DateField()
    rate_bp = models.IntegerField("rate (bp)", help_text="Basis points: 227 is 2.27 %.")
    source = models.TextField(blank=True, help_text="Who says so, for example Deutsche Bundesbank.")

    class Meta:
        verbose_name = "base rate"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "valid_from"], name="base_rate_once", violation_error_message="There is a base rate from this day on."
            ),
            models.CheckConstraint(
                condition=Q(rate_bp__gte=-1_000, rate_bp__lte=10_000),
                name="base_rate_sane",
                violation_error_message="A base rate is between -10 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d}"


class Hold(Record):
    """Why an invoice is not reminded of for now. until: the last day of it; a promise to pay has one."""

    class Kind(models.TextChoices):
        DISPUTED = "disputed"
        HELD = "held", "Held back"
        PROMISED = "promised", "Payment promised"

    class State(models.TextChoices):
        STANDING = "standing"
        LIFTED = "lifted"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="dunning_holds")
    kind = models.TextField(choices=Kind)
    until = models.DateField(null=True, blank=True)
    reason = models.TextField()
    made_at = models.DateTimeField("held at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="held by")
    lifted_at = models.DateTimeField("lifted at", null=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="lifted by")
    state = models.TextField(choices=State, default=State.STANDING, editable=False)

    states = States(
        "state",
        {"lift_hold": (("standing",), "lifted")},
        said={("lift_hold", "lifted"): ("already_lifted", "This hold was lifted already.")},
    )

    class Meta:
        verbose_name = "hold"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "invoice"],
                condition=Q(state="standing"),
                name="dunning_hold_once",
                violation_error_message="This invoice is held already; lift that hold first.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="promised") | Q(until__isnull=False),
                name="dunning_promise_has_day",
                violation_error_message="A promise to pay says until when.",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", lifted_at=None, lifted_by=None)
                | Q(state="lifted", lifted_at__isnull=False, lifted_by__isnull=False),
                name="dunning_hold_lifted_by_somebody",
                violation_error_message="What was lifted says when and by whom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.invoice}"


class Reminder(Record):
    """A letter to a customer about invoices of one currency that are late. It is proposed, looked at by a person, and sent or dropped.

    currency: of its invoices and of all that it asks for, "" for the company's own. level: the highest of its invoices.
    owed_minor: what is open of them; with fee and interest it is what is asked for.
    fee_invoice: with which fee and interest were billed, where the level says so.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed"
        SENT = "sent"
        DROPPED = "dropped"

    number = models.TextField(null=True, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="reminders")
    level = models.ForeignKey(DunningLevel, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("date")
    pay_until = models.DateField("to be paid by")
    currency = models.CharField(max_length=3, default="", blank=True, db_default="", editable=False)
    owed_minor = AmountField("open")
    fee_minor = AmountField("fee", default=0)
    interest_minor = AmountField("interest", default=0)
    made_at = models.DateTimeField("proposed at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="proposed by")
    sent_at = models.DateTimeField("sent at", null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="sent by")
    fee_invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("why dropped", blank=True)
    state = models.TextField(choices=State, default=State.PROPOSED, editable=False)

    states = States(
        "state",
        {"send_reminder": (("proposed",), "sent"), "drop_reminder": (("proposed",), "dropped")},
        said={
            ("send_reminder", "sent"): ("already_sent", "This reminder was sent already."),
            ("drop_reminder", "sent"): ("already_sent", "This reminder was sent already; what was sent is not taken back."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="reminder_number_once", violation_error_message="This number is taken."
            ),
            models.UniqueConstraint(
                fields=["company", "party", "currency"],
                condition=Q(state="proposed"),
                name="reminder_proposed_once",
                violation_error_message="A reminder to this customer waits to be looked at.",
            ),
            models.CheckConstraint(
                condition=Q(owed_minor__gte=0, fee_minor__gte=0, interest_minor__gte=0, pay_until__gte=F("on")),
                name="reminder_sane",
                violation_error_message="Amounts of a reminder are zero or more, and it is not to be paid before it is written.",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", number__isnull=False, sent_at__isnull=False, sent_by__isnull=False)
                | Q(state__in=["proposed", "dropped"], number=None, sent_at=None, sent_by=None, fee_invoice=None),
                name="reminder_sent_by_somebody",
                violation_error_message="A reminder has a number when it was sent, and says by whom.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "party", "-id"], name="reminder_party")]

    def __str__(self) -> str:
        return self.number or f"Reminder {self.pk}"

    @property
    def total_minor(self) -> int:
        """What is asked for."""
        return self.owed_minor + self.fee_minor + self.interest_minor


class Notice(Record):
    """An invoice in a reminder, at a level. standing: false where the reminder was dropped, or the invoice was paid before it went out.

    due_on: when that was due of which the longest is late, an instalment or the whole; what comes due later begins at the first level.
    currency: that of its reminder, which is that of the invoice. open_minor: what is late of it.
    """

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="notices")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="dunning_notices")
    level_number = models.PositiveSmallIntegerField("level")
    due_on = models.DateField("due")
    days_late = models.PositiveIntegerField("days late")
    currency = models.CharField(max_length=3, default="", blank=True, db_default="", editable=False)
    open_minor = AmountField("open")
    interest_minor = AmountField("interest", default=0)
    standing = models.BooleanField(default=True)

    class Meta:
        verbose_name = "notice"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "invoice", "due_on", "level_number"],
                condition=Q(standing=True),
                name="notice_level_once",
                violation_error_message="This invoice has had this level already.",
            ),
            models.CheckConstraint(
                condition=Q(open_minor__gt=0, interest_minor__gte=0),
                name="notice_about_money",
                violation_error_message="A reminder is about invoices of which something is open.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, level {self.level_number}"

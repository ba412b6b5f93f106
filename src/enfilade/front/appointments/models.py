"""Tables of appointments."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from enfilade.back.billing.models import Invoice
from enfilade.base.calendar.models import Bookable, Booking, during, only
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, kept_words
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .fields import NeedsField
from .rules import needs_text

IN_THE_HOUSE = ("arrived", "in_treatment", "treated")
TAKING_TIME = ("booked", "arrived", "in_treatment")


class Service(Record):
    """What can be booked: how long it takes, and who and what it needs at the same time.

    item: what is charged for it by default.
    needs: a list of needs, each a list of tags of bookables of which one is enough.
    buffer_min: time that stays free afterwards.
    required_subject: which documents have to be there, by the subject of required documents.
    """

    code = models.CharField(max_length=40, help_text="Short and unique, for example CHECK.")
    name = models.CharField(max_length=120)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", help_text="What is charged for it.")
    duration_min = models.PositiveIntegerField("duration (min)")
    buffer_min = models.PositiveIntegerField("buffer (min)", default=0, help_text="Stays free afterwards, for tidying up.")
    needs = NeedsField(help_text="One need a line; where one of several will do: dentist or hygienist.")
    required_subject = models.CharField(
        "documents for", max_length=40, default="visit", blank=True, help_text="Subject of the required documents."
    )
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="service_code_once", violation_error_message="Another service has this code."
            ),
            models.CheckConstraint(
                condition=Q(duration_min__gte=5, duration_min__lte=1440),
                name="service_duration",
                violation_error_message="A service takes between 5 minutes and a day.",
            ),
            models.CheckConstraint(
                condition=Q(buffer_min__lte=480), name="service_buffer", violation_error_message="A buffer is at most 8 hours."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_words(self) -> str:
        """The needs in one line."""
        return needs_text(self.needs).replace("\n", ", ")


class Visit(Record):
    """One appointment of one patient, from booking to leaving.

    starts_at, ends_at: as booked; kept equal to the booking in the calendar.
    practitioner: the person who sees the patient.
    invoice, waiver_reason: a patient who was treated leaves with one of them (constraint).
    """

    rows_of = RowsOf(own=("practitioner__user",))

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        ARRIVED = "arrived", "Waiting"
        IN_TREATMENT = "in_treatment", "In treatment"
        TREATED = "treated", "To check out"
        CHECKED_OUT = "checked_out", "Checked out"
        CANCELLED = "cancelled", "Cancelled"
        NO_SHOW = "no_show", "Did not come"

    number = models.TextField(editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="visits", verbose_name="patient")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="visits")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Bookable, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.BOOKED, editable=False)
    note = LongTextField(blank=True)
    next_weeks = models.PositiveSmallIntegerField("come again in (weeks)", null=True)
    arrived_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    treated_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    waiver_reason = models.TextField(blank=True)
    reason = models.TextField("reason of cancellation", blank=True)

    states = States(
        "state",
        {
            "move_visit": (("booked",), "booked"),
            "wait_for_earlier": (("booked",), "booked"),
            "cancel_visit": (("booked", "arrived"), "cancelled"),
            "mark_no_show": (("booked",), "no_show"),
            "confirm_visit": (("booked",), "booked"),
            "remind_visit": (("booked",), "booked"),
            "check_in": (("booked",), "arrived"),
            "undo_check_in": (("arrived",), "booked"),
            "call_in": (("arrived",), "in_treatment"),
            "undo_call_in": (("in_treatment",), "arrived"),
            "finish_treatment": (("in_treatment",), "treated"),
            "add_services": (("treated",), "treated"),
            "check_out": (("treated",), "checked_out"),
            "send_prescription": (("in_treatment", "treated", "checked_out"), ("in_treatment", "treated", "checked_out")),
        },
        said={
            ("check_in", "arrived"): ("already_here", "This patient has been checked in already."),
            ("check_out", "checked_out"): ("already_left", "This patient has been checked out already."),
        },
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["company", "number"], name="visit_number_once", violation_error_message="This visit number is taken."
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="visit_in_order", violation_error_message="A visit ends after it starts."
            ),
            ExclusionConstraint(
                name="visit_patient_once",
                index_type="GIST",
                expressions=[(only("party_id"), RangeOperators.OVERLAPS), (during(), RangeOperators.OVERLAPS)],
                condition=Q(state__in=TAKING_TIME),
                violation_error_message="This patient already has an appointment at that time.",
            ),
            models.CheckConstraint(
                condition=Q(state="booked", arrived_at=None, called_at=None, treated_at=None, left_at=None)
                | Q(state="arrived", arrived_at__isnull=False, called_at=None, treated_at=None, left_at=None)
                | Q(state="in_treatment", arrived_at__isnull=False, called_at__isnull=False, treated_at=None, left_at=None)
                | Q(state="treated", arrived_at__isnull=False, called_at__isnull=False, treated_at__isnull=False, left_at=None)
                | Q(state="checked_out", arrived_at__isnull=False, called_at__isnull=False, treated_at__isnull=False, left_at__isnull=False)
                | Q(state__in=["cancelled", "no_show"], called_at=None, treated_at=None),
                name="visit_times_fit_state",
                violation_error_message="The times of a visit do not fit its state.",
            ),
            models.CheckConstraint(
                condition=(Q(called_at=None) | Q(called_at__gte=F("arrived_at")))
                & (Q(treated_at=None) | Q(treated_at__gte=F("called_at")))
                & (Q(left_at=None) | Q(treated_at=None) | Q(left_at__gte=F("treated_at"))),
                name="visit_times_in_order",
                violation_error_message="Arrival, treatment and leaving come in this order.",
            ),
            models.CheckConstraint(
                condition=~Q(state="checked_out") | Q(invoice__isnull=False) | ~Q(waiver_reason=""),
                name="visit_left_charged",
                violation_error_message="A treated patient leaves with an invoice, or with a reason why there is none.",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""),
                name="visit_cancelled_why",
                violation_error_message="A cancellation has a reason.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "starts_at"], name="visit_start"),
            models.Index(fields=["company", "party", "-starts_at"], name="visit_of_party"),
            models.Index(fields=["company", "state", "starts_at"], name="visit_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.party}" if self.number else str(self.party)

    def usual_services(self) -> list[dict[str, Any]]:
        """The first value of the form that finishes a treatment: the service that was booked."""
        return [{"item": self.service.item_id, "quantity": "1"}]

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the patient has been where she is."""
        return {"arrived": self.arrived_at, "in_treatment": self.called_at, "treated": self.treated_at}.get(self.state)


VisitWord = kept_words(Visit, sorts="number")


class Prescription(Record):
    """What a pharmacy is to hand out to a patient. It is followed up until the pharmacy has confirmed it."""

    rows_of = RowsOf(part_of="visit")

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        CONFIRMED = "confirmed", "Confirmed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    number = models.TextField(editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="prescriptions")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="prescriptions", verbose_name="patient")
    pharmacy = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    text = LongTextField()
    sent_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.SENT, editable=False)
    settled_at = models.DateTimeField("confirmed or withdrawn", null=True)
    note = models.TextField(blank=True)

    states = States("state", {"confirm_prescription": (("sent",), "confirmed"), "withdraw_prescription": (("sent",), "withdrawn")})

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="prescription_number_once", violation_error_message="This prescription number is taken."
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="prescription_says_what", violation_error_message="A prescription says what to hand out."
            ),
            models.CheckConstraint(
                condition=Q(state="sent", settled_at=None) | (~Q(state="sent") & Q(settled_at__isnull=False)),
                name="prescription_settled_when",
                violation_error_message="A settled prescription has a time.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "party", "-id"], name="prescription_of_party")]

    def __str__(self) -> str:
        return f"{self.number} {self.party}"

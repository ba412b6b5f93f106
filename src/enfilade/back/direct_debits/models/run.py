"""Collection runs: collections that are made together, by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.banking.models import BankAccount
from enfilade.back.billing.models import Invoice, Payment
from enfilade.back.direct_debits import rules
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .mandate import Mandate


class CollectionRun(Record):
    """Collections to one account on one day under one scheme. Whoever made it can't release it (constraint); released, it stays as it is.

    number: DD-2026-00001. total_minor, collection_count: of its collections, by trigger. file: for the bank, written at the release.
    """

    rows_of = RowsOf(own=("made_by",))

    class State(models.TextChoices):
        DRAFT = "draft", "To release"
        RELEASED = "released"
        SENT = "sent"
        DONE = "done"
        CANCELLED = "cancelled"

    number = models.TextField(editable=False)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="collection_runs", verbose_name="collect to")
    scheme = models.TextField(choices=Mandate.Scheme)
    collect_on = models.DateField("to be collected on")
    currency = models.CharField(max_length=3, editable=False)
    total_minor = AmountField("total", default=0, editable=False)
    collection_count = models.PositiveIntegerField("collections", default=0, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    reason = models.TextField("why cancelled", blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "tell_payers": (("draft",), "draft"),
            "release_run": (("draft",), "released"),
            "mark_sent": (("released",), "sent"),
            "cancel_run": (("draft", "released", "sent"), "cancelled"),
        },
        said={
            ("release_run", "released"): ("already_released", "This run is released already."),
            ("release_run", "cancelled"): ("cancelled", "This run was cancelled."),
            ("mark_sent", "draft"): ("not_released", "This run is not released yet."),
            ("cancel_run", "done"): ("already_collected", "The bank has collected this run; it can't be cancelled any more."),
        },
    )

    class Meta:
        verbose_name = "collection run"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="collection_run_number_once", violation_error_message="This number of a run is taken."
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("made_by")),
                name="collection_run_two_people",
                violation_error_message="You made this run yourself, so somebody else has to release it.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", released_by=None, sent_by=None)
                | Q(state="released", released_by__isnull=False, sent_by=None, file__isnull=False)
                | Q(state__in=["sent", "done"], released_by__isnull=False, sent_by__isnull=False)
                | Q(state="cancelled", cancelled_by__isnull=False),
                name="collection_run_state_true",
                violation_error_message="The state of a run follows from who released, sent or cancelled it.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "collect_on"], name="collection_run_day")]

    def __str__(self) -> str:
        return self.number


class Collection(Record):
    """What is collected from one payer in a run. end_to_end: what the bank gives back with it, as ISO 20022 calls it.

    sequence: whether it is the first of its mandate, one of many, or the only one. noticed_on: when the payer was told.
    state: planned until the bank has credited or refused it, or it was taken out. payment: while it is credited or has come back.
    return_code: why the bank refused it or gave it back, as ISO 20022 has it.
    """

    rows_of = RowsOf(part_of="run")

    class State(models.TextChoices):
        PLANNED = "planned"
        CREDITED = "credited"
        REFUSED = "refused", "Refused by the bank"
        RETURNED = "returned", "Came back"
        CANCELLED = "cancelled"

    class Sequence(models.TextChoices):
        FIRST = "FRST", "First"
        RECURRING = "RCUR", "Recurring"
        ONE_OFF = "OOFF", "One-off"

    class Told(models.TextChoices):
        MAIL = "mail", "By e-mail"
        LETTER = "letter", "On paper"
        INVOICE = "invoice", "On the invoice"

    run = models.ForeignKey(CollectionRun, on_delete=models.PROTECT, related_name="collections")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name="payer")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="collections")
    sequence = models.CharField(max_length=4, choices=Sequence)
    amount_minor = AmountField("amount")
    currency = models.CharField(max_length=3)
    end_to_end = models.CharField("end-to-end reference", max_length=35)
    remittance = models.CharField("what the payer reads", max_length=140)
    noticed_on = models.DateField("told", null=True)
    noticed_how = models.TextField("told how", choices=Told, blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    return_code = models.CharField("why it came back", max_length=4, blank=True)
    returned_on = models.DateField("came back", null=True)
    state = models.TextField(choices=State, default=State.PLANNED, editable=False)

    states = States(
        "state",
        {
            "note_told": (("planned",), "planned"),
            "take_out": (("planned",), "cancelled"),
            "refuse_collection": (("planned",), "refused"),
            "return_collection": (("credited",), "returned"),
        },
        said={("return_collection", "returned"): ("already_returned", "This collection came back already.")},
    )

    class Meta:
        verbose_name = "collection"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "end_to_end"],
                name="collection_reference_once",
                violation_error_message="This end-to-end reference is taken.",
            ),
            models.UniqueConstraint(
                fields=["run", "mandate"], name="collection_once_in_run", violation_error_message="A mandate is collected by once in a run."
            ),
            models.UniqueConstraint(
                fields=["mandate"],
                condition=Q(sequence="OOFF", state__in=["planned", "credited"]),
                name="mandate_used_once",
                violation_error_message="This mandate is for one collection, and there is one already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="collection_above_zero",
                violation_error_message="A collection is over more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"], payment=None, returned_on=None)
                | Q(state="refused", payment=None, returned_on__isnull=False) & ~Q(return_code="")
                | Q(state="credited", payment__isnull=False, returned_on=None)
                | Q(state="returned", payment__isnull=False, returned_on__isnull=False) & ~Q(return_code=""),
                name="collection_state_true",
                violation_error_message="A collection is credited by a payment, and what came back says when and why.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "amount_minor"], condition=Q(state__in=["planned", "credited"]), name="collection_waits"),
        ]

    def __str__(self) -> str:
        return self.end_to_end

    @property
    def return_reason(self) -> str:
        """Why it came back, in a sentence; "" while it did not."""
        return rules.reason_of(self.return_code).sentence if self.return_code else ""


class CollectionPart(Record):
    """What a collection takes of one invoice. An invoice is in one collection at a time.

    live: until the bank has credited the collection, or it was given up.
    """

    rows_of = RowsOf(part_of="collection")

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="parts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="collection_parts")
    amount_minor = AmountField("amount")
    currency = models.CharField(max_length=3)
    live = models.BooleanField(default=True)

    class Meta:
        verbose_name = "part of a collection"
        verbose_name_plural = "parts of collections"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(live=True),
                name="invoice_collected_once",
                violation_error_message="One of these invoices is in another collection run already.",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0),
                name="collection_part_above_zero",
                violation_error_message="A part of a collection is over more than zero.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id}/{self.invoice_id}"

"""Kinds of documents, which of them are needed for what, and those that were handed in."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

CODE = r"^[a-z][a-z0-9_]{0,39}$"


class DocumentKind(Record):
    """A sort of paper: consent to treatment, insurance card, passport ...

    validity_days: how long one holds from the day it was received; empty: until it is revoked.
    signature_needed: one without a signature is not taken.
    """

    code = models.CharField(max_length=40, help_text="Short and unique, for example consent.")
    name = models.TextField()
    validity_days = models.PositiveIntegerField("valid for (days)", null=True, blank=True, help_text="Empty: until it is revoked.")
    signature_needed = models.BooleanField(default=False)
    description = LongTextField(blank=True, help_text="What to look at when it is handed in.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="document_kind_once", violation_error_message="This kind exists."),
            models.CheckConstraint(
                condition=Q(code__regex=CODE) & ~Q(name=""),
                name="document_kind_named",
                violation_error_message="A kind has a name, and a code of small letters such as consent.",
            ),
            models.CheckConstraint(
                condition=Q(validity_days=None) | Q(validity_days__gt=0),
                name="document_kind_valid_some_days",
                violation_error_message="A validity is at least one day.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RequiredDocument(Record):
    """A kind of document is needed for something.

    subject: what for: visit, patient, supplier ... the word that the asking module uses.
    applies_to: only for parties in this role; empty: for everybody.
    blocking: the next step has to wait for it; else it is only asked for.
    """

    subject = models.TextField(help_text="What it is needed for, for example visit.")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="required_for")
    applies_to = models.TextField("only for role", blank=True, help_text="Role of the party; empty: everybody.")
    blocking = models.BooleanField(default=False, help_text="The next step waits for it.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "subject", "kind", "applies_to"],
                name="required_document_once",
                violation_error_message="This is required already.",
            ),
            models.CheckConstraint(
                condition=Q(subject__regex=CODE) & (Q(applies_to="") | Q(applies_to__regex=CODE)),
                name="required_document_words",
                violation_error_message="A subject and a role are one word in small letters, such as visit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject.replace('_', ' ')}"


class Document(Record):
    """A paper that a party handed in, with or without its scan."""

    rows_of = RowsOf(own=("received_by",))

    class State(models.TextChoices):
        VALID = "valid"
        EXPIRED = "expired"
        REVOKED = "revoked"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="documents")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="documents")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="documents")
    received_on = models.DateField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(null=True)
    state = models.TextField(choices=State, default=State.VALID)
    signed = models.BooleanField(default=False)
    note = LongTextField(blank=True)
    revoked_on = models.DateField(null=True)
    reason = models.TextField("reason of revocation", blank=True)

    states = States("state", {"revoke_document": (("valid", "expired"), "revoked"), "expire_document": (("valid",), "expired")})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("received_on")),
                name="document_valid_after_receipt",
                violation_error_message="A document can't have expired before it was received.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["valid", "expired", "revoked"]),
                name="document_state_known",
                violation_error_message="A document is valid, expired or revoked.",
            ),
            models.CheckConstraint(
                condition=(Q(state="revoked") & ~Q(reason="") & Q(revoked_on__isnull=False)) | (~Q(state="revoked") & Q(revoked_on=None)),
                name="document_revoked_with_reason",
                violation_error_message="A revocation has a day and a reason.",
            ),
            models.CheckConstraint(
                condition=~Q(state="expired") | Q(valid_until__isnull=False),
                name="document_expired_has_date",
                violation_error_message="Only a document with a last day can expire.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "party", "kind"], name="document_of_party"),
            models.Index(fields=["company", "valid_until"], name="document_expiry", condition=Q(state="valid")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.party}"

    def holds_on(self, day: date) -> bool:
        """Whether it can be relied on that day."""
        return self.state != self.State.REVOKED and self.received_on <= day and (self.valid_until is None or day <= self.valid_until)

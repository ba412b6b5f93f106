"""Kinds of documents, and which of them are needed for what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record

CODE = r"^[a-z][a-z0-9_]{0,39}$"


class DocumentKind(Record):
    """A sort of paper: consent to treatment, insurance card, passport ...

    validity_days: how long one holds from the day it was received; empty: until it is revoked.
    remind_days: so long before its last day whoever looks after it is reminded; empty: nobody is.
    signature_needed: one without a signature is not taken.
    """

    code = models.CharField(max_length=40, help_text="Short and unique, for example consent.")
    name = models.TextField()
    validity_days = models.PositiveIntegerField("valid for (days)", null=True, blank=True, help_text="Empty: until it is revoked.")
    remind_days = models.PositiveIntegerField(
        "remind before the end (days)", null=True, blank=True, default=30, help_text="Empty: nobody is reminded."
    )
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
            models.CheckConstraint(
                condition=Q(remind_days=None) | Q(remind_days__lte=3650),
                name="document_kind_reminds_in_time",
                violation_error_message="A reminder comes at most ten years before the end.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RequiredDocument(Record):
    """A kind of document is needed for something.

    subject: what for: visit, patient, supplier ... the word that the asking module uses.
    applies_to: only for parties in this role; empty: for everybody.
    blocking: the next step has to wait for it; else it is only asked for.
    max_age_days: one that was received longer ago does not do, though it may hold for something else.
    min_days_left: it has to hold for so many days more.
    """

    subject = models.TextField(help_text="What it is needed for, for example visit.")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="required_for")
    applies_to = models.TextField("only for role", blank=True, help_text="Role of the party; empty: everybody.")
    blocking = models.BooleanField(default=False, help_text="The next step waits for it.")
    max_age_days = models.PositiveIntegerField("not older than (days)", null=True, blank=True, help_text="Empty: its age does not matter.")
    min_days_left = models.PositiveIntegerField(
        "has to hold for (days)", default=0, db_default=0, help_text="So many days more; 0: today is enough."
    )

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
            models.CheckConstraint(
                condition=(Q(max_age_days=None) | Q(max_age_days__range=(1, 36500))) & Q(min_days_left__lte=36500),
                name="required_document_days",
                violation_error_message="An age is at least one day, and nothing reaches farther than a hundred years.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject.replace('_', ' ')}"

    def accepts(self, received_on: date, valid_until: date | None, on: date) -> bool:
        """Whether a document that holds on a day is young enough for this, and holds long enough."""
        young = self.max_age_days is None or on - received_on <= timedelta(days=self.max_age_days)
        return young and (valid_until is None or valid_until >= on + timedelta(days=self.min_days_left))

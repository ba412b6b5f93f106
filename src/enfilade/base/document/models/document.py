"""What was handed in, in versions: a new one replaces, the old one stays readable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .matrix import DocumentKind


def _between(*, first: str, end: str) -> Func:
    """The days from one column on, up to but without another; for ever where that is empty."""
    return Func(F(first), F(end), function="daterange", output_field=DateRangeField())


def _series() -> Func:
    """A range that holds the key of the first version. Why: equality inside an exclusion needs btree_gist, overlap of ranges does not."""
    first = Coalesce(F("original"), F("id"))
    return Func(first, first, Value("[]"), function="int8range")


class Document(Record):
    """A paper that a party handed in, with or without its scan.

    owner: who looks after it, and is reminded before it ends; empty: who received it.
    original, version: the first of its versions (empty where it is that one), and which one this is.
    replaced_on: the day from which the next version counts.
    reminded_on: when its owner was told that it ends soon.
    destroyed_on: when its content was destroyed, because nobody had to keep it any longer; that it was there stays known.
    """

    rows_of = RowsOf(own=("received_by", "owner"))

    class State(models.TextChoices):
        VALID = "valid"
        EXPIRED = "expired"
        REPLACED = "replaced"
        REVOKED = "revoked"
        DESTROYED = "destroyed"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="documents")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="documents")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="documents")
    received_on = models.DateField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(null=True)
    state = models.TextField(choices=State, default=State.VALID)
    signed = models.BooleanField(default=False)
    note = LongTextField(blank=True)
    revoked_on = models.DateField(null=True)
    reason = models.TextField("reason of revocation", blank=True)
    original = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="later_versions")
    version = models.PositiveIntegerField(default=1, db_default=1)
    replaced_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    destroyed_on = models.DateField(null=True)

    states = States(
        "state",
        {
            "revoke_document": (("valid", "expired"), "revoked"),
            "expire_document": (("valid",), "expired"),
            "replace_document": (("valid", "expired"), "replaced"),
            "remind_of_expiry": (("valid",), "valid"),
            "assign_document": (("valid", "expired"), ("valid", "expired")),
        },
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("received_on")),
                name="document_valid_after_receipt",
                violation_error_message="A document can't have expired before it was received.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["valid", "expired", "replaced", "revoked", "destroyed"]),
                name="document_state_known",
                violation_error_message="A document is valid, expired, replaced, revoked or destroyed.",
            ),
            models.CheckConstraint(
                condition=(Q(state="revoked") & ~Q(reason="") & Q(revoked_on__isnull=False))
                | (~Q(state="revoked") & Q(revoked_on=None))
                | Q(state="destroyed"),
                name="document_revoked_with_reason",
                violation_error_message="A revocation has a day and a reason.",
            ),
            models.CheckConstraint(
                condition=~Q(state="expired") | Q(valid_until__isnull=False),
                name="document_expired_has_date",
                violation_error_message="Only a document with a last day can expire.",
            ),
            models.CheckConstraint(
                condition=(Q(state="replaced") & Q(replaced_on__gte=F("received_on")))
                | (~Q(state="replaced") & Q(replaced_on=None))
                | Q(state="destroyed"),
                name="document_replaced_on_a_day",
                violation_error_message="A version is replaced on a day, and not before it was received.",
            ),
            models.CheckConstraint(
                condition=Q(state="destroyed", destroyed_on__isnull=False, file=None, note="")
                | (~Q(state="destroyed") & Q(destroyed_on=None)),
                name="document_destroyed_is_empty",
                violation_error_message="Of a destroyed document neither file nor note is left, and the day is known.",
            ),
            models.CheckConstraint(
                condition=Q(original=None, version=1) | Q(original__isnull=False, version__gt=1),
                name="document_versions_counted",
                violation_error_message="The first version has number 1, and every later one says which the first was.",
            ),
            models.UniqueConstraint(
                fields=["original", "version"],
                name="document_version_once",
                violation_error_message="Somebody has just replaced this version. Look at the new one.",
            ),
            ExclusionConstraint(
                name="document_one_version_a_day",
                index_type="GIST",
                expressions=[
                    (_series(), RangeOperators.OVERLAPS),
                    (_between(first="received_on", end="replaced_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Two versions of a document can't be in force on the same day.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "party", "kind"], name="document_of_party"),
            models.Index(fields=["company", "kind", "received_on"], name="document_of_kind"),
            models.Index(fields=["company", "valid_until"], name="document_expiry", condition=Q(state="valid")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.party}, version {self.version}" if self.version > 1 else f"{self.kind} of {self.party}"

    @property
    def keeper(self) -> User:
        """Who looks after it."""
        return self.owner or self.received_by

    @property
    def series_id(self) -> int:
        """Key of its first version."""
        return self.original_id or self.pk

    @property
    def last_day(self) -> date | None:
        """The last day on which it counted or counts, None while nothing ends it."""
        day = timedelta(days=1)
        return min(
            (d for d in (self.valid_until, self.replaced_on and self.replaced_on - day, self.revoked_on and self.revoked_on - day) if d),
            default=None,
        )

    def holds_on(self, day: date) -> bool:
        """Whether it can be relied on that day."""
        return self.state not in {self.State.REVOKED, self.State.DESTROYED} and self.in_force_on(day)

    def in_force_on(self, day: date) -> bool:
        """Whether it counted on that day, whatever was found out later: what was revoked counted until then."""
        ends = [d for d in (self.replaced_on, self.revoked_on) if d is not None]
        return self.received_on <= day and (self.valid_until is None or day <= self.valid_until) and all(day < d for d in ends)

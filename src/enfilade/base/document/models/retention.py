"""How long papers are kept, what must not be touched, and what became of those whose time was over."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.document import rules
from enfilade.base.party.models import Party
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .document import Document
from .matrix import DocumentKind


class RetentionRule(Record):
    """How long documents of a kind are kept. A kind without a rule is kept for ever.

    starts: from which day the time runs: the one on which it was received, or the last one on which it held; what still holds is kept.
    whole_years: it runs from the end of that calendar year.
    basis: the law or the reason, for whoever decides.
    """

    class Start(models.TextChoices):
        RECEIVED = "received", "The day of receipt"
        ENDED = "ended", "The last day on which it held"

    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="retention_rules")
    keep_months = models.PositiveIntegerField("keep for (months)", help_text="120 are ten years.")
    starts = models.TextField("counted from", choices=Start, default=Start.ENDED)
    whole_years = models.BooleanField("from the end of the year", default=True)
    basis = models.TextField(help_text="The law or the reason, for example Civil Code § 630f(3).")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind"], name="retention_rule_once", violation_error_message="There is a rule for this kind already."
            ),
            models.CheckConstraint(
                condition=Q(keep_months__range=(1, 1200)),
                name="retention_some_months",
                violation_error_message="A document is kept for a month at least, and for a hundred years at most.",
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & Q(starts__in=["received", "ended"]),
                name="retention_with_basis",
                violation_error_message="Say by which law or for which reason, and from which day the time runs.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.keep_months} months"

    def kept_until(self, document: Document) -> date | None:
        """The last day on which a document is kept; None while its time does not run."""
        start = document.received_on if self.starts == self.Start.RECEIVED else document.last_day
        return None if start is None else rules.kept_until(start, self.keep_months, whole_years=self.whole_years)


class LegalHold(Record):
    """Documents that a dispute, an audit or an authority wants to see: nobody may change or destroy them.

    party, kind, document: what it covers; what is empty does not narrow it.
    """

    rows_of = RowsOf(own=("placed_by",))

    class State(models.TextChoices):
        ACTIVE = "active"
        LIFTED = "lifted"

    name = models.TextField()
    reason = models.TextField()
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(DocumentKind, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="holds")
    state = models.TextField(choices=State, default=State.ACTIVE)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.TextField(blank=True)

    states = States("state", {"lift_hold": (("active",), "lifted")})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(party__isnull=False) | Q(kind__isnull=False) | Q(document__isnull=False),
                name="hold_covers_something",
                violation_error_message="Say what is held: a party, a kind, a document, or several of these.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(reason=""),
                name="hold_named",
                violation_error_message="A hold has a name and a reason.",
            ),
            models.CheckConstraint(
                condition=Q(state="active", lifted_at=None, lifted_by=None, lifted_because="")
                | (Q(state="lifted", lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_lifted_by_somebody",
                violation_error_message="A hold is lifted by somebody, at a time, for a reason.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "party"], name="hold_active", condition=Q(state="active")),
        ]

    def __str__(self) -> str:
        return self.name


class Destruction(Record):
    """A document whose time is over, proposed for destruction, and what was decided.

    kept_until: the last day on which it had to be kept; basis: by which rule, as it read then.
    not_before: where it is kept longer, the first day on which it is proposed again.
    sha256, size_bytes: of the content that was destroyed; empty where there was no scan.
    """

    rows_of = RowsOf(part_of="document")

    class State(models.TextChoices):
        PROPOSED = "proposed"
        KEPT = "kept", "Kept longer"
        DESTROYED = "destroyed"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="destructions")
    state = models.TextField(choices=State, default=State.PROPOSED)
    proposed_on = models.DateField()
    kept_until = models.DateField()
    basis = models.TextField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    not_before = models.DateField("proposed again on", null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(null=True)

    states = States("state", {"destroy_document": (("proposed",), "destroyed"), "keep_longer": (("proposed",), "kept")})

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state__in=["proposed", "destroyed"]),
                name="destruction_once",
                violation_error_message="This document is proposed for destruction, or was destroyed.",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None, not_before=None)
                | Q(state="kept", decided_by__isnull=False, decided_at__isnull=False, not_before__isnull=False)
                | Q(state="destroyed", decided_by__isnull=False, decided_at__isnull=False, not_before=None),
                name="destruction_decided",
                violation_error_message="A decision has a person and a time; what is kept longer has a day on which it is looked at again.",
            ),
            models.CheckConstraint(
                condition=Q(proposed_on__gt=models.F("kept_until")),
                name="destruction_after_its_time",
                violation_error_message="A document is proposed only when its time is over.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "state", "proposed_on"], name="destruction_waiting")]

    def __str__(self) -> str:
        return str(self.document)

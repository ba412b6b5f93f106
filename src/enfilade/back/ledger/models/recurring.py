"""Entries that come again, and entries that wait for their day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import get_current_timezone

from enfilade.base.books.models import Account, Entry
from enfilade.base.calendar.rules import rule_words, say_rule
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States


class EntryTemplate(Record):
    """A journal entry that is posted often: its text and its lines, which sum to zero."""

    name = models.CharField(max_length=200)
    text = models.CharField("what for", max_length=500)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "template of an entry"
        verbose_name_plural = "templates of entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="template_name_once", violation_error_message="There is a template with this name."
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(text=""),
                name="template_said",
                violation_error_message="A template has a name, and says what its entries are for.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateLine(Record):
    """One line of a template. amount_minor: debit positive."""

    rows_of = RowsOf(part_of="template")

    template = models.ForeignKey(EntryTemplate, on_delete=models.CASCADE, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_minor = AmountField("amount", signed=True)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    dimensions = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "line of a template"
        verbose_name_plural = "lines of templates"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="template_line_moves", violation_error_message="A line of a template has an amount."
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor}"


class RecurringEntry(Record):
    """A template that is posted again and again, by a rule as calendars have it (RFC 5545).

    starts_on: the first day, which counts in any case. counts_from_on: days before it are not posted any more, after a pause.
    reverse_next: each entry is reversed on the first day of the month that follows.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        ENDED = "ended"

    template = models.ForeignKey(EntryTemplate, on_delete=models.PROTECT, related_name="recurring")
    starts_on = models.DateField("from")
    rule = models.CharField(max_length=300)
    reverse_next = models.BooleanField("reversed next month", default=False)
    counts_from_on = models.DateField("counts from", editable=False)
    state = models.TextField(choices=State, default=State.RUNNING, editable=False)

    states = States(
        "state",
        {
            "post_occurrence": (("running",), "running"),
            "pause_recurring": (("running",), "paused"),
            "resume_recurring": (("paused",), "running"),
            "end_recurring": (("running", "paused"), "ended"),
        },
    )

    class Meta:
        verbose_name = "recurring entry"
        verbose_name_plural = "recurring entries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused", "ended"]),
                name="recurring_state_known",
                violation_error_message="A recurring entry runs, is paused or has ended.",
            ),
            models.CheckConstraint(
                condition=~Q(rule=""), name="recurring_has_rule", violation_error_message="Say how often it comes again."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template}: {self.repeats}"

    @property
    def repeats(self) -> str:
        """The rule in words."""
        return rule_words(self.rule)

    def get_repeats_display(self) -> str:
        """The same in the language of whoever reads it."""
        return say_rule(self.rule, get_current_timezone())


class RecurringPosting(Record):
    """An occurrence that was posted: no day of a recurring entry is posted twice."""

    rows_of = RowsOf(part_of="recurring")
    append_only = True

    recurring = models.ForeignKey(RecurringEntry, on_delete=models.PROTECT, related_name="postings")
    on = models.DateField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "occurrence"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recurring", "on"], name="recurring_once", violation_error_message="This occurrence is posted already."
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"


class Deferral(Record):
    """An amount of an entry that belongs to several months: put aside at once, and given to each of them at its end.

    account: income or cost; aside: where it waits. amount_minor: debit positive, as it stood on the account.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    aside = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="put aside on")
    amount_minor = AmountField("amount", signed=True)
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    by_day = models.BooleanField("by days", default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "account"], name="deferral_once", violation_error_message="This line is spread over months already."
            ),
            models.CheckConstraint(
                condition=~Q(amount_minor=0) & Q(to_on__gte=F("from_on")) & ~Q(account=F("aside")),
                name="deferral_fits",
                violation_error_message="What is spread has an amount, a last day after its first, and two accounts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on:%Y-%m-%d} – {self.to_on:%Y-%m-%d}"


class PlannedEntry(Record):
    """An entry that waits for its day: the reversal of another one, or what a month gets of a deferral.

    amount_minor: of a part, debit positive on the account of the deferral; None for a reversal.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        POSTED = "posted"
        DROPPED = "dropped"

    on = models.DateField()
    reverses = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    deferral = models.ForeignKey(Deferral, null=True, on_delete=models.PROTECT, related_name="parts")
    amount_minor = AmountField("amount", signed=True, null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    state = models.TextField(choices=State, default=State.WAITING, editable=False)

    states = States("state", {"post_planned": (("waiting",), "posted"), "drop_planned": (("waiting",), "dropped")})

    class Meta:
        verbose_name = "planned entry"
        verbose_name_plural = "planned entries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=False, deferral=None, amount_minor=None)
                | Q(reverses=None, deferral__isnull=False, amount_minor__isnull=False) & ~Q(amount_minor=0),
                name="planned_one_cause",
                violation_error_message="A planned entry reverses another one, or is a part of a deferral with an amount.",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", entry__isnull=False) | Q(state__in=["waiting", "dropped"], entry=None),
                name="planned_posted_once",
                violation_error_message="A planned entry that is posted has its entry; one that waits or was dropped has none.",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False) & ~Q(state="dropped"),
                name="planned_reverses_once",
                violation_error_message="The reversal of this entry is planned already.",
            ),
            models.UniqueConstraint(
                fields=["deferral", "on"], name="deferral_part_once", violation_error_message="This month has its part already."
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "on"], condition=Q(state="waiting"), name="planned_due")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

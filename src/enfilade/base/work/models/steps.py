"""What a case consists of: steps with owner and time, and the templates that they are made from."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.work.rules import KINDS, PRIORITIES
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .case import Case
from .queue import PRIORITY_CHOICES, Queue


class CaseTemplate(Record):
    """A case that comes again, with its checklist. queue: None where the routing rules choose; due_min: minutes until it is due."""

    code = models.CharField(max_length=40, help_text="Short and unique, for example new_employee.")
    title = models.TextField()
    kind = models.TextField("kind of case", choices=list(KINDS.items()), default="task")
    topic = models.TextField(blank=True)
    description = LongTextField(blank=True)
    queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: as the routing rules say."
    )
    priority = models.TextField(blank=True, choices=PRIORITY_CHOICES, default="", help_text="Empty: as the routing rules say.")
    due_min = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes until it is due; empty: as for any case.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "template"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="template_code_once", violation_error_message="This template exists."),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(title=""), name="template_named", violation_error_message="A template has a code and a title."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(KINDS)) & Q(priority__in=["", *PRIORITIES]) & (Q(due_min=None) | Q(due_min__gt=0)),
                name="template_words",
                violation_error_message="This kind of case or this priority is not known, or nothing is due after no minutes.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TemplateStep(Record):
    """A line of the checklist of a template. due_min: minutes after the case was opened."""

    template = models.ForeignKey(CaseTemplate, on_delete=models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField(default=10, help_text="Smaller numbers come first.")
    text = models.TextField()
    required = models.BooleanField("required before closing", default=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: who has the case.")
    due_min = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes after the case was opened.")

    class Meta:
        verbose_name = "step of a template"
        verbose_name_plural = "steps of templates"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["template", "text"], name="template_step_once", violation_error_message="This step is in the template already."
            ),
            models.CheckConstraint(
                condition=~Q(text="") & (Q(due_min=None) | Q(due_min__gt=0)),
                name="template_step_says",
                violation_error_message="A step says what is to be done, and is due after at least one minute.",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class CaseStep(Record):
    """A part of a case. owner: None where whoever has the case does it. reason: why it was left out."""

    rows_of = RowsOf(own=("owner",), part_of="case")

    class State(models.TextChoices):
        OPEN = "open", "To do"
        DONE = "done"
        DROPPED = "dropped", "Left out"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField(default=10)
    text = models.TextField("step")
    required = models.BooleanField("required before closing", default=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField("due", null=True)
    decided_at = models.DateTimeField("done", null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="by")
    reason = models.TextField(blank=True)
    state = models.TextField(choices=State, default=State.OPEN)

    states = States(
        "state",
        {
            "finish_step": (("open",), "done"),
            "drop_step": (("open",), "dropped"),
            "undo_step": (("done", "dropped"), "open"),
            "assign_step": (("open",), "open"),
        },
    )

    class Meta:
        verbose_name = "step"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="case_step_says", violation_error_message="Say what is to be done."),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (Q(state__in=["done", "dropped"]) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="case_step_decided",
                violation_error_message="A step is done or left out by somebody at a time.",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(reason=""),
                name="case_step_dropped_with_reason",
                violation_error_message="Say why it is left out.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "case"], name="case_step_of_case")]

    def __str__(self) -> str:
        return self.text

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.state == self.State.OPEN and self.due_at is not None and self.due_at < now

"""Teams that cases wait for, and the rules that choose one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.work.rules import KINDS, PRIORITIES
from enfilade.core.models import Department, Record
from enfilade.core.rows import RowsOf

PRIORITY_CHOICES = [(p, p.capitalize()) for p in PRIORITIES]


class Queue(Record):
    """Cases that wait for whoever holds a role. office: where the flow strip shows it."""

    rows_of = RowsOf(department=("department",))

    class Office(models.TextChoices):
        FRONT = "front", "Front office"
        MIDDLE = "middle", "Middle office"
        BACK = "back", "Back office"

    code = models.CharField(max_length=40, help_text="Short and unique, for example clinical.")
    name = models.TextField()
    role_code = models.TextField("role", help_text="Code of the role whose holders serve this queue.")
    office = models.TextField(choices=Office, default=Office.FRONT)
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose cases wait here; empty: the company's.",
    )
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="queue_code_once", violation_error_message="This queue exists."),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name="") & ~Q(role_code=""),
                name="queue_named",
                violation_error_message="A queue has a code, a name and a role that serves it.",
            ),
            models.CheckConstraint(
                condition=Q(office__in=["front", "middle", "back"]),
                name="queue_office_known",
                violation_error_message="An office is front, middle or back.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(Record):
    """Which queue a new case goes to. The rules are read in their order; the first that fits counts."""

    rows_of = RowsOf(part_of="queue")

    order = models.IntegerField(default=100, help_text="Smaller numbers are read first.")
    kind = models.TextField("kind of case", blank=True, choices=list(KINDS.items()))
    topic = models.TextField(blank=True, help_text="Empty: any topic.")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="rules")
    priority = models.TextField(choices=PRIORITY_CHOICES, default="normal")
    due_min = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes until it is due; empty: as its kind promises.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "topic"],
                condition=Q(active=True),
                name="routing_rule_once",
                violation_error_message="There is a rule for this kind and topic.",
            ),
            models.CheckConstraint(
                condition=Q(due_min=None) | Q(due_min__gt=0),
                name="routing_rule_due_some_minutes",
                violation_error_message="A case is due after at least one minute.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *KINDS]) & Q(priority__in=PRIORITIES),
                name="routing_rule_words",
                violation_error_message="This kind of case or this priority is not known.",
            ),
        ]

    def __str__(self) -> str:
        kind = KINDS.get(self.kind, "Anything")
        return f"{kind} about {self.topic}" if self.topic else kind

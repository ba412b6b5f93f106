"""Teams that cases wait for, and the rules that choose one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.base.work.rules import KINDS, PRIORITIES
from enfilade.core.models import Department, Record
from enfilade.core.rows import RowsOf

from .people import Skill

PRIORITY_CHOICES = [(p, p.capitalize()) for p in PRIORITIES]


class Queue(Record):
    """Cases that wait for whoever holds a role.

    office: where the flow strip shows it.
    handing: whether a case waits until somebody takes it, or is offered to the least busy who is there.
    each_max: cases that one person has before nothing more is offered to her.
    last_resort: where a case goes that no rule knows.
    """

    rows_of = RowsOf(department=("department",))

    class Office(models.TextChoices):
        FRONT = "front", "Front office"
        MIDDLE = "middle", "Middle office"
        BACK = "back", "Back office"

    class Handing(models.TextChoices):
        PULL = "pull", "Somebody takes it"
        PUSH = "push", "It is offered to the least busy"

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
    handing = models.TextField("a new case", choices=Handing, default=Handing.PULL, db_default=Handing.PULL)
    each_max = models.PositiveIntegerField(
        "most for one", null=True, blank=True, help_text="Unfinished cases of one person before nothing more is offered to her."
    )
    last_resort = models.BooleanField(default=False, db_default=False, help_text="What no rule knows comes here.")
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
            models.CheckConstraint(
                condition=Q(handing__in=["pull", "push"]) & (Q(each_max=None) | Q(each_max__gt=0)),
                name="queue_handing_known",
                violation_error_message="A case is taken or offered, and one person has at least one.",
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(last_resort=True),
                name="queue_last_resort_once",
                violation_error_message="Another queue is the last resort.",
            ),
            models.CheckConstraint(
                condition=Q(last_resort=False) | Q(active=True),
                name="queue_last_resort_open",
                violation_error_message="The queue of last resort stays open.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(Record):
    """Which queue a new case goes to. The rules are read in their order; the first that fits, and whose queue somebody serves, counts.

    from_time, until_time: local time of day; a span may go over midnight.
    skill: only while somebody is there who can do it. queue_max: only while fewer wait in the queue.
    """

    rows_of = RowsOf(part_of="queue")

    class Hours(models.TextChoices):
        OPEN = "open", "While we are open"
        CLOSED = "closed", "While we are closed"

    order = models.IntegerField(default=100, help_text="Smaller numbers are read first.")
    kind = models.TextField("kind of case", blank=True, choices=list(KINDS.items()))
    topic = models.TextField(blank=True, help_text="Empty: any topic.")
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="customer", help_text="Empty: anybody."
    )
    hours = models.TextField("opening hours", blank=True, choices=Hours, default="", db_default="", help_text="Empty: at any time.")
    from_time = models.TimeField("from (time)", null=True, blank=True)
    until_time = models.TimeField("until (time)", null=True, blank=True, help_text="Before the first: over midnight.")
    skill = models.ForeignKey(
        Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Only where somebody is there who can do it."
    )
    queue_max = models.PositiveIntegerField("only while fewer wait than", null=True, blank=True, help_text="Empty: however many wait.")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="rules")
    priority = models.TextField(choices=PRIORITY_CHOICES, default="normal")
    due_min = models.PositiveIntegerField(null=True, blank=True, help_text="Minutes until it is due; empty: as its kind promises.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "topic", "party", "hours", "from_time", "until_time", "skill", "queue_max"],
                condition=Q(active=True),
                nulls_distinct=False,
                name="routing_rule_once",
                violation_error_message="There is a rule for exactly this.",
            ),
            models.CheckConstraint(
                condition=Q(from_time=None, until_time=None)
                | (Q(from_time__isnull=False, until_time__isnull=False) & ~Q(from_time=models.F("until_time"))),
                name="routing_rule_span",
                violation_error_message="A span of the day has a beginning and another end.",
            ),
            models.CheckConstraint(
                condition=Q(queue_max=None) | Q(queue_max__gt=0),
                name="routing_rule_some_wait",
                violation_error_message="At least one case may wait.",
            ),
            models.CheckConstraint(
                condition=Q(due_min=None) | Q(due_min__gt=0),
                name="routing_rule_due_some_minutes",
                violation_error_message="A case is due after at least one minute.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *KINDS]) & Q(priority__in=PRIORITIES) & Q(hours__in=["", "open", "closed"]),
                name="routing_rule_words",
                violation_error_message="This kind of case, this priority or these hours are not known.",
            ),
        ]

    def __str__(self) -> str:
        kind = KINDS.get(self.kind, "Anything")
        return f"{kind} about {self.topic}" if self.topic else kind

"""Sessions of cash drawers: opened with a counted float, closed with a count that is explained."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

_OPEN = Q(counted_minor=None, expected_minor=None, difference_minor=None, closed_by=None, closed_at=None)
_CLOSED = Q(
    counted_minor__isnull=False,
    expected_minor__isnull=False,
    closed_by__isnull=False,
    closed_at__isnull=False,
    difference_minor=F("counted_minor") - F("expected_minor"),
)


class DrawerSession(Record):
    """A drawer between two counts.

    drawer: name of the drawer. float_minor: change money at the start. expected_minor: float and cash in less cash out.
    difference_minor: counted less expected; negative when money is missing.
    """

    rows_of = RowsOf(own=("opened_by",))

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    drawer = models.CharField(max_length=60)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("opened at")
    float_minor = AmountField("float")
    counted_minor = AmountField("counted", null=True)
    expected_minor = AmountField("expected", null=True, signed=True)
    difference_minor = AmountField("difference", null=True, signed=True)
    difference_reason = models.TextField(blank=True)
    counts = models.JSONField("coins and notes", default=list)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("closed at", null=True)
    state = models.TextField(choices=State, default=State.OPEN, editable=False)

    states = States(
        "state",
        {"close_drawer": (("open",), "closed")},
        said={("close_drawer", "closed"): ("drawer_closed", "This drawer is closed already.")},
    )

    class Meta:
        verbose_name = "drawer session"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "drawer"],
                condition=Q(state="open"),
                name="drawer_open_once",
                violation_error_message="This drawer is open already.",
            ),
            models.CheckConstraint(
                condition=Q(float_minor__gte=0) & (Q(counted_minor=None) | Q(counted_minor__gte=0)) & ~Q(drawer=""),
                name="drawer_counts_sane",
                violation_error_message="A drawer has a name, and what is counted is zero or more.",
            ),
            models.CheckConstraint(
                condition=(Q(state="open") & _OPEN) | (Q(state="closed") & _CLOSED),
                name="drawer_closed_with_count",
                violation_error_message="A drawer is closed with a count, a person and a time.",
            ),
            models.CheckConstraint(
                condition=Q(difference_minor=None) | Q(difference_minor=0) | ~Q(difference_reason=""),
                name="drawer_difference_explained",
                violation_error_message="A difference is explained.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-opened_at"], name="drawer_recent")]

    def __str__(self) -> str:
        return f"{self.drawer} {self.opened_at:%Y-%m-%d}"

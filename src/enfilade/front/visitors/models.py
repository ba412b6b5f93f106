"""Tables of visitors: where they come in, who comes, and who is not let in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.calendar.models import Site
from enfilade.base.party.models import Party
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .rules import visitor_key

IN_THE_HOUSE = ("waiting", "inside")


class Entrance(Record):
    """A place where visitors come in. badges: numbers 1 to so many that are handed out and come back; 0: none."""

    name = models.CharField(max_length=120)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    badges = models.PositiveIntegerField("badges", default=0, help_text="How many numbered badges there are; 0: none.")
    muster_point = models.CharField(max_length=200, blank=True, help_text="Where everybody meets when the house has to be left.")
    network = models.CharField("guest network", max_length=60, blank=True)
    network_password = models.CharField("its password", max_length=63, blank=True, help_text="Shown to who receives visitors.")
    parking = models.CharField(max_length=200, blank=True, help_text="Where visitors may park.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="entrance_name_once", violation_error_message="Another entrance has this name."
            ),
            models.CheckConstraint(
                condition=Q(badges__lte=9999), name="entrance_badges", violation_error_message="An entrance has at most 9,999 badges."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WatchedPerson(Record):
    """Somebody of whom the desk has to take care, or whom it must not let in.

    name_key: by which she is recognised, whatever the order and case of the names. owner: is told each time she comes.
    """

    rows_of = RowsOf(own=("owner",))

    class What(models.TextChoices):
        TELL = "tell", "Let in and tell the owner"
        REFUSE = "refuse", "Do not let in"

    name = models.CharField(max_length=200)
    name_key = models.TextField(editable=False)
    organisation = models.CharField(max_length=200, blank=True)
    what = models.CharField("what to do", max_length=20, choices=What, default=What.REFUSE)
    reason = models.CharField(max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="Who is told when she comes.")
    until_on = models.DateField("until", null=True, blank=True, help_text="Empty: until it is ended.")

    class Meta:
        verbose_name = "watched person"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name_key="") & ~Q(reason=""),
                name="watched_person_why",
                violation_error_message="Give the name, and why this person is watched.",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["company", "name_key"], name="watched_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With the key of the name as it is now."""
        self.name_key = visitor_key(self.name)
        super().save(*args, **kwargs)


class Visitor(Record):
    """One visit of one person: invited or not, from the invitation to the way out.

    name_key: by which an expected visitor is found when she comes.
    party: who it is, where the house knows her. host: whom she comes to see.
    group: visitors with the same words come together.
    watched: the entry of the watch list that applied; let_in_because: why she was let in in spite of it.
    reminded_at: when the host was told again, because the visitor was still waiting.
    """

    rows_of = RowsOf(own=("host", "invited_by"))

    class State(models.TextChoices):
        EXPECTED = "expected"
        WAITING = "waiting"
        INSIDE = "inside", "In the house"
        LEFT = "left"
        CANCELLED = "cancelled"
        TURNED_AWAY = "turned_away", "Turned away"
        MISSED = "missed", "Did not come"

    name = models.CharField(max_length=200)
    name_key = models.TextField(editable=False)
    organisation = models.CharField(max_length=200, blank=True)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="visits_to_us")
    host = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="comes to see")
    entrance = models.ForeignKey(Entrance, on_delete=models.PROTECT, related_name="visitors")
    purpose = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=120, blank=True, help_text="Visitors with the same words here come together.")
    plate = models.CharField("number plate", max_length=20, blank=True)
    expected_at = models.DateTimeField("expected")
    expected_until = models.DateTimeField("until", null=True)
    state = models.CharField(max_length=20, choices=State, default=State.EXPECTED, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    badge = models.PositiveIntegerField(null=True, editable=False)
    arrived_at = models.DateTimeField("came in", null=True, editable=False)
    received_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    fetched_at = models.DateTimeField("fetched", null=True, editable=False)
    reminded_at = models.DateTimeField("host reminded", null=True, editable=False)
    left_at = models.DateTimeField("left", null=True, editable=False)
    watched = models.ForeignKey(WatchedPerson, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    let_in_because = models.CharField(max_length=300, blank=True, editable=False)
    reason = models.CharField(max_length=300, blank=True, editable=False)

    states = States(
        "state",
        {
            "change_invitation": (("expected",), "expected"),
            "cancel_invitation": (("expected",), "cancelled"),
            "admit_visitor": (("expected", "missed"), "waiting"),
            "let_in_watched": (("expected", "missed"), "waiting"),
            "turn_away": (("expected", "waiting", "missed"), "turned_away"),
            "fetch_visitor": (("waiting",), "inside"),
            "remind_host": (("waiting",), "waiting"),
            "let_out": (("waiting", "inside"), "left"),
            "miss_visitor": (("expected",), "missed"),
        },
        said={
            ("admit_visitor", "waiting"): ("already_here", "This visitor is here already."),
            ("admit_visitor", "inside"): ("already_here", "This visitor is here already."),
            ("let_out", "left"): ("already_left", "This visitor has left already."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entrance", "badge"],
                condition=Q(state__in=IN_THE_HOUSE),
                name="badge_worn_once",
                violation_error_message="Somebody in the house wears this badge.",
            ),
            models.CheckConstraint(
                condition=~Q(name_key=""), name="visitor_named", violation_error_message="Give the name of the visitor."
            ),
            models.CheckConstraint(
                condition=Q(expected_until=None) | Q(expected_until__gt=F("expected_at")),
                name="visitor_until_after",
                violation_error_message="A visit ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["expected", "cancelled", "missed"], arrived_at=None, fetched_at=None, left_at=None, badge=None)
                | Q(state="turned_away", fetched_at=None, left_at=None)
                | Q(state="waiting", arrived_at__isnull=False, fetched_at=None, left_at=None)
                | Q(state="inside", arrived_at__isnull=False, fetched_at__isnull=False, fetched_at__gte=F("arrived_at"), left_at=None)
                | Q(state="left", arrived_at__isnull=False, left_at__isnull=False, left_at__gte=F("arrived_at")),
                name="visitor_times_fit_state",
                violation_error_message="The times of a visitor do not fit where she is.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["cancelled", "turned_away"]) | ~Q(reason=""),
                name="visitor_ended_why",
                violation_error_message="Say why the visitor does not come in.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "expected_at"], name="visitor_expected"),
            models.Index(fields=["company", "entrance"], condition=Q(state__in=IN_THE_HOUSE), name="visitor_in_house"),
            models.Index(fields=["company", "name_key"], condition=Q(state="expected"), name="visitor_name"),
            models.Index(fields=["company", "host", "-expected_at"], name="visitor_of_host"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})" if self.organisation else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With the key of the name as it is now."""
        self.name_key = visitor_key(self.name)
        super().save(*args, **kwargs)

    @property
    def waiting_since(self) -> datetime | None:
        """Since when she has been where she is in the house."""
        return {"waiting": self.arrived_at, "inside": self.fetched_at}.get(self.state)

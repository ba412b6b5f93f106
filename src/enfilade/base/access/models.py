"""Powers that do not go together, the exceptions somebody answers for, and what access reviews decided."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from enfilade.core.context import Refusal
from enfilade.core.fields import LongTextField
from enfilade.core.models import Membership, Record, Role, User
from enfilade.core.permissions import all_permissions
from enfilade.core.rows import RowsOf


def validate_permission(name: str) -> None:
    """Refuse a permission that nothing in the house asks for."""
    if name not in all_permissions():
        raise ValidationError("There is no such permission. Name one, such as billing.give_discount.", code="no_permission")


class ConflictRule(Record):
    """Two permissions that one person should not hold together, and why.

    verdict: what happens when a change of access would bring them together: refused, held for the release role, or only listed.
    """

    class Verdict(models.TextChoices):
        REFUSE = "refuse", "Refuse"
        HOLD = "hold", "Hold"
        LIST = "list", "Only list"

    code = models.SlugField(max_length=60, help_text="Short, for example discount_and_release.")
    first = models.TextField("one permission", validators=[validate_permission], help_text="For example billing.give_discount.")
    second = models.TextField("the other", validators=[validate_permission], help_text="For example doors.release_held.")
    sentence = models.TextField(help_text="Why the two don't go together, for people.")
    verdict = models.TextField(choices=Verdict, default=Verdict.HOLD)
    release_role = models.SlugField(blank=True, help_text="Code of the role that may let it pass; needed where it is held.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "conflict rule"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="conflict_code_once", violation_error_message="This rule exists."),
            models.CheckConstraint(
                condition=~Q(first=F("second")) & ~Q(sentence="") & ~Q(first="") & ~Q(second=""),
                name="conflict_complete",
                violation_error_message="A conflict is between two different permissions and has a sentence.",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["refuse", "list"]) | (Q(verdict="hold") & ~Q(release_role="")),
                name="conflict_hold_has_role",
                violation_error_message="A rule that holds names the role that may let it pass.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **options: Any) -> None:
        """Save a rule whose release role exists."""
        if self.release_role and not Role.objects.filter(company=self.company_id, code=self.release_role).exists():
            raise Refusal("unknown_role", f"There is no role {self.release_role}.", field="release_role")
        super().save(*args, **options)


class AcceptedConflict(Record):
    """Somebody answers for a person who holds what does not go together, until a day."""

    append_only = True
    rows_of = RowsOf(own=("person",))

    rule = models.ForeignKey(ConflictRule, on_delete=models.PROTECT, related_name="acceptances")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = LongTextField()
    until_on = models.DateField("until")
    at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "accepted conflict"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(accepted_by=F("person")),
                name="acceptance_four_eyes",
                violation_error_message="Nobody accepts a conflict of her own.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="acceptance_reasoned", violation_error_message="Say why this is acceptable."
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "rule", "person", "until_on"], name="acceptance_of_person")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.person}"


class AccessDecision(Record):
    """What a review decided about one role of one person; never changed, so that the next review begins with it."""

    append_only = True
    rows_of = RowsOf(own=("person",))

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed"
        WITHDRAWN = "withdrawn"

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    verdict = models.TextField(choices=Verdict)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = LongTextField(blank=True)

    class Meta:
        verbose_name = "access decision"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(by=F("person")), name="decision_four_eyes", violation_error_message="Nobody reviews her own access."
            ),
            models.CheckConstraint(
                condition=Q(verdict="confirmed") | (Q(verdict="withdrawn") & ~Q(note="")),
                name="decision_withdrawn_with_reason",
                violation_error_message="Say why the role is withdrawn.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "membership", "role", "-id"], name="decision_newest")]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} {self.verdict}"

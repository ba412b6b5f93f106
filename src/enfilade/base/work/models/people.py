"""What people can do, and when they are not there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf


class Topic(Record):
    """What cases are about: the word that rules know, and the name that people read."""

    code = models.CharField(max_length=60, help_text="Short and unique, for example billing.")
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="topic_code_once", violation_error_message="This topic exists."),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="topic_named", violation_error_message="A topic has a code and a name."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Skill(Record):
    """Something that not everybody can do: a language, implants, dunning letters."""

    code = models.CharField(max_length=40, help_text="Short and unique, for example french.")
    name = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="skill_code_once", violation_error_message="This skill exists."),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""), name="skill_named", violation_error_message="A skill has a code and a name."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SkillHolder(Record):
    """Somebody can do something. valid_until: last day, None where it does not run out."""

    rows_of = RowsOf(own=("user",))

    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="holders")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who")
    valid_until = models.DateField(null=True, blank=True, help_text="Last day; empty: it does not run out.")

    class Meta:
        verbose_name = "skill of a person"
        verbose_name_plural = "skills of people"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["skill", "user"], name="skill_held_once", violation_error_message="This person has this skill already."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.skill}"


class Absence(Record):
    """Somebody is not there for a while, and somebody else stands in. until_at: None where nobody knows yet."""

    rows_of = RowsOf(own=("user", "deputy"))

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who")
    deputy = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField("from")
    until_at = models.DateTimeField("until", null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")),
                name="absence_in_order",
                violation_error_message="An absence ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("user")),
                name="absence_other_deputy",
                violation_error_message="Nobody stands in for herself.",
            ),
            ExclusionConstraint(
                name="absence_once",
                index_type="GIST",
                expressions=[
                    (Func(F("company_id"), F("company_id"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("user_id"), F("user_id"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("from_at"), F("until_at"), function="tstzrange", output_field=DateTimeRangeField()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person is noted as away in that time already.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "until_at"], name="absence_by_end")]

    def __str__(self) -> str:
        return f"{self.user} is away"

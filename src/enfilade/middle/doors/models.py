"""Door rules: one condition on one fact of one command each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from enfilade.core.command import REGISTRY, Command
from enfilade.core.context import Refusal
from enfilade.core.models import Record, Role

from .facts import facts_of, own_facts
from .rules import compare, placeholders, sentence_problem, value_problem


def validate_command(name: str) -> None:
    """Refuse the name of anything that is no command with a door."""
    found = REGISTRY.get(name)
    if found is None or found.door is None:
        raise ValidationError(
            "There is no operation of this name with a door. The report “Operations with a door” lists them.", code="no_door"
        )


def validate_sentence(text: str) -> None:
    """Refuse braces that are no placeholders."""
    if problem := sentence_problem(text):
        raise ValidationError(problem, code="braces")


class DoorRule(Record):
    """When `fact op value` is true for a command, it is held for the release role, or refused.

    maker_role: only callers in this role are looked at; empty for everybody.
    order: rank. Where several rules hold one command, the one of the highest rank says who opens; its release covers the rest.
    """

    class Op(models.TextChoices):
        OVER = ">", "is over"
        FROM = ">=", "is at least"
        UNDER = "<", "is under"
        UP_TO = "<=", "is at most"
        IS = "=", "is"
        IN = "in", "is one of"

    class Verdict(models.TextChoices):
        HOLD = "hold", "Hold"
        REFUSE = "refuse", "Refuse"

    command = models.TextField("operation", validators=[validate_command], help_text="For example billing.give_discount.")
    fact = models.SlugField(
        max_length=80, help_text="What is looked at, for example percent; an input of the operation or one of its facts."
    )
    op = models.TextField("comparison", choices=Op, default=Op.OVER)
    value = models.TextField(help_text="A number, a decimal amount, a date, a text, or several separated by commas.")
    maker_role = models.SlugField(blank=True, help_text="Only for people in this role; empty for everybody.")
    verdict = models.TextField(choices=Verdict, default=Verdict.HOLD)
    release_role = models.SlugField(blank=True, help_text="Code of the role that may open; needed where it is held.")
    sentence = models.TextField(validators=[validate_sentence], help_text="Why, for a person; {percent} stands for the fact of that name.")
    order = models.PositiveSmallIntegerField("rank", default=10, help_text="Where several rules hold, the highest rank says who opens.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "door rule"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(op__in=[">", ">=", "<", "<=", "=", "in"]),
                name="rule_op_known",
                violation_error_message="A rule compares by >, >=, <, <=, = or in.",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["hold", "refuse"]), name="rule_verdict_known", violation_error_message="A rule holds or refuses."
            ),
            models.CheckConstraint(
                condition=Q(verdict="refuse") | ~Q(release_role=""),
                name="rule_hold_has_role",
                violation_error_message="A rule that holds names the role that may open.",
            ),
            models.CheckConstraint(
                condition=Q(command__regex=r"^[a-z_]+\.[a-z_]+$") & Q(fact__regex=r"^[a-z][a-z0-9_]*$") & ~Q(sentence="") & ~Q(value=""),
                name="rule_complete",
                violation_error_message="A rule has an operation, a fact, a value and a sentence.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "command", "-order"], condition=Q(active=True), name="rule_command")]

    def __str__(self) -> str:
        return f"{self.command}: {self.fact} {self.op} {self.value}"

    def save(self, *args: Any, **options: Any) -> None:
        """Save a rule that makes sense: what spans several fields, or other tables, is checked here for every entrance."""
        self.check_sense()
        super().save(*args, **options)

    def stops(self, command: Command, facts: Mapping[str, Any]) -> bool:
        """Whether the condition is true of these facts of a command.

        An optional input that was left out is no fact. A fact that was promised but not told, or that can't be compared,
        counts as true: a control that can't decide does not let through.
        """
        if facts.get(self.fact) is None:
            return self.fact not in own_facts(command)
        return compare(facts[self.fact], self.op, self.value) is not False

    def check_sense(self) -> None:
        """Refuse a fact the operation does not tell, a value that can't be compared and a role that does not exist."""
        known = facts_of(REGISTRY[self.command]) if self.command in REGISTRY else None
        if known is not None and (unknown := ({self.fact} | placeholders(self.sentence)) - known):
            where = "fact" if self.fact in unknown else "sentence"
            raise Refusal(
                "unknown_fact", f"{self.command} does not tell “{min(unknown)}”. It tells: {', '.join(sorted(known))}.", field=where
            )
        if problem := value_problem(self.op, self.value):
            raise Refusal("bad_value", problem, field="value")
        for name in ("release_role", "maker_role"):
            code = getattr(self, name)
            if code and not Role.objects.filter(company=self.company_id, code=code).exists():
                raise Refusal("unknown_role", f"There is no role {code}.", field=name)
        if self.verdict == self.Verdict.HOLD and not self.release_role:
            raise Refusal("rule_hold_has_role", "A rule that holds names the role that may open.", field="release_role")

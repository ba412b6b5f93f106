"""The answer book: questions, the wording in force from a day on, and what nobody could answer yet."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record
from enfilade.core.rows import RowsOf
from enfilade.core.states import States


class Audience(models.TextChoices):
    """Who asks."""

    CALLER = "caller", "Callers"
    EMPLOYEE = "employee", "Employees"


class Answer(Record):
    """One question the desk answers by itself. What is said stands in its versions.

    desk_key: the digit that opens it at the desk; digits that are free go to the answers used most.
    """

    rows_of = RowsOf(own=("owner",))

    question = models.CharField(max_length=300)
    topic = models.CharField(max_length=60, help_text="In one word: fees, hours, documents. Cases are routed by the same words.")
    audience = models.CharField(max_length=20, choices=Audience, default=Audience.CALLER)
    keywords = models.CharField(max_length=300, blank=True, help_text="Other words people use for it.")
    desk_key = models.PositiveSmallIntegerField(
        "digit at the desk",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="1 to 9; empty: by use.",
    )
    owner = models.ForeignKey(
        "core.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who keeps it true."
    )
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "audience", "question"],
                condition=Q(retired_at=None),
                name="answer_question_once",
                violation_error_message="This question is already in the answer book.",
            ),
            models.UniqueConstraint(
                fields=["company", "audience", "desk_key"],
                condition=Q(retired_at=None),
                name="answer_key_once",
                violation_error_message="Another answer already has this digit.",
            ),
            models.CheckConstraint(
                condition=Q(desk_key=None) | Q(desk_key__range=(1, 9)),
                name="answer_key_digit",
                violation_error_message="A digit at the desk is 1 to 9.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "audience", "topic"], name="answer_topic")]

    def __str__(self) -> str:
        return self.question

    @property
    def text_in_force(self) -> str:
        """The wording of today, with its placeholders as they are written."""
        found = self.versions.filter(valid_from__lte=localdate()).order_by("-valid_from", "-version").first()
        return found.text if found else ""


class AnswerVersion(Record):
    """The wording of an answer from a day on. Never changed: what was explained to somebody can be shown for ever."""

    rows_of = RowsOf(part_of="answer")

    append_only = True

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    text = LongTextField(help_text="May quote live values such as {opening_hours_today} or {fee:CHECK}.")
    valid_from = models.DateField()
    note = models.CharField(max_length=300, blank=True, help_text="Why the wording changed.")
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "answer version"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["answer", "version"], name="answer_version_once", violation_error_message="This version is already published."
            ),
            models.CheckConstraint(
                condition=~Q(text__regex=r"^\s*$"),
                name="answer_version_says_something",
                violation_error_message="A version needs a text.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "answer", "-valid_from", "-version"], name="answer_version_force")]

    def __str__(self) -> str:
        return f"{self.answer} (version {self.version})"


class UnansweredQuestion(Record):
    """A question the book had no answer for: how often it was asked, and who is to write the answer.

    folded: the question without case, accents and punctuation, so that the same question is counted and not repeated.
    """

    rows_of = RowsOf(own=("owner",))

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        DROPPED = "dropped"

    question = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, editable=False)
    topic = models.CharField(max_length=60, blank=True)
    audience = models.CharField(max_length=20, choices=Audience, default=Audience.CALLER)
    asked_count = models.PositiveIntegerField("times asked", default=1, editable=False)
    first_asked_at = models.DateTimeField(editable=False)
    last_asked_at = models.DateTimeField(editable=False)
    owner = models.ForeignKey("core.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State, default=State.OPEN, editable=False)
    answer = models.ForeignKey(Answer, null=True, editable=False, on_delete=models.PROTECT, related_name="came_from")
    reason = models.CharField(max_length=300, blank=True, editable=False)

    states = States("state", {"answer_question": (("open",), "answered"), "drop_question": (("open",), "dropped")})

    class Meta:
        verbose_name = "unanswered question"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "audience", "folded"],
                condition=Q(state="open"),
                name="unanswered_once",
                violation_error_message="This question is already waiting for an answer.",
            ),
            models.CheckConstraint(
                condition=Q(asked_count__gte=1), name="unanswered_was_asked", violation_error_message="A question was asked at least once."
            ),
            models.CheckConstraint(
                condition=(Q(state="answered") & Q(answer__isnull=False)) | (~Q(state="answered") & Q(answer=None)),
                name="unanswered_has_answer",
                violation_error_message="An answered question names its answer.",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(reason=""),
                name="unanswered_dropped_why",
                violation_error_message="Say why the question is dropped.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "state", "-asked_count"], name="unanswered_state")]

    def __str__(self) -> str:
        return self.question

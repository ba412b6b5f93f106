"""The company's own papers: how an invoice, a receipt or the evidence of a signature is worded and laid out, in versions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User


class PaperTemplate(Record):
    """The words of one paper in one language, from a day on: until its last day, or until the next version begins.

    paper: what is printed by it, as declared by a module (`billing.invoice`). text: see wording.py.
    What has been in force since yesterday or longer does not change any more: what was printed then can be printed again.
    """

    paper = models.TextField(help_text="Which paper, for example billing.invoice.")
    language = models.CharField(max_length=2, default="en", help_text="Two letters, for example de.")
    valid_from = models.DateField()
    valid_until = models.DateField("last day", null=True, blank=True)
    title = models.CharField(max_length=200)
    text = LongTextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        verbose_name = "paper template"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "paper", "language", "valid_from"],
                name="paper_template_once_a_day",
                violation_error_message="There is a version of this paper in this language from that day on.",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text="") & Q(language__regex=r"^[a-z]{2}$"),
                name="paper_template_complete",
                violation_error_message="A paper has a title, a text and a language of two small letters.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="paper_template_days",
                violation_error_message="The last day of a version does not come before its first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper} ({self.language}) from {self.valid_from:%Y-%m-%d}"

    def in_force_on(self, day: date) -> bool:
        """Whether its days include this one; a later version may have begun all the same."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

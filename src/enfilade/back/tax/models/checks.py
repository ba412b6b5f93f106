"""What an authority answered about VAT ids, recorded by hand: the qualified confirmation is asked for on its own pages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, User


class VatCheck(Record):
    """An answer about the VAT id of a party: checked on which day, by whom. It never changes (trigger); ask again instead.

    reference: the number under which the authority keeps the answer. said: what it confirmed, such as name and place.
    Source: Directive 2006/112/EC art. 138(1)(b); Regulation (EU) 904/2010 art. 31; § 18e UStG.
    """

    class Answer(models.TextChoices):
        VALID = "valid"
        INVALID = "invalid", "Not valid"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="vat_checks")
    vat_id = models.CharField("VAT id", max_length=20)
    answer = models.TextField(choices=Answer)
    checked_on = models.DateField("checked on")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="checked by")
    reference = models.CharField("reference of the authority", max_length=100, blank=True)
    said = LongTextField("what was confirmed", blank=True)

    class Meta:
        verbose_name = "check of a VAT id"
        verbose_name_plural = "checks of VAT ids"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer__in=["valid", "invalid"]),
                name="vat_check_answered",
                violation_error_message="An authority says that a VAT id is valid or not.",
            ),
            models.CheckConstraint(
                condition=Q(vat_id__regex=r"^[A-Z]{2}[0-9A-Z]{2,18}$"),
                name="vat_check_of_an_id",
                violation_error_message="A VAT id is two letters of its country and what follows them.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "party", "-id"], name="vat_check_of_party")]

    def __str__(self) -> str:
        return f"{self.vat_id} {self.checked_on:%Y-%m-%d}"

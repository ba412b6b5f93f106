"""What proves that goods left the country, without which a sale is not free of tax."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.core.models import Record, StoredFile, User

from .invoice import Invoice


class SupplyProof(Record):
    """A proof that the goods of an untaxed sale were exported, or arrived in another member state.

    on: day of the proof. reference: what it is, such as the number of the export declaration (MRN). file: the proof itself.
    Source: UStDV §§ 8 to 17b; Implementing Regulation (EU) 282/2011 art. 45a.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="supply_proofs")
    on = models.DateField("date of the proof")
    reference = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="noted by")
    noted_at = models.DateTimeField("noted at")

    class Meta:
        verbose_name = "proof of supply"
        verbose_name_plural = "proofs of supply"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="supply_proof_named",
                violation_error_message="Say what the proof is, such as the number of the export declaration.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

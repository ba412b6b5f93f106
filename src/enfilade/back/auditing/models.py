"""Files that were made of the books for somebody outside."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.fields import AmountField
from enfilade.core.models import Record, StoredFile, User


class BooksFile(Record):
    """The books of some days as a file, as it was handed out.

    sha256: of its content, in hexadecimal. entry_count, debit_minor: what is in it; debit and credit are the same.
    """

    append_only = True

    class Format(models.TextChoices):
        DATEV = "datev", "DATEV (EXTF, Germany)"
        GDPDU = "gdpdu", "GoBD / GDPdU (Germany)"
        FEC = "fec", "FEC (France)"
        SAFT = "saft", "SAF-T (OECD 2.0)"

    format = models.TextField(choices=Format)
    from_on = models.DateField("from")
    to_on = models.DateField("to")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("hash of the file", max_length=64)
    entry_count = models.PositiveBigIntegerField("entries")
    debit_minor = AmountField("sum of debits")
    made_at = models.DateTimeField("made at")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "file of the books"
        verbose_name_plural = "files of the books"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="books_file_forwards",
                violation_error_message="The last day comes after the first.",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="books_file_hashed",
                violation_error_message="A file is kept with its hash.",
            ),
            models.CheckConstraint(
                condition=Q(format__in=["datev", "gdpdu", "fec", "saft"]),
                name="books_file_format_known",
                violation_error_message="This format is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_format_display()} {self.from_on:%Y-%m-%d} – {self.to_on:%Y-%m-%d}"

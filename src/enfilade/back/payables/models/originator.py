"""As whom a company pays by ACH in the United States."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.back.banking.models import BankAccount
from enfilade.core.models import Record


class AchOriginator(Record):
    """What our bank wants to read in ACH files from one of our accounts, as it stands in our agreement with it.

    identification: of the company, ten signs, often 1 and the employer identification number. company_name: on statements of suppliers.
    origin, destination: immediate origin and destination of the file; our identification and the routing number of the account, if empty.
    balanced: each batch has a debit of our account over its sum. lead_days: banking days from the file to the day of payment.
    Source: Nacha Operating Rules, appendix three: ACH record format specifications.
    """

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="ach_originator")
    bank_name = models.CharField("name of the bank", max_length=23)
    company_name = models.CharField("name on statements", max_length=16)
    identification = models.CharField("company identification", max_length=10)
    origin = models.CharField("immediate origin", max_length=10, blank=True)
    destination = models.CharField("immediate destination", max_length=10, blank=True)
    lead_days = models.PositiveSmallIntegerField("banking days the bank needs", default=1)
    balanced = models.BooleanField("with the debit of our account", default=False)

    class Meta:
        verbose_name = "ACH originator"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(identification__regex=r"^[A-Z0-9]{10}$"),
                name="ach_originator_identification",
                violation_error_message="A company identification for ACH has ten capital letters and digits.",
            ),
            models.CheckConstraint(
                condition=Q(origin__regex=r"^([A-Z0-9]{9,10})?$", destination__regex=r"^([A-Z0-9]{9,10})?$"),
                name="ach_originator_addresses",
                violation_error_message="Immediate origin and destination have nine or ten capital letters and digits.",
            ),
            models.CheckConstraint(
                condition=Q(bank_name__regex=r"^[ -~]{1,23}$", company_name__regex=r"^[ -~]{1,16}$"),
                name="ach_originator_ascii",
                violation_error_message="Names in an ACH file have letters without accents: up to 23 for the bank, 16 for the company.",
            ),
            models.CheckConstraint(
                condition=Q(lead_days__lte=10),
                name="ach_originator_days",
                violation_error_message="A bank needs 0 to 10 banking days.",
            ),
        ]

    def __str__(self) -> str:
        return self.identification

"""How CSV files of a bank are to be read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.core.models import Record

_OF_COLUMN = "As the header of the file calls it, letter by letter."


class CsvLayout(Record):
    """Which column of a CSV file is what. It is used for every file that has all of its columns.

    flipped: the file shows what went out without a minus, as credit cards do.
    """

    name = models.TextField(help_text="As people call it, for example Card, monthly.")
    booked_on = models.TextField("column of the day", help_text=_OF_COLUMN)
    value_on = models.TextField("column of the value date", blank=True)
    amount = models.TextField("column of the amount", blank=True, help_text="With its sign; else what went out and what came in below.")
    debit = models.TextField("column of what went out", blank=True)
    credit = models.TextField("column of what came in", blank=True)
    counterparty = models.TextField("column of the counterparty", blank=True)
    iban = models.TextField("column of their account", blank=True)
    bic = models.TextField("column of their BIC", blank=True)
    reference = models.TextField("column of their reference", blank=True)
    purpose = models.TextField("column of the purpose", blank=True)
    balance = models.TextField("column of the balance", blank=True, help_text="What the account held after each line; it proves the file.")
    currency = models.TextField("column of the currency", blank=True)
    bank_reference = models.TextField("column of the reference of the bank", blank=True)
    flipped = models.BooleanField("what went out is positive", default=False)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "CSV layout"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"], name="csv_layout_once", violation_error_message="There is a layout of this name already."
            ),
            models.CheckConstraint(
                condition=~Q(booked_on="") & (~Q(amount="") | (~Q(debit="") & ~Q(credit=""))),
                name="csv_layout_whole",
                violation_error_message="A layout has a column of the day, and one of the amount or two of what went out and what came in.",
            ),
            models.CheckConstraint(
                condition=Q(amount="") | Q(debit="", credit=""),
                name="csv_layout_amount_said_once",
                violation_error_message="The amount stands in one column with its sign or in two without, not in both.",
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")) | Q(debit=""),
                name="csv_layout_sides_apart",
                violation_error_message="What went out and what came in stand in two columns.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

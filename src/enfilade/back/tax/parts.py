"""What returns are summed from: the taxed part of a document, one for each rate. Upper modules tell which they have.

A module registers one source; tax does not know what invoices and bills are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from enfilade.core.context import Context


@dataclass(frozen=True, slots=True)
class TaxedPart:
    """A base and its tax on a day; what a credit note, a reversal or a discount takes off is negative.

    ref: of the document (`billing.invoice:42`). number: as people know it. on: the day that decides the period.
    vat_id, country: of the other party, "" where they are not known.
    owed_minor: tax that we owe on it, owed_on: purpose of the account on which it stands.
    deducted_minor, deducted_on: the same of the tax that we deduct.
    supplied_on: when it was supplied, where the document says so.
    taxed_in: country whose tax it is, "" for that of the company. tax_class: by which it was posted.
    currency: of the document, "" for that of the books. there_base_minor, there_owed_minor: base and owed tax in it, if it is another one.
    corrects_on: day of the document that this one changes. corrects: the earlier period that it belongs to on a return that says so.
    """

    ref: str
    number: str
    on: date
    party: str
    vat_id: str
    country: str
    sale: bool
    category: str
    rate_bp: int
    base_minor: int
    owed_minor: int = 0
    owed_on: str = ""
    deducted_minor: int = 0
    deducted_on: str = ""
    supplied_on: date | None = None
    taxed_in: str = ""
    tax_class: str = ""
    currency: str = ""
    there_base_minor: int = 0
    there_owed_minor: int = 0
    corrects_on: date | None = None
    corrects: str = ""

    def in_own(self, own: str) -> tuple[str, int, int]:
        """Currency, base and owed tax as the document says them. own: currency of the books."""
        if self.currency in {"", own}:
            return own, self.base_minor, self.owed_minor
        return self.currency, self.there_base_minor, self.there_owed_minor


# (ctx, first day, last day, whether by the day of payment) -> parts.
Source = Callable[[Context, date, date, bool], Iterable[TaxedPart]]
SOURCES: dict[str, Source] = {}


def register_source(module: str, source: Source) -> None:
    """Let a module tell what of its documents is taxed."""
    SOURCES[module] = source


def taxed_parts(ctx: Context, from_on: date, to_on: date, *, cash: bool = False) -> list[TaxedPart]:
    """All that is taxed between two days, in the order of the days.

    cash: by the day of payment, where a module's law knows that; by the day of posting otherwise.
    """
    found = [part for source in SOURCES.values() for part in source(ctx, from_on, to_on, cash)]
    return sorted(found, key=lambda part: (part.on, part.ref, part.rate_bp, part.category))


# (ctx, first day, last day) -> what an accountant should look at before a return of these days is filed: a sentence and where to look.
Hint = Callable[[Context, date, date], Iterable[tuple[str, str]]]
HINTS: dict[str, Hint] = {}


def register_hint(module: str, hint: Hint) -> None:
    """Let a module say what may be missing in a return."""
    HINTS[module] = hint


def hints_of(ctx: Context, from_on: date, to_on: date) -> list[tuple[str, str]]:
    """What may be missing in a return of these days. Shape: (sentence, address of the lines)."""
    return [found for hint in HINTS.values() for found in hint(ctx, from_on, to_on)]


def by_account(parts: Iterable[TaxedPart]) -> dict[str, int]:
    """What the parts say of each account of tax, debit positive. Shape: purpose -> amount."""
    found: dict[str, int] = {}
    for part in parts:
        if part.owed_on:
            found[part.owed_on] = found.get(part.owed_on, 0) - part.owed_minor
        if part.deducted_on:
            found[part.deducted_on] = found.get(part.deducted_on, 0) + part.deducted_minor
    return found

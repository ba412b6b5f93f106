"""What an e-invoice says, in plain values, and how the words of a letterhead become its terms. Pure: no database, no clock.

Source: EN 16931-1; the numbers of its terms (BT-1 ...) are named where something is worked out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from stdnum.eu import vat

EMAIL_SCHEME = "EM"
_ENDPOINT = re.compile(r"([0-9]{4}|[A-Z]{2}):(\S{1,100})")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
_PLACE = re.compile(r"(?:[A-Z]{1,3}[- ])?(\d{4,6})\s+(\S.*)")
_PHONE = re.compile(r"(?:[^\d+(]*:)?\s*(\+?[\d(][\d\s()/.–-]{4,})")


class Form(StrEnum):
    """The forms of an e-invoice that we write."""

    HYBRID = "facturx"
    XRECHNUNG_UBL = "xrechnung_ubl"
    XRECHNUNG_CII = "xrechnung_cii"
    PEPPOL = "peppol"


FORM_NAMES = {
    Form.HYBRID: "ZUGFeRD / Factur-X (PDF with XML)",
    Form.XRECHNUNG_UBL: "XRechnung (UBL)",
    Form.XRECHNUNG_CII: "XRechnung (CII)",
    Form.PEPPOL: "Peppol BIS Billing (UBL)",
}


@dataclass(frozen=True)
class Seat:
    """A seller or a buyer. country: ISO 3166-1 alpha-2; endpoint: scheme and identifier under which e-invoices reach it, or None."""

    name: str
    street: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    country: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration: str = ""
    endpoint: tuple[str, str] | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class BillLine:
    """One line. unit: UN/ECE Recommendation 20; rate: percent; reason: why no tax is charged."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    category: str
    rate: Decimal
    description: str = ""
    code: str = ""
    discount: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)


@dataclass(frozen=True)
class TaxSum:
    """The tax of one category and rate. reason, code: why nothing is charged, in words and of the VATEX list."""

    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str = ""
    code: str = ""


@dataclass(frozen=True)
class Bill:
    """An issued invoice or credit note in major units. paid: before or on the day of the invoice, for advances as well.

    precedes: the invoice a credit is for, or the advances that a final invoice deducts. advance: it asks for money before the supply.
    sent_to: country to which goods go.
    terms: what was agreed on paying, in sentences; skonto: days and percent of each discount for paying early.
    own_currency, own_tax: of one in a foreign currency, in which the tax is accounted for, and the tax in it.
    """

    number: str
    issued_on: date
    due_on: date
    credit: bool
    currency: str
    seller: Seat
    buyer: Seat
    lines: tuple[BillLine, ...]
    taxes: tuple[TaxSum, ...]
    supplied: tuple[date, date]
    net: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal = Decimal(0)
    note: str = ""
    reference: str = ""
    order: str = ""
    precedes: tuple[tuple[str, date], ...] = ()
    advance: bool = False
    iban: str = ""
    sent_to: str = ""
    terms: tuple[str, ...] = ()
    skonto: tuple[tuple[int, Decimal], ...] = ()
    own_currency: str = ""
    own_tax: Decimal = Decimal(0)

    @property
    def due(self) -> Decimal:
        """BT-115: what is still to be paid."""
        return self.total - self.paid

    @property
    def fits_two_decimals(self) -> bool:
        """Whether no amount of it needs a third decimal; prices of items may have as many as they like.

        Source: EN 16931 BR-DEC-01 to -28: two decimals at most, of whatever currency.
        """
        amounts = [self.net, self.tax, self.total, self.paid, self.own_tax]
        amounts += [amount for tax in self.taxes for amount in (tax.net, tax.tax)]
        amounts += [amount for line in self.lines for amount in (line.net, *((line.discount, line.gross) if line.discount else ()))]
        return all(amount == round(amount, 2) for amount in amounts)

    @property
    def categories(self) -> frozenset[str]:
        """The tax categories that occur."""
        return frozenset(t.category for t in self.taxes)


def endpoint(text: str) -> tuple[str, str] | None:
    """Scheme and identifier of an electronic address: `0088:4000001000005`, or an e-mail address. None for anything else."""
    found = _ENDPOINT.fullmatch(text.strip())
    if found:
        return found[1], found[2]
    return (EMAIL_SCHEME, text.strip()) if _EMAIL.fullmatch(text.strip()) else None


def tax_ids(*texts: str) -> tuple[str, str]:
    """VAT id and tax number among what was typed, by their form; "" where there is none of the kind."""
    ids = [text.strip() for text in texts if text.strip()]
    vats = [vat.compact(text) for text in ids if vat.is_valid(text)]
    others = [text for text in ids if not vat.is_valid(text)]
    return next(iter(vats), ""), next(iter(others), "")


def place(lines: list[str]) -> tuple[tuple[str, ...], str, str]:
    """Street lines, postal code and city of a letterhead's address, whose last line with a postal code says where it is."""
    for at in range(len(lines) - 1, -1, -1):
        if found := _PLACE.fullmatch(lines[at].strip()):
            return tuple(line.strip() for line in lines[:at] if line.strip()), found[1], found[2].strip()
    return tuple(line.strip() for line in lines if line.strip()), "", ""


def reachable(lines: list[str]) -> tuple[str, str]:
    """Telephone number and e-mail address among the contact lines of a letterhead."""
    email = next((word for line in lines for word in line.split() if _EMAIL.fullmatch(word)), "")
    phone = next((found[1].strip() for line in lines if (found := _PHONE.search(line)) and "@" not in line), "")
    return phone, email

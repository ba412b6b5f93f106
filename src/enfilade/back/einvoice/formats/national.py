"""What XRechnung and Peppol ask beyond EN 16931, and what EN 16931 asks that only people can fill in, said in words with the place for it.

The Schematron of XRechnung (KoSIT) and of Peppol comes with no package of this house (see the ADR), so those of their rules that
concern what we write are stated here under their own numbers. What else they say (no empty elements, sums of lines) holds
by how a bill is made.

Source: XRechnung 3.0.2, BR-DE-1 to BR-DE-28; Peppol BIS Billing 3.0, PEPPOL-EN16931-R003, R010, R020; EN 16931-1, BR-*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import iban
from stdnum.de import leitweg

from enfilade.back.einvoice.rules import Bill, Form, Seat

from .official import Broken

LETTERHEAD, CUSTOMER, WISH, TAX, INVOICE = "letterhead", "customer", "wish", "tax", "invoice"
_TAXED = {"S": "BR-S-02", "Z": "BR-Z-02", "E": "BR-E-02"}
GERMAN = (Form.XRECHNUNG_UBL, Form.XRECHNUNG_CII)
_LEITWEG = "-"


@dataclass(frozen=True)
class Finding:
    """A rule that is not kept, in words: what to fill in, and at which place. place: "" where the program itself is at fault."""

    rule: str
    text: str
    place: str = ""
    where: str = ""
    warning: bool = False


_SENTENCES = {
    "BR-06": (LETTERHEAD, "Say on the letterhead how the company is called."),
    "BR-07": (CUSTOMER, "The customer needs a name."),
    "BR-11": (CUSTOMER, "The customer needs an address with its country."),
    "BR-CO-26": (
        LETTERHEAD,
        "Give a VAT id, a tax number or a register number on the letterhead, so that the customer's program knows who bills.",
    ),
    "BR-S-02": (LETTERHEAD, "Give a VAT id or a tax number on the letterhead: an invoice with tax names it."),
    "BR-Z-02": (LETTERHEAD, "Give a VAT id or a tax number on the letterhead: an invoice at zero rate names it."),
    "BR-E-02": (LETTERHEAD, "Give a VAT id or a tax number on the letterhead: an exempt invoice names it."),
    "BR-AE-02": (
        CUSTOMER,
        "Where the customer owes the tax (reverse charge), both need a VAT id: yours on the letterhead, its own on its page.",
    ),
    "BR-IC-02": (
        CUSTOMER,
        "A supply within the European Union names the VAT ids of both: yours on the letterhead, the customer's on its page.",
    ),
    "BR-G-02": (LETTERHEAD, "An export names your VAT id: give it on the letterhead."),
    "BR-O-11": (INVOICE, "What lies outside the tax can't stand on one invoice with what is taxed or exempt: make two invoices."),
    "BR-E-10": (TAX, "Say in the tax code why no tax is charged."),
    "BR-CO-25": (INVOICE, "Say until when to pay."),
    "BR-61": (LETTERHEAD, "Give the IBAN on the letterhead into which the customer pays."),
    "BR-DE-2": (LETTERHEAD, "Give a telephone number and an e-mail address as contact on the letterhead."),
    "BR-DE-3": (LETTERHEAD, "Give the city on the letterhead, in a line with its postal code."),
    "BR-DE-4": (LETTERHEAD, "Give the postal code on the letterhead, in a line with the city."),
    "BR-DE-6": (LETTERHEAD, "Give a telephone number as contact on the letterhead."),
    "BR-DE-7": (LETTERHEAD, "Give an e-mail address as contact on the letterhead."),
    "BR-DE-8": (CUSTOMER, "The customer's address needs a city."),
    "BR-DE-9": (CUSTOMER, "The customer's address needs a postal code."),
    "BR-DE-15": (WISH, "Give the reference that the customer wants to see (for a public office, its Leitweg-ID)."),
    "BR-DE-19": (LETTERHEAD, "The IBAN on the letterhead is wrong: its check digits don't fit."),
    "PEPPOL-EN16931-R003": (WISH, "Give the customer's reference, or the number of its order."),
    "PEPPOL-EN16931-R010": (WISH, "Give the electronic address under which the customer takes e-invoices."),
    "PEPPOL-EN16931-R020": (LETTERHEAD, "Give your own electronic address, or an e-mail address as contact, on the letterhead."),
    "LEITWEG-ID": (WISH, "The Leitweg-ID of the customer is mistyped: its check digits don't fit."),
}


def gaps(bill: Bill, form: Form) -> list[Finding]:
    """What a bill lacks for a form, one finding for each thing that a person can fill in."""
    return [finding(rule) for rule in dict.fromkeys((*_european(bill), *_profile(bill, form)))]


def finding(rule: str, broken: Broken | None = None) -> Finding:
    """A broken rule in words; in those of the rule itself where we have none of our own."""
    place, words = _SENTENCES.get(rule, ("", broken.said if broken else rule))
    return Finding(rule, words, place, broken.where if broken else "", broken.warning if broken else False)


def _european(bill: Bill) -> Iterator[str]:
    seller, buyer = bill.seller, bill.buyer
    if not buyer.country:
        yield "BR-11"
    if not (seller.vat_id or seller.tax_number or seller.registration):
        yield "BR-CO-26"
    for category in sorted(bill.categories):
        if category in _TAXED and not (seller.vat_id or seller.tax_number):
            yield _TAXED[category]
        elif category == "AE" and not ((seller.vat_id or seller.tax_number) and (buyer.vat_id or buyer.registration)):
            yield "BR-AE-02"
        elif category == "K" and not (seller.vat_id and buyer.vat_id):
            yield "BR-IC-02"
        elif category == "G" and not seller.vat_id:
            yield "BR-G-02"
    if "O" in bill.categories and len(bill.categories) > 1:
        yield "BR-O-11"
    if any(tax.category in {"E", "AE", "G", "K", "O"} and not tax.reason for tax in bill.taxes):
        yield "BR-E-10"
    if bill.iban and not iban.is_valid(bill.iban):
        yield "BR-DE-19"


def _profile(bill: Bill, form: Form) -> Iterator[str]:
    if form is Form.HYBRID:
        return
    yield from _addressed(bill)
    home = bill.seller.country == bill.buyer.country == "DE"
    if form in GERMAN or home:
        yield from _german(bill.seller, bill.buyer)
        if not bill.reference:
            yield "BR-DE-15"
    elif not (bill.reference or bill.order):
        yield "PEPPOL-EN16931-R003"
    if form in GERMAN and _LEITWEG in bill.reference and bill.reference[:2].isdigit() and not leitweg.is_valid(bill.reference):
        yield "LEITWEG-ID"


def _addressed(bill: Bill) -> Iterator[str]:
    if bill.buyer.endpoint is None:
        yield "PEPPOL-EN16931-R010"
    if bill.seller.endpoint is None:
        yield "PEPPOL-EN16931-R020"


def _german(seller: Seat, buyer: Seat) -> Iterator[str]:
    asked = {
        "BR-DE-3": seller.city,
        "BR-DE-4": seller.postal_code,
        "BR-DE-6": seller.phone,
        "BR-DE-7": seller.email,
        "BR-DE-8": buyer.city,
        "BR-DE-9": buyer.postal_code,
    }
    return (rule for rule, value in asked.items() if not value.strip())

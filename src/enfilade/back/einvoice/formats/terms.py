"""A bill as the terms of EN 16931 (BT-1 ...), in the shape that both syntaxes are written from."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from enfilade.back.einvoice.rules import Bill, BillLine, Form, Seat, TaxSum

EN16931 = "urn:cen.eu:en16931:2017"
# BT-24: by which rules the document wants to be judged. Source: XRechnung 3.0, Peppol BIS Billing 3.0, Factur-X 1.0.
SPECIFICATION = {
    Form.HYBRID: EN16931,
    Form.XRECHNUNG_UBL: f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    Form.XRECHNUNG_CII: f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    Form.PEPPOL: f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
}
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# An advance is a prepayment invoice, which XRechnung doesn't know (BR-DE-17): there it is a partial invoice.
INVOICE, CREDIT_NOTE, PREPAYMENT, PARTIAL = "380", "381", "386", "326"
TRANSFER, SEPA, NOT_DEFINED = "30", "58", "1"
DISCOUNT = "95"
# Categories that have no rate, and those whose breakdown says why nothing is charged (BR-O-05, BR-E-10 ...).
WITHOUT_RATE = {"O"}
WITH_REASON = {"E", "AE", "G", "K", "O"}


def terms(bill: Bill, form: Form) -> dict[str, Any]:
    """All terms of a bill; amounts as text with the decimals of the currency."""
    outside = bill.categories == {"O"}
    found: dict[str, Any] = {
        "BT-1": bill.number,
        "BT-2": bill.issued_on,
        "BT-3": _type(bill, form),
        "BT-5": bill.currency,
        "BT-9": bill.due_on,
        "BT-10": text(bill.reference),
        "BT-13": text(bill.order),
        "BT-24": EN16931,
        "BG-4": _party(bill.seller, identified=True, outside=outside),
        "BG-7": _party(bill.buyer, identified=False, outside=outside),
        "BT-106": amount(bill.net),
        "BT-109": amount(bill.net),
        "BT-110": amount(bill.tax),
        "BT-112": amount(bill.total),
        "BT-115": amount(bill.due),
        "BG-23": [_tax(tax) for tax in bill.taxes],
        "BG-25": [_line(number, line) for number, line in enumerate(bill.lines, 1)],
        **_payment(bill),
    }
    if form is not Form.HYBRID:
        found["BT-23"] = PROCESS
    first, last = bill.supplied
    if not bill.advance or "K" in bill.categories:
        found["BT-72"] = last
    if first != last and not bill.advance:
        found.update({"BT-73": first, "BT-74": last})
    # CII has an element for the supply in any case, which may not be empty; of an advance only the receiver is known.
    if "K" in bill.categories or bill.advance:
        found["BG-13"] = {"name": text(bill.buyer.name), "country_code": bill.sent_to or bill.buyer.country}
    if bill.own_currency:
        found.update({"BT-6": bill.own_currency, "BT-111": amount(bill.own_tax)})
    if bill.paid:
        found["BT-113"] = amount(bill.paid)
    if said := _terms(bill, form):
        found["BT-20"] = said
    if bill.note:
        found["BG-1"] = [{"BT-22": text(bill.note)}]
    if bill.precedes:
        found["BG-3"] = [{"BT-25": number, "BT-26": day} for number, day in bill.precedes]
    return found


def _type(bill: Bill, form: Form) -> str:
    if bill.credit:
        return CREDIT_NOTE
    if bill.advance:
        return PARTIAL if form in {Form.XRECHNUNG_UBL, Form.XRECHNUNG_CII} else PREPAYMENT
    return INVOICE


def text(value: str) -> str:
    """A text that XML can carry: no control characters but line ends, none of them at the ends."""
    kept = "".join(c for c in unicodedata.normalize("NFC", value) if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return re.sub(r"[ \t]+", " ", kept).strip()


def _terms(bill: Bill, form: Form) -> str:
    """BT-20; an XRechnung says discounts in lines that programs read, each of which ends.

    Source: XRechnung 3.0, BR-DE-18 and BT-20; BT-9 is the first day on which something is due.
    """
    if form not in {Form.XRECHNUNG_UBL, Form.XRECHNUNG_CII} or not bill.skonto:
        return text("\n".join(bill.terms))
    lines = [*map(text, bill.terms), *(f"#SKONTO#TAGE={days}#PROZENT={percent:.2f}#" for days, percent in bill.skonto)]
    return "\n".join(lines) + "\n"


def _payment(bill: Bill) -> dict[str, Any]:
    if not bill.iban:
        return {"BT-81": NOT_DEFINED, "BT-83": bill.number}
    means = SEPA if bill.currency == "EUR" else TRANSFER
    return {"BT-81": means, "BT-83": bill.number, "BT-84": bill.iban, "BT-85": text(bill.seller.name)}


def _party(seat: Seat, *, identified: bool, outside: bool) -> dict[str, Any]:
    """identified: it has to be recognised by a number (BR-CO-26). outside: nothing is taxed, so no VAT id is named (BR-O-02)."""
    found: dict[str, Any] = {
        "name": text(seat.name),
        "country_code": seat.country,
        "city": text(seat.city),
        "postcode": text(seat.postal_code),
        "vat_identifier": "" if outside else seat.vat_id,
        "tax_identifier": "" if outside else seat.tax_number,
        "legal_identifier": text(seat.registration),
    }
    for name, line in zip(("addr_l1", "addr_l2", "addr_l3"), seat.street, strict=False):
        found[name] = text(line)
    if seat.endpoint:
        found["einvoicing_addr_schemeid"], found["einvoicing_addr"] = seat.endpoint
    number = seat.tax_number or seat.vat_id
    if identified and number and not found["vat_identifier"] and not found["legal_identifier"]:
        found["identifiers"] = {None: number}
    if identified and (seat.phone or seat.email):
        found["contacts"] = [{"name": text(seat.name), "phone": seat.phone, "email": seat.email}]
    return {key: value for key, value in found.items() if value}


def _tax(tax: TaxSum) -> dict[str, Any]:
    found: dict[str, Any] = {"BT-116": amount(tax.net), "BT-117": amount(tax.tax), "BT-118": tax.category}
    if tax.category not in WITHOUT_RATE:
        found["BT-119"] = plain(tax.rate)
    if tax.category in WITH_REASON:
        found["BT-120"] = text(tax.reason)
        if tax.code:
            found["BT-121"] = tax.code
    return found


def _line(number: int, line: BillLine) -> dict[str, Any]:
    found: dict[str, Any] = {
        "BT-126": str(number),
        "BT-129": plain(line.quantity),
        "BT-130": line.unit,
        "BT-131": amount(line.net),
        "BT-146": str(line.price),
        "BT-151": line.category,
        "BT-153": text(line.name),
        "BT-154": text(line.description),
        "BT-155": text(line.code),
    }
    if line.category not in WITHOUT_RATE:
        found["BT-152"] = plain(line.rate)
    if line.discount:
        found["BG-27"] = [
            {"amount": amount(line.discount), "base_amount": amount(line.gross), "reason": "Discount", "reason_code": DISCOUNT},
        ]
    return found


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    return f"{number.normalize():f}"


def amount(number: Decimal) -> str:
    """An amount of a bill: with the decimals of its currency, and never a third one that says nothing.

    Source: EN 16931 BR-DEC-01 to -28, two decimals at most, of whatever currency; a bill that needs a third one is refused before.
    """
    return str(round(number, 2)) if number == round(number, 2) and number.as_tuple().exponent < -2 else str(number)  # type: ignore[operator]

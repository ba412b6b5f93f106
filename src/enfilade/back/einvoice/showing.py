"""The terms of an e-invoice as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from enfilade.core.ui.format import format_number

from .formats.reading import entries, first

_TOTALS = (
    ("BT-106", "Sum of lines"),
    ("BT-107", "Allowances"),
    ("BT-108", "Charges"),
    ("BT-109", "Net"),
    ("BT-110", "Tax"),
    ("BT-112", "Total"),
    ("BT-113", "Paid before"),
    ("BT-114", "Rounding"),
    ("BT-115", "To pay"),
)
_FACTS = (
    ("BT-10", "Reference"),
    ("BT-13", "Order"),
    ("BT-12", "Contract"),
    ("BT-72", "Date of supply"),
    ("BT-73", "Supplied from"),
    ("BT-74", "Supplied until"),
    ("BT-84", "IBAN"),
    ("BT-83", "Purpose of the payment"),
    ("BT-20", "Terms of payment"),
)
LINES_MAX = 500


def shown(terms: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Parties, facts, lines, taxes and totals, ready to draw; what is not said is left out. At most 500 lines are shown."""
    lines = entries(terms, "BG-25")
    return {
        "parties": [{"label": label, "lines": _party(terms.get(group))} for group, label in (("BG-4", "From"), ("BG-7", "To"))],
        "facts": [{"label": label, "value": said} for term, label in _FACTS if (said := first(terms.get(term)))],
        "notes": [note for entry in entries(terms, "BG-1") if (note := first(entry.get("BT-22")))],
        "precedes": [text for entry in entries(terms, "BG-3") if (text := first(entry.get("BT-25")))],
        "lines": [_line(line) for line in lines[:LINES_MAX]],
        "more": max(len(lines) - LINES_MAX, 0),
        "taxes": [_tax(tax) for tax in entries(terms, "BG-23")],
        "totals": [{"label": label, "value": _number(said)} for term, label in _TOTALS if (said := first(terms.get(term)))],
        "currency": currency,
    }


def _party(found: Any) -> list[str]:
    if not isinstance(found, dict):
        return []
    place = " ".join(filter(None, (first(found.get("postcode")), first(found.get("city")))))
    named = ("name", "addr_l1", "addr_l2", "addr_l3")
    said = [*(first(found.get(key)) for key in named), place, first(found.get("country_code"))]
    ids = (first(found.get("vat_identifier")), first(found.get("tax_identifier")))
    return [line for line in (*said, *ids) if line]


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    rate = _number(first(line.get("BT-152")))
    return {
        "number": first(line.get("BT-126")),
        "name": first(line.get("BT-153")),
        "description": first(line.get("BT-154")),
        "quantity": _number(first(line.get("BT-129"))),
        "unit": first(line.get("BT-130")),
        "price": _number(first(line.get("BT-146"))),
        "tax": f"{rate} %" if rate else first(line.get("BT-151")),
        "net": _number(first(line.get("BT-131"))),
    }


def _tax(tax: Mapping[str, Any]) -> dict[str, str]:
    rate = _number(first(tax.get("BT-119")))
    return {
        "rate": f"{first(tax.get('BT-118'))} {rate} %" if rate else first(tax.get("BT-118")),
        "net": _number(first(tax.get("BT-116"))),
        "tax": _number(first(tax.get("BT-117"))),
        "reason": first(tax.get("BT-120")),
    }


def _number(text: str) -> str:
    """A number as the reader writes it; as it came where it is none."""
    try:
        return format_number(Decimal(text)) if text else ""
    except (InvalidOperation, ValueError):
        return text

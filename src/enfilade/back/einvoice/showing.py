"""The terms of an e-invoice as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from enfilade.core.ui.format import format_number

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
    lines = _list(terms, "BG-25")
    return {
        "parties": [{"label": label, "lines": _party(terms.get(group))} for group, label in (("BG-4", "From"), ("BG-7", "To"))],
        "facts": [{"label": label, "value": said} for term, label in _FACTS if (said := _one(terms.get(term)))],
        "notes": [note for entry in _list(terms, "BG-1") if (note := _one(entry.get("BT-22")))],
        "precedes": [text for entry in _list(terms, "BG-3") if (text := _one(entry.get("BT-25")))],
        "lines": [_line(line) for line in lines[:LINES_MAX]],
        "more": max(len(lines) - LINES_MAX, 0),
        "taxes": [_tax(tax) for tax in _list(terms, "BG-23")],
        "totals": [{"label": label, "value": _number(said)} for term, label in _TOTALS if (said := _one(terms.get(term)))],
        "currency": currency,
    }


def _party(found: Any) -> list[str]:
    if not isinstance(found, dict):
        return []
    place = " ".join(filter(None, (_one(found.get("postcode")), _one(found.get("city")))))
    named = ("name", "addr_l1", "addr_l2", "addr_l3")
    said = [*(_one(found.get(key)) for key in named), place, _one(found.get("country_code"))]
    ids = (_one(found.get("vat_identifier")), _one(found.get("tax_identifier")))
    return [line for line in (*said, *ids) if line]


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    rate = _number(_one(line.get("BT-152")))
    return {
        "number": _one(line.get("BT-126")),
        "name": _one(line.get("BT-153")),
        "description": _one(line.get("BT-154")),
        "quantity": _number(_one(line.get("BT-129"))),
        "unit": _one(line.get("BT-130")),
        "price": _number(_one(line.get("BT-146"))),
        "tax": f"{rate} %" if rate else _one(line.get("BT-151")),
        "net": _number(_one(line.get("BT-131"))),
    }


def _tax(tax: Mapping[str, Any]) -> dict[str, str]:
    rate = _number(_one(tax.get("BT-119")))
    return {
        "rate": f"{_one(tax.get('BT-118'))} {rate} %" if rate else _one(tax.get("BT-118")),
        "net": _number(_one(tax.get("BT-116"))),
        "tax": _number(_one(tax.get("BT-117"))),
        "reason": _one(tax.get("BT-120")),
    }


def _list(terms: Mapping[str, Any], group: str) -> list[dict[str, Any]]:
    found = terms.get(group)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _one(value: Any) -> str:
    """The first text of a term that should have one."""
    return str(value[0] if isinstance(value, list) and value else value or "")


def _number(text: str) -> str:
    """A number as the reader writes it; as it came where it is none."""
    try:
        return format_number(Decimal(text)) if text else ""
    except (InvalidOperation, ValueError):
        return text

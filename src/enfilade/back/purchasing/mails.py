"""What purchasing writes to people."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

ORDER = declare_purpose(
    "purchasing.order",
    "Order to a supplier",
    samples={
        "party": "Dental Depot",
        "number": "PO-2026-00042",
        "version": "",
        "total": "€120.50",
        "wanted": "16 Nov 2026",
        "company": "Lindenhof Dental",
    },
    texts={
        "en": (
            "Order {number}{version} from {company}",
            (
                "Dear {party},\n\nplease find attached our order {number}{version} over {total}. We need it by: {wanted}.\n"
                "Please write the number {number} on the delivery note and on the invoice.\n\nKind regards\n{company}"
            ),
        ),
        "de": (
            "Bestellung {number}{version} von {company}",
            (
                "Guten Tag {party},\n\nanbei erhalten Sie unsere Bestellung {number}{version} über {total}. "
                "Wir brauchen sie bis: {wanted}.\n"
                "Bitte geben Sie die Nummer {number} auf dem Lieferschein und auf der Rechnung an.\n\nFreundliche Grüße\n{company}"
            ),
        ),
    },
)

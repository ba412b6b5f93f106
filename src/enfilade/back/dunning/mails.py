"""What dunning writes to people."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

REMINDER = declare_purpose(
    "dunning.reminder",
    "Reminder of late invoices",
    samples={
        "party": "Ada Lovelace",
        "name": "Payment reminder",
        "number": "M-2026-00042",
        "total": "€120.50",
        "until": "16 Nov 2026",
        "company": "Lindenhof Dental",
    },
    texts={
        "en": (
            "{name} {number} from {company}",
            (
                "Dear {party},\n\nwe have not seen your payment yet. Please pay {total} by {until}; the attached letter says what for. "
                "If you have paid meanwhile, there is nothing to do.\n\nKind regards\n{company}"
            ),
        ),
        "de": (
            "{name} {number} von {company}",
            (
                "Guten Tag {party},\n\nIhre Zahlung ist bei uns noch nicht eingegangen. Bitte zahlen Sie {total} bis {until}; wofür, sagt "
                "das beigefügte Schreiben. Haben Sie inzwischen bezahlt, ist nichts zu tun.\n\nFreundliche Grüße\n{company}"
            ),
        ),
    },
)

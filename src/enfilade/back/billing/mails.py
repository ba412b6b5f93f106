"""What billing writes to people."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

INVOICE = declare_purpose(
    "billing.invoice",
    "Invoice by e-mail",
    samples={
        "party": "Ada Lovelace",
        "kind": "Invoice",
        "number": "INV-2026-00042",
        "date": "2 Nov 2026",
        "total": "€120.50",
        "open": "€120.50",
        "due": "16 Nov 2026",
        "company": "Lindenhof Dental",
    },
    texts={
        "en": (
            "{kind} {number} from {company}",
            (
                "Dear {party},\n\nplease find attached {kind} {number} of {date} over {total}. Still to be paid: {open}, by {due}.\n\n"
                "Kind regards\n{company}"
            ),
        ),
        "de": (
            "{kind} {number} von {company}",
            (
                "Guten Tag {party},\n\nanbei erhalten Sie {kind} {number} vom {date} über {total}. Noch zu zahlen: {open}, bis {due}.\n\n"
                "Freundliche Grüße\n{company}"
            ),
        ),
    },
)
STATEMENT = declare_purpose(
    "billing.statement",
    "Statement of account by e-mail",
    samples={
        "party": "Ada Lovelace",
        "from": "1 Oct 2026",
        "to": "31 Oct 2026",
        "balance": "€120.50",
        "overdue": "€40.00",
        "company": "Lindenhof Dental",
    },
    texts={
        "en": (
            "Statement of account from {company}",
            (
                "Dear {party},\n\nplease find attached your statement of account from {from} to {to}. Balance: {balance}, of it overdue: "
                "{overdue}.\n\nKind regards\n{company}"
            ),
        ),
        "de": (
            "Kontoauszug von {company}",
            (
                "Guten Tag {party},\n\nanbei erhalten Sie Ihren Kontoauszug vom {from} bis {to}. Saldo: {balance}, davon überfällig: "
                "{overdue}.\n\nFreundliche Grüße\n{company}"
            ),
        ),
    },
)
KINDS = {"invoice": {"en": "Invoice", "de": "Rechnung"}, "credit_note": {"en": "Credit note", "de": "Gutschrift"}}

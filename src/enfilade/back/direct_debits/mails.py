"""What direct debits write to people."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

NOTICE = declare_purpose(
    "direct_debits.notice",
    "Notice before a direct debit",
    samples={
        "party": "Ada Lovelace",
        "amount": "€120.50",
        "day": "16 Nov 2026",
        "iban": "DE02 … 2051",
        "mandate": "DM-2026-00042",
        "creditor": "DE98ZZZ09999999999",
        "invoices": "INV-2026-00042",
        "company": "Lindenhof Dental",
    },
    texts={
        "en": (
            "We will collect {amount} on {day}",
            (
                "Dear {party},\n\nfor {invoices} we will collect {amount} from your account {iban} on {day}. Mandate reference: {mandate}, "
                "creditor identifier: {creditor}. Please see to it that there is enough money on the account.\n\nKind regards\n{company}"
            ),
        ),
        "de": (
            "Wir ziehen am {day} {amount} ein",
            (
                "Guten Tag {party},\n\nfür {invoices} ziehen wir am {day} {amount} von Ihrem Konto {iban} ein. Mandatsreferenz: {mandate}, "
                "Gläubiger-Identifikationsnummer: {creditor}. Bitte sorgen Sie für ausreichende Deckung.\n\nFreundliche Grüße\n{company}"
            ),
        ),
    },
)

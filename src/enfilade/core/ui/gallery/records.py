"""A sample record with its flow strip, panels and timeline."""

from datetime import timedelta
from typing import Any

from django.utils.html import format_html

from enfilade.core.ui.gallery.cells import NOW, badge, money, text


def flow() -> list[dict[str, Any]]:
    """Return a complaint on its way from the desk to the back and home again."""
    return [
        {"label": "Taken at the desk", "office": "front", "state": "done", "who": "Mara Vogel", "since": NOW - timedelta(hours=5)},
        {
            "label": "Hand-over offered",
            "office": "front",
            "state": "done",
            "who": "Mara Vogel",
            "since": NOW - timedelta(hours=4, minutes=50),
        },
        {
            "label": "Goodwill discount",
            "office": "middle",
            "state": "held",
            "who": "Waits for the owner",
            "since": NOW - timedelta(minutes=84),
            "note": "40.00 € is above the desk’s limit of 25.00 €",
        },
        {"label": "Answered by the clinical lead", "office": "back", "state": "todo", "who": "Dr Ruth Amsel"},
        {"label": "Patient told", "office": "front", "state": "todo"},
    ]


def detail_page() -> dict[str, Any]:
    """Return the context of a record page."""
    facts = [
        ("Patient", {"kind": "person", "value": "Ada Lindqvist", "url": "/_gallery/detail/"}),
        ("Phone", text("+49 30 901820")),
        ("Taken", {"kind": "datetime", "value": NOW - timedelta(hours=5)}),
        ("Channel", text("In person")),
        ("Value", money(4000)),
        ("Insured", {"kind": "bool", "value": True}),
        ("Labels", {"kind": "list", "value": ["billing", "waiting time"]}),
        ("Answer by", {"kind": "date", "value": NOW.date() + timedelta(days=2)}),
    ]
    commands = [
        {"name": "accept_case", "label": "Accept", "url": "/_gallery/dialog/", "primary": True, "shortcut": "a", "icon": "check"},
        {"name": "hand_over_case", "label": "Hand over", "url": "/_gallery/dialog/", "primary": True, "tone": "quiet", "shortcut": "h"},
        {"name": "answer_case", "label": "Answer", "url": "/_gallery/dialog/", "icon": "reply"},
        {"name": "cancel_case", "label": "Withdraw", "url": "/_gallery/dialog/", "tone": "bad", "icon": "trash-2"},
    ]
    lines = [
        {"cells": [text("Check-up"), {"kind": "number", "value": 1}, money(4500)], "url": "/_gallery/detail/"},
        {"cells": [text("X-ray, two films"), {"kind": "number", "value": 2}, money(3800)]},
    ]
    wide = {
        "label": "What happened",
        "wide": True,
        "cell": text("She waited fifty minutes after her time and asks for part of the fee back."),
    }
    return {
        "record": {
            "kind": "Complaint",
            "title": "C-2026-0041 Waited too long",
            "subtitle": "Ada Lindqvist, visit of this morning",
            "badge": badge("Held at the door", "warn"),
            "facts": [{"label": label, "cell": cell} for label, cell in facts] + [wide],
            "commands": commands,
            "edit_url": "/_gallery/form/",
            "flow": flow(),
            "panels": [
                {
                    "id": "charges",
                    "title": "Charges",
                    "icon": "receipt",
                    "count": 2,
                    "new_url": "/_gallery/dialog/",
                    "columns": [
                        {"label": "Service", "kind": "text"},
                        {"label": "Quantity", "kind": "number"},
                        {"label": "Amount", "kind": "amount"},
                    ],
                    "rows": lines,
                },
                {"title": "Note", "icon": "sticky-note", "html": format_html("<p>{}</p>", "She was friendly; the delay was ours.")},
                {"title": "Messages", "icon": "mail", "empty": "No message was sent yet."},
            ],
            "files": [
                {
                    "name": "letter.pdf",
                    "url": "#",
                    "size": 83211,
                    "kind": "Letter",
                    "added_at": NOW - timedelta(hours=3),
                    "by": "Mara Vogel",
                }
            ],
            "files_url": "/_gallery/detail/",
            "timeline_url": "/_gallery/timeline/",
            "notices": [
                {
                    "tone": "warn",
                    "title": "Held at the door",
                    "text": "The discount is above the limit of the desk. The owner can release it.",
                    "url": "/_gallery/empty/",
                    "label": "See the rule",
                }
            ],
        }
    }


def timeline() -> dict[str, Any]:
    """Return the context of a timeline."""
    changes = [{"label": "Discount", "before": "", "after": "40.00 €"}, {"label": "State", "before": "open", "after": "held"}]
    return {
        "entries": [
            {
                "who": "Mara Vogel",
                "sentence": "asked for a goodwill discount; it is held for the owner.",
                "at": NOW - timedelta(minutes=84),
                "via": "page",
                "changes": changes,
            },
            {
                "who": "Dr Ruth Amsel",
                "sentence": "accepted the hand-over.",
                "at": NOW - timedelta(hours=2),
                "via": "API",
                "released_by": "Paul Lindner",
            },
            {"who": "Mara Vogel", "sentence": "took the complaint.", "at": NOW - timedelta(hours=5), "via": "page"},
        ],
        "older_url": "/_gallery/timeline/",
    }

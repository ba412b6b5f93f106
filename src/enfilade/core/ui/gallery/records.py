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


def facts() -> list[dict[str, Any]]:
    """Return the fields of the record, several of them empty."""
    pairs = [
        ("Patient", {"kind": "person", "value": "Ada Lindqvist", "url": "/_gallery/detail/"}),
        ("Phone", text("+49 30 901820")),
        ("Taken", {"kind": "datetime", "value": NOW - timedelta(hours=5)}),
        ("Channel", text("In person")),
        ("Value", money(4000)),
        ("Insured", {"kind": "bool", "value": True}),
        ("Labels", {"kind": "list", "value": ["billing", "waiting time"]}),
        ("Answer by", {"kind": "date", "value": NOW.date() + timedelta(days=2)}),
        *((label, text("")) for label in ("E-mail", "Lawyer", "Reference")),
    ]
    story = text("She waited fifty minutes after her time and asks for part of the fee back.")
    return [*({"label": label, "cell": cell} for label, cell in pairs), {"label": "What happened", "wide": True, "cell": story}]


def commands() -> list[dict[str, Any]]:
    """Return two buttons and two menu entries."""
    url = "/_gallery/dialog/"
    return [
        {"name": "accept_case", "label": "Accept", "url": url, "primary": True, "shortcut": "a", "icon": "check"},
        {"name": "hand_over_case", "label": "Hand over", "url": url, "primary": True, "tone": "quiet", "shortcut": "h"},
        {"name": "answer_case", "label": "Answer", "url": url, "icon": "reply"},
        {"name": "cancel_case", "label": "Withdraw", "url": url, "tone": "bad", "icon": "trash-2"},
    ]


def panels() -> list[dict[str, Any]]:
    """Return a panel with rows, one with text and an empty one."""
    columns = [{"label": "Service", "kind": "text"}, {"label": "Quantity", "kind": "number"}, {"label": "Amount", "kind": "amount"}]
    rows = [
        {"cells": [text("Check-up"), {"kind": "number", "value": 1}, money(4500)], "url": "/_gallery/detail/"},
        {"cells": [text("X-ray, two films"), {"kind": "number", "value": 2}, money(3800)]},
    ]
    charges = {"id": "charges", "title": "Charges", "icon": "receipt", "count": 2, "new_url": "/_gallery/dialog/"}
    return [
        charges | {"columns": columns, "rows": rows},
        {"title": "Note", "icon": "sticky-note", "html": format_html("<p>{}</p>", "She was friendly; the delay was ours.")},
        {"title": "Messages", "icon": "mail", "empty": "No message was sent yet."},
    ]


def detail_page() -> dict[str, Any]:
    """Return the context of a record page."""
    letter = {"name": "letter.pdf", "url": "#", "size": 83211, "kind": "Letter", "added_at": NOW - timedelta(hours=3), "by": "Mara Vogel"}
    notice = {"tone": "warn", "title": "Held at the door", "url": "/_gallery/empty/", "label": "See the rule"}
    return {
        "record": {
            "kind": "Complaint",
            "title": "C-2026-0041 Waited too long",
            "subtitle": "Ada Lindqvist, visit of this morning",
            "badge": badge("Held at the door", "warn"),
            "facts": facts(),
            "commands": commands(),
            "edit_url": "/_gallery/form/",
            "flow": flow(),
            "panels": panels(),
            "files": [letter],
            "files_url": "/_gallery/detail/",
            "timeline_url": "/_gallery/timeline/",
            "notices": [notice | {"text": "The discount is above the limit of the desk. The owner can release it."}],
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

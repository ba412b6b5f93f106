"""A sample list with every kind of filter and cell, and an empty one."""

from datetime import timedelta
from typing import Any

from enfilade.core.ui.gallery.cells import NAMES, NOW, badge, money, text

STATES = (("Waiting", "warn"), ("In treatment", "info"), ("Done", "ok"), ("No-show", "bad"), ("Booked", "neutral"))


def list_row(number: int) -> dict[str, Any]:
    """Return one visit of the list."""
    name = NAMES[number % len(NAMES)]
    state, tone = STATES[number % len(STATES)]
    return {
        "pk": number,
        "url": "/_gallery/detail/",
        "label": name,
        "cells": [
            {"kind": "person", "value": name},
            {"kind": "datetime", "value": NOW + timedelta(minutes=30 * number - 120)},
            text(("Check-up", "Filling, two surfaces", "Root canal", "Cleaning")[number % 4]),
            {"kind": "ref", "value": ("Dr Ruth Amsel", "Dr Ben Okafor")[number % 2], "url": "/_gallery/detail/"},
            {"kind": "duration", "value": (30, 45, 90)[number % 3]},
            money(4500 + 12350 * (number % 5)),
            badge(state, tone),
            {"kind": "bool", "value": number % 3 == 0},
        ],
    }


def list_filters() -> list[dict[str, Any]]:
    """Return one filter of every kind."""
    states = [{"value": label.lower(), "label": label, "selected": label == "Waiting", "count": 3} for label, _ in STATES]
    return [
        {"name": "state", "label": "State", "kind": "multi", "options": states, "active": True, "text": "Waiting"},
        {"name": "dentist", "label": "Dentist", "kind": "ref", "search_url": "/_gallery/search/", "chosen": [], "active": False},
        {
            "name": "room",
            "label": "Chair",
            "kind": "choice",
            "options": [{"value": "1", "label": "Chair 1"}, {"value": "2", "label": "Chair 2"}],
        },
        {"name": "on", "label": "Date", "kind": "range_date"},
        {"name": "fee", "label": "Fee", "kind": "range_amount"},
        {"name": "first", "label": "First visit", "kind": "bool", "value": "", "active": False},
    ]


def list_page() -> dict[str, Any]:
    """Return the context of a full list."""
    columns: tuple[tuple[str, str], ...] = (
        ("Patient", "person"),
        ("When", "datetime"),
        ("Service", "text"),
        ("Dentist", "ref"),
        ("Length", "duration"),
        ("Fee", "amount"),
    )
    columns += (("State", "badge"), ("Insured", "bool"))
    return {
        "page": {
            "title": "Visits",
            "subtitle": "Everybody who comes to the practice, from the booking to the paid bill.",
            "resource_label": "visit",
            "url": "/_gallery/list/",
            "new_url": "/_gallery/form/",
            "import_url": "/_gallery/import/",
            "export_url": "/_gallery/list/?format=csv",
            "save_view_url": "/_gallery/save-view/",
            "search": {"q": "", "placeholder": "Name, phone or number…"},
            "filters": list_filters(),
            "clear_url": "/_gallery/list/",
            "columns": [
                {
                    "name": label.lower(),
                    "label": label,
                    "kind": kind,
                    "sortable": True,
                    "sorted": "desc" if label == "When" else "",
                    "sort_url": "?sort=x",
                }
                for label, kind in columns
            ],
            "rows": [list_row(number) for number in range(14)],
            "next_url": "?after=14",
            "prev_url": "",
            "count_hint": "50+",
            "views": [{"label": "Today", "url": "?", "active": False}, {"label": "Unpaid", "url": "?", "active": False}],
            "empty": {},
            "bulk": [
                {"name": "remind_visits", "label": "Remind", "url": "/_gallery/dialog/"},
                {"name": "cancel_visits", "label": "Cancel", "url": "/_gallery/dialog/"},
            ],
        }
    }


def empty_page() -> dict[str, Any]:
    """Return the context of a list without rows."""
    hint = {
        "title": "Nothing is held",
        "text": "When a rule stops a command, it waits here with its reason until somebody who may opens the door.",
        "icon": "door-open",
    }
    hint |= {"url": "/_gallery/detail/", "label": "See the rules"}
    return {
        "page": {
            "title": "Held commands",
            "resource_label": "rule",
            "url": "/_gallery/empty/",
            "search": {"q": ""},
            "rows": [],
            "columns": [],
            "empty": hint,
        }
    }

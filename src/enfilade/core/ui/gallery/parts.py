"""Sample data of the single components."""

from datetime import timedelta
from typing import Any

from enfilade.core.ui.gallery import records
from enfilade.core.ui.gallery.cells import NOW, money, text
from enfilade.core.ui.widgets import CashCount

STEP_STATES = ("done", "done", "done", "now", "todo", "todo")


def visit_flow() -> list[dict[str, Any]]:
    """Return a visit that is going well."""
    steps = (
        ("Booked", "front"),
        ("Arrived", "front"),
        ("Insurance checked", "middle"),
        ("In treatment", "back"),
        ("Charged", "back"),
        ("Paid and rebooked", "front"),
    )
    return [
        {"label": label, "office": office, "state": state, "who": who, "since": NOW - timedelta(minutes=since) if since else None}
        for (label, office), state, who, since in zip(
            steps, STEP_STATES, ("Mara Vogel", "Mara Vogel", "Automatic", "Dr Ruth Amsel", "", ""), (2880, 34, 33, 21, 0, 0), strict=True
        )
    ]


def components() -> dict[str, Any]:
    """Return the context of the gallery's first page."""
    return {
        "visit_flow": visit_flow(),
        "case_flow": records.flow(),
        "tones": ("neutral", "info", "ok", "warn", "bad"),
        "bar_rows": [("08:00", 12.0, "12"), ("09:00", 21.0, "21"), ("10:00", 9.0, "9"), ("11:00", 4.0, "4")],
        "spark": (3, 5, 4, 8, 6, 9, 12, 10, 14),
        "steps": [{"label": "Choose a file", "state": "done"}, {"label": "Check", "state": "now"}, {"label": "Result", "state": "todo"}],
        "table": {
            "columns": [{"label": "Account", "kind": "text"}, {"label": "Debit", "kind": "amount"}, {"label": "Credit", "kind": "amount"}],
            "rows": [
                {"cells": [text("1000 Cash"), money(84500), money(0) | {"value": None}]},
                {"cells": [text("8400 Fees"), money(0) | {"value": None}, money(84500)]},
            ],
            "foot": [text("Total"), money(84500), money(84500)],
        },
        "cash": CashCount("EUR", (5000, 2000, 1000, 500, 200, 100, 50)).render("cash", {5000: 2, 1000: 3}),
        "waits": [NOW - timedelta(minutes=minutes) for minutes in (2, 12, 34)],
        "tab_list": [{"id": "one", "label": "Charges", "count": 3}, {"id": "two", "label": "Payments"}],
    }

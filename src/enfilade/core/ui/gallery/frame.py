"""The frame of the showcase: rail, company and person."""

from typing import Any

RAIL = (
    (
        "front",
        "Front office",
        (
            ("Reception", "phone", (("Calls", "list", "phone", 3), ("Answer book", "form", "book-open", 0))),
            (
                "Appointments",
                "calendar",
                (("Day", "calendar", "calendar", 0), ("Flow board", "board", "columns-3", 5), ("Visits", "cockpit", "door-open", 0)),
            ),
        ),
    ),
    ("middle", "Middle office", (("Doors", "lock", (("Held commands", "empty", "lock", 2), ("Rules", "detail", "scale", 0))),)),
    (
        "back",
        "Back office",
        (
            ("Billing", "receipt", (("Invoices", "", "receipt", 0), ("Payments", "import", "banknote", 0))),
            ("General ledger", "book-text", (("Entries", "problem", "book-text", 0), ("Trial balance", "no-company", "scale", 0))),
        ),
    ),
)


def rail(active: str) -> list[dict[str, Any]]:
    """Return the navigation with one entry marked as the present one."""
    return [
        {
            "office": office,
            "label": label,
            "departments": [
                {
                    "module": department,
                    "label": department,
                    "icon": icon,
                    "open": active in [url for _, url, _, _ in entries],
                    "entries": [
                        {
                            "label": words,
                            "url": f"/_gallery/{url}/" if url else "/_gallery/",
                            "icon": sign,
                            "count": count,
                            "active": url == active,
                        }
                        for words, url, sign, count in entries
                    ],
                }
                for department, icon, entries in departments
            ],
        }
        for office, label, departments in RAIL
    ]


def frame(active: str) -> dict[str, Any]:
    """Return what core/shell.html needs."""
    return {
        "nav": rail(active),
        "rail": "",
        "company": {"name": "Lindenhof Dental"},
        "companies": [{"pk": 1, "name": "Lindenhof Dental", "active": True}, {"pk": 2, "name": "Lindenhof Holding", "active": False}],
        "user": {"name": "Mara Vogel", "email": "mara@lindenhof.example"},
        "role_label": "Receptionist",
        "crumbs": [
            {"label": "Front", "url": "/_gallery/"},
            {"label": "Reception", "url": "/_gallery/list/"},
            {"label": active.capitalize() or "Components"},
        ],
        "notifications_count": 2,
        "demo": True,
    }

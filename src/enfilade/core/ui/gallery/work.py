"""Sample work places: the flow board, the day calendar, the cockpit of a desk and notifications."""

from datetime import timedelta
from typing import Any

from enfilade.core.ui.gallery.cells import NOW


def board_page() -> dict[str, Any]:
    """Return the columns of a flow board: who waits, how long."""
    columns = (
        ("Expected", "neutral", (("Li Wei", "Check-up", "10:30", None), ("Noor Haddad", "Cleaning", "11:00", None))),
        (
            "Waiting",
            "warn",
            (
                ("Ada Lindqvist", "Root canal", "09:30", 24),
                ("Jonas Weber", "Check-up", "09:45", 12),
                ("Ines Carvalho", "Filling", "10:00", 3),
            ),
        ),
        ("In treatment", "info", (("Fatima El Amrani", "Filling, two surfaces", "09:00", 41),)),
        ("Check-out", "ok", ()),
    )
    return {
        "columns": [
            {
                "label": label,
                "tone": tone,
                "cards": [
                    {
                        "title": name,
                        "text": service,
                        "time": time,
                        "since": NOW - timedelta(minutes=wait) if wait else None,
                        "who": "Dr Ruth Amsel",
                        "url": "/_gallery/detail/",
                        "flag": "Consent is missing" if wait and wait > 20 and tone == "warn" else "",
                    }
                    for name, service, time, wait in cards
                ],
            }
            for label, tone, cards in columns
        ]
    }


def calendar_page() -> dict[str, Any]:
    """Return a day with three lanes; minutes count from midnight."""
    bookings = {
        "Dr Ruth Amsel": (
            (480, 30, "Ada Lindqvist", "Check-up", "ok"),
            (540, 60, "Jonas Weber", "Root canal", "info"),
            (660, 45, "Li Wei", "Filling", "neutral"),
        ),
        "Dr Ben Okafor": ((510, 45, "Ines Carvalho", "Cleaning", "neutral"), (600, 15, "Noor Haddad", "Control", "neutral")),
        "Chair 1": ((480, 30, "Ada Lindqvist", "Check-up", "ok"), (540, 60, "Jonas Weber", "Root canal", "info")),
        "Chair 2": ((510, 45, "Ines Carvalho", "Cleaning", "neutral"),),
    }
    return {
        "day": {
            "from_min": 480,
            "to_min": 1020,
            "now_min": 585,
            "slot_min": 30,
            "lanes": [
                {
                    "label": lane,
                    "sub": "08:00–17:00",
                    "url": "/_gallery/detail/",
                    "bookings": [
                        {
                            "start_min": start,
                            "length_min": length,
                            "title": name,
                            "text": service,
                            "tone": tone,
                            "url": "/_gallery/detail/",
                            "time": f"{start // 60:02}:{start % 60:02}",
                        }
                        for start, length, name, service, tone in found
                    ],
                    "closed": [{"start_min": 720, "length_min": 60, "label": "Lunch"}],
                    "slots": [
                        {"start_min": minute, "url": "/_gallery/dialog/", "label": f"Book {lane} at {minute // 60:02}:{minute % 60:02}"}
                        for minute in range(780, 1020, 30)
                    ],
                }
                for lane, found in bookings.items()
            ],
        }
    }


def cockpit_page() -> dict[str, Any]:
    """Return the desk of a receptionist."""
    return {"now": NOW, "call_since": NOW - timedelta(minutes=2)}


def notifications() -> dict[str, Any]:
    """Return the list behind the bell."""
    return {
        "notifications": [
            {
                "text": "Paul Lindner released your discount of 40.00 €.",
                "at": NOW - timedelta(minutes=4),
                "url": "/_gallery/detail/",
                "unread": True,
                "icon": "door-open",
                "tone": "ok",
            },
            {
                "text": "Ada Lindqvist has arrived and two documents are missing.",
                "at": NOW - timedelta(minutes=24),
                "url": "/_gallery/detail/",
                "unread": True,
                "icon": "file-clock",
                "tone": "warn",
            },
            {
                "text": "The prescription for Jonas Weber was taken by the pharmacy.",
                "at": NOW - timedelta(hours=3),
                "url": "/_gallery/detail/",
                "icon": "check",
                "tone": "neutral",
            },
        ],
        "all_url": "/_gallery/list/",
        "read_url": "/_gallery/notifications/",
    }

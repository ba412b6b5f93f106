"""What happens at the door is written down: when, to whose account, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from django.http import HttpRequest
from django.utils import timezone

from enfilade.core.models import SignInEvent, User

AGENT_MAX = 300


@dataclass(frozen=True)
class Place:
    """Where a request comes from. address: None where it is not known; agent: what the browser calls itself."""

    address: str | None
    agent: str


def place_of(request: HttpRequest) -> Place:
    """The network address and the browser of a request."""
    given = request.META.get("REMOTE_ADDR", "")
    try:
        address: str | None = str(ip_address(given))
    except ValueError:
        address = None
    agent = request.headers.get("User-Agent", "")[:AGENT_MAX]
    return Place(address, "".join(c for c in agent if c.isprintable()))


def note(place: Place, kind: str, user: User | None, detail: str = "", at: datetime | None = None) -> SignInEvent:
    """Append one event."""
    return SignInEvent.objects.create(
        at=at or timezone.now(), user=user, kind=kind, detail=detail[:200], address=place.address, agent=place.agent
    )


def browser_name(agent: str) -> str:
    """A browser in two words, as people tell theirs apart: `Firefox on Windows`."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )
    name = next((word for mark, word in names if mark in agent), "A browser")
    system = next((word for mark, word in systems if mark in agent), "")
    return f"{name} on {system}" if system else name

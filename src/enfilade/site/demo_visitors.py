"""Who comes to see people of the demo practice today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .demo import Cast


def receive_visitors(cast: Cast) -> None:
    """A technician is in the house, a representative waits, an auditor and her team are expected, and a courier has left."""
    now = cast.owner.now
    host, dentist = cast.people["owner"].user.pk, cast.people["dentist"].user.pk
    came = (
        ("Henrik Thode", "Dental Nord GmbH", dentist, "Service of the sterilizer", 75, "inside"),
        ("Petra Wiese", "Kurierdienst Förde", host, "Impressions for the laboratory", 50, "left"),
        ("Malte Ohlsen", "Zahnwerk Lübeck", host, "New materials", 6, "waiting"),
    )
    for name, organisation, whom, purpose, ago_min, became in came:
        at = now - timedelta(minutes=ago_min)
        visitor = cast.do("desk", at, "visitors.receive_visitor", name=name, organisation=organisation, host=whom, purpose=purpose)
        for minutes, verb in ((4, "fetch_visitor"), (12, "let_out")):
            if became == "left" or (became == "inside" and verb == "fetch_visitor"):
                cast.do("desk", at + timedelta(minutes=minutes), f"visitors.{verb}", visitor=visitor.pk)
    guests = [{"name": name, "organisation": "Klar & Partner"} for name in ("Svenja Klar", "Tobias Renk")]
    expected = {"expected_at": now + timedelta(minutes=40), "expected_until": now + timedelta(hours=3)}
    cast.do("owner", now, "visitors.invite_visitors", guests=guests, host=host, purpose="Tax audit", group="Klar & Partner", **expected)

"""Proof for `enfilade verify`: numbers without gaps, one spelling of each contact point, nothing left on a merged party."""

from __future__ import annotations

from enfilade.core.context import Context
from enfilade.core.refs import ref
from enfilade.core.verify import Finding, declare_series, verifier

from . import rules
from .models import ContactPoint, Party

declare_series("party.party", Party, "number", starts="P-")


@verifier("party")
def verify_parties(ctx: Context) -> list[Finding]:
    """Every finding about parties."""
    return [*_spellings(ctx), *_leftovers(ctx)]


def _spellings(ctx: Context) -> list[Finding]:
    found = []
    for point in ContactPoint.objects.visible_to(ctx).iterator(chunk_size=2_000):
        expected = rules.normalise(point.kind, point.value, ctx.company.country)
        if point.normalised != expected:
            found.append(Finding("contact_point_spelling", ref(point), f"{point.value} is kept as {point.normalised}, not as {expected}."))
    return found


def _leftovers(ctx: Context) -> list[Finding]:
    merged = Party.objects.visible_to(ctx).exclude(merged_into=None)
    left = merged.exclude(contact_points=None) | merged.exclude(addresses=None) | merged.exclude(party_roles=None)
    return [Finding("merged_not_empty", ref(row), f"{row.number} was merged but still holds something.") for row in left.distinct()]

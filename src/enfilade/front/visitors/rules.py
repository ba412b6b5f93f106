"""Rules of visitors that need no table."""

from __future__ import annotations

from collections.abc import Iterable

from enfilade.base.party.rules import name_key


def visitor_key(name: str) -> str:
    """A name by which a visitor is recognised: without case and accents, and whichever of the names comes first ("Weber, Ida")."""
    return " ".join(sorted(name_key(name).split()))


def free_badge(badges: int, worn: Iterable[int | None]) -> int | None:
    """The lowest of the numbers 1 to badges that nobody wears; None where there is none."""
    taken = set(worn)
    return next((number for number in range(1, badges + 1) if number not in taken), None)

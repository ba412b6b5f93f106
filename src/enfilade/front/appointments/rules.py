"""What an appointment needs, in words and in lists. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

TAG = re.compile(r"^[a-z][a-z0-9_-]{0,39}$")
NEEDS_MAX = 12


def read_needs(value: Any) -> list[list[str]]:
    """Needs from a list of lists of tags, or from text: one need a line, alternatives separated by "or", commas or bars.

    Raises ValueError with a sentence.
    """
    rows = value.splitlines() if isinstance(value, str) else value
    if not isinstance(rows, list | tuple):
        raise ValueError("Give one need a line, for example: dentist or hygienist.")
    needs = [_alternatives(row) for row in rows]
    needs = [n for n in needs if n]
    if not 0 < len(needs) <= NEEDS_MAX:
        raise ValueError(f"An appointment needs between 1 and {NEEDS_MAX} things: one a line, for example dentist, chair.")
    return needs


def _alternatives(row: Any) -> list[str]:
    words = re.split(r"\s+or\s+|[,|]", row.strip()) if isinstance(row, str) else row
    if not isinstance(words, list | tuple) or not all(isinstance(w, str) for w in words):
        raise ValueError("A need is a list of tags of which one is enough.")
    found = list(dict.fromkeys(w.strip().lower() for w in words if w.strip()))
    for word in found:
        if not TAG.match(word):
            raise ValueError(f"{word[:40]!r} is no tag: small letters and figures, for example dentist.")
    return found


def needs_text(needs: Sequence[Sequence[str]]) -> str:
    """The needs as a person types them."""
    return "\n".join(" or ".join(need) for need in needs)


def need_for(needs: Sequence[Sequence[str]], tags: Collection[str]) -> int | None:
    """Which need somebody with these tags would meet: the first one; None where she can't help."""
    return next((n for n, need in enumerate(needs) if set(need) & set(tags)), None)


def later_of(now: datetime, before: datetime | None) -> datetime:
    """Now, or the step before where the clock of another machine runs ahead of this one's."""
    return now if before is None else max(now, before)

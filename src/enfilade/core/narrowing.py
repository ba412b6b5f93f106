"""Patterns of permission and what they cover: `module.action`, `module.*` and `*`. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .grants import NOWHERE, Reach

PATTERN = re.compile(r"\*|[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*)")


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern at all."""
    return PATTERN.fullmatch(text) is not None


def covers(granted: Iterable[str], pattern: str) -> bool:
    """Whether everything that `pattern` allows is allowed by one of the granted patterns."""
    module = pattern.partition(".")[0]
    return any(held in {"*", pattern, f"{module}.*"} for held in granted)


def narrowed(granted: Iterable[str], to: Iterable[str]) -> frozenset[str]:
    """What both allow: a token's scope never gives what its owner does not hold, and its owner's rights never more than the scope."""
    held, wanted = frozenset(granted), frozenset(to)
    return frozenset(w for w in wanted if covers(held, w)) | frozenset(h for h in held if covers(wanted, h))


def limits_narrowed(limited: Mapping[str, Reach], to: Iterable[str]) -> dict[str, Reach]:
    """The same for what the owner holds for some rows only: the token has it for those rows at most."""
    found: dict[str, Reach] = {}
    for pattern, reach in limited.items():
        for both in narrowed([pattern], to):
            found[both] = found.get(both, NOWHERE) | reach
    return found

"""What is kept in two places and has to say the same: each module registers its own proof, one page shows all of them.

A proof reads and changes nothing. It is quick enough for a page: what has to recompute everything is a verifier (core.verify).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .context import Context

Check = Callable[[Context], list[str]]


@dataclass(frozen=True)
class Proof:
    """title: what is held against what. url: where the figures are. check: a sentence for each thing that is wrong, [] as expected."""

    title: str
    permission: str
    url: str
    check: Check


PROOFS: dict[str, Proof] = {}


def proof(name: str, *, title: str, permission: str, url: str) -> Callable[[Check], Check]:
    """File `def check(ctx) -> list[str]` as a proof."""

    def wrap(check: Check) -> Check:
        PROOFS[name] = Proof(title, permission, url, check)
        return check

    return wrap

"""Pure rules of books: what balances, what a year is made of, how a seal is made."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

CHAIN_START = "0" * 64
DIGEST_BYTES = 40


def differences(quantities: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Units in which (unit, signed quantity) pairs do not sum to zero, and by how much."""
    totals: dict[str, int] = defaultdict(int)
    for unit, quantity_minor in quantities:
        totals[unit] += quantity_minor
    return {unit: total for unit, total in totals.items() if total}


def months(year: int, first_month: int = 1) -> list[tuple[date, date]]:
    """First and last day of the twelve months of a year of accounts that begins in `first_month` of the calendar year `year`."""
    starts = [date(year + (first_month - 1 + n) // 12, (first_month - 1 + n) % 12 + 1, 1) for n in range(13)]
    return [(start, after - timedelta(days=1)) for start, after in pairwise(starts)]


def pack_digests(digests: Iterable[tuple[int, bytes]]) -> bytes:
    """8 bytes of id (big endian) and 32 of SHA-256 per entry, in the order given."""
    return b"".join(entry.to_bytes(8, "big") + bytes(digest) for entry, digest in digests)


def unpack_digests(packed: bytes) -> list[tuple[int, bytes]]:
    """The way back."""
    return [(int.from_bytes(packed[n : n + 8], "big"), packed[n + 8 : n + DIGEST_BYTES]) for n in range(0, len(packed), DIGEST_BYTES)]


def seal_hash(head: dict[str, Any], digests: bytes) -> str:
    """SHA-256 over the head of a seal (JSON, keys sorted, no blanks), a line feed and the packed digests; hexadecimal."""
    text = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode() + b"\n" + digests).hexdigest()


def canonical(entry: dict[str, Any]) -> str:
    """The canonical form of an entry: JSON, shorter names first, then by byte, a blank after `:` and `,`, only escapes JSON demands.

    Why: it is what PostgreSQL writes for jsonb, so that the database can hash a million entries without sending them.
    """
    if isinstance(entry, dict):
        names = sorted(entry, key=lambda n: (len(n.encode()), n.encode()))
        return "{" + ", ".join(f"{json.dumps(n, ensure_ascii=False)}: {canonical(entry[n])}" for n in names) + "}"
    if isinstance(entry, list):
        return "[" + ", ".join(canonical(item) for item in entry) + "]"
    return json.dumps(entry, ensure_ascii=False)

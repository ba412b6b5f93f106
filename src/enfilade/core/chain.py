"""How sealed blocks are made: digests packed, a head hashed with them, each block over the one before.

Pure; the books and the audit share it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

CHAIN_START = "0" * 64
DIGEST_BYTES = 40


def pack_digests(digests: Iterable[tuple[int, bytes]]) -> bytes:
    """8 bytes of id (big endian) and 32 of SHA-256 per line, in the order given."""
    return b"".join(line.to_bytes(8, "big") + bytes(digest) for line, digest in digests)


def unpack_digests(packed: bytes) -> list[tuple[int, bytes]]:
    """The way back."""
    return [(int.from_bytes(packed[n : n + 8], "big"), packed[n + 8 : n + DIGEST_BYTES]) for n in range(0, len(packed), DIGEST_BYTES)]


def seal_hash(head: dict[str, Any], digests: bytes) -> str:
    """SHA-256 over the head of a seal (JSON, keys sorted, no blanks), a line feed and the packed digests; hexadecimal."""
    text = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode() + b"\n" + digests).hexdigest()


def canonical(line: Any) -> str:
    """The canonical form of a line: JSON, shorter names first, then by byte, a blank after `:` and `,`, only escapes JSON demands.

    Why: it is what PostgreSQL writes for jsonb, so that the database can hash a million lines without sending them.
    """
    if isinstance(line, dict):
        names = sorted(line, key=lambda n: (len(n.encode()), n.encode()))
        return "{" + ", ".join(f"{json.dumps(n, ensure_ascii=False)}: {canonical(line[n])}" for n in names) + "}"
    if isinstance(line, list):
        return "[" + ", ".join(canonical(item) for item in line) + "]"
    return json.dumps(line, ensure_ascii=False)

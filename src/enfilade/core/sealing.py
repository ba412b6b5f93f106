"""Sealing the company's record: which lines a block holds, and how it waits for those who write.

A block covers every key up to a horizon: the place of the sequences at a moment after which all transactions that were writing then
have ended. So no older line can appear later, and a line that is there without being in the seal was put in. Nobody who writes ever
waits: the record has no lock that commands share (docs/adr/0013).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .chain import CHAIN_START, pack_digests, seal_hash
from .command import command
from .context import Context, Refusal
from .events import AuditSealed, publish
from .models import AuditSeal

BLOCK_MAX = 20_000
PATIENCE_S = 5.0
PAUSE_S = 0.05
KINDS = {"entry": "core_auditentry", "change": "core_rowchange", "event": "core_evententry"}


@dataclass(frozen=True)
class Line:
    """One line of the record as it is now: its key, the digest of its canonical form, two bytes for each of its columns."""

    key: int
    digest: bytes
    marks: bytes


@command(permission="core.seal_audit")
def seal_audit(ctx: Context) -> AuditSeal:
    """Seal what was recorded since the last seal: audit entries, row changes and events, at most 20,000 of each at a time.

    Refuses: nothing_to_seal; still_writing, where a transaction that began before does not end within a few seconds.
    Why: it waits for writers, and none of them ever waits for it.
    """
    seal = next_block(ctx)
    if seal is None:
        raise Refusal("nothing_to_seal", "Everything that was recorded is sealed.")
    seal.save()
    publish(ctx, AuditSealed(number=seal.number, hash=seal.hash))
    return seal


def next_block(ctx: Context) -> AuditSeal | None:
    """The seal of the next block, not saved yet; None when nothing is left to seal. Runs inside the command that seals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core.auditseal'), hashint8(%s))", [ctx.company_id])
        last = AuditSeal.objects.visible_to(ctx).order_by("-number").first()
        horizon = _horizon(cursor, ctx)
        _wait_for_writers(cursor)
        after = reached(last)
        up_to = {kind: _block_end(cursor, ctx, kind, after[kind], horizon[kind]) for kind in KINDS}
    blocks = {kind: lines(ctx, kind, after[kind], up_to[kind]) for kind in KINDS}
    found = [line for block in blocks.values() for line in block]
    if not found:
        return None
    seal = AuditSeal(
        company=ctx.company,
        number=last.number + 1 if last else 1,
        last_entry=up_to["entry"],
        last_change=up_to["change"],
        last_event=up_to["event"],
        entry_count=len(blocks["entry"]),
        change_count=len(blocks["change"]),
        event_count=len(blocks["event"]),
        digests=pack_digests((line.key, line.digest) for line in found),
        marks=b"".join(line.marks for line in found),
        previous=last.hash if last else CHAIN_START,
        sealed_at=ctx.now,
    )
    seal.hash = seal_hash(seal.head, bytes(seal.digests) + bytes(seal.marks))
    return seal


def reached(seal: AuditSeal | None) -> dict[str, int]:
    """The last key of each kind that a seal covers."""
    if seal is None:
        return dict.fromkeys(KINDS, 0)
    return {"entry": seal.last_entry, "change": seal.last_change, "event": seal.last_event}


def lines(ctx: Context, kind: str, after: int, up_to: int) -> list[Line]:
    """The lines of one kind with keys above `after`, up to `up_to`, in their order, hashed by PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line, digest, marks FROM core_audit_digests(%s, %s, %s, %s) ORDER BY line", [ctx.company_id, kind, after, up_to]
        )
        return [Line(int(key), bytes(digest), bytes(marks)) for key, digest, marks in cursor.fetchall()]


def unsealed_count(ctx: Context) -> int:
    """How many lines no seal covers yet."""
    after = reached(AuditSeal.objects.visible_to(ctx).order_by("-number").first())
    with connection.cursor() as cursor:
        counts = []
        for kind, table in KINDS.items():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE company_id = %s AND id > %s", [ctx.company_id, after[kind]])  # noqa: S608
            counts.append(int(cursor.fetchone()[0]))
    return sum(counts)


def _horizon(cursor: Any, ctx: Context) -> dict[str, int]:
    """How far the sequences have come; the entry of the command that seals is not written yet and stays beyond."""
    found = {}
    for kind, table in KINDS.items():
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_id_seq")  # noqa: S608
        found[kind] = int(cursor.fetchone()[0])
    if ctx.work is not None and ctx.work.first is not None:
        found["entry"] = min(found["entry"], ctx.work.first - 1)
    return found


def _wait_for_writers(cursor: Any) -> None:
    """Return when every transaction that may have drawn a key so far has ended."""
    cursor.execute("SELECT core_audit_writers()")
    writing = {row[0] for row in cursor.fetchall()}
    until = time.monotonic() + PATIENCE_S
    while writing:
        if time.monotonic() > until:
            raise Refusal("still_writing", "Somebody's work began before this and is not finished; it is sealed next time.")
        time.sleep(PAUSE_S)
        cursor.execute("SELECT core_audit_writers()")
        writing &= {row[0] for row in cursor.fetchall()}


def _block_end(cursor: Any, ctx: Context, kind: str, after: int, horizon: int) -> int:
    """The key where the block ends: the horizon, or an earlier one where there are too many lines."""
    cursor.execute(
        f"SELECT id FROM {KINDS[kind]} WHERE company_id = %s AND id > %s AND id <= %s ORDER BY id OFFSET %s LIMIT 1",  # noqa: S608
        [ctx.company_id, after, horizon, BLOCK_MAX - 1],
    )
    found = cursor.fetchone()
    return int(found[0]) if found else max(after, horizon)

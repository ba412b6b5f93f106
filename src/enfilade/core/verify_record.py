"""Proof that the record of a company is the one that was written, and that the rows are what the record says.

Three proofs: the chain of seals against every line it covers; the links among lines that no seal covers yet; each recorded row
against the sum of its changes. A finding names the line (`core.auditentry:4711`), the column where it can be told, and what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from .chain import CHAIN_START, seal_hash, unpack_digests
from .context import Context
from .models import AuditSeal, EventEntry
from .recording import Recorded, recorded_models
from .sealing import KINDS, Line, lines, reached
from .verify import Finding, verifier

# The columns of a line in the order of their marks: as JSON of PostgreSQL names them, shorter first, then by byte.
COLUMNS = {
    kind: sorted(names.split(), key=lambda name: (len(name), name))
    for kind, names in {
        "entry": "id company at user released_by command channel inputs inputs_sha256 key facts changes result authority parent subjects",
        "change": "id company at entry place ref kind before after db_user",
        "event": "id company at name payload entry",
    }.items()
}
LABELS = {"entry": "core.auditentry", "change": "core.rowchange", "event": "core.evententry"}
MARK_BYTES = 2

_CAUSES = """
SELECT c.id, c.ref, c.entry_id FROM core_rowchange c LEFT JOIN core_auditentry e ON e.id = c.entry_id AND e.company_id = c.company_id
 WHERE c.company_id = %s AND c.entry_id IS NOT NULL AND e.id IS NULL ORDER BY c.id LIMIT 20
"""
# What a row should be: its changes laid over each other, from the one that made it. Rows that are older than the record have no
# such change and are left out; so are columns that were added or dropped since.
_ROWS = """
WITH told AS (
    SELECT c.ref, bool_or(c.kind = 'insert') AS made, (array_agg(c.kind ORDER BY c.id DESC))[1] AS last,
           core_jsonb_merge(c.after ORDER BY c.id) AS told
      FROM core_rowchange c WHERE c.company_id = %(company)s AND c.ref LIKE %(refs)s GROUP BY c.ref
), present AS (
    SELECT %(label)s || ':' || r.id AS ref, r.id, to_jsonb(r) AS row FROM {table} r WHERE r.{company} = %(company)s
)
SELECT coalesce(t.ref, p.ref), CASE
         WHEN t.ref IS NULL THEN 'unrecorded'
         WHEN t.last = 'delete' THEN 'returned'
         WHEN p.ref IS NULL THEN 'gone'
         ELSE d.name END, d.was::text, d.is_now::text
  FROM told t FULL JOIN present p ON p.ref = t.ref
  LEFT JOIN LATERAL (
       SELECT e.key AS name, e.value AS was, p.row -> e.key AS is_now FROM jsonb_each(t.told) e
        WHERE t.last <> 'delete' AND p.row ? e.key AND p.row -> e.key <> e.value AND e.value <> '"(left out)"'
        ORDER BY e.key LIMIT 1) d ON true
 WHERE (t.last = 'delete' AND p.ref IS NOT NULL) OR (t.last <> 'delete' AND p.ref IS NULL) OR d.name IS NOT NULL
    OR (t.ref IS NULL AND p.id > (SELECT min(split_part(o.ref, ':', 2)::bigint) FROM told o WHERE o.made))
 ORDER BY 1 LIMIT 20
"""


@verifier("record")
def verify_record(ctx: Context) -> list[Finding]:
    """Seals, links and rows; every broken seal ends the first proof, since what follows it proves nothing."""
    return [*_verify_seals(ctx), *_verify_causes(ctx), *[f for recorded in recorded_models() for f in _verify_rows(ctx, recorded)]]


def _verify_seals(ctx: Context) -> Iterator[Finding]:
    """The chain from its start, each seal against its head, its digests against the lines, and all against what was published."""
    previous, after = CHAIN_START, reached(None)
    published = _published(ctx)
    for number, seal in enumerate(AuditSeal.objects.visible_to(ctx).order_by("number").iterator(chunk_size=20), 1):
        body = bytes(seal.digests) + bytes(seal.marks)
        sound = seal.number == number and seal.previous == previous and seal.hash == seal_hash(seal.head, body)
        if not sound or published.pop(seal.number, seal.hash) != seal.hash:
            yield Finding("seal_broken", f"core.auditseal:{seal.pk}", f"Seal {seal.number} of the record is not the one that was made.")
            return
        for kind, sealed in _sealed(seal).items():
            yield from _altered(kind, sealed, lines(ctx, kind, after[kind], reached(seal)[kind]))
        previous, after = seal.hash, reached(seal)
    if published:
        yield Finding("seal_missing", f"core.auditseal:{min(published)}", f"Seal {min(published)} of the record was made, but is gone.")


def _published(ctx: Context) -> dict[int, str]:
    """Hash by number of every seal that the outbox says was made: whoever cuts off the end of the chain has to cut there too."""
    events: Any = EventEntry.objects.visible_to(ctx).filter(name="core.AuditSealed").values_list("payload", flat=True)
    return {int(payload["number"]): str(payload.get("hash")) for payload in events if "number" in payload}


def _sealed(seal: AuditSeal) -> dict[str, list[Line]]:
    """The lines of a seal as they were."""
    digests, marks, at = unpack_digests(bytes(seal.digests)), bytes(seal.marks), 0
    counts = dict(zip(KINDS, (seal.entry_count, seal.change_count, seal.event_count), strict=True))
    found: dict[str, list[Line]] = {}
    for kind, count in counts.items():
        width = len(COLUMNS[kind]) * MARK_BYTES
        found[kind] = [Line(key, digest, marks[at + n * width : at + (n + 1) * width]) for n, (key, digest) in enumerate(digests[:count])]
        digests, at = digests[count:], at + count * width
    return found


def _altered(kind: str, sealed: list[Line], present: list[Line]) -> Iterator[Finding]:
    """Lines of a block that are not what was sealed, in the order of their keys."""
    was, now = {line.key: line for line in sealed}, {line.key: line for line in present}
    for key in sorted(was.keys() | now.keys()):
        reference = f"{LABELS[kind]}:{key}"
        if key not in now:
            yield Finding("line_missing", reference, f"{reference} was sealed, but is gone.")
        elif key not in was:
            yield Finding("line_added", reference, f"{reference} was put in among sealed lines.")
        elif was[key].digest != now[key].digest:
            names = _changed_columns(kind, was[key], now[key])
            yield Finding("line_altered", reference, f"{reference} is not what was sealed: {names} was changed.")


def _changed_columns(kind: str, was: Line, now: Line) -> str:
    marks = [line.marks for line in (was, now)]
    slices = [[mark[n : n + MARK_BYTES] for n in range(0, len(mark), MARK_BYTES)] for mark in marks]
    names = [name for name, old, new in zip(COLUMNS[kind], *slices, strict=False) if old != new]
    return ", ".join(names) or "a column"


def _verify_causes(ctx: Context) -> Iterator[Finding]:
    """A change that names a command has its audit entry."""
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, [ctx.company_id])
        for key, reference, entry in cursor.fetchall():
            yield Finding(
                "cause_missing", f"core.rowchange:{key}", f"{reference} was changed by core.auditentry:{entry}, which does not exist."
            )


def _verify_rows(ctx: Context, recorded: Recorded) -> Iterator[Finding]:
    """Each row of a table is what its recorded changes say."""
    query = _ROWS.format(table=recorded.table, company=recorded.company)
    values: dict[str, int | str] = {"company": ctx.company_id, "label": recorded.label, "refs": f"{recorded.label}:%"}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        for reference, what, was, is_now in cursor.fetchall():
            yield _row_finding(reference, what, was, is_now)


def _row_finding(reference: str, what: str, was: str | None, is_now: str | None) -> Finding:
    if what == "unrecorded":
        return Finding("row_unrecorded", reference, f"{reference} is there, but nothing recorded that it was made.")
    if what == "returned":
        return Finding("row_returned", reference, f"{reference} was deleted, but is there.")
    if what == "gone":
        return Finding("row_gone", reference, f"{reference} is gone, but nothing recorded that it was deleted.")
    return Finding("row_altered", reference, f"{reference} is not what was recorded: {what} is {_short(is_now)} instead of {_short(was)}.")


def _short(value: str | None) -> str:
    text = value or "empty"
    return text if len(text) <= 60 else f"{text[:57]}..."

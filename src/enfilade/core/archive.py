"""An archive of the company's record for an auditor: the sealed lines of a period as they were hashed, the seals, and a check without us.

The same period gives the same bytes for ever, names of people aside: sealed lines never change, and the archive has no clock.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO

from django.db import connection
from django.db.models import QuerySet

from . import archive_check
from .context import Context, Refusal
from .models import AuditEntry, AuditSeal
from .sealing import KINDS, reached

PERMISSION = "core.export_audit"
FILES = dict(zip(KINDS, archive_check.FILES, strict=True))
_NEXT_LINES = "SELECT line, form::text FROM core_audit_lines(%s, %s, %s, %s) ORDER BY line LIMIT 5000"
README = """The record of {company}: what was done from {since} to {until}.

entries.jsonl  every command: who, when, what was typed, which records it was about (subjects), what came out
changes.jsonl  every row that was made, changed or deleted: before and after, the entry that caused it (none: no command did), database user
events.jsonl   what the commands published
seals.jsonl    the chain of seals over these lines
people.json    names of the users that the entries refer to
verify.py      python3 verify.py says whether a line was altered, removed or put in; it needs nothing but Python 3.10

One JSON object per line, as it was hashed. The blocks are those that were sealed from {since} to {until}. What the hashes prove is told
by the hash of a newer seal that was kept where nobody could change it: compare it with what verify.py prints.
"""


def seals_between(ctx: Context, since: date, until: date) -> QuerySet[AuditSeal]:
    """The seals made from one day to another, both included, in the company's time zone."""
    if until < since:
        raise Refusal("period_reversed", "The period ends before it begins.", field="until")
    start = datetime.combine(since, time(), ctx.zone)
    end = datetime.combine(until + timedelta(days=1), time(), ctx.zone)
    seals: QuerySet[AuditSeal] = AuditSeal.objects.visible_to(ctx)
    return seals.filter(sealed_at__gte=start, sealed_at__lt=end).order_by("number")


def write_archive(ctx: Context, since: date, until: date, out: IO[bytes]) -> int:
    """Write the archive of a period; how many seals it holds. Belongs inside a scope.

    Refuses: period_reversed, nothing_sealed.
    """
    seals = list(seals_between(ctx, since, until).only("number", *[f"last_{k}" for k in KINDS]))
    if not seals:
        raise Refusal("nothing_sealed", "Nothing was sealed in this period.")
    before = AuditSeal.objects.visible_to(ctx).filter(number=seals[0].number - 1).first()
    after, up_to = reached(before), reached(seals[-1])
    told = {"company": ctx.company.name, "since": since.isoformat(), "until": until.isoformat()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "README.txt", [README.format(**told)])
        for kind, name in FILES.items():
            _put(archive, name, _lines(ctx, kind, after[kind], up_to[kind]))
        _put(archive, "seals.jsonl", map(_seal, seals_between(ctx, since, until).iterator(chunk_size=20)))
        _put(archive, "people.json", [_people(ctx, after["entry"], up_to["entry"])])
        _put(archive, "verify.py", [Path(archive_check.__file__).read_text("utf-8")])
    return len(seals)


def _put(archive: zipfile.ZipFile, name: str, parts: Iterator[str] | map[str] | list[str]) -> None:
    """A file of the archive without a time of its own, written piece by piece."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as file:
        for part in parts:
            file.write(part.encode())


def _lines(ctx: Context, kind: str, after: int, up_to: int) -> Iterator[str]:
    """Lines of one kind in their order, some thousands at a time."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_LINES, [ctx.company_id, kind, after, up_to])
            found = cursor.fetchall()
        if not found:
            return
        yield from (f"{form}\n" for _, form in found)
        after = int(found[-1][0])


def _seal(seal: AuditSeal) -> str:
    packed = {name: base64.b64encode(bytes(getattr(seal, name))).decode() for name in ("digests", "marks")}
    return json.dumps({"head": seal.head, "hash": seal.hash, **packed}, sort_keys=True) + "\n"


def _people(ctx: Context, after: int, up_to: int) -> str:
    entries = AuditEntry.objects.visible_to(ctx).filter(pk__gt=after, pk__lte=up_to)
    found = {
        pk: {"name": name, "email": email}
        for who in ("user", "released_by")
        for pk, name, email in entries.exclude(**{who: None}).values_list(who, f"{who}__name", f"{who}__email").order_by(who).distinct()
    }
    return json.dumps({str(pk): found[pk] for pk in sorted(found)}, indent=1, ensure_ascii=False) + "\n"

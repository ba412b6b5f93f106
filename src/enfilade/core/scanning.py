"""Files that people gave are scanned before anybody may read them, where CLAMD names a scanner; without it nothing here does anything.

A file is held from the transaction on that keeps it. An upload is scanned at once; what comes otherwise, or finds no scanner, within a
minute or as soon as there is one. A file in which something was found is locked away: who gave it and the owners of the company are told,
and a person decides.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from . import clamd, files
from .access import house_context, users_in_role
from .command import LongText, command
from .context import Context, Refusal
from .erasing import erase
from .events import event, publish
from .jobs import for_each_company, schedule
from .models import FileScan, StoredFile
from .notify import tell
from .refs import ref
from .scope import scope

PERMISSION = "core.decide_filescan"
AT_ONCE_S = 10
A_MINUTE_MAX = 500
# What the scanner can't scan is tried again so often: somebody may have changed its settings.
AGAIN_AFTER = timedelta(hours=1)
LOST = "Its content is missing; look after the disk and the backup."
_LOG = logging.getLogger("enfilade.scanning")


@event
class FileCleared:
    """A file that was held may be read."""

    file_id: int


@event
class FileQuarantined:
    """Something was found in a file; it is locked away."""

    file_id: int
    found: str


@command(permission="core.note_scan", hidden=True)
def note_scan(ctx: Context, *, scan: FileScan, found: str = "", problem: str = "") -> FileScan:
    """Note what the scanner says of a file.

    found: its name, empty where nothing was. problem: why it could not be scanned; it is held on.
    Refuses: not_waiting.
    """
    scan.tried_at, scan.problem = ctx.now, problem
    if not problem:
        scan.state, scan.scanned_at, scan.found = FileScan.State.QUARANTINED if found else FileScan.State.CLEAN, ctx.now, found
    scan.save(update_fields=["state", "tried_at", "scanned_at", "found", "problem"])
    if scan.state == FileScan.State.QUARANTINED:
        giver = [scan.file.stored_by] if scan.file.stored_by is not None else []
        people = {u.pk: u for u in (*giver, *users_in_role(ctx.company, "owner"))}
        tell(ctx, list(people.values()), f"{scan.file.name} holds {found} and is locked away: nobody can open it.", ref(scan))
        publish(ctx, FileQuarantined(scan.file_id, found))
    elif scan.state == FileScan.State.CLEAN:
        publish(ctx, FileCleared(scan.file_id))
    return scan


@command(permission=PERMISSION, door=True, tone="danger", label="Release")
def release_file(ctx: Context, *, scan: FileScan, reason: LongText) -> FileScan:
    """Let people read a file although something was found in it, or although it was not scanned.

    reason: why that is safe.
    Refuses: not_waiting_or_quarantined; file_scan_decided (database).
    """
    _decide(ctx, scan, FileScan.State.RELEASED, reason)
    publish(ctx, FileCleared(scan.file_id))
    return scan


@command(permission=PERMISSION, door=True, tone="danger", label="Destroy the file")
def destroy_file(ctx: Context, *, scan: FileScan, reason: LongText) -> FileScan:
    """Destroy the content of a file in which something was found. What referred to it says so from then on.

    Refuses: not_quarantined; whatever keeps the file, such as a legal hold (database).
    """
    _decide(ctx, scan, FileScan.State.DESTROYED, reason)
    erase(ctx, scan.file, f"{scan.found}: {reason}")
    return scan


def _decide(ctx: Context, scan: FileScan, state: str, reason: str) -> None:
    scan.state, scan.decided_by, scan.decided_at, scan.reason = state, ctx.user, ctx.now, reason
    scan.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def scan_upload(ctx: Context, file: StoredFile) -> None:
    """Scan a file that somebody has just given, so that she can go on with it; where that fails it is done within a minute."""
    if not settings.CLAMD:
        return
    with scope(ctx.company_id, read_only=True):
        scan = FileScan.objects.visible_to(ctx).select_related("file").filter(file=file, state=FileScan.State.WAITING).first()
    if scan is not None:
        try:
            _scan(house_context(ctx.company), scan, AT_ONCE_S)
        except clamd.Unreachable as error:
            _LOG.warning("the scanner does not answer: %s", error)


files.ON_UPLOAD.append(scan_upload)


@schedule("core.scan_files", "* * * * *")
def scan_files(timestamp: int) -> None:
    """Every minute: files that wait."""
    del timestamp
    if settings.CLAMD:
        for_each_company(scan_of_company)


def scan_of_company(ctx: Context) -> int:
    """Scan what waits in one company, the oldest first; how many files. Where the scanner does not answer, all go on waiting."""
    due = Q(problem="") | Q(tried_at__lt=ctx.now - AGAIN_AFTER)
    with scope(ctx.company_id, read_only=True):
        rows = FileScan.objects.visible_to(ctx).filter(due, state=FileScan.State.WAITING).select_related("file")
        waiting = list(rows.order_by("pk")[:A_MINUTE_MAX])
    for at, scan in enumerate(waiting):
        try:
            _scan(ctx, scan, clamd.PATIENCE_S)
        except clamd.Unreachable as error:
            _LOG.warning("the scanner does not answer, %s files wait: %s", len(waiting) - at, error)
            return at
    return len(waiting)


def _scan(ctx: Context, scan: FileScan, patience_s: float) -> None:
    found = problem = ""
    try:
        with scope(ctx.company_id, read_only=True), files.open_file(scan.file, unscanned=True) as content:
            data = content.read()
        found = clamd.found_in(data, patience_s)
    except clamd.NotScanned as why:
        problem = f"The scanner says: {why}"
    except FileNotFoundError:
        problem = LOST
    except Refusal as no:
        problem = str(no)
    try:
        note_scan(ctx, scan=scan.pk, found=found, problem=problem)
    except Refusal as no:
        # Somebody else has scanned it meanwhile, or a person has decided.
        if no.code != "not_waiting":
            raise

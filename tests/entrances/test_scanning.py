"""Files are scanned before anybody may read them, by a scanner that speaks the protocol of clamd over a real socket."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from enfilade.core import clamd, files
from enfilade.core.context import Context, Refusal
from enfilade.core.models import ErasedFile, EventEntry, FileScan, Notification, StoredFile
from enfilade.core.reports import virus_scanner
from enfilade.core.scanning import destroy_file, note_scan, release_file, scan_of_company
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db(transaction=True)

# The test file on which every scanner agrees (EICAR), in two pieces so that a scanner of the machine leaves this one alone.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LIMIT_BYTES = 1_000_000


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.3/27800/Fri Nov 27 09:00:00 2026\0")
            return
        assert command == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
            if len(data) > LIMIT_BYTES:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(data)  # type: ignore[attr-defined]
        self.wfile.write(b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0")


class Scanner:
    """A scanner on a port of its own, or on a socket of the file system; it can go away and come back."""

    def __init__(self, path: Path | None = None) -> None:
        kind: Any = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
        self.server = kind(str(path) if path else ("127.0.0.1", 0), _Session)
        self.server.scanned, self.server.daemon_threads = [], True
        self.address = str(path) if path else f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Go away."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scanner]:
    """One that the house knows."""
    made = Scanner()
    monkeypatch.setattr(settings, "CLAMD", made.address)
    yield made
    made.stop()


@pytest.fixture
def ctx() -> Context:
    """The owner of a company."""
    return make_ctx(make_company(), "*", role="owner")


def upload(ctx: Context, content: bytes, name: str = "letter.txt") -> StoredFile:
    """A file from a page."""
    return files.keep_upload(ctx, SimpleUploadedFile(name, content))


def mailed(ctx: Context, content: bytes) -> StoredFile:
    """A file that came otherwise."""
    with scope(ctx.company_id):
        return files.store(ctx, "letter.txt", io.BytesIO(content))


def scan_of(ctx: Context, file: StoredFile) -> FileScan:
    """How it stands."""
    with scope(ctx.company_id):
        return FileScan.objects.select_related("file").get(file=file)


def read(ctx: Context, file: StoredFile) -> bytes | str:
    """The content, or the code of the refusal."""
    with scope(ctx.company_id, read_only=True):
        try:
            with files.open_file(file) as content:
                return content.read()
        except Refusal as no:
            return no.code


def told(ctx: Context, other: Context) -> list[str]:
    """What somebody was told."""
    with scope(ctx.company_id):
        return list(Notification.objects.filter(user=other.user).values_list("text", flat=True))


def test_without_the_setting_nothing_is_scanned_and_that_is_said(ctx: Context) -> None:
    """No row, no hold."""
    assert read(ctx, upload(ctx, EICAR)) == EICAR
    with scope(ctx.company_id):
        assert not FileScan.objects.exists()
        said = virus_scanner(ctx)
    assert (said["tiles"][0]["value"], said["notes"][0][:13]) == ("None", "Nothing scans")


def test_an_upload_is_scanned_at_once(scanner: Scanner, ctx: Context) -> None:
    """What is clean is there when the page goes on; who gave the other one, and the owner, are told; nobody opens it."""
    clerk = make_ctx(ctx.company, "core.use")
    clean, bad = upload(clerk, b"Dear Ada"), upload(clerk, b"x" * 200_000 + EICAR)
    assert (read(ctx, clean), read(ctx, bad)) == (b"Dear Ada", "quarantined")
    assert [len(one) for one in scanner.server.scanned] == [8, 200_000 + len(EICAR)]
    assert (scan_of(ctx, clean).state, scan_of(ctx, bad).found) == ("clean", "Eicar-Signature")
    sentence = "letter.txt holds Eicar-Signature and is locked away: nobody can open it."
    assert (told(ctx, clerk), told(ctx, ctx)) == ([sentence], [sentence])
    answer = browser_of(clerk).get(f"/files/{bad.pk}/")
    assert answer.status_code == 409
    assert "Eicar-Signature was found in it" in answer.content.decode()
    with scope(ctx.company_id):
        assert list(EventEntry.objects.order_by("pk").values_list("name", flat=True)) == ["core.FileCleared", "core.FileQuarantined"]
        said = virus_scanner(ctx)
    assert [tile["value"] for tile in said["tiles"]] == ["ClamAV 1.4.3/27800/Fri Nov 27 09:00:00 2026", "0", "1", "1"]
    assert [row["file"] for row in said["rows"]] == ["letter.txt"]


def test_what_a_program_uploads_is_scanned_too(scanner: Scanner, ctx: Context) -> None:
    """The upload is taken; the content is not given out."""
    made = Program(ctx).upload("x.bin", EICAR)
    assert made.status_code == 201
    answer = browser_of(ctx).get(f"/files/{made.json()['id']}/")
    assert (answer.status_code, EICAR in answer.content) == (409, False)


def test_what_finds_no_scanner_is_held_until_there_is_one(scanner: Scanner, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload is taken all the same; every minute it is tried again; what comes by mail waits for the minute."""
    monkeypatch.setattr(settings, "CLAMD", "127.0.0.1:1")
    file, other = upload(ctx, b"Dear Ada"), mailed(ctx, EICAR)
    assert (read(ctx, file), read(ctx, other)) == ("not_scanned", "not_scanned")
    assert scan_of_company(ctx) == 0
    with scope(ctx.company_id):
        said = virus_scanner(ctx)
    assert (said["tiles"][0]["value"], said["tiles"][1]["value"]) == ("Does not answer", "2")
    monkeypatch.setattr(settings, "CLAMD", scanner.address)
    assert (scan_of_company(ctx), scan_of_company(ctx)) == (2, 0)
    assert (read(ctx, file), read(ctx, other)) == (b"Dear Ada", "quarantined")


def test_what_can_not_be_scanned_does_not_hold_up_the_others(scanner: Scanner, ctx: Context) -> None:
    """Too large for the scanner, or gone from the disk: held on, with the reason; the next one is scanned."""
    large, lost, fine = mailed(ctx, b"x" * (LIMIT_BYTES + 1)), mailed(ctx, b"lost"), mailed(ctx, b"fine")
    files.remove_content(lost.sha256)
    assert (scan_of_company(ctx), scan_of_company(ctx)) == (3, 0)
    assert (read(ctx, large), read(ctx, fine)) == ("not_scanned", b"fine")
    assert "size limit exceeded" in scan_of(ctx, large).problem
    assert "missing" in scan_of(ctx, lost).problem


def test_a_person_decides(scanner: Scanner, ctx: Context) -> None:
    """Released with a reason it can be read; destroyed it is gone, and what was decided stays decided."""
    mistaken, bad = upload(ctx, EICAR), upload(ctx, EICAR + b"2")
    with pytest.raises(Refusal, match="says why"):
        release_file(ctx, scan=scan_of(ctx, mistaken), reason="")
    release_file(ctx, scan=scan_of(ctx, mistaken), reason="the test file of the scanner")
    assert read(ctx, mistaken) == EICAR
    destroy_file(ctx, scan=scan_of(ctx, bad), reason="nobody needs it")
    assert read(ctx, bad) == "erased"
    with scope(ctx.company_id):
        assert ErasedFile.objects.get().reason == "Eicar-Signature: nobody needs it"
    with pytest.raises(Refusal) as no:
        note_scan(ctx, scan=scan_of(ctx, bad))
    assert no.value.code == "not_waiting"
    for attack in ({"state": "clean"}, {"state": "waiting"}, {"reason": ""}):
        with pytest.raises(IntegrityError), scope(ctx.company_id):
            FileScan.objects.filter(file=bad).update(**attack)


def test_a_socket_of_the_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Debian's clamav-daemon has it; and one that says nothing is not reachable."""
    made = Scanner(tmp_path / "clamd.ctl")
    monkeypatch.setattr(settings, "CLAMD", made.address)
    assert (clamd.found_in(b"fine"), clamd.found_in(EICAR)) == ("", "Eicar-Signature")
    made.stop()
    with pytest.raises(clamd.Unreachable):
        clamd.found_in(b"fine")

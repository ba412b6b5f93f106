"""Which format a file has, told by its content; read in a process of its own, which a hostile file can't take the house down with."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.textfile import BYTES_MAX, decode, refusal
from enfilade.core.textvalues import words

from .found import LINES_MAX, Found, Hints, refused

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
FILES_MAX = 200
UNPACKED_MAX_BYTES = 100 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_THIS = "enfilade.back.banking.formats.reader"


def read_statements(data: bytes, hints: Hints | None = None) -> Found:
    """Every statement of a file from outside, and what is wrong with it; never an exception, whatever the bytes."""
    packed = data.startswith(_ZIP)
    if not packed and (fault := refusal(data, "a statement of a bank")):
        return refused(fault.line, fault.sentence)
    if packed and len(data) > BYTES_MAX:
        return refused(1, f"The file is larger than {BYTES_MAX // 1024 // 1024} MB. Split it into smaller ones.")
    answered = read_apart(_THIS, data, SECONDS_MAX, (hints or Hints()).as_text())
    if answered is None:
        return refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return Found.of(answered)


def read(data: bytes, hints: str) -> dict[str, Any]:
    """In the process: by the reader that knows the format; every file of a packed one that is no workbook."""
    known = Hints.of(hints)
    found = _read_packed(data, known) if data.startswith(_ZIP) and not _is_workbook(data) else _read_one(data, known)
    if sum(len(s.lines) for s in found.statements) > LINES_MAX:
        return refused(1, f"There are more than {LINES_MAX} lines in this file. Split it into smaller ones.").as_json()
    return found.as_json()


def _read_one(data: bytes, hints: Hints) -> Found:
    from .bai import is_bai, read_bai
    from .camt import read_camt
    from .columns import read_columns
    from .ofx import is_ofx, read_ofx
    from .qif import is_qif, read_qif
    from .swift import is_swift, read_swift

    if data.startswith(_ZIP):
        return read_columns(data, hints)
    text = decode(data)
    if is_ofx(text):
        return read_ofx(data, hints)
    if data[:4_096].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00").startswith(b"<"):
        return read_camt(data)
    for knows, reader in ((is_swift, read_swift), (is_qif, read_qif), (is_bai, read_bai)):
        if knows(text):
            return reader(data, hints)
    return read_columns(data, hints)


def _is_workbook(data: bytes) -> bool:
    """A workbook is packed too: its parts stand under names of their own."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool({"[Content_Types].xml", "content.xml"} & set(archive.namelist()))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False


def _read_packed(data: bytes, hints: Hints) -> Found:
    """All files of a zip archive as one, in the order of their names; their places are said with their names."""
    whole = Found()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = sorted((m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")), key=_name)
            if not members or len(members) > FILES_MAX:
                return refused(
                    1, "There is no file in this archive." if not members else f"There are more than {FILES_MAX} files in this archive."
                )
            if sum(m.file_size for m in members) > UNPACKED_MAX_BYTES:
                return refused(1, "This archive unpacks to more than an archive may; nothing of it was read.")
            for member in members:
                with archive.open(member) as stream:
                    content = stream.read(BYTES_MAX + 1)
                fault = refusal(content, "a statement of a bank")
                found = refused(fault.line, fault.sentence) if fault else _read_one(content, hints)
                whole.join(found, _name(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error):
        return refused(1, "This archive is broken or locked by a password; nothing of it was read.")
    return whole


def _name(member: zipfile.ZipInfo) -> str:
    return words(member.filename.rsplit("/", 1)[-1], 60)


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

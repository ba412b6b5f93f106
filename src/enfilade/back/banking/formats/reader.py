"""Which format a file has, told by its content; read in a process of its own, which a hostile file can't take the house down with."""

from __future__ import annotations

from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.textfile import decode, refusal

from .found import LINES_MAX, Found

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
_THIS = "enfilade.back.banking.formats.reader"


def read_statements(data: bytes, region: str = "") -> Found:
    """Every statement of a file from outside, and what is wrong with it; never an exception, whatever the bytes.

    region: country whose code page is meant where the file is not Unicode (ISO 3166-1 alpha-2).
    """
    if fault := refusal(data, "a statement of a bank"):
        return _refused(fault.line, fault.sentence)
    answered = read_apart(_THIS, data, SECONDS_MAX, region)
    if answered is None:
        return _refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return Found.of(answered)


def _refused(line: int, sentence: str) -> Found:
    return Found(problems=[{"line": line, "field": "", "sentence": sentence, "refused": True}])


def read(data: bytes, region: str = "") -> dict[str, Any]:
    """In the process: by the reader that knows the format."""
    from .camt import read_camt
    from .swift import is_swift, read_swift

    start = data[:4_096].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")
    if start.startswith(b"<"):
        found = read_camt(data)
    elif is_swift(decode(data)):
        found = read_swift(data, region)
    else:
        return _refused(1, "This is no statement of a bank that is known here: camt.053 and MT940 are read.").as_json()
    if sum(len(s.lines) for s in found.statements) > LINES_MAX:
        return _refused(1, f"There are more than {LINES_MAX} lines in this file. Split it into smaller ones.").as_json()
    return found.as_json()


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

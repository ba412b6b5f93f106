"""Workbooks (xlsx, xls, ods) as rows of text, read in a process of its own (core.apart).

Before the reader of workbooks sees a zip file, it is unpacked once against a limit, and its farthest cell is looked up: a small file
can claim a sheet of 17 thousand million cells.
Formulas come as the value they had when the file was saved.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from .apart import answer, read_apart

ROWS_MAX = 100_020
COLUMNS_MAX = 500
UNPACKED_MAX_BYTES = 200 * 1024 * 1024
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
SECONDS_MAX = 60
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})?([0-9]{1,19})["']""")
_CHUNK = 1024 * 1024
_TOO_MUCH = "This workbook unpacks to more than a workbook may; nothing of it was read."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as read. Shape: (row of the sheet, from 1; its cells as text). fault: a sentence where nothing could be read."""

    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    name: str = ""
    names: tuple[str, ...] = ()
    fault: str = ""


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin like a workbook, whatever the name of the file says."""
    return data.startswith(SIGNATURES)


def read_sheet(data: bytes, name: str = "") -> Sheet:
    """One sheet of a workbook; the first that holds something where none is named. Never raises, whatever the bytes."""
    found = read_apart("enfilade.core.workbook", data, SECONDS_MAX, name)
    if not found:
        return Sheet(fault="This workbook can't be read: it is damaged, or it takes more memory or time than a workbook may.")
    rows = tuple((int(line), tuple(cells)) for line, cells in found.pop("rows", ()))
    return Sheet(rows, found["name"], tuple(found["names"]), found["fault"])


def _read(data: bytes, wanted: str) -> dict[str, Any]:
    """What the process answers."""
    from python_calamine import CalamineWorkbook

    empty: dict[str, Any] = {"rows": [], "name": "", "names": [], "fault": ""}
    if data.startswith(b"PK") and (fault := _zip_fault(data)):
        return empty | {"fault": fault}
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = list(book.sheet_names)
    if wanted and wanted not in names:
        return empty | {"names": names, "fault": f"There is no sheet {wanted[:60]!r} in this workbook."}
    for name in [wanted] if wanted else names:
        sheet = book.get_sheet_by_name(name)
        if sheet.width > COLUMNS_MAX or sheet.height > ROWS_MAX:
            return empty | {"names": names, "fault": _too_large(sheet.height, sheet.width)}
        rows = [(line, [_text(v) for v in cells]) for line, cells in enumerate(sheet.to_python(skip_empty_area=False), 1)]
        rows = [(line, cells) for line, cells in rows if any(cells)]
        if rows or wanted:
            return empty | {"rows": rows, "name": name, "names": names}
    return empty | {"names": names}


def _zip_fault(data: bytes) -> str:
    """Why a zip file is not given to the reader, or empty."""
    left, rows, columns = UNPACKED_MAX_BYTES, 0, 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not any(n.startswith(("xl/", "content.xml")) for n in archive.namelist()):
                return "This is a zip file, not a workbook. Unpack it and import what is in it."
            # What a file says of itself is asked first, since that is quick; then it is measured.
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_MAX_BYTES:
                return _TOO_MUCH
            for entry in archive.infolist():
                is_sheet, tail = "sheet" in entry.filename.lower(), b""
                with archive.open(entry) as content:
                    while part := content.read(_CHUNK):
                        left -= len(part)
                        if left < 0:
                            return _TOO_MUCH
                        for letters, figures in _CELL.findall(tail + part) if is_sheet else ():
                            rows, columns = max(rows, int(figures)), max(columns, _column(letters))
                        tail = part[-40:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return "This workbook is damaged or locked with a password; save it anew and import that."
    except Exception as error:  # noqa: BLE001 - zlib and friends have errors of their own
        return f"This workbook is damaged ({type(error).__name__}); save it anew and import that."
    return _too_large(rows, columns) if rows > ROWS_MAX or columns > COLUMNS_MAX else ""


def _too_large(rows: int, columns: int) -> str:
    if columns > COLUMNS_MAX:
        return f"The sheet has cells up to column {columns}; at most {COLUMNS_MAX} are read. Delete what stands far to the right."
    return f"The sheet has cells down to row {rows}; at most {ROWS_MAX - 20} rows are read. Split it, or delete what stands far below."


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(value: Any) -> str:
    """A cell as a file of text would have it: whole numbers without point, days and instants in ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value) if math.isfinite(value) else ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return str(value)


if __name__ == "__main__":
    answer(_read, MEMORY_MAX_BYTES, SECONDS_MAX)

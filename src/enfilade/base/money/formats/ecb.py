"""The euro foreign exchange reference rates of the European Central Bank: of a day, of ninety days or of all, as XML, CSV, or CSV in a zip.

Source: ECB, "Euro foreign exchange reference rates": eurofxref-daily.xml, eurofxref-hist.xml, eurofxref.csv, eurofxref-hist.csv.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.tabular import Row, read_table
from enfilade.core.textfile import BYTES_MAX, Problem, Problems, clean, refusal
from enfilade.core.textvalues import Fault, currency, day, say, told
from enfilade.core.tree import Node, Refused, read_tree

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
RATE_MAX = 10**9
_THIS = "enfilade.base.money.formats.ecb"
_ZIP = b"PK\x03\x04"
_NONE = {"", "N/A"}


@dataclass(slots=True)
class FoundRate:
    """What one euro was worth on a day, with its place in the file. on: ISO text; rate: decimal text."""

    line: int
    on: str
    currency: str
    rate: str


@dataclass(slots=True)
class FoundRates:
    """A file as read."""

    rates: list[FoundRate] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_rates(data: bytes) -> FoundRates:
    """Every rate of a file from outside, and what is wrong with it; never an exception, whatever the bytes."""
    if not data.startswith(_ZIP) and (fault := refusal(data, "a file of reference rates")):
        return FoundRates(problems=told([fault]))
    answered = read_apart(_THIS, data, SECONDS_MAX)
    if answered is None:
        return _refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return FoundRates([FoundRate(**rate) for rate in answered["rates"]], answered["problems"])


def read(data: bytes) -> dict[str, Any]:
    """In the process: as XML or as a table, as the content is."""
    try:
        content = _unpacked(data) if data.startswith(_ZIP) else data
        xml = content[:4_096].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
        found = _read_xml(content) if xml else _read_table(content)
    except Refused as no:
        found = _refused(no.line, str(no))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error):
        found = _refused(1, "This archive is broken or locked by a password; nothing of it was read.")
    if not found.rates and not any(problem["refused"] for problem in found.problems):
        found.problems += _refused(1, "There is no rate in this file.").problems
    return asdict(found)


def _unpacked(data: bytes) -> bytes:
    """The one file of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1 or members[0].file_size > BYTES_MAX:
            raise Refused(1, "An archive of reference rates holds one file.")
        with archive.open(members[0]) as stream:
            return stream.read(BYTES_MAX)


def _read_xml(data: bytes) -> FoundRates:
    root, _ = read_tree(data)
    days = [node for node in root.all("Cube/Cube") if "time" in node.attributes]
    if root.name != "Envelope" or not days:
        return _refused(1, "This is no file of reference rates: there is no Cube with a time.")
    return _collected((node.line, node.attributes["time"], _of_day(node)) for node in days)


def _of_day(node: Node) -> Iterator[tuple[int, str, str]]:
    for cube in node.all("Cube"):
        yield cube.line, cube.attributes.get("currency", ""), cube.attributes.get("rate", "")


def _read_table(data: bytes) -> FoundRates:
    table = read_table(data)
    header = [name.strip() for name in table.header]
    if not header or header[0] != "Date":
        faults = [problem for problem in table.problems if problem.refused]
        return FoundRates(problems=told(faults)) if faults else _refused(1, "This is no file of reference rates: its first column is Date.")
    return _collected((row.line, row.cells[0], _of_row(row, header)) for row in table.rows)


def _of_row(row: Row, header: list[str]) -> Iterator[tuple[int, str, str]]:
    """Rates of one line; the files end each line with a comma, behind which there is nothing."""
    for name, cell in zip(header[1:], row.cells[1:], strict=False):
        if name or cell.strip():
            yield row.line, name, cell


def _collected(days: Iterator[tuple[int, str, Iterator[tuple[int, str, str]]]]) -> FoundRates:
    found, problems, seen = [], Problems(), set()
    for line, said, rates in days:
        try:
            on = _day(said, line)
        except Fault as fault:
            say(problems, fault)
            continue
        for place, name, text in rates:
            try:
                code = currency(name, place, "currency")
                if text.strip() in _NONE:
                    continue
                rate = _rate(text, place, code)
            except Fault as fault:
                say(problems, fault)
                continue
            if (on, code) in seen:
                problems.add(place, code, f"There are two rates of {code} on {on}.", refused=True)
            seen.add((on, code))
            found.append(FoundRate(place, on, code, rate))
    return FoundRates(found, told(problems.listed()))


def _day(text: str, line: int) -> str:
    """2026-11-27, or 27 November 2026 as the file of one day has it."""
    said = text.strip()
    if "-" in said:
        return day(said, line, "Date")
    try:
        return datetime.strptime(said, "%d %B %Y").date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Fault(line, "Date", f"“{clean(text)[0][:30]}” is no date.") from None


def _rate(text: str, line: int, code: str) -> str:
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        raise Fault(line, code, f"“{clean(text)[0][:30]}” is no rate.") from None
    if not rate.is_finite() or not 0 < rate < RATE_MAX or rate != round(rate, 10):
        raise Fault(line, code, f"“{clean(text)[0][:30]}” is no rate.")
    return str(rate)


def _refused(line: int, sentence: str) -> FoundRates:
    return FoundRates(problems=told([Problem(line, "", sentence, refused=True)]))


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

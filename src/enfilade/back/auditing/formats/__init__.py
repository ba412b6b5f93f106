"""Formats of the books for somebody outside: each writes into a file, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from enfilade.back.auditing.queries import Books

from . import datev, fec, gdpdu, saft


@dataclass(frozen=True)
class Format:
    """name: of the file, from the books and what was asked. write: into a file that is open for bytes."""

    media_type: str
    name: Callable[[Books, Mapping[str, Any]], str]
    write: Callable[[Books, Mapping[str, Any], IO[bytes]], None]


FORMATS = {
    "datev": Format("application/zip", datev.file_name, datev.write),
    "gdpdu": Format("application/zip", gdpdu.file_name, gdpdu.write),
    "fec": Format("text/plain", fec.file_name, fec.write),
    "saft": Format("application/xml", saft.file_name, saft.write),
}

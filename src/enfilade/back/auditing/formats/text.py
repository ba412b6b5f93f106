"""What formats of text share: amounts with a comma, lines into an archive."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

from enfilade.core.fields import to_major


def comma(amount_minor: int, currency: str) -> str:
    """1234,56, without separators of thousands."""
    return f"{to_major(amount_minor, currency)}".replace(".", ",")


def put(archive: zipfile.ZipFile, name: str, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """A file of an archive, line by line; a letter that the encoding lacks becomes a question mark."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as file:
        for line in lines:
            file.write((line + "\r\n").encode(encoding, "replace"))


def quoted(text: str, longest: int) -> str:
    """A text in quotes on one line, at most so long."""
    return '"' + " ".join(text.split())[:longest].replace('"', '""') + '"'

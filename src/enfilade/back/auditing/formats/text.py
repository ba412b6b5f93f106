"""What formats of text share: amounts with a comma, lines into an archive."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

from enfilade.core.context import Refusal
from enfilade.core.fields import to_major


def comma(amount_minor: int, currency: str) -> str:
    """1234,56, without separators of thousands."""
    return f"{to_major(amount_minor, currency)}".replace(".", ",")


def with_cents(amount_minor: int, currency: str) -> str:
    """1234,56, with two decimals in whatever currency. Refuses: three_decimals."""
    major = to_major(amount_minor, currency)
    if major != round(major, 2):
        said = f"This format has two decimals, and {currency} three; choose another one."
        raise Refusal("three_decimals", said, field="format")
    return f"{major:.2f}".replace(".", ",")


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

"""Bar codes as black pieces in a grid of modules: Code 128, EAN-13 and QR. Pure; the libraries know the codes, typst draws the pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import segno
from barcode import get_barcode_class
from barcode.errors import BarcodeError

CODE_MAX = 48
SYMBOLS = {"code128": "Code 128", "qr": "QR code", "ean13": "EAN-13"}
# White that a reader needs beside the code, in modules (ISO/IEC 15417, 15420, 18004).
QUIET = {"code128": 10, "ean13": 11, "qr": 4}


class NotCoded(ValueError):
    """A text can't be written in this code; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """pieces: (module from the left, row from the top, modules wide); a linear code has one row. Sizes include the white around it."""

    width: int
    height: int
    pieces: list[tuple[int, int, int]]


def symbol_of(kind: str, text: str) -> Symbol:
    """A text in a code. Raises NotCoded."""
    quiet = QUIET[kind]
    if not text:
        raise NotCoded("There is nothing to write in it.")
    if kind == "qr":
        rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
        side = len(rows) + 2 * quiet
        return Symbol(side, side, [(at + quiet, row + quiet, wide) for row, bits in enumerate(rows) for at, wide in _runs(bits)])
    bits = [int(bit) for bit in _linear(kind, text)]
    return Symbol(len(bits) + 2 * quiet, 1, [(at + quiet, 0, wide) for at, wide in _runs(bits)])


def _linear(kind: str, text: str) -> str:
    if kind == "ean13" and not (text.isascii() and text.isdecimal() and len(text) == 13):
        raise NotCoded("An EAN-13 has 13 figures.")
    if kind == "code128" and len(text) > CODE_MAX:
        raise NotCoded(f"A Code 128 of more than {CODE_MAX} signs fits on no label.")
    try:
        made = get_barcode_class(kind)(text)
        built: list[str] = made.build()
    except BarcodeError as error:
        raise NotCoded("A Code 128 has letters without accents, figures and signs only; a QR code has all.") from error
    if kind == "ean13" and made.get_fullcode() != text:
        raise NotCoded(f"The last figure of an EAN-13 checks the others; here it would be {made.get_fullcode()[-1]}.")
    return built[0]


def _runs(bits: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where the black pieces of a row begin, and how wide they are."""
    at = 0
    for black, group in groupby(bits):
        wide = len(list(group))
        if black:
            yield at, wide
        at += wide

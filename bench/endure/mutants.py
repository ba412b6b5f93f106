"""Files with faults: what happens to one on its way from a bank, a program or a person, and what somebody may have done to it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

PIECES = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\xbd", b"\xe2\x80\xae", b"\xcc\x81" * 300),
    *(b"\r", b"\n", b"\r\n ", b"\t", b"  ", b"a" * 5_000),
    *(b'"', b'""', b";", b",", b":", b"\\", b"=", b"|", b"{", b"}", b"-", b"--", b"+", b"/", b"'", b"(", b"@"),
    *(b"<", b">", b"</", b"<a>", b"<a/>", b"&", b"&x;", b"&#0;", b"&amp;"),
    *(b"<!DOCTYPE x>", b"<![CDATA[", b"<!--", b"<?xml version='1.1'?>"),
    *(b"9" * 15, b"9" * 40, b"0", b"-0", b"1e999", b"NaN", b"Infinity", b"0x10", b"1,000.00", b"1.000,00", b"1/0"),
    *("١٢٣".encode(), "½".encode()),
    *(b"2026-02-30", b"20261332", b"99991231", b"00000000", b"29.02.2025", b"EUR", b"XXX", b"JPY", b"CRDT", b"DBIT"),
    *(b"\n:61:", b"\n:86:", b"-}", b"\n^\n", b"\n88,", b"\n16,", b"<OFX>", b"</STMTRS>"),
    *(b"\n2026-01-01 * ", b"\n    Assets:Cash  1 EUR", b"\nP "),
    *(b"BEGIN:VCARD\r\n", b"END:VCARD\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"),
    *(b"RRULE:FREQ=SECONDLY\r\n", b";ENCODING=b:", b";TZID=Nowhere:"),
    *(b"endobj", b"stream", b"startxref"),
)
FAULTS_MAX = 6
SOME_BYTES = 400


def mutant(seed: str, whole: Sequence[bytes]) -> bytes:
    """One of these files with one to six faults; the same for the same seed."""
    chance = random.Random(seed)
    made = bytearray(chance.choice(whole))
    for _ in range(chance.randint(1, FAULTS_MAX)):
        at = chance.randrange(len(made) + 1)
        chance.choice(_FAULTS)(chance, made, at, whole)
    return bytes(made or b"x")


def _other(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    made[at : at + 1] = bytes([chance.randrange(256)])


def _gone(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    del made[at : at + chance.randint(1, 40)]


def _doubled(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    made[at:at] = made[at : at + chance.randint(1, SOME_BYTES)]


def _moved(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    piece = made[at : at + chance.randint(1, SOME_BYTES)]
    del made[at : at + len(piece)]
    to = chance.randrange(len(made) + 1)
    made[to:to] = piece


def _put_in(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    made[at : at + chance.choice((0, 0, 1, 5))] = chance.choice(PIECES)


def _crossed(chance: random.Random, made: bytearray, at: int, whole: Sequence[bytes]) -> None:
    donor = chance.choice(whole)
    start = chance.randrange(len(donor) + 1)
    made[at:at] = donor[start : start + chance.randint(1, SOME_BYTES)]


def _figure(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    digits = [found.start() for found in re.finditer(rb"\d", bytes(made[at : at + 2_000]))]
    if digits:
        made[at + chance.choice(digits)] = chance.choice(b"0123456789.,-eE ")


def _line_twice(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    start, end = made.rfind(b"\n", 0, at) + 1, made.find(b"\n", at) + 1
    if end:
        line = bytes(made[start:end])
        made[start:end] = chance.choice((b"", line + line))


def _cut(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    if chance.random() < 0.2:
        del made[at:]


def _written_otherwise(chance: random.Random, made: bytearray, at: int, _: Sequence[bytes]) -> None:
    if chance.random() < 0.1:
        made[:] = made.decode("latin-1").encode(chance.choice(("utf-16", "utf-8", "utf-16-be")))


_FAULTS = (_other, _gone, _doubled, _moved, _put_in, _put_in, _crossed, _figure, _figure, _line_twice, _cut, _written_otherwise)

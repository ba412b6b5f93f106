"""Which format a journal has, told by its content; read in a process of its own, which a hostile file can't take the house down with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from enfilade.core.apart import answer, read_apart
from enfilade.core.textfile import decode, refusal
from enfilade.core.workbook import is_workbook

from .found import FoundJournal, refused
from .gnucash import PACKED

SECONDS_MAX = 30
MEMORY_MAX_BYTES = 1024 * 1024 * 1024
_THIS = "enfilade.back.ledger.journals.reader"


def read_journal(data: bytes, region: str, currency: str) -> FoundJournal:
    """Every entry of a file from outside, and what is wrong with it; never an exception, whatever the bytes.

    region: country whose code page and order of dates are meant where the file leaves it open. currency: that the ledger keeps.
    """
    if not is_workbook(data) and not data.startswith(PACKED) and (fault := refusal(data, "a journal")):
        return refused(fault.line, fault.sentence)
    answered = read_apart(_THIS, data, SECONDS_MAX, region, currency)
    if answered is None:
        return refused(1, "This file can't be read: reading it took too long, too much memory, or came to nothing.")
    return FoundJournal.of(answered)


def read(data: bytes, region: str, currency: str) -> dict[str, Any]:
    """In the process: by the reader that knows the format."""
    found = _reader_of(data)(data, region, currency)
    if not found.entries and not any(problem["refused"] for problem in found.problems):
        found.problems += refused(1, "There is no entry in this file.").problems
    return found.as_json()


def _reader_of(data: bytes) -> Callable[[bytes, str, str], FoundJournal]:
    from .bean import is_bean, read_bean
    from .columns import read_columns
    from .gnucash import is_gnucash, read_gnucash
    from .plain import is_plain, read_plain

    if is_workbook(data):
        return read_columns
    if is_gnucash(data):
        return read_gnucash
    text = decode(data)
    return read_bean if is_bean(text) else read_plain if is_plain(text) else read_columns


if __name__ == "__main__":
    answer(read, MEMORY_MAX_BYTES, SECONDS_MAX)

"""A strict reader of ACH files, written from the record layout and not from our writer: whatever is not as the rules have it fails.

Source: Nacha Operating Rules, appendix three: positions of the fields of each record, and the sums of the control records.
"""

from __future__ import annotations

import re
from typing import Any

# Of each record: name and last position of every field, and what it looks like.
ALNUM, DIGITS, BLANK = r"[ -~]*", r"[0-9]+", r" +"
LAYOUT: dict[str, list[tuple[str, int, str]]] = {
    "1": [
        ("type", 1, "1"), ("priority", 3, "01"), ("destination", 13, r" [0-9]{9}|[A-Z0-9]{10}"), ("origin", 23, r" ?[A-Z0-9]{9,10}"),
        ("date", 29, DIGITS), ("time", 33, DIGITS), ("modifier", 34, "[A-Z0-9]"), ("size", 37, "094"), ("blocking", 39, "10"),
        ("format", 40, "1"), ("destination_name", 63, ALNUM), ("origin_name", 86, ALNUM), ("reference", 94, ALNUM),
    ],
    "5": [
        ("type", 1, "5"), ("service", 4, "200|220|225"), ("company", 20, ALNUM), ("discretionary", 40, ALNUM),
        ("identification", 50, ALNUM), ("entry_class", 53, "CCD|PPD"), ("description", 63, r"\S.*"), ("descriptive_date", 69, ALNUM),
        ("effective", 75, DIGITS), ("settlement", 78, BLANK), ("status", 79, "1"), ("dfi", 87, DIGITS), ("batch", 94, DIGITS),
    ],
    "6": [
        ("type", 1, "6"), ("code", 3, "22|27|32|37"), ("bank", 11, DIGITS), ("check", 12, DIGITS), ("account", 29, r"\S.*"),
        ("amount", 39, DIGITS), ("reference", 54, ALNUM), ("name", 76, r"\S.*"), ("discretionary", 78, ALNUM), ("addenda", 79, "[01]"),
        ("trace", 94, DIGITS),
    ],
    "7": [("type", 1, "7"), ("kind", 3, "05"), ("information", 83, r"\S.*"), ("sequence", 87, DIGITS), ("entry", 94, DIGITS)],
    "8": [
        ("type", 1, "8"), ("service", 4, "200|220|225"), ("count", 10, DIGITS), ("hash", 20, DIGITS), ("debit", 32, DIGITS),
        ("credit", 44, DIGITS), ("identification", 54, ALNUM), ("authentication", 73, BLANK), ("reserved", 79, BLANK), ("dfi", 87, DIGITS),
        ("batch", 94, DIGITS),
    ],
    "9": [
        ("type", 1, "9"), ("batches", 7, DIGITS), ("blocks", 13, DIGITS), ("count", 21, DIGITS), ("hash", 31, DIGITS),
        ("debit", 43, DIGITS), ("credit", 55, DIGITS), ("reserved", 94, BLANK),
    ],
}  # fmt: skip


def read(data: bytes) -> dict[str, Any]:
    """The file header, and batches with their entries; each entry with what its addenda record says."""
    text = data.decode("ascii")
    assert text.endswith("\r\n")
    records = text[:-2].split("\r\n")
    assert len(records) % 10 == 0
    assert {len(record) for record in records} == {94}
    filler = len(records)
    while records[filler - 1] == "9" * 94:
        filler -= 1
    assert len(records) - filler < 10
    rows = [_fields(record) for record in records[:filler]]
    assert (rows[0]["type"], rows[-1]["type"]) == ("1", "9")
    batches = _batches(rows[1:-1])
    _proved(rows[-1], batches, len(records) // 10)
    return {"header": rows[0], "batches": batches, "control": rows[-1]}


def _fields(record: str) -> dict[str, str]:
    found, start = {}, 0
    for name, end, pattern in LAYOUT[record[0]]:
        value = record[start:end]
        assert re.fullmatch(pattern, value), (record, name, value)
        found[name], start = value, end
    return found


def _batches(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Batches are numbered from 1, their entries rise by their trace numbers, and their control records say what is in them."""
    batches: list[dict[str, Any]] = []
    before = "5"
    follows = {"5": "6", "6": "678", "7": "68", "8": "5"}
    for row in rows:
        assert row["type"] in (follows[before] if batches else "5"), (before, row)
        before = row["type"]
        if before == "5":
            batches.append({**row, "entries": []})
            assert int(row["batch"]) == len(batches)
        elif before == "6":
            _checked(row["bank"] + row["check"])
            batches[-1]["entries"].append(row)
        elif before == "7":
            entry = batches[-1]["entries"][-1]
            assert (entry["addenda"], row["entry"], int(row["sequence"])) == ("1", entry["trace"][-7:], 1)
            entry["information"] = row["information"].rstrip()
        else:
            _closed(batches[-1], row)
    assert before == "8"
    return batches


def _closed(batch: dict[str, Any], control: dict[str, str]) -> None:
    entries = batch["entries"]
    traces = [entry["trace"] for entry in entries]
    assert traces == sorted(set(traces))
    assert all(trace.startswith(batch["dfi"]) for trace in traces)
    assert all(("information" in entry) == (entry["addenda"] == "1") for entry in entries)
    sides = {side: sum(int(e["amount"]) for e in entries if e["code"][1] == digit) for side, digit in (("credit", "2"), ("debit", "7"))}
    batch |= {"count": sum(1 + int(e["addenda"]) for e in entries), "hash": sum(int(e["bank"]) for e in entries), **sides}
    assert batch["service"] == {(True, False): "220", (False, True): "225", (True, True): "200"}[sides["credit"] > 0, sides["debit"] > 0]
    assert [control[name] for name in ("service", "identification", "dfi", "batch")] == [
        batch[name] for name in ("service", "identification", "dfi", "batch")
    ]
    _sums(control, [batch])


def _proved(control: dict[str, str], batches: list[dict[str, Any]], blocks: int) -> None:
    assert (int(control["batches"]), int(control["blocks"])) == (len(batches), blocks)
    _sums(control, batches)


def _sums(control: dict[str, str], batches: list[dict[str, Any]]) -> None:
    sums = {name: sum(batch[name] for batch in batches) for name in ("count", "hash", "debit", "credit")}
    assert {name: int(control[name]) for name in sums} == sums | {"hash": sums["hash"] % 10**10}


def _checked(routing: str) -> None:
    """Source: American Bankers Association: weights 3, 7, 1, modulo 10."""
    assert sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(routing)) % 10 == 0, routing

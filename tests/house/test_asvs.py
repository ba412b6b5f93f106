"""The walk through ASVS names tests; a test that is renamed or removed takes its claim with it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security" / "asvs.md"
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def test_every_named_test_exists() -> None:
    """In a file of that name, wherever it lies."""
    named = set(NAMED.findall(PAGE.read_text(encoding="utf-8")))
    files: dict[str, str] = defaultdict(str)
    for base in ("tests", "src"):
        for path in (ROOT / base).rglob("test_*.py"):
            files[path.name] += path.read_text(encoding="utf-8")
    missing = sorted(f"{file}::{test}" for file, test in named if f"def {test}(" not in files[file])
    assert missing == []
    assert len(named) > 60


def test_every_point_has_one_state() -> None:
    """No row without a state, no point twice."""
    rows = re.findall(r"^\| (\d[\d., to]*) \| (\w[\w/]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {state for _, state in rows} <= {"yes", "partly", "no", "n/a"}
    points = [point for said, _ in rows for point in re.findall(r"\d+\.\d+\.\d+", said)]
    assert sorted(points) == sorted(set(points))
    assert len(points) > 170

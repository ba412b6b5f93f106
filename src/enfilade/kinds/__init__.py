"""Kinds of company: one folder each, data only. `read_kind` gives the data of one; the site founds companies with it."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def kinds() -> list[str]:
    """Names of the kinds there are."""
    return sorted(p.parent.name for p in FOLDER.glob("*/kind.toml"))


def read_kind(name: str) -> dict[str, Any]:
    """The data of a kind. Raises KeyError for a name that is not one of `kinds()`."""
    if name not in kinds():
        raise KeyError(name)
    found: dict[str, Any] = {}
    for file in sorted((FOLDER / name).glob("*.toml")):
        found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return found

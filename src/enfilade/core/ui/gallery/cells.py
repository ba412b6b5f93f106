"""Cells, names and the instant that all samples share."""

from datetime import UTC, datetime
from typing import Any

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
NAMES = ("Ada Lindqvist", "Jonas Weber", "Fatima El Amrani", "Grace O’Malley", "Tomáš Novák", "Ines Carvalho", "Li Wei", "Noor Haddad")


def text(value: Any, **more: Any) -> dict[str, Any]:
    """Return a plain cell."""
    return {"kind": "text", "value": value, **more}


def badge(value: str, tone: str) -> dict[str, Any]:
    """Return a state cell."""
    return {"kind": "badge", "value": value, "tone": tone}


def money(minor: int) -> dict[str, Any]:
    """Return an amount cell in euro."""
    return {"kind": "amount", "value": minor, "currency": "EUR"}

"""What messages are written for: each purpose has a name, the placeholders that its texts may use, and texts to begin with.

Modules declare their purposes; a company that wants other words keeps a template for a purpose and a language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import rules

PURPOSES: dict[str, Purpose] = {}


@dataclass(frozen=True)
class Purpose:
    """samples: placeholder -> an example of its value. texts: language -> subject and text."""

    code: str
    label: str
    samples: Mapping[str, str]
    texts: Mapping[str, tuple[str, str]]


def declare_purpose(code: str, label: str, *, samples: Mapping[str, str], texts: Mapping[str, tuple[str, str]]) -> Purpose:
    """File a purpose under `module.word`. The texts, English among them, ask for declared placeholders only."""
    asked = {name for subject, text in texts.values() for name in rules.placeholders(subject) | rules.placeholders(text)}
    if "en" not in texts or asked - samples.keys():
        raise RuntimeError(f"{code}: an English text is missing, or a placeholder is not declared: {sorted(asked - samples.keys())}")
    PURPOSES[code] = Purpose(code, label, dict(samples), dict(texts))
    return PURPOSES[code]


def purpose_choices() -> list[tuple[str, str]]:
    """Every declared purpose, for forms."""
    return sorted(((p.code, p.label) for p in PURPOSES.values()), key=lambda pair: pair[1])

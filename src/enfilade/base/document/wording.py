"""The language in which a company writes its own papers: lines of text, names in braces, and parts on lines of their own. Pure.

    ## Your bill
    Dear {party}, thank you for your visit on {supplied}.

    {lines: Service | Quantity | Price | Discount | Tax | Net}
    {totals}
    - Please quote {number}.

A name stands for a value of the paper; there are no conditions, no attributes, no calls, and what is put in is never read again. A part
(a table, the totals) stands alone on its line and may bring other headings for its columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LINES_MAX = 300
_NAME = re.compile(r"\{([^{}\n]*)\}")
_PART = re.compile(r"\{\s*([a-z][a-z0-9_]*)\s*(?::([^{}\n]*))?\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line, counted from 1; 0: in the whole."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}" if self.line else self.sentence


def faults(text: str, names: Collection[str], parts: Mapping[str, int], required: Collection[str]) -> list[Fault]:
    """What is wrong with a text.

    names: the values that it may name. parts: the parts that it may show, with their number of columns; 0 for what is no table.
    required: parts that the paper has to show.
    """
    lines = text.splitlines()
    if len(lines) > LINES_MAX:
        return [Fault(0, f"A paper has at most {LINES_MAX} lines of text.")]
    found = [Fault(at, sentence) for at, line in enumerate(lines, 1) for sentence in _faults_of(line, names, parts)]
    shown = {part[0] for line in lines if (part := _part_of(line, parts))}
    return found + [Fault(0, f"This paper has to show {{{name}}} on a line of its own.") for name in sorted(set(required) - shown)]


def name_faults(text: str, names: Collection[str]) -> list[Fault]:
    """What is wrong with a text of one line that has no parts, such as a title."""
    return [Fault(0, sentence) for sentence in _faults_of(text, names, {})]


def _faults_of(line: str, names: Collection[str], parts: Mapping[str, int]) -> Iterator[str]:
    part = _part_of(line, parts)
    if part is not None:
        name, labels = part
        if labels and len(labels) != parts[name]:
            count = f"{parts[name]} columns" if parts[name] else "no columns"
            yield f"{{{name}}} has {count}, but {len(labels)} headings are given."
        return
    for said in _NAME.findall(line):
        word = said.strip()
        if word.partition(":")[0].strip() in parts:
            yield f"{{{word}}} stands alone on its line."
        elif word not in names or said != word:
            known = ", ".join(sorted([*names, *parts]))
            yield f"There is no {{{word[:60]}}}. Known names: {known}."
    if set("{}") & set(_NAME.sub("", line)):
        yield "A brace is open that is not closed, or closed that was not opened. Names stand in braces: {number}."


def _part_of(line: str, parts: Mapping[str, int]) -> tuple[str, list[str]] | None:
    found = _PART.fullmatch(line.strip())
    if found is None or found[1] not in parts:
        return None
    return found[1], [label.strip() for label in found[2].split("|")] if found[2] is not None else []


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text of one line with its values; a name that has none stays as it is written."""
    return _NAME.sub(lambda said: values.get(said[1], said[0]), text)


def blocks(text: str, values: Mapping[str, str], parts: Mapping[str, int]) -> list[dict[str, Any]]:
    """A text without faults as what is printed, in order: headings, paragraphs, lists, and parts with their own column headings.

    Lines that follow each other are one paragraph; a paragraph of which nothing is left, since its values are empty, is left out.
    """
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        stripped = line.strip()
        part = _part_of(line, parts)
        if part is not None:
            found.append({"kind": part[0], "labels": part[1]})
        elif stripped.startswith("## "):
            found.append({"kind": "heading", "text": fill(stripped[3:], values)})
        elif stripped.startswith("- "):
            _gather(found, "list", fill(stripped[2:], values))
        elif stripped:
            _gather(found, "paragraph", fill(stripped, values))
        else:
            found.append({"kind": "gap"})
    return [one for one in found if one["kind"] != "gap" and any(one.get("items", ["x"])) and one.get("text", "x").strip()]


def _gather(found: list[dict[str, Any]], kind: str, text: str) -> None:
    if found and found[-1]["kind"] == kind:
        found[-1]["items"].append(text)
    else:
        found.append({"kind": kind, "items": [text]})

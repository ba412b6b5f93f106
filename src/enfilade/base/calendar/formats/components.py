"""The components of an iCalendar file and the lines on which they stand, whatever became of the file on its way.

A component is cut out before a library reads it, so that a damaged one costs only itself and its place can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

CALENDAR, EVENT, ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"


@dataclass(slots=True)
class Part:
    """One component: its name, its content lines with the numbers on which they begin, and whether it was ended.

    lines: unfolded, without BEGIN and END; those of components inside it are left out, unless it is a time zone.
    raw: physical lines as they stand in the file, BEGIN and END included.
    """

    name: str
    line: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    ended: bool = False
    method: str = ""

    def line_of(self, *names: str) -> int:
        """The line of the first property that has one of these names, or where the component begins."""
        return next((number for number, text in self.lines if property_of(text) in names), self.line)

    def text(self, name: str) -> str:
        """The value of a property as it is written, "" where there is none."""
        return next((text.partition(":")[2].strip() for _, text in self.lines if property_of(text) == name), "")

    def source(self, *, without: Iterable[str] = ()) -> str:
        """The component as it is given to a library."""
        kept = (text for _, text in self.lines if property_of(text) not in without)
        return "\r\n".join(["BEGIN:" + self.name, *kept, "END:" + self.name, ""])


def property_of(line: str) -> str:
    """The name of a content line, in capital letters."""
    return line.partition(":")[0].partition(";")[0].strip().upper()


def parts_of(text: str) -> tuple[list[Part], int]:
    """Every event, time zone and other component of a file, and how many calendars it has.

    Shape: parts in the order of the file; each event knows the METHOD of the calendar around it.
    """
    found: list[Part] = []
    calendars, method = 0, ""
    open_part: Part | None = None
    inside: list[str] = []
    for number, first, raw in _content_lines(text):
        name, value = property_of(first), first.partition(":")[2].strip().upper()
        if name == "BEGIN" and value == CALENDAR:
            calendars, method, open_part = calendars + 1, "", None
        elif name == "BEGIN" and (open_part is None or value == EVENT):
            open_part, inside = Part(value, number, raw=raw, method=method), []
            found.append(open_part)
        elif open_part is None:
            method = value if name == "METHOD" else method
        elif name == "END" and value == CALENDAR:
            open_part = None
        else:
            open_part = _continued(open_part, inside, number, first, raw)
    return found, calendars


def _continued(part: Part, inside: list[str], number: int, text: str, raw: list[str]) -> Part | None:
    """Put a line to the component that is open; None once it has ended."""
    part.raw += raw
    name, value = property_of(text), text.partition(":")[2].strip().upper()
    if name == "END" and value == part.name:
        part.ended = True
        return None
    if name == "BEGIN":
        inside.append(value)
    if not inside or part.name == ZONE:
        part.lines.append((number, text))
    if name == "END" and inside:
        inside.pop()
    return part


def _content_lines(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each content line: where it begins, unfolded (RFC 5545 3.1), and its physical lines. Empty ones are passed over."""
    start, folded = 0, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if folded and line[:1] in {" ", "\t"}:
            folded.append(line)
            continue
        if folded:
            yield start, folded[0] + "".join(more[1:] for more in folded[1:]), folded
        start, folded = number, [line] if line.strip() else []
    if folded:
        yield start, folded[0] + "".join(more[1:] for more in folded[1:]), folded

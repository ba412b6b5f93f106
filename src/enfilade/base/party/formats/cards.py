"""Where each vCard of a file begins and ends, and which physical lines make one property.

Why not vobject, which the house has: it stops at the first bad line and loses every card after it, counts lines wrongly, stops at a cut
picture, knows neither 4.0 parameters (PREF, lists in quotes, RFC 6868) nor charsets, and folds quoted-printable only when told before.
Source: RFC 2425 and 2426, RFC 6350 section 3, "vCard, the electronic business card" version 2.1 (versit, 1996).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from enfilade.core.textfile import Problems

from .contentlines import Property, parse_line

CARDS_MAX = 100_000
PROPERTIES_MAX = 5_000
# An agent of an agent of an agent is read as a card of its own.
AGENTS_DEEP_MAX = 3

_BOUNDARY = re.compile(r"(BEGIN|END)\s*:\s*([\w-]+)", re.IGNORECASE)
_KNOWN = re.compile(r"(?:[\w-]+\.)?(?:VERSION|N|FN|TEL|EMAIL|ADR|ORG|NOTE|URL|TITLE|LABEL|PHOTO|UID|REV|X-[\w-]+)[;:]", re.IGNORECASE)
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/=\s]+")
_BLANKS = (" ", "\t")


@dataclass(slots=True)
class Card:
    """One card: the line of its BEGIN, its properties in order, and the cards of its agents."""

    line: int
    component: str = "VCARD"
    version: str = ""
    properties: list[Property] = field(default_factory=list)
    agents: list[Card] = field(default_factory=list)
    full: bool = False
    overrun: bool = False

    @property
    def waits_for_agent(self) -> bool:
        """Whether the next BEGIN is that of an agent's card: AGENT without a value (2.1)."""
        return bool(self.properties) and self.properties[-1].name == "AGENT" and not self.properties[-1].raw.strip()


def boundary(line: str) -> tuple[str, str] | None:
    """BEGIN or END and the name of the component, where a line is one of these."""
    if line[:1] not in "BbEe \t\ufeff" or ":" not in line or not (found := _BOUNDARY.fullmatch(line.strip(" \t\ufeff")[:80])):
        return None
    return found[1].upper(), found[2].upper()


def _dedented(lines: list[str]) -> list[str]:
    """The lines, where a whole card is indented (pasted from a page or written by a careless template) without its indentation."""
    indent = ""
    for at, line in enumerate(lines):
        if line[:1] not in _BLANKS:
            continue
        edge = boundary(line)
        if edge and edge[0] == "BEGIN":
            indent = line[: len(line) - len(line.lstrip(" \t"))]
        if indent and line.startswith(indent):
            lines[at] = line[len(indent) :]
        if edge and edge[0] == "END":
            indent = ""
    return lines


class CardReader:
    """Reads the cards of a text in order. What is not part of a card goes to `problems`, and the next card is read as if nothing was."""

    def __init__(self, text: str, page: str, problems: Problems) -> None:
        self.lines = _dedented(re.split("\r\n|\r|\n", text))
        self.page, self.problems = page, problems
        self._open: list[Card] = []
        self._outside = False

    def cards(self) -> Iterator[Card]:
        """Each card when it is closed, with its agents; cards never closed at the next BEGIN or at the end of the file."""
        at = 0
        while at < len(self.lines):
            if edge := boundary(self.lines[at]):
                yield from self._boundary(at, *edge)
                at += 1
            elif self.lines[at].strip():
                text, following = self._unfold(at)
                self._take(at + 1, text)
                at = following
            else:
                at += 1
        yield from self._close_all()

    def _boundary(self, at: int, edge: str, component: str) -> Iterator[Card]:
        if edge == "BEGIN":
            self._outside = False
            if self._open and not self._open[-1].waits_for_agent and not self._open[-1].overrun:
                self._open[-1].overrun = True
                sentence = "The card that begins here does not end before the next one begins. Both were read."
                self.problems.add(self._open[-1].line, "END", sentence)
            self._open.append(Card(at + 1, component, self._version(at)))
        elif not self._open:
            self.problems.add(at + 1, "END", "This line ends a card that was never begun. It was passed over.")
        else:
            yield from self._closed()
            if self._open and self._next_is_new_card(at + 1):
                yield from self._close_all()

    def _closed(self) -> Iterator[Card]:
        """Close the innermost card. An agent is handed out with the card that it belongs to."""
        card = self._open.pop()
        outer = self._open[-1] if self._open else None
        if card.component != "VCARD":
            self.problems.add(card.line, "BEGIN", f"{card.component} is not a card. It was passed over.", refused=True)
        elif outer and outer.waits_for_agent and len(self._open) <= AGENTS_DEEP_MAX:
            outer.agents.append(card)
        else:
            yield card

    def _close_all(self) -> Iterator[Card]:
        while self._open:
            if not self._open[-1].overrun:
                self.problems.add(self._open[-1].line, "END", "The card that begins here has no END:VCARD. It was read as far as it goes.")
            yield from self._closed()

    def _next_is_new_card(self, at: int) -> bool:
        while at < len(self.lines) and not self.lines[at].strip():
            at += 1
        edge = boundary(self.lines[at]) if at < len(self.lines) else ("BEGIN", "")
        return edge is not None and edge[0] == "BEGIN"

    def _version(self, at: int) -> str:
        """The version of the card that begins here; it stands in its first lines where it stands at all."""
        for line in self.lines[at + 1 : at + 6]:
            if line[:8].upper() == "VERSION:":
                return line[8:].strip()
        return ""

    def _take(self, line: int, text: str) -> None:
        prop = parse_line(line, text, self.page)
        if not self._open:
            if prop is None or not _KNOWN.match(text):
                if not self._outside:
                    self.problems.add(line, "", "Here stands text that belongs to no card. It was passed over.", refused=True)
                self._outside = True
                return
            self.problems.add(line, "BEGIN", "A card without BEGIN:VCARD. It was read from this line on.")
            self._open.append(Card(line))
        card = self._open[-1]
        if prop is None:
            self.problems.add(line, "", "This line is no property of a card. Its text was added to the note.")
            prop = Property(line, "", "NOTE", {}, text, self.page)
        if len(card.properties) < PROPERTIES_MAX:
            card.properties.append(prop)
        elif not card.full:
            card.full = True
            self.problems.add(line, "", f"This card has more than {PROPERTIES_MAX} lines of data. The rest of it was left out.")

    def _unfold(self, at: int) -> tuple[str, int]:
        """The logical line that begins at a physical one, and where the next begins."""
        pieces, following, base64 = [self.lines[at]], at + 1, False
        head = pieces[0].partition(":")[0]
        if ";" in head:
            head = head.upper()
            if "QUOTED-PRINTABLE" in head:
                return self._unfold_quoted_printable(at)
            base64 = head.endswith(";B") or "BASE64" in head or "ENCODING=B" in head
        keep = not base64 and bool(self._open) and self._open[-1].version.startswith("2")
        while following < len(self.lines) and (line := self.lines[following]):
            folded = line[0] in _BLANKS and not boundary(line)
            if not folded and not (base64 and _BASE64_LINE.fullmatch(line)):
                break
            # Version 2.1 folds at white space that belongs to the value; later ones put the white space in.
            pieces.append(line if keep or not folded else line[1:])
            following += 1
        return "".join(pieces), following

    def _unfold_quoted_printable(self, at: int) -> tuple[str, int]:
        """Soft line breaks end in "="; some programs indent the next line as well, which then is no part of the value."""
        pieces, following = [self.lines[at]], at + 1
        while following < len(self.lines) and not boundary(line := self.lines[following]):
            soft = pieces[-1].rstrip(" \t").endswith("=")
            if not (soft and not _KNOWN.match(line)) and line[:1] not in _BLANKS:
                break
            if soft:
                pieces[-1] = pieces[-1].rstrip(" \t")[:-1]
            pieces.append(line)
            following += 1
        rest = pieces[1:]
        if all(piece[:1] in _BLANKS for piece in rest) and (len(rest) > 1 or any(piece[1:2] == "=" for piece in rest)):
            rest = [piece[1:] for piece in rest]
        return pieces[0] + "".join(rest), following

"""vCard 4.0 as XML (xCard), read as the same properties and by the same rules as vCard.

Source: RFC 6351. A document type is refused, so there are no entities to expand and nothing outside the file to fetch.
"""

from __future__ import annotations

from xml.parsers import expat

from enfilade.core.textfile import Problems, decode, refusal

from .card_mapper import drafts_of
from .cards import CARDS_MAX, PROPERTIES_MAX, Card
from .contacts import ContactDraft, Parsed
from .contentlines import Property

NAMESPACE = "urn:ietf:params:xml:ns:vcard-4.0"
_COMPONENTS = {
    "N": ("surname", "given", "additional", "prefix", "suffix"),
    "ADR": ("pobox", "ext", "street", "locality", "region", "code", "country"),
}
_LISTS = frozenset({"CATEGORIES", "NICKNAME"})
_DEPTH_MAX = 20


def read_xcards(data: bytes, *, region: str) -> Parsed:
    """Every card of a file.

    region: country whose rules apply to telephone numbers without country code, ISO 3166-1 alpha-2.
    """
    if fault := refusal(data, "an xCard file"):
        return Parsed(problems=(fault,))
    problems = Problems()
    reader = _CardCollector()
    try:
        reader.read(decode(data))
    except (expat.ExpatError, ValueError) as error:
        problems.add(reader.line, "", f"The XML cannot be read from here on: {error}.", refused=True)
    drafts: list[ContactDraft] = []
    for card in reader.cards:
        drafts.extend(drafts_of(card, region, problems))
    if not drafts:
        problems.add(1, "", "The file has no card that says anything.", refused=True)
    return Parsed(tuple(drafts), problems.listed())


class _CardCollector:
    """Follows the elements: vcards / vcard / perhaps a group / property / parameters or values."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.path: list[str] = []
        self.text: list[str] = []
        self.group = ""
        self.start = 1
        self.params: dict[str, list[str]] = {}
        self.values: list[tuple[str, str]] = []
        self.parser = expat.ParserCreate("utf-8", " ")

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def read(self, text: str) -> None:
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.Parse(text.encode("utf-8", "replace"), True)

    def _refuse(self, *_: object) -> None:
        raise ValueError("a document type is not allowed")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.path.append(name)
        if len(self.path) > _DEPTH_MAX:
            raise ValueError("the elements are nested too deep")
        self.text.clear()
        if name == "vcard":
            if len(self.cards) >= CARDS_MAX:
                raise ValueError(f"there are more than {CARDS_MAX} cards")
            self.cards.append(Card(self.line, version="4.0"))
        elif name == "group":
            self.group = attributes.get("name", "").lower()
        elif self._in_card() == 1:
            self.start, self.params, self.values = self.line, {}, []

    def _in_card(self) -> int:
        """How deep the current element is inside a card, groups not counted; 1 is a property, 0 no part of a card."""
        if "vcard" not in self.path:
            return 0
        return sum(name != "group" for name in self.path[self.path.index("vcard") + 1 :])

    def _end(self, name: str) -> None:
        name, text, depth = name.rpartition(" ")[2], "".join(self.text).strip(), self._in_card()
        self.text.clear()
        if name == "group":
            self.group = ""
        elif depth == 1 and len(self.cards[-1].properties) < PROPERTIES_MAX:
            raw = _raw(name.upper(), self.values) if self.values else _escaped(text)
            self.cards[-1].properties.append(Property(self.start, self.group, name.upper(), self.params, raw))
        elif depth == 4 and self.path[-3] == "parameters":
            self.params.setdefault(self.path[-2].upper(), []).append(text)
        elif depth == 2 and name != "parameters":
            self.values.append((name, text))
        self.path.pop()


def _escaped(text: str) -> str:
    for letter, escape in (("\\", "\\\\"), ("\n", "\\n"), (",", "\\,"), (";", "\\;")):
        text = text.replace(letter, escape)
    return text


def _raw(name: str, values: list[tuple[str, str]]) -> str:
    """The value as it would stand in a vCard."""
    if name in _COMPONENTS:
        return ";".join(",".join(_escaped(text) for kind, text in values if kind == part) for part in _COMPONENTS[name])
    return ("," if name in _LISTS else ";").join(_escaped(text) for _, text in values)

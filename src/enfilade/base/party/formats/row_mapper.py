"""Puts the cells of one row of a contact CSV where they belong in a draft."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import ClassVar

from .builder import NO_RANK, PHONE_KINDS, DraftBuilder
from .column_names import LABELS, PRESET_VALUES
from .columns import Place
from .contacts import AddressDraft, ContactDraft
from .text import fold, is_no_day

_SCALARS = frozenset(
    {
        *("name", "given_name", "family_name", "additional_names", "prefix", "suffix", "nickname"),
        *("organisation", "department", "title", "role", "uid"),
    }
)
_POINTS = PHONE_KINDS | {"email", "url", "im", "social", "other"}
_PAIRS = {"relation": "relations", "anniversary": "anniversaries"}
_ADDRESS_PARTS = ("extra", "city", "region", "postal_code", "country", "country_code", "po_box")
_ORGANISATION_WORDS = frozenset(
    {"organisation", "organization", "org", "company", "firma", "unternehmen", "societe", "entreprise", "empresa"},
)
# Between several values of one cell: of Google, and as people type them.
_GOOGLE_SEPARATOR = " ::: "
_BETWEEN_PHONES = re.compile(r"\s*[;\n]\s*|\s[/|]\s")
_BETWEEN_EMAILS = re.compile(r"\s*[;,\n]\s*|\s/\s")
# A column of unknown name is still a telephone, an e-mail or a page where its name has such a word and the cell looks the part.
_NUMBER = re.compile(r"\+?[\d\s()./-]{5,40}(?:\s?(?:x|ext\.?)\s?\d{1,8})?")
_WORDS = (
    ("fax", re.compile(r"fax|telecop"), _NUMBER),
    ("phone", re.compile(r"phone|telef|mobil|handy|\bcell|\btel\b|movil|celular"), _NUMBER),
    ("email", re.compile(r"mail|courriel|correo"), re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")),
    ("url", re.compile(r"\burl\b|web|homepage|internet"), re.compile(r"(?:https?://|www\.)\S+")),
)

Taker = Callable[["RowMapper", str, Place, str], None]


class RowMapper:
    """Takes the cells one by one; what several columns say together waits until the row is read."""

    def __init__(self, builder: DraftBuilder) -> None:
        self.builder = builder
        self.slots: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        self.where: dict[str, str] = {}
        self.presets: list[tuple[str, str]] = []
        self.birth: dict[str, str] = {}

    @classmethod
    def taker(cls, place: Place) -> Taker:
        """What takes a cell that is not empty, with the name and the place of its column: found once for each column."""
        if place.slot:
            return cls._take_slotted
        if place.field in _SCALARS:
            return cls._keep
        if place.field in _POINTS:
            return cls._take_points
        if place.field.startswith("birth."):
            return cls._take_part_of_birth
        return cls.HANDLERS.get(place.field, cls._take_extra)

    def take_surplus(self, name: str, cell: str) -> None:
        """A cell that has no place, under the name of its column."""
        self.builder.add_pair("extra", name, cell)

    def finish(self, *, about_organisations: bool) -> ContactDraft | None:
        """The draft of the row, None where it says nothing."""
        for slot, cells in self.slots.items():
            self._finish_slot(slot, cells)
        if self.birth:
            year, month, day = (self.birth.get(part, "") for part in ("year", "month", "day"))
            whole = f"{year.zfill(4) if year else '-'}-{month.zfill(2)}-{day.zfill(2)}"
            self.builder.set_birthday("birthday", whole if month and day else "-".join(filter(None, (year, month, day))))
        made_up = (*self.builder.emails(), self.builder.value("name"))
        for name, cell in self.presets:
            if fold(cell) not in PRESET_VALUES and not any(text and text in cell for text in made_up):
                self.builder.add_pair("extra", name, cell)
        if about_organisations and not self.builder.kind:
            self.builder.kind = "organisation"
        return self.builder.build()

    def _keep(self, name: str, place: Place, cell: str) -> None:
        self.builder.keep(place.field, name, cell)

    def _take_points(self, name: str, place: Place, cell: str) -> None:
        self._add_points(place.field, name, cell, place.label, preferred=place.preferred)

    def _take_part_of_birth(self, _name: str, place: Place, cell: str) -> None:
        self.birth[place.field.removeprefix("birth.")] = cell.strip()

    def _take_extra(self, name: str, _place: Place, cell: str) -> None:
        self.take_surplus(name, cell)

    def _take_slotted(self, name: str, place: Place, cell: str) -> None:
        cells = self.slots[place.slot]
        if place.field in cells and cells[place.field][1].strip() != cell.strip():
            self.builder.add_pair("extra", name, cell)
            return
        cells[place.field] = (name, cell)
        if place.label:
            self.where[place.slot] = place.label

    def _finish_slot(self, slot: str, cells: dict[str, tuple[str, str]]) -> None:
        """A value with its label, or the parts of an address. "* " in front of a label marks the preferred one (Google)."""
        label = cells.pop("label", ("", self.where.get(slot, "")))[1]
        service = cells.pop("service", ("", ""))[1].strip()
        preferred = label.startswith("*")
        labels = [LABELS.get(fold(one), one.strip()) for one in label.lstrip("* ").split(_GOOGLE_SEPARATOR)]
        label = labels[0]
        if slot.startswith("address") and cells:
            self._add_addresses(cells, labels, preferred=preferred)
            return
        # A label without a value is no more than a form that was left empty.
        for field, (name, cell) in cells.items():
            if field in _PAIRS:
                for value in cell.split(_GOOGLE_SEPARATOR):
                    self.builder.add_pair(_PAIRS[field], label.lower() if label.istitle() else label or field, value)
            elif field in _POINTS:
                self._add_points(field, name, cell, " ".join(filter(None, (service, label))), preferred=preferred)
            else:
                self.builder.add_pair("extra", label or name, cell)

    def _add_points(self, kind: str, name: str, cell: str, label: str, *, preferred: bool) -> None:
        if kind == "phone" and "fax" in label.lower().split():
            kind, label = "fax", " ".join(word for word in label.split() if word.lower() != "fax")
        elif kind == "phone" and label == "pager":
            kind, label = "pager", ""
        for rank, value in enumerate(_values(kind, cell), 1):
            self.builder.add_point(kind, name, value, label, rank if preferred else NO_RANK)

    def _add_addresses(self, cells: dict[str, tuple[str, str]], labels: list[str], *, preferred: bool) -> None:
        """One address, or as many as Google has put into each cell; its printed form counts where it says more than the parts."""
        name = next(iter(cells.values()))[0]
        parts = {field.removeprefix("address."): cell for field, (_, cell) in cells.items()}
        formatted = parts.pop("formatted", "")
        for at, values in enumerate(_several(list(parts.values()))):
            label = labels[at] if at < len(labels) else labels[-1]
            one = dict(zip(parts, values, strict=True))
            street = "\n".join(line for part in ("street", "street 2", "street 3") if (line := one.pop(part, "").strip()))
            known = {part: one.pop(part, "") for part in _ADDRESS_PARTS}
            self.builder.add_address(name, AddressDraft(label=label, street=street, preferred=preferred, **known))
            for part, value in one.items():
                self.builder.add_pair("extra", f"address {part}", value)
        said = set(fold(" ".join(parts.values())).split()) if formatted else set()
        for text in formatted.split(_GOOGLE_SEPARATOR):
            if not set(fold(text).split()) <= said:
                self.builder.add_address(name, AddressDraft(label=labels[0], street=text, preferred=preferred))

    def _add_note(self, name: str, _place: Place, cell: str) -> None:
        self.builder.add_note(name, cell)

    def _add_categories(self, name: str, _place: Place, cell: str) -> None:
        for category in re.split(r" ::: |[;,]", cell):
            self.builder.add_category(name, category.strip().removeprefix("* "))

    def _add_birthday(self, name: str, _place: Place, cell: str) -> None:
        self.builder.set_birthday(name, cell)

    def _add_pair(self, _name: str, place: Place, cell: str) -> None:
        self.builder.add_pair(_PAIRS[place.field], place.label, "" if is_no_day(cell) else cell)

    def _keep_preset(self, name: str, _place: Place, cell: str) -> None:
        self.presets.append((name, cell))

    def _set_kind(self, _name: str, _place: Place, cell: str) -> None:
        self.builder.kind = "organisation" if fold(cell) in _ORGANISATION_WORDS else "person"

    def _take_unknown(self, name: str, _place: Place, cell: str) -> None:
        key, text = fold(name), cell.strip()
        for kind, word, shape in _WORDS:
            if word.search(key) and shape.fullmatch(text[:200]):
                self.builder.add_point(kind, name, cell, name)
                return
        self.builder.add_pair("extra", name, cell)

    HANDLERS: ClassVar[dict[str, Taker]] = {
        "note": _add_note,
        "categories": _add_categories,
        "birthday": _add_birthday,
        "relation": _add_pair,
        "anniversary": _add_pair,
        "preset": _keep_preset,
        "kind": _set_kind,
        "unknown": _take_unknown,
    }


def _several(cells: list[str]) -> Iterable[Sequence[str]]:
    """What Google has put into cells side by side, one after the other; mostly the cells themselves."""
    if not any(_GOOGLE_SEPARATOR in cell for cell in cells):
        return [cells]
    return zip_longest(*(cell.split(_GOOGLE_SEPARATOR) for cell in cells), fillvalue="")


def _values(kind: str, cell: str) -> list[str]:
    """The values of a cell, where it holds several that all look the part."""
    if _GOOGLE_SEPARATOR in cell:
        return cell.split(_GOOGLE_SEPARATOR)
    if kind == "email" and _BETWEEN_EMAILS.search(cell):
        pieces = [piece for piece in _BETWEEN_EMAILS.split(cell) if piece.strip()]
        return pieces if all("@" in piece for piece in pieces) else [cell]
    if kind in PHONE_KINDS and _BETWEEN_PHONES.search(cell):
        pieces = [piece for piece in _BETWEEN_PHONES.split(cell) if piece.strip()]
        return pieces if all(sum(letter.isdigit() for letter in piece) >= 5 for piece in pieces) else [cell]
    return [cell]

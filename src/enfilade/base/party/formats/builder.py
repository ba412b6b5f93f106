"""The rules that all contact formats share while a draft is put together: cleaning, first value wins, nothing is lost, a name is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from enfilade.core.textfile import Problems, clean

from .contacts import AddressDraft, ContactDraft, ContactPointDraft, Photo
from .text import country_code, is_no_day, is_part_of_day, normalise_phone, read_day, read_email, read_phone

VALUE_CHARS_MAX = 64 * 1024
VALUES_MAX = 2_000
NAME_CHARS_MAX = 200
PHONE_KINDS = frozenset({"phone", "fax", "pager"})
# Google puts everybody in this group by itself.
_SYSTEM_CATEGORIES = frozenset({"myContacts", "My Contacts"})
# A point that is not marked as preferred stands behind every mark that a file can give (vCard 4.0 counts from 1 to 100).
NO_RANK = 101


class DraftBuilder:
    """One draft in the making. Every setter takes the value as it stands in the file and the name the file has for it.

    region: country whose rules apply to telephone numbers and written days.
    problems: where the sentences go, with the line that `at` has set.
    """

    def __init__(self, line: int, region: str, problems: Problems) -> None:
        self.line = self.at = line
        self.region, self.problems = region, problems
        self.kind = ""
        self._scalars: dict[str, str] = {}
        self._points: dict[tuple[str, str], tuple[ContactPointDraft, int]] = {}
        self._addresses: dict[AddressDraft, bool] = {}
        self._notes: dict[str, None] = {}
        self._remarks: dict[str, None] = {}
        self._pairs: dict[str, dict[tuple[str, str], None]] = {"relations": {}, "anniversaries": {}, "extra": {}}
        self._categories: dict[str, None] = {}
        self._birth_on: date | None = None
        self.photo: Photo | None = None
        self._values = 0

    def report(self, field: str, sentence: str, *, refused: bool = False) -> None:
        self.problems.add(self.at, field, sentence, refused=refused)

    def tidy(self, field: str, value: str) -> str:
        """The value as it is kept, cleaned and within its limit; both are reported where they change something."""
        if not value:
            return ""
        if len(value) > VALUE_CHARS_MAX:
            self.report(field, f"This value is longer than {VALUE_CHARS_MAX // 1024} kB and was left out.")
            return ""
        kept = value
        if not (value.isascii() and value.isprintable()):
            kept, changed = clean(value)
            if changed:
                self.report(field, "Characters that cannot be seen were taken out.")
            if "\ufffd" in kept:
                self.report(field, "A letter of this value is damaged in the file; it is shown as �.")
        kept = kept.strip()
        self._values += bool(kept)
        if self._values > VALUES_MAX:
            if self._values == VALUES_MAX + 1:
                self.report(field, f"This record has more than {VALUES_MAX} values. Those after line {self.at} were left out.")
            return ""
        return kept

    def keep(self, name: str, field: str, value: str) -> None:
        """A value of which a draft has one; a second, different one is kept under the file's own name."""
        value = self.tidy(field, value)
        if not value or self._scalars.setdefault(name, value) == value:
            return
        self._pairs["extra"][field, value] = None

    def add_point(self, kind: str, field: str, value: str, label: str = "", rank: int = NO_RANK) -> None:
        """A way to reach somebody, once for each value: a second label is added to the first. rank: 1 is the most preferred."""
        value, label = self.tidy(field, value), self.tidy(field, label) if label else ""
        if not value:
            return
        normalised = ""
        if kind in PHONE_KINDS:
            value = read_phone(value)
            normalised = normalise_phone(value, self.region)
        elif kind == "email":
            value, normalised = read_email(value)
            if not normalised:
                self.report(field, f"“{value[:80]}” is not an e-mail address. It was kept as it is.")
        if not value:
            return
        if (kind, value) in self._points:
            before, old_rank = self._points[kind, value]
            label, rank = ", ".join(dict.fromkeys(filter(None, (before.label, label)))), min(rank, old_rank)
        self._points[kind, value] = (ContactPointDraft(kind, value, normalised, label), rank)

    def add_address(self, field: str, address: AddressDraft) -> None:
        """A postal address; the country code is found from the name where the file gives none."""
        label, street, extra, city, region, postal_code, country = (self.tidy(field, part) if part else "" for part in address[:7])
        code = address.country_code.strip().upper()
        code = code if len(code) == 2 and code.isascii() and code.isalpha() else country_code(country)
        kept = AddressDraft(label, street, extra, city, region, postal_code, country, code, self.tidy(field, address.po_box))
        if not kept.empty:
            self._addresses[kept] = self._addresses.get(kept, False) or address.preferred

    def add_note(self, field: str, value: str) -> None:
        if value := self.tidy(field, value):
            self._notes[value] = None

    def add_category(self, field: str, value: str) -> None:
        if (value := self.tidy(field, value)) and value not in _SYSTEM_CATEGORIES:
            self._categories[value] = None

    def add_pair(self, name: str, label: str, value: str) -> None:
        """name: relations, anniversaries or extra."""
        if value := self.tidy(label, value):
            self._pairs[name][clean(label)[0].strip(), value] = None

    def set_birthday(self, field: str, value: str) -> None:
        """A whole day becomes the birthday; a part of one, or what is no day, goes to the note as it was written."""
        value = self.tidy(field, value)
        if not value or is_no_day(value):
            return
        day = read_day(value, self.region)
        if day and self._birth_on in (None, day):
            self._birth_on = day
            return
        if not day and not is_part_of_day(value):
            self.report(field, f"“{value[:40]}” is not a day. It was kept in the note.")
        self._remarks[f"Birthday: {value.replace('1604-', '--', 1) if value.startswith('1604-') else value}"] = None

    def value(self, name: str) -> str:
        """What `keep` has kept under a name so far."""
        return self._scalars.get(name, "")

    def emails(self) -> list[str]:
        return [point.value for point, _ in self._points.values() if point.kind == "email"]

    def address_texts(self) -> list[str]:
        """All that the addresses say so far."""
        return [
            text
            for a in self._addresses
            for text in (a.po_box, a.extra, a.street, a.city, a.region, a.postal_code, a.country, a.country_code)
        ]

    def address_labels(self) -> set[str]:
        return {address.label for address in self._addresses}

    def build(self) -> ContactDraft | None:
        """The draft; None for a record that says nothing."""
        points, addresses, note = self._ranked_points(), self._ranked_addresses(), "\n\n".join((*self._notes, *self._remarks))
        name = self._name(points, addresses, note)
        if not name:
            return None
        values: dict[str, Any] = {**self._scalars, **{key: tuple(pairs) for key, pairs in self._pairs.items()}}
        values |= {"line": self.line, "kind": self._kind(name), "name": name, "birth_on": self._birth_on, "note": note, "photo": self.photo}
        return ContactDraft(**values, contact_points=points, addresses=addresses, categories=tuple(self._categories))

    def _ranked_points(self) -> tuple[ContactPointDraft, ...]:
        """The points, of each kind the best ranked one preferred, where the file ranks any."""
        best: dict[str, tuple[int, str]] = {}
        for point, rank in self._points.values():
            if rank < best.get(point.kind, (NO_RANK, ""))[0]:
                best[point.kind] = (rank, point.value)
        preferred = {(kind, value) for kind, (_, value) in best.items()}
        return tuple(point._replace(preferred=True) if key in preferred else point for key, (point, _) in self._points.items())

    def _ranked_addresses(self) -> tuple[AddressDraft, ...]:
        first = next((address for address, preferred in self._addresses.items() if preferred), None)
        return tuple(address._replace(preferred=True) if address is first else address for address in self._addresses)

    def _name(self, points: tuple[ContactPointDraft, ...], addresses: tuple[AddressDraft, ...], note: str) -> str:
        """The name for display: as given, else put together, else whatever a person would call the record."""
        first = next(filter(None, self._names(points, addresses, note)), "")
        line = " ".join(first.split())
        if len(line) <= NAME_CHARS_MAX:
            return line
        if first == self.value("name"):
            self.report("name", f"The name is longer than {NAME_CHARS_MAX} letters. It was cut; the whole is kept beside it.")
            self._pairs["extra"]["name", first] = None
        return line[:NAME_CHARS_MAX].rstrip()

    def _names(self, points: tuple[ContactPointDraft, ...], addresses: tuple[AddressDraft, ...], note: str) -> Iterator[str]:
        yield self.value("name")
        whole = " ".join(filter(None, map(self.value, ("prefix", "given_name", "additional_names", "family_name"))))
        yield f"{whole}, {self.value('suffix')}" if whole and self.value("suffix") else whole
        yield self.value("organisation")
        yield self.value("nickname")
        for kind in ("email", "phone", ""):
            yield from (point.value for point in points if kind in ("", point.kind))
        for place in addresses:
            yield ", ".join(filter(None, (place.street, place.po_box, place.postal_code, place.city, place.region, place.country)))
        yield note
        yield from (value for pairs in self._pairs.values() for _, value in pairs)
        yield from self._categories
        yield from map(self.value, ("department", "title", "role"))

    def _kind(self, name: str) -> str:
        """What the file says, else: an organisation is what has an organisation's name and no name of a person."""
        if self.kind:
            return self.kind
        company = self.value("organisation")
        personal = any(self.value(part) not in ("", company) for part in ("given_name", "family_name", "additional_names"))
        return "organisation" if company and company == name and not personal else "person"

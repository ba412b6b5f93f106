"""Puts the properties of one vCard where they belong in a draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from enfilade.core.textfile import Problems

from .builder import NO_RANK, DraftBuilder
from .cards import AGENTS_DEEP_MAX, Card, CardReader
from .contacts import AddressDraft, ContactDraft, Photo
from .contentlines import Property
from .text import fold, read_day, read_photo
from .vcard_names import (
    ANNIVERSARIES,
    KINDS,
    LABELS,
    MESSENGERS,
    OF_PROGRAMS,
    ONE_OF_SEVERAL,
    POINTS,
    RELATIONS,
    SCALARS,
    SILENT_TYPES,
)


def drafts_of(card: Card, region: str, problems: Problems, depth: int = 0) -> Iterator[ContactDraft]:
    """The draft of a card, then those of its agents. A fault of ours in one card is a problem of that card alone."""
    try:
        found = list(CardMapper(card, region, problems, depth).drafts())
    except Exception as error:  # noqa: BLE001 - whatever a card does to us, the others still come in
        problems.add(card.line, "", f"This card could not be read ({type(error).__name__}).", refused=True)
        return
    if not found:
        problems.add(card.line, "", "This card is empty.", refused=True)
    yield from found


class CardMapper:
    """Puts the properties of one card where they belong."""

    def __init__(self, card: Card, region: str, problems: Problems, depth: int) -> None:
        self.card, self.region, self.problems, self.depth = card, region, problems, depth
        self.builder = DraftBuilder(card.line, region, problems)
        # Apple and Google describe a property by others of its group: "item1.TEL" by "item1.X-ABLabel".
        grouped = [prop for prop in card.properties if prop.group]
        self.labels = {prop.group: prop.text().strip() for prop in grouped if prop.name == "X-ABLABEL"}
        self.countries = {prop.group: prop.text().strip() for prop in grouped if prop.name == "X-ABADR"}
        self.address_labels: list[Property] = []
        self.inner: list[ContactDraft] = []
        self.seen_altids: set[tuple[str, str]] = set()

    def drafts(self) -> Iterator[ContactDraft]:
        for agent in self.card.agents:
            self._keep_agents(drafts_of(agent, self.region, self.problems, self.depth + 1))
        for prop in self.card.properties:
            self.builder.at = prop.line
            if not self._is_translation(prop):
                self._take(prop)
        for prop in self.address_labels:
            self.builder.at = prop.line
            self._add_address_label(prop)
        self.builder.at = self.card.line
        if draft := self.builder.build():
            yield draft
        yield from self.inner

    def _is_translation(self, prop: Property) -> bool:
        altid = prop.param("ALTID")
        if not altid or prop.name not in ONE_OF_SEVERAL:
            return False
        if (prop.name, altid) not in self.seen_altids:
            self.seen_altids.add((prop.name, altid))
            return False
        key = " ".join(filter(None, (prop.name, prop.param("LANGUAGE"))))
        text = ", ".join(filter(None, prop.parts())) if prop.name in ("N", "ORG", "ADR") else prop.text()
        if prop.name != "BDAY" or not read_day(text):
            self.builder.add_pair("extra", key, text)
        return True

    def _take(self, prop: Property) -> None:
        name = prop.name
        if handler := self.HANDLERS.get(name):
            handler(self, prop)
        elif name in SCALARS:
            self.builder.keep(SCALARS[name], name, prop.text())
        elif name in POINTS:
            self._add_point(prop, POINTS[name])
        elif name in MESSENGERS:
            label = " ".join(filter(None, (MESSENGERS[name], self._label(prop))))
            self.builder.add_point("im", name, prop.text(), label, _rank(prop))
        elif name in RELATIONS:
            self.builder.add_pair("relations", RELATIONS[name], prop.text())
        elif name in ANNIVERSARIES:
            self.builder.add_pair("anniversaries", ANNIVERSARIES[name], prop.text())
        elif prop.binary:
            self.builder.report(name, "Data that is no text was left out.")
        elif name not in OF_PROGRAMS:
            self.builder.add_pair("extra", " ".join(filter(None, (name, self._label(prop)))), prop.text())

    def _label(self, prop: Property) -> str:
        """Where somebody is reached: the label a person gave (Apple, Google), else the types."""
        if given := self.labels.get(prop.group, "") if prop.group else "":
            known = re.fullmatch(r"_\$!<(.+?)>!\$_", given)
            return known[1].lower() if known else given
        return _label_of(prop.type_names)

    def _add_name(self, prop: Property) -> None:
        parts = prop.parts()
        fields = ("family_name", "given_name", "additional_names", "prefix", "suffix")
        for field, part in zip(fields, parts, strict=False):
            joint = " " if field in ("given_name", "additional_names", "prefix") else ", "
            self.builder.keep(field, "N", joint.join(piece.strip() for piece in part.split(",") if piece.strip()))
        self.builder.add_pair("extra", "N", " ".join(filter(None, parts[len(fields) :])))

    def _add_organisation(self, prop: Property) -> None:
        organisation, *units = prop.parts()
        self.builder.keep("organisation", "ORG", organisation)
        self.builder.keep("department", "ORG", ", ".join(filter(None, units)))

    def _add_nickname(self, prop: Property) -> None:
        self.builder.keep("nickname", "NICKNAME", ", ".join(filter(None, prop.parts(","))))

    def _add_point(self, prop: Property, kind: str) -> None:
        value, label = prop.text().strip(), self._label(prop)
        if kind == "phone":
            types = prop.types
            kind = "fax" if "fax" in types or "fax" in label.lower() else "pager" if "pager" in types else kind
            if re.match(r"(?:sips?|skype|xmpp|facetime):", value, re.IGNORECASE):
                kind = "im"
        elif kind == "im" or "x-service-type" in (key.lower() for key in prop.params):
            service = prop.param("X-SERVICE-TYPE") or prop.param("SERVICE-TYPE") or value.partition(":")[0]
            label = " ".join(filter(None, (service, label)))
        self.builder.add_point(kind, prop.name, value, label, _rank(prop))

    def _add_social(self, prop: Property) -> None:
        value = prop.text().strip()
        user = prop.param("X-USER") or prop.param("USERNAME")
        shown = user if user and (not value or value.startswith("x-apple:")) else value
        service = prop.param("SERVICE-TYPE")
        self.builder.add_point("social", prop.name, shown, " ".join(filter(None, (service, self._label(prop)))), _rank(prop))

    def _add_address(self, prop: Property) -> None:
        parts = [*prop.parts(), *[""] * 7]
        beyond = [part for part in parts[7:] if part]
        address = AddressDraft(
            label=self._label(prop),
            po_box=parts[0],
            extra=", ".join(filter(None, (parts[1], *beyond))),
            street=parts[2],
            city=parts[3],
            region=parts[4],
            postal_code=parts[5],
            country=parts[6],
            country_code=self.countries.get(prop.group, "") or prop.param("CC"),
            preferred=_rank(prop) <= 1,
        )
        if label := prop.param("LABEL"):
            self.address_labels.append(Property(prop.line, prop.group, "LABEL", prop.params, label.replace("\n", "\\n"), prop.page))
        self.builder.add_address("ADR", address)

    def _keep_address_label(self, prop: Property) -> None:
        self.address_labels.append(prop)

    def _add_address_label(self, prop: Property) -> None:
        """The printed form of an address is kept where it says more than the addresses of the card; alone it is the address."""
        text, label = prop.text().strip(), self._label(prop)
        names = (self.builder.value(name) for name in ("name", "organisation", "department"))
        known = set(fold(" ".join((*self.builder.address_texts(), *names))).split())
        if set(fold(text).split()) <= known:
            return
        if label in self.builder.address_labels() or (self.builder.address_labels() and not label):
            self.builder.add_pair("extra", f"LABEL {label}".strip(), text)
        else:
            self.builder.add_address("LABEL", AddressDraft(label=label, street=text, preferred=_rank(prop) <= 1))

    def _add_picture(self, prop: Property) -> None:
        value = prop.raw.strip()
        if found := re.match(r"data:[\w/+.-]*(;[^,]{0,100})?,", value, re.IGNORECASE):
            value = value[found.end() :] if "base64" in found[0].lower() else ""
            value = unquote_to_bytes(value).decode("ascii", "replace") if "%" in value[:200] else value
        elif not prop.binary and re.match(r"[a-z][a-z0-9+.-]{1,20}:", value, re.IGNORECASE):
            self.builder.add_pair("extra", prop.name, prop.text())
            return
        if not value:
            return
        picture = read_photo(value)
        if not isinstance(picture, Photo):
            self.builder.report(prop.name, picture)
        elif self.builder.photo is None:
            self.builder.photo = picture
        elif self.builder.photo != picture:
            self.builder.report(prop.name, "A second picture was left out.")

    def _add_birthday(self, prop: Property) -> None:
        text = prop.text().strip()
        if (unknown := prop.param("X-APPLE-OMIT-YEAR")) and text.startswith(unknown):
            text = f"-{text[len(unknown) :]}" if text[len(unknown) :].startswith("-") else f"--{text[len(unknown) :]}"
        self.builder.set_birthday("BDAY", text)

    def _add_kind(self, prop: Property) -> None:
        text = prop.text().strip()
        self.builder.kind = "organisation" if prop.name == "X-ABSHOWAS" and text.upper() == "COMPANY" else KINDS.get(text.lower(), "")

    def _add_relation(self, prop: Property) -> None:
        self.builder.add_pair("relations", self._label(prop) or "related", prop.text())

    def _add_day(self, prop: Property) -> None:
        self.builder.add_pair("anniversaries", self._label(prop) or "anniversary", prop.text())

    def _add_categories(self, prop: Property) -> None:
        for category in prop.parts(","):
            self.builder.add_category("CATEGORIES", category)

    def _add_note(self, prop: Property) -> None:
        self.builder.add_note("NOTE", prop.text())

    def _add_android(self, prop: Property) -> None:
        """X-ANDROID-CUSTOM:vnd.android.cursor.item/kind;value;type;label: what Android has and vCard 2.1 has not."""
        kind, value, number, label, *_ = [*prop.parts(), "", "", "", ""]
        kind = kind.rpartition("/")[2]
        if kind == "nickname":
            self.builder.keep("nickname", prop.name, value)
        elif kind == "relation":
            self.builder.add_pair("relations", label or "related", value)
        elif kind == "contact_event":
            self.builder.add_pair("anniversaries", label or ("anniversary" if number == "1" else "event"), value)
        else:
            self.builder.add_pair("extra", prop.name, prop.text())

    def _add_agent(self, prop: Property) -> None:
        """Another person's card: inside the value (3.0), or between the lines (2.1), where it was read with the card."""
        text = prop.text().strip()
        if text[:12].upper().startswith("BEGIN:VCARD") and self.depth < AGENTS_DEEP_MAX:
            found = Problems()
            for card in CardReader(text, prop.page, found).cards():
                card.line = prop.line
                self._keep_agents(drafts_of(card, self.region, self.problems, self.depth + 1))
            for problem in found.listed():
                self.problems.add(prop.line, problem.field, problem.sentence, refused=problem.refused)
        elif text:
            self.builder.add_pair("relations", "agent", text)

    def _keep_agents(self, drafts: Iterator[ContactDraft]) -> None:
        for draft in drafts:
            self.inner.append(draft)
            self.builder.add_pair("relations", "agent", draft.name)

    HANDLERS: ClassVar[dict[str, Callable[[CardMapper, Property], None]]] = {
        "N": _add_name,
        "ORG": _add_organisation,
        "NICKNAME": _add_nickname,
        "ADR": _add_address,
        "LABEL": _keep_address_label,
        "NOTE": _add_note,
        "BDAY": _add_birthday,
        "CATEGORIES": _add_categories,
        "PHOTO": _add_picture,
        "LOGO": _add_picture,
        "X-MS-CARDPICTURE": _add_picture,
        "KIND": _add_kind,
        "X-ABSHOWAS": _add_kind,
        "X-ADDRESSBOOKSERVER-KIND": _add_kind,
        "RELATED": _add_relation,
        "X-ABRELATEDNAMES": _add_relation,
        "X-ABDATE": _add_day,
        "X-ANDROID-CUSTOM": _add_android,
        "AGENT": _add_agent,
        "X-SOCIALPROFILE": _add_social,
        "SOCIALPROFILE": _add_social,
    }


@lru_cache(maxsize=1_000)
def _label_of(types: tuple[str, ...]) -> str:
    names = (LABELS.get(name.lower(), name.lower()) if name[:2].lower() != "x-" else name[2:] for name in types)
    return " ".join(dict.fromkeys(name for name in names if name.lower() not in SILENT_TYPES))


def _rank(prop: Property) -> int:
    """How much somebody wants to be reached here: PREF=1 to 100 (4.0), or the type pref (2.1, 3.0), which is 1."""
    pref = prop.param("PREF")
    if pref.isascii() and pref.isdigit():
        return max(1, min(int(pref[:4]), 100))
    return 1 if "pref" in prop.types else NO_RANK

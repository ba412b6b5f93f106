"""Files of contacts: vCard, xCard, tables of address books, and our own export, as rows of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enfilade.core import files
from enfilade.core.context import Context
from enfilade.core.resource import Resource
from enfilade.core.resource.intake import FileRow, ImportProblem, Intake, Intaken, Options, Outcome, Target, register_intake
from enfilade.core.tabular import Table

from . import rules
from .commands.together import take_contacts
from .formats.columns import Place, places_of, recognised
from .formats.contacts import ContactDraft, Parsed
from .formats.contacts_csv import named, read_contact_table
from .formats.detect import detect, read_contacts
from .formats.vcard import count_cards
from .queries import ContactIndex, live_parties

_OWN_HEADER = {"id", "number", "name", "kind", "given_name", "family_name"}
_OWN_TEXTS = {
    **{
        n: n
        for n in ("kind", "name", "given_name", "family_name", "additional_names", "prefix", "suffix", "language", "tax_number", "note")
    },
    "organisation_name": "organisation",
    "job_title": "title",
    "birth_on": "birth_on",
}
_AS_NAMED = "as_named"
_INDEX_ROWS = 1_000
# What a person may make of a column: words for it, and the place it stands for.
_PLACES: dict[str, tuple[str, Place]] = {
    "name": ("Name", Place("name")),
    "given_name": ("Given name", Place("given_name")),
    "family_name": ("Family name", Place("family_name")),
    "additional_names": ("Further names", Place("additional_names")),
    "prefix": ("Title", Place("prefix")),
    "suffix": ("Suffix", Place("suffix")),
    "nickname": ("Nickname", Place("nickname")),
    "kind": ("Person or organisation", Place("kind")),
    "organisation": ("Employer or company", Place("organisation")),
    "department": ("Department", Place("department")),
    "title": ("Job title", Place("title")),
    "birthday": ("Date of birth", Place("birthday")),
    "phone": ("Phone", Place("phone")),
    "phone.mobile": ("Mobile phone", Place("phone", "mobile")),
    "phone.work": ("Phone at work", Place("phone", "work")),
    "phone.home": ("Phone at home", Place("phone", "home")),
    "fax": ("Fax", Place("fax")),
    "email": ("E-mail", Place("email")),
    "url": ("Web site", Place("url")),
    "street": ("Street", Place("address.street", slot="address")),
    "postal_code": ("Postal code", Place("address.postal_code", slot="address")),
    "city": ("City", Place("address.city", slot="address")),
    "region": ("Region", Place("address.region", slot="address")),
    "country": ("Country", Place("address.country", slot="address")),
    "categories": ("Categories", Place("categories")),
    "note": ("Note", Place("note")),
    "uid": ("Identity in the other program", Place("uid")),
    "extra": ("A further fact, under the column's name", Place("extra")),
}


class ContactIntake(Intake):
    """Address books. A contact that is there already is completed, not doubled."""

    formats = ("CSV", "Excel", "vCard")
    below = ("contact_points", "addresses", "party_roles")

    def targets(self, resource: Resource) -> list[Target]:
        """What a column of an address book may be."""
        return [Target(_AS_NAMED, "What its name says"), *(Target(name, label) for name, (label, _) in _PLACES.items())]

    def keys(self, resource: Resource) -> list[Target]:
        """Who is there already is told by all that is known; a number of our own is enough."""
        return [Target("number", "Number, else name with phone, e-mail or date of birth")]

    def propose(self, resource: Resource, header: Sequence[str]) -> list[str]:
        """The place of each column by its name; one of unknown name is kept as a further fact."""
        if _is_own(header):
            return [_AS_NAMED] * len(header)
        simple = {place: name for name, (_, place) in _PLACES.items()}
        return ["extra" if place is None else simple.get(place, _AS_NAMED) for place in places_of(named(header))]

    def recognise(self, resource: Resource, cells: Sequence[str]) -> int:
        """How many cells of a row are names of columns."""
        return recognised(cells)

    def cards(self, ctx: Context, name: str, data: bytes, options: Options, *, whole: bool) -> Intaken | None:
        """Cards come with their own names for everything."""
        kind = detect(data, name)
        if kind not in {"vcard", "xcard"}:
            return None
        if not whole and kind == "vcard" and (number := count_cards(data)):
            return Intaken([FileRow(line=1) for _ in range(number)], kind="cards")
        return _contacts(ctx, read_contacts(data, filename=name, region=ctx.company.country))

    def rows(self, resource: Resource, ctx: Context, table: Table, mapping: list[str], options: Options) -> Intaken:
        """Every row of a table; a file that our own list exported is found again by its numbers."""
        if _is_own(table.header):
            return _own_rows(ctx, table, mapping)
        named_places = places_of(named(table.header))
        places = [
            Place("left_out") if not target else found if target in (proposed, _AS_NAMED) else _PLACES[target][1]
            for target, found, proposed in zip(mapping, named_places, self.propose(resource, table.header), strict=True)
        ]
        made = _contacts(ctx, read_contact_table(table, places, region=ctx.company.country))
        cells = {row.line: list(row.cells) for row in table.rows}
        for row in made.rows:
            row.cells = cells.get(row.line)
        made.table, made.mapping, made.kind = table, mapping, table.kind
        return made

    def sort_out(self, ctx: Context, rows: list[FileRow], options: Options) -> None:
        """Who is there already is completed; what the mode does not want is refused."""
        waiting = [row for row in rows if row.outcome == Outcome.WAITING]
        for start in range(0, len(waiting), _INDEX_ROWS):
            part = waiting[start : start + _INDEX_ROWS]
            index = ContactIndex(ctx, [row.inputs["contact"] for row in part])
            numbers = {n for row in part if (n := row.inputs.get("number"))}
            by_number = dict(live_parties(ctx).filter(number__in=numbers).values_list("number", "pk")) if numbers else {}
            for row in part:
                _sort_out(row, by_number.get(row.inputs.pop("number", "")) or index.known(row.inputs["contact"]), options.mode)

    def take_many(self, ctx: Context, rows: list[FileRow], options: Options) -> list[str]:
        """Those who are new, and in the file once, in a few statements for all of them."""
        self.sort_out(ctx, rows, options)
        new: list[FileRow] = []
        seen: set[str] = set()
        for row in rows:
            contact = row.inputs["contact"]
            keys = {rules.name_key(str(contact.get("name") or "")), f"uid:{contact.get('uid') or row.line}"}
            if row.outcome == Outcome.WAITING and row.command == "party.import_contact" and not keys & seen:
                new.append(row)
            seen |= keys
        refs = take_contacts(ctx, [(row.inputs["contact"], row.inputs.get("photo")) for row in new])
        for row, reference in zip(new, refs, strict=True):
            row.outcome, row.ref = Outcome.CREATED, reference
        return [str(row.inputs["contact"].get("name") or "") for row in new]


register_intake("party.party", ContactIntake())


def _sort_out(row: FileRow, party: int | None, mode: str) -> None:
    name = str(row.inputs["contact"].get("name") or "This contact")
    if party is not None and mode == "create":
        row.outcome, row.said = Outcome.REFUSED, [["name", f"{name[:80]} is there already; this import only adds."]]
    elif party is None and mode == "update":
        row.outcome, row.said = Outcome.REFUSED, [["name", f"{name[:80]} is not there; this import only changes what is there."]]
    elif party is not None:
        row.command, row.inputs = "party.complete_party", {"party": party, **row.inputs}


def _contacts(ctx: Context, parsed: Parsed) -> Intaken:
    """Drafts as rows, with what a person should look at: the same contact twice, and numbers that belong to somebody of another name."""
    made = Intaken(problems=[ImportProblem(p.line, p.field, p.sentence, p.refused) for p in parsed.problems], kind="cards")
    seen: dict[tuple[str, str], int] = {}
    for start in range(0, len(parsed.drafts), _INDEX_ROWS):
        drafts = parsed.drafts[start : start + _INDEX_ROWS]
        contacts = [as_contact(draft) for draft in drafts]
        index = ContactIndex(ctx, contacts)
        for draft, contact in zip(drafts, contacts, strict=True):
            photo = _keep_photo(ctx, draft)
            inputs = {"contact": contact} | ({"photo": photo} if photo else {})
            made.rows.append(FileRow(line=draft.line, command="party.import_contact", inputs=inputs))
            made.problems += _doubts(draft, index.sharing(contact), seen)
    return made


def as_contact(draft: ContactDraft) -> dict[str, Any]:
    """A draft in plain values, as the command takes it and the audit keeps it; the picture goes beside it."""
    contact = {name: value for name in _TEXTS if (value := getattr(draft, name))}
    for name in ("contact_points", "addresses"):
        if items := getattr(draft, name):
            contact[name] = [{k: v for k, v in zip(item._fields, item, strict=True) if v} for item in items]
    if draft.birth_on is not None:
        contact["birth_on"] = draft.birth_on.isoformat()
    return contact


_TEXTS = tuple(n for n in ContactDraft._fields if n not in {"line", "photo", "birth_on", "contact_points", "addresses"})


def _keep_photo(ctx: Context, draft: ContactDraft) -> int | None:
    """Store the picture of a card; not in a rehearsal, which is to leave nothing behind."""
    if draft.photo is None or ctx.rehearse:
        return None
    ending = draft.photo.media_type.rpartition("/")[2]
    return files.store_bytes(ctx, f"{draft.name[:60]}.{ending}", draft.photo.content, draft.photo.media_type).pk


def _doubts(draft: ContactDraft, sharing: list[tuple[str, str]], seen: dict[tuple[str, str], int]) -> list[ImportProblem]:
    """The same contact twice in the file, and numbers that belong to somebody of another name."""
    found = []
    keys = [(draft.name.casefold(), p.normalised) for p in draft.contact_points if p.normalised]
    twice = next((seen[key] for key in keys if key in seen), None)
    if twice is not None:
        found.append(ImportProblem(draft.line, "", f"{draft.name} stands in line {twice} already; both became one.", refused=False))
    for key in keys:
        seen.setdefault(key, draft.line)
    for value, other in sharing:
        sentence = f"{value} also belongs to {other}; look whether they are the same."
        found.append(ImportProblem(draft.line, "phone", sentence, refused=False))
    return found


def _is_own(header: Sequence[str]) -> bool:
    return {name.strip() for name in header} >= _OWN_HEADER


def _own_rows(ctx: Context, table: Table, mapping: list[str]) -> Intaken:
    """Rows of a file that our own list exported: found again by the number."""
    made = Intaken(table=table, mapping=mapping, kind=table.kind)
    kept = {name for name, target in zip(table.header, mapping, strict=True) if target}
    for row in table.rows:
        cells = {n: table.text_of(c) for n, c in zip(table.header, row.cells, strict=False) if n in kept}
        contact: dict[str, Any] = {target: cells[source] for source, target in _OWN_TEXTS.items() if cells.get(source)}
        points = [{"kind": kind, "value": cells[kind]} for kind in ("phone", "email") if cells.get(kind)]
        contact |= {"contact_points": points, "roles": (cells.get("roles") or "").split()}
        inputs = {"contact": contact} | ({"number": cells["number"]} if cells.get("number") else {})
        made.rows.append(FileRow(line=row.line, command="party.import_contact", inputs=inputs, cells=list(row.cells)))
    return made

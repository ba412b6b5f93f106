"""Files of contacts: vCard, xCard and CSV of address books, and our own export, as rows of commands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from enfilade.core import files
from enfilade.core.context import Context
from enfilade.core.resource.transfer import ImportProblem, ImportRow, importer
from enfilade.core.tabular import read_table, unguard_formula

from .formats.contacts import ContactDraft
from .formats.detect import read_contacts
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


@importer("party.party")
def read_contact_file(ctx: Context, name: str, data: bytes) -> tuple[list[ImportRow], list[ImportProblem]]:
    """Every contact of a file, as the command that takes it in: a party that is there already is completed, not doubled.

    A number that also belongs to a party of another name is taken, and said.
    """
    if own := _own_rows(ctx, data):
        return own
    parsed = read_contacts(data, filename=name, region=ctx.company.country)
    problems = [ImportProblem(p.line, p.field, p.sentence, p.refused) for p in parsed.problems]
    index = ContactIndex(ctx)
    rows: list[ImportRow] = []
    seen: dict[tuple[str, str], int] = {}
    for draft in parsed.drafts:
        contact = as_contact(draft)
        photo = _keep_photo(ctx, draft)
        rows.append(_row(draft.line, contact, index.known(contact), photo))
        problems += _doubts(draft, index.sharing(contact), seen)
    return rows, problems


def as_contact(draft: ContactDraft) -> dict[str, Any]:
    """A draft in plain values, as the command takes it and the audit keeps it; the picture goes beside it."""
    contact = {k: v for k, v in asdict(draft).items() if k not in {"line", "photo"} and v not in ("", None, (), [])}
    if draft.birth_on is not None:
        contact["birth_on"] = draft.birth_on.isoformat()
    return contact


def _row(line: int, contact: dict[str, Any], party: int | None, photo: int | None = None) -> ImportRow:
    inputs: dict[str, Any] = {"contact": contact} | ({"photo": photo} if photo else {})
    if party is None:
        return ImportRow(line, "party.import_contact", inputs)
    return ImportRow(line, "party.complete_party", {"party": party, **inputs})


def _keep_photo(ctx: Context, draft: ContactDraft) -> int | None:
    """Store the picture of a card; not in a rehearsal, which is to leave nothing behind."""
    if draft.photo is None or ctx.rehearse:
        return None
    ending = draft.photo.media_type.rpartition("/")[2]
    return files.store_bytes(ctx, f"{draft.name[:60]}.{ending}", draft.photo.content, draft.photo.media_type).pk


def _doubts(draft: ContactDraft, sharing: list[tuple[str, str]], seen: dict[tuple[str, str], int]) -> list[ImportProblem]:
    """What a person should look at: the same contact twice in the file, and numbers that belong to somebody of another name."""
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


def _own_rows(ctx: Context, data: bytes) -> tuple[list[ImportRow], list[ImportProblem]] | None:
    """Rows of a file that our own list exported: found again by the number; None where the file is another one."""
    first = data[:2000].decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0]
    if not {cell.strip().strip('"') for cell in first.split(",")} >= _OWN_HEADER:
        return None
    table = read_table(data, region=ctx.company.country)
    problems = [ImportProblem(p.line, p.field, p.sentence, p.refused) for p in table.problems]
    known = dict(live_parties(ctx).values_list("number", "pk"))
    index = ContactIndex(ctx)
    rows = []
    for row in table.rows:
        cells = dict(zip(table.header, (unguard_formula(c) for c in row.cells), strict=False))
        contact: dict[str, Any] = {target: cells[source] for source, target in _OWN_TEXTS.items() if cells.get(source)}
        points = [{"kind": kind, "value": cells[kind]} for kind in ("phone", "email") if cells.get(kind)]
        contact |= {"contact_points": points, "roles": (cells.get("roles") or "").split()}
        party = known.get(cells.get("number") or "") or index.known(contact)
        rows.append(_row(row.line, contact, party))
    return rows, problems

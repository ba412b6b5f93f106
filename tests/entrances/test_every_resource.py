"""What every resource promises by being declared, tried on the rows of a demo practice; a new resource is in it by itself."""

from __future__ import annotations

import io
from typing import Any

import jsonschema_rs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enfilade.core.api.results import row_schema
from enfilade.core.command import REGISTRY
from enfilade.core.context import Context
from enfilade.core.importing import import_file
from enfilade.core.language.words import LANGUAGES, ORIGIN
from enfilade.core.models import AuditEntry, AuditSeal, RowChange
from enfilade.core.resource import RESOURCES, Resource
from enfilade.core.resource.headings import headings
from enfilade.core.resource.imports import may_import
from enfilade.core.resource.intake import intake_of
from enfilade.core.resource.listing import is_sortable, listing
from enfilade.core.resource.transfer import export_csv, export_workbook
from enfilade.core.scope import scope
from enfilade.core.sealing import seal_audit
from enfilade.core.verify_record import verify_record

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def practice(_django_db_helper: None) -> Context:
    """The owner of a practice with a day of history; the tests of this file only read it, or put back what they found."""
    from enfilade.site.demo import found_practice

    owner, _, _ = found_practice("dental", patients=12, days=1, password="conformance-2026")
    return owner


def resources_with_rows(ctx: Context, at_least: int = 1) -> list[Resource]:
    """Resources that have something to show."""
    with scope(ctx.company_id):
        return [r for r in RESOURCES.values() if r.rows(ctx)[:at_least].count() >= at_least]


def queries_of(ctx: Context, url: str) -> int:
    """How many queries a page costs."""
    browser = browser_of(ctx)
    browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def test_a_page_costs_the_same_however_many_rows_it_shows(practice: Context) -> None:
    """No query per row (N+1)."""
    wrong = []
    for resource in resources_with_rows(practice, at_least=8):
        few, many = (queries_of(practice, f"{resource.list_url()}?limit={limit}") for limit in (2, 8))
        if many > few:
            wrong.append(f"{resource.label}: {few} queries for 2 rows, {many} for 8")
    assert wrong == []


def test_what_programs_read_is_what_the_document_says(practice: Context) -> None:
    """Each row of each list, and one record with its lines, fits the schema in the OpenAPI document."""
    program, wrong = Program(practice), []
    for resource in resources_with_rows(practice):
        validator = jsonschema_rs.Draft202012Validator(row_schema(resource) | {"additionalProperties": False}, validate_formats=True)
        rows = program.get(resource.api_url().removeprefix("/api/v1/"), limit=50).json()["items"]
        rows.append(program.get(f"{resource.api_url().removeprefix('/api/v1/')}{rows[0]['id']}/").json())
        wrong += [f"{resource.label}: {e.message} at {list(e.instance_path)}" for row in rows for e in validator.iter_errors(row)][:3]
    assert wrong == []


def test_every_sort_of_every_list_gives_every_row_once(practice: Context) -> None:
    """Upwards and downwards, page by page."""
    with scope(practice.company_id):
        for resource in resources_with_rows(practice, at_least=4):
            for column in [*filter(lambda c: is_sortable(resource, c), resource.columns), "id"]:
                for sort in (column, f"-{column}"):
                    seen, mark = [], {}
                    while len(seen) < 60:
                        page = listing(resource, practice, {"sort": sort, "limit": "7", **mark})
                        seen += [r.pk for r in page.rows]
                        if not page.after:
                            break
                        mark = {"after": page.after}
                    whole = [r.pk for r in listing(resource, practice, {"sort": sort, "limit": "200"}).rows]
                    assert seen == whole[: len(seen)], f"{resource.label}: {sort}"


def stored(ctx: Context, resource: Resource) -> dict[int, dict[str, Any]]:
    """Every column of every row."""
    with scope(ctx.company_id):
        return {row["id"]: row for row in resource.model.objects.visible_to(ctx).values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_exported_comes_in_again_as_it_was(practice: Context, language: str) -> None:
    """Not a row more, not a value changed, nothing refused; whatever language its headings are in."""
    tried, said = [], 0
    for resource in resources_with_rows(practice):
        # A calendar has no columns; its own file comes in again in the tests of calendar.
        if not may_import(resource, practice) or "CSV" not in intake_of(resource).formats:
            continue
        before = stored(practice, resource)
        with scope(practice.company_id):
            text = "".join(export_csv(resource, practice, {}, language))
            book = io.BytesIO()
            export_workbook(resource, practice, {}, book, language)
        header = text.partition("\r\n")[0]
        assert len(set(header.split(","))) == header.count(",") + 1, header
        said += header != ",".join(headings(resource, ORIGIN).values())
        again = import_file(practice, resource, "again.xlsx", book.getvalue())
        assert [p for p in again.problems if p.refused] == [], resource.label
        assert (again.created, stored(practice, resource)) == (0, before), resource.label
        tried.append(resource.label)
        if language != ORIGIN:
            # Once its headings are understood a table is a table, and both are read by the same code.
            continue
        result = import_file(practice, resource, "again.csv", text.encode())
        assert [p for p in result.problems if p.refused] == [], resource.label
        assert (result.created, result.changed) == (0, text.count("\r\n") - 1 if '"' not in text else result.changed), resource.label
        assert stored(practice, resource) == before, resource.label
    assert {"party.party", "item.item", "calendar.bookable"} <= set(tried)
    assert said == (0 if language == ORIGIN else len(tried))


def test_what_is_exported_can_be_given_to_another_company(practice: Context, stranger: Context) -> None:
    """The same rows, under its own numbers, as far as they need nothing that it does not have."""
    for label in ("item.item", "document.documentkind"):
        resource = RESOURCES[label]
        with scope(practice.company_id):
            text = "".join(export_csv(resource, practice, {}))
        result = import_file(stranger, resource, "theirs.csv", text.encode())
        assert result.problems == []
        own = {"id", "company_id"}
        given = [{k: v for k, v in row.items() if k not in own} for row in stored(practice, resource).values()]
        taken = [{k: v for k, v in row.items() if k not in own} for row in stored(stranger, resource).values()]
        assert sorted(map(str, taken)) == sorted(map(str, given))


def test_no_row_of_another_company_in_any_list(practice: Context, stranger: Context) -> None:
    """Every collection, option list, export and search of somebody else is empty (S5)."""
    program, browser = Program(stranger), browser_of(stranger)
    own = {"core.auditentry", "core.role", "core.membership", "core.user", "core.apitoken", "core.signinevent", "core.rowchange"}
    for resource in resources_with_rows(practice):
        if resource.label in own:
            continue
        assert program.get(resource.api_url().removeprefix("/api/v1/")).json()["items"] == [], resource.label
        assert browser.get(f"{resource.list_url()}options/").json() == [], resource.label
        assert browser.get(f"{resource.list_url()}export.csv").getvalue().count(b"\r\n") == 1, resource.label
    with scope(practice.company_id):
        words = {row.name.split()[-1] for row in RESOURCES["party.party"].rows(practice)[:12]}
    for word in words:
        assert [f for f in browser.get("/palette/", {"q": word}).json() if f["kind"] == "record"] == [], word


def test_a_timeline_tells_what_commands_of_other_records_changed(practice: Context) -> None:
    """An invoice that a check-out paid, a visit that a charge moved: the command, and the columns before and after."""
    with scope(practice.company_id, read_only=True):
        changes = RowChange.objects.visible_to(practice).filter(kind="update").exclude(entry=None).select_related("entry")
        foreign = [
            (change, RESOURCES[change.ref.partition(":")[0]])
            for change in changes
            if change.ref.partition(":")[0] in RESOURCES and not change.entry.subjects.filter(ref=change.ref).exists()
        ]
    shown = [(c, r) for c, r in foreign if r.states and r.states.field in (c.after or {})]
    assert shown, "no command of the day moved another record"
    browser = browser_of(practice)
    for change, resource in shown[:5]:
        label, _, key = change.ref.partition(":")
        page = browser.get(f"{resource.list_url()}{key}/timeline/").content.decode()
        words = dict(resource.model._meta.get_field(resource.states.field).flatchoices)  # type: ignore[union-attr]
        before, after = (words[values[resource.states.field]] for values in (change.before, change.after))  # type: ignore[index,union-attr]
        assert REGISTRY[change.entry.command].label in page, label
        assert f"<del>{before}</del> <ins>{after}</ins>" in page, label


def test_the_record_of_a_practice_proves_itself(practice: Context) -> None:
    """A day of every module: each line sealed, each row what its changes say, no line left over."""
    seal_audit(practice)
    with scope(practice.company_id, read_only=True):
        assert [vars(f) for f in verify_record(practice)] == []
        entries = AuditEntry.objects.visible_to(practice).count()
        sealed = AuditSeal.objects.visible_to(practice).get()
        assert sealed.entry_count == entries - 1
        assert sealed.change_count == RowChange.objects.visible_to(practice).count() > 0

"""Row changes are written by PostgreSQL: by whom, in which command, before and after."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from enfilade.core.commands import delete_view, save_view
from enfilade.core.context import Context
from enfilade.core.members import add_role, change_role
from enfilade.core.models import AuditEntry, Membership, Record, Role, RowChange, SavedView
from enfilade.core.recording import record_changes, recorded_models
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def changes(ctx: Context, ref: str = "") -> list[RowChange]:
    """Recorded changes of the company, of one row where it is named, in order."""
    with scope(ctx.company_id, read_only=True):
        found = RowChange.objects.visible_to(ctx).order_by("pk")
        return list(found.filter(ref=ref) if ref else found)


def last_entry(ctx: Context) -> AuditEntry:
    """The newest audit entry."""
    with scope(ctx.company_id, read_only=True):
        return AuditEntry.objects.visible_to(ctx).order_by("-pk")[0]


def test_a_command_is_the_cause_of_what_it_made_changed_and_deleted(ctx: Context) -> None:
    view = save_view(ctx, resource="core.auditentry", name="Mine")
    made, pk = last_entry(ctx).pk, view.pk
    delete_view(ctx, view=view)
    first, second = changes(ctx, f"core.savedview:{pk}")
    assert (first.kind, first.entry_id, first.place, first.before) == ("insert", made, made, None)
    assert first.after == {
        "id": pk, "company_id": ctx.company_id, "resource": "core.auditentry", "name": "Mine", "query": "", "owner_id": ctx.user.pk,
        "shared": False, "roles": [],
    }  # fmt: skip
    assert (second.kind, second.entry_id, second.after) == ("delete", last_entry(ctx).pk, None)
    assert second.before == first.after
    assert {first.db_user, second.db_user} == {connection.settings_dict["USER"]}


def test_a_change_names_the_changed_columns_only(ctx: Context) -> None:
    role = add_role(ctx, code="desk", name="Desk", permissions="core.save_view")
    change_role(ctx, role=role, name="Front desk")
    change = changes(ctx, f"core.role:{role.pk}")[-1]
    assert (change.kind, change.before, change.after) == ("update", {"name": "Desk"}, {"name": "Front desk"})
    change_role(ctx, role=role, name="Front desk")
    assert changes(ctx, f"core.role:{role.pk}")[-1].pk == change.pk, "a change to the same values is none"


def test_who_writes_with_sql_is_recorded_without_an_entry(ctx: Context) -> None:
    view = save_view(ctx, resource="core.auditentry", name="Mine")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{ctx.company_id}}}"])
        cursor.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
        cursor.execute("UPDATE core_savedview SET name = name || ' too', shared = true")
        cursor.execute("SHOW TimeZone")
        assert cursor.fetchone() == ("Asia/Tokyo",)
    change = changes(ctx, f"core.savedview:{view.pk}")[-1]
    assert (change.entry_id, change.before, change.after) == (None, {"name": "Mine", "shared": False}, {"name": "Mine too", "shared": True})
    assert change.place > last_entry(ctx).pk


def test_every_row_of_a_statement_and_a_key_that_changes(ctx: Context) -> None:
    for name in ("a", "b", "c"):
        save_view(ctx, resource="core.auditentry", name=name)
    with scope(ctx.company_id):
        SavedView.objects.visible_to(ctx).filter(name__in=("a", "b")).update(query="x")
        keys = list(SavedView.objects.visible_to(ctx).order_by("pk").values_list("pk", flat=True))
    assert [c.kind for c in changes(ctx, f"core.savedview:{keys[0]}")] == ["insert", "update"]
    assert [c.kind for c in changes(ctx, f"core.savedview:{keys[2]}")] == ["insert"]
    with scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute("UPDATE core_savedview SET id = id + 1000 WHERE id = %s", [keys[0]])
    assert changes(ctx, f"core.savedview:{keys[0]}")[-1].kind == "delete"
    assert changes(ctx, f"core.savedview:{keys[0] + 1000}")[-1].after["name"] == "a"  # type: ignore[index]


def test_the_program_may_read_the_record_and_nothing_else(ctx: Context) -> None:
    save_view(ctx, resource="core.auditentry", name="Mine")
    statements = [
        "UPDATE core_rowchange SET kind = 'delete'",
        "DELETE FROM core_rowchange",
        "INSERT INTO core_rowchange (company_id, at, place, ref, kind, db_user) VALUES (1, now(), 1, 'x:1', 'insert', 'me')",
        "TRUNCATE core_rowchange",
    ]
    for statement in statements:
        with pytest.raises(DatabaseError), scope(ctx.company_id), connection.cursor() as cursor:
            cursor.execute(statement)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{ctx.company_id}}}"])
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute("UPDATE core_rowchange SET kind = 'delete'")


def test_another_company_reads_none_of_it(ctx: Context) -> None:
    save_view(ctx, resource="core.auditentry", name="Mine")
    other = make_ctx(make_company("Other"), "*")
    with scope(other.company_id, read_only=True):
        assert not RowChange.objects.filter(company=ctx.company).exists()


def test_secrets_are_named_and_never_kept(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SavedView, "left_out", ("query",))
    with connection.cursor() as cursor:
        record_changes(cursor, set(connection.introspection.table_names()))
    try:
        view = save_view(ctx, resource="core.auditentry", name="Mine", query="hidden")
        with scope(ctx.company_id):
            SavedView.objects.visible_to(ctx).update(query="hidden too", name="Yours")
        first, second = changes(ctx, f"core.savedview:{view.pk}")
        assert "query" not in (first.after or {})
        assert second.before == {"name": "Mine", "query": "(left out)"}
        assert second.after == {"name": "Yours", "query": "(left out)"}
    finally:
        monkeypatch.undo()
        with connection.cursor() as cursor:
            record_changes(cursor, set(connection.introspection.table_names()))


def test_who_may_what_is_recorded_too(ctx: Context) -> None:
    membership = Membership.objects.get(user=ctx.user, company=ctx.company)
    Membership.objects.filter(pk=membership.pk).update(active=False)
    assert [(c.kind, c.after) for c in changes(ctx, f"core.membership:{membership.pk}")][-1] == ("update", {"active": False})
    assert Role in {r.model for r in recorded_models()}


def test_every_business_table_is_recorded_or_says_that_it_is_not() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'record\\_%' GROUP BY 1"
        )
        triggers: dict[str, Any] = dict(cursor.fetchall())
    ours = [m for m in apps.get_models() if issubclass(m, Record)]
    assert {m._meta.db_table for m in ours if m.recorded} <= triggers.keys()
    assert set(triggers.values()) == {3}
    assert not {m._meta.db_table for m in ours if not m.recorded} & triggers.keys()
    blobs = [
        m._meta.label
        for m in ours
        if m.recorded
        for f in m._meta.concrete_fields
        if isinstance(f, models.BinaryField) and f.name not in m.left_out
    ]
    assert blobs == [], "name the column in left_out"

"""The runner's steps, tried on commands of core itself."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection

from enfilade.core.command import REGISTRY, run_raw
from enfilade.core.commands import delete_view, save_view
from enfilade.core.context import Context, Invalid, NotAllowed, NotFound, Refusal
from enfilade.core.models import AuditEntry, AuditSubject, SavedView
from enfilade.core.scope import enter, scope
from enfilade.core.testing import make_company, make_ctx, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ctx() -> Context:
    """Somebody who may do everything."""
    return make_ctx(make_company(), "*")


def rows(ctx: Context) -> tuple[int, int]:
    """How many saved views and audit entries the company has."""
    with scope(ctx.company_id):
        return SavedView.objects.visible_to(ctx).count(), AuditEntry.objects.visible_to(ctx).count()


def test_a_command_writes_its_audit(ctx: Context) -> None:
    """Who, when, what, and which rows it was about."""
    view = save_view(ctx, resource="core.auditentry", name="Mine")
    with scope(ctx.company_id):
        entry = AuditEntry.objects.visible_to(ctx).get()
        assert (entry.command, entry.user, entry.at, entry.result) == ("core.save_view", ctx.user, ctx.now, f"core.savedview:{view.pk}")
        assert entry.inputs == {"resource": "core.auditentry", "name": "Mine", "query": "", "shared": False, "roles": None}
        assert list(AuditSubject.objects.visible_to(ctx).values_list("ref", flat=True)) == [f"core.savedview:{view.pk}"]


def test_without_permission_nothing_happens(ctx: Context) -> None:
    """Deny by default."""
    clerk = make_ctx(ctx.company, "core.read_notifications")
    with pytest.raises(NotAllowed):
        save_view(clerk, resource="core.auditentry", name="Mine")
    with pytest.raises(NotAllowed):
        run_raw(clerk, "core.save_view", {"nonsense": 1})
    assert rows(ctx) == (0, 0)


def test_the_same_key_gives_the_first_result(ctx: Context) -> None:
    """A retry is harmless; another command under the key is refused."""
    keyed = ctx.with_key("k1")
    first = save_view(keyed, resource="core.auditentry", name="Mine")
    assert save_view(keyed, resource="core.auditentry", name="Mine").pk == first.pk
    with pytest.raises(Refusal) as refused:
        save_view(keyed, resource="core.auditentry", name="Other")
    assert refused.value.code == "key_reused"
    assert rows(ctx) == (1, 1)


def test_a_key_belongs_to_its_user_and_company(ctx: Context) -> None:
    """Nobody reads another's result by guessing a key; another company's keys are other keys."""
    save_view(ctx.with_key("k1"), resource="core.auditentry", name="Mine")
    colleague = make_ctx(ctx.company, "*").with_key("k1")
    with pytest.raises(Refusal) as refused:
        save_view(colleague, resource="core.auditentry", name="Mine")
    assert refused.value.code == "key_reused"
    stranger = make_ctx(make_company("Other"), "*").with_key("k1")
    assert save_view(stranger, resource="core.auditentry", name="Mine").company == stranger.company


def test_a_rehearsal_leaves_nothing(ctx: Context) -> None:
    """Everything runs, and is rolled back."""
    shown = save_view(replace(ctx, rehearse=True), resource="core.auditentry", name="Mine")
    assert shown.name == "Mine"
    assert rows(ctx) == (0, 0)


def test_a_broken_constraint_is_a_sentence(ctx: Context) -> None:
    """And the command leaves nothing behind."""
    save_view(ctx, resource="core.auditentry", name="Mine")
    with pytest.raises(Refusal) as refused:
        save_view(ctx, resource="core.auditentry", name="Mine")
    assert (refused.value.code, str(refused.value)) == ("view_name_once", "You have a view of this name.")
    assert rows(ctx) == (1, 1)


def test_rows_of_others_do_not_exist(ctx: Context) -> None:
    """By number, by instance, by any entrance."""
    view = save_view(ctx, resource="core.auditentry", name="Mine")
    stranger = make_ctx(make_company("Other"), "*")
    for given in (view, view.pk):
        with pytest.raises(NotFound):
            delete_view(stranger, view=given)
    with pytest.raises(NotFound):
        run_raw(stranger, "core.delete_view", {"view": str(view.pk)})
    assert rows(ctx)[0] == 1


def test_unknown_and_missing_inputs_are_refused(ctx: Context) -> None:
    """Nothing is filtered away in silence."""
    with pytest.raises(Invalid) as refused:
        run_raw(ctx, "core.save_view", {"resource": "core.auditentry", "owner": 7})
    assert set(refused.value.errors) == {"owner", "name"}
    with pytest.raises(NotFound):
        run_raw(ctx, "core.no_such", {})


def test_a_hundred_retries_of_one_key_are_one(ctx: Context) -> None:
    """Real threads, one row."""
    keyed = ctx.with_key("same")
    found = race(100, lambda i: save_view(keyed, resource="core.auditentry", name="Mine").pk)
    assert len(set(found)) == 1, found[:5]
    assert rows(ctx) == (1, 1)


def test_the_second_wall(ctx: Context) -> None:
    """With the application's own check left out, a company still reads and writes no row of another."""
    other = make_ctx(make_company("Other"), "*")
    mine = save_view(ctx, resource="core.auditentry", name="Mine")
    with scope(other.company_id):
        assert SavedView.objects.all().count() == 0
        assert SavedView.objects.filter(pk=mine.pk).update(name="Stolen") == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_savedview")
            assert cursor.fetchone() == (0,)
    with pytest.raises(DatabaseError, match="row-level security"), scope(other.company_id):
        SavedView.objects.create(company=ctx.company, owner=other.user, resource="x", name="y")
    with scope():
        assert SavedView.objects.all().count() == 0


def test_the_audit_can_not_be_rewritten(ctx: Context) -> None:
    """Neither by the application role nor by the owner of the tables."""
    save_view(ctx, resource="core.auditentry", name="Mine")
    for sql in ("UPDATE core_auditentry SET command = 'x'", "DELETE FROM core_auditsubject", "TRUNCATE core_auditentry CASCADE"):
        with pytest.raises(DatabaseError), scope(ctx.company_id), connection.cursor() as cursor:
            cursor.execute(sql)
    with scope(ctx.company_id), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        with pytest.raises(IntegrityError, match="never changed"):
            cursor.execute("UPDATE core_auditentry SET command = 'x'")
    assert rows(ctx) == (1, 1)


def test_reading_pages_can_not_write(ctx: Context) -> None:
    """A GET runs in a transaction in which PostgreSQL refuses every write."""
    with pytest.raises(DatabaseError, match="read-only"), scope(ctx.company_id, read_only=True):
        SavedView.objects.create(company=ctx.company, owner=ctx.user, resource="x", name="y")


def test_settings_do_not_outlive_the_transaction(ctx: Context) -> None:
    """A pooled connection carries neither role nor company over."""
    with scope(ctx.company_id):
        enter(ctx.company_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.companies', true)")
        user, companies = cursor.fetchone()
    assert user != "enfilade_app"
    assert not companies


def test_every_command_of_core_says_what_it_does() -> None:
    """One imperative line each."""
    assert all(c.summary for c in REGISTRY.values())

"""Whoever edits, deletes, inserts, swaps or cuts lines of the record behind the program's back is found, and the line is named.

The attacks are those of somebody who administers the database: every trigger is off while they run.
"""

# ruff: noqa: S608 - the statements are attacks made of keys that the tests read themselves

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection, transaction

from enfilade.core import chain, sealing
from enfilade.core.commands import delete_view, save_view
from enfilade.core.context import Context, Refusal
from enfilade.core.members import add_member, add_role, change_role
from enfilade.core.models import AuditEntry, AuditSeal, EventEntry, Role, RowChange, SavedView
from enfilade.core.schedules import OF_A_SEAL, seal_audit_of
from enfilade.core.scope import scope
from enfilade.core.sealing import seal_audit
from enfilade.core.testing import make_company, make_ctx, race
from enfilade.core.verify import VERIFIERS, Finding
from enfilade.core.verify_record import COLUMNS, verify_record

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("core_auditentry", "core_auditsubject", "core_rowchange", "core_evententry", "core_auditseal", "core_role", "core_savedview")


class _Undo(Exception):
    """Rolls a tampering back."""


@pytest.fixture
def ctx() -> Context:
    """A company with two sealed blocks and some lines that are not sealed yet."""
    made = make_ctx(make_company(), "*")
    views = [save_view(made, resource="core.auditentry", name=f'Ansicht "{n}" ½') for n in range(4)]
    role = add_role(made, code="desk", name="Desk", permissions="core.save_view")
    seal_audit(made)
    delete_view(made, view=views[0])
    change_role(made, role=role, name="Front desk")
    add_member(made, email="new@example.test", name="New", roles=[role])
    seal_audit(made)
    save_view(made, resource="core.auditentry", name="Fresh")
    return made


@contextmanager
def tampering(ctx: Context) -> Iterator[Any]:
    """A cursor with all rights and every trigger off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, true)", [f"{{{ctx.company_id}}}"])
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(ctx: Context) -> list[Finding]:
    """What verification says."""
    with scope(ctx.company_id, read_only=True):
        return verify_record(ctx)


def after(ctx: Context, *statements: str) -> list[Finding]:
    """What verification says after a tampering, which is then undone."""
    says: list[Finding] = []
    with suppress(_Undo), tampering(ctx) as cursor:
        for statement in statements:
            cursor.execute(statement)
        says = verify_record(ctx)
        raise _Undo
    return says


def keys(ctx: Context, model: Any) -> list[int]:
    """Keys of the company's rows in order."""
    with scope(ctx.company_id, read_only=True):
        return list(model.objects.visible_to(ctx).order_by("pk").values_list("pk", flat=True))


def test_nothing_is_wrong_at_first(ctx: Context) -> None:
    assert found(ctx) == []
    assert VERIFIERS["record"] is verify_record


EDITS = [
    ("core_auditentry", "user_id", "NULL"),
    ("core_auditentry", "at", "at - interval '1 microsecond'"),
    ("core_auditentry", "command", "'core.add_role'"),
    ("core_auditentry", "inputs", """inputs || '{"name": "forged"}'"""),
    ("core_auditentry", "result", "''"),
    ("core_auditentry", "key", "'k' || id"),
    ("core_rowchange", "after", """coalesce(after, '{}') || '{"shared": true}'"""),
    ("core_rowchange", "before", """'{"name": "x"}'"""),
    ("core_rowchange", "entry_id", "NULL"),
    ("core_rowchange", "db_user", "'postgres'"),
    ("core_rowchange", "ref", "ref || '1'"),
    ("core_evententry", "payload", "'{}'"),
]
LABEL = {"core_auditentry": "core.auditentry", "core_rowchange": "core.rowchange", "core_evententry": "core.evententry"}
MODELS = {"core_auditentry": AuditEntry, "core_rowchange": RowChange, "core_evententry": EventEntry}


def test_an_edited_line_is_named_with_its_column(ctx: Context) -> None:
    with scope(ctx.company_id, read_only=True):
        caused = set(RowChange.objects.visible_to(ctx).exclude(entry=None).values_list("pk", flat=True))
    for table, column, value in EDITS:
        key = next(k for k in keys(ctx, MODELS[table]) if table != "core_rowchange" or k in caused)
        says = after(ctx, f"UPDATE {table} SET {column} = {value} WHERE id = {key}")
        assert says, f"{table}.{column} was changed and nobody saw it"
        first = says[0]
        assert (first.code, first.ref) == ("line_altered", f"{LABEL[table]}:{key}"), (table, column)
        assert f": {column.removesuffix('_id')} was changed" in first.sentence, first.sentence


def test_a_deleted_line_is_named(ctx: Context) -> None:
    entry, change, event = (keys(ctx, model)[0] for model in (AuditEntry, RowChange, EventEntry))
    says = after(ctx, f"DELETE FROM core_auditsubject WHERE entry_id = {entry}", f"DELETE FROM core_auditentry WHERE id = {entry}")
    assert [(f.code, f.ref) for f in says][:1] == [("line_missing", f"core.auditentry:{entry}")]
    assert "cause_missing" in {f.code for f in says}
    first = after(ctx, f"DELETE FROM core_rowchange WHERE id = {change}")[0]
    assert (first.code, first.ref) == ("line_missing", f"core.rowchange:{change}")
    assert after(ctx, f"DELETE FROM core_evententry WHERE id = {event}")[0].ref == f"core.evententry:{event}"


def test_subjects_belong_to_their_entry(ctx: Context) -> None:
    entry = keys(ctx, AuditEntry)[0]
    for statement in (
        f"DELETE FROM core_auditsubject WHERE entry_id = {entry}",
        f"INSERT INTO core_auditsubject (company_id, entry_id, ref) VALUES ({ctx.company_id}, {entry}, 'core.role:1')",
    ):
        first = after(ctx, statement)[0]
        assert (first.code, first.ref) == ("line_altered", f"core.auditentry:{entry}")
        assert "subjects was changed" in first.sentence


def test_a_line_put_in_among_sealed_ones_is_named(ctx: Context) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('core_auditentry_id_seq'), nextval('core_rowchange_id_seq')")
        free_entry, free_change = cursor.fetchone()
    save_view(ctx, resource="core.auditentry", name="Later")
    seal_audit(ctx)
    columns = "at, user_id, command, channel, inputs, inputs_sha256, facts, changes, result, company_id"
    text = "INSERT INTO core_{0} (id, {1}) SELECT {2}, {1} FROM core_{0} ORDER BY id LIMIT 1"
    says = after(ctx, text.format("auditentry", columns, free_entry))
    assert [(f.code, f.ref) for f in says] == [("line_added", f"core.auditentry:{free_entry}")]
    columns = "company_id, at, entry_id, place, ref, kind, after, db_user"
    says = after(ctx, text.format("rowchange", columns, free_change))
    assert [(f.code, f.ref) for f in says] == [("line_added", f"core.rowchange:{free_change}")]


def test_swapped_lines_are_named(ctx: Context) -> None:
    first, second = keys(ctx, AuditEntry)[:2]
    says = after(
        ctx,
        f"UPDATE core_auditentry SET inputs = (SELECT inputs FROM core_auditentry WHERE id = {second}) WHERE id = {first}",
        f"UPDATE core_auditentry SET inputs_sha256 = (SELECT inputs_sha256 FROM core_auditentry WHERE id = {first}) WHERE id = {second}",
    )
    assert [(f.code, f.ref) for f in says] == [("line_altered", f"core.auditentry:{n}") for n in (first, second)]


def test_a_tail_that_was_cut_off_is_found(ctx: Context) -> None:
    changes = keys(ctx, RowChange)
    assert "line_missing" in {f.code for f in after(ctx, f"DELETE FROM core_rowchange WHERE id >= {changes[-4]}")}
    # What no seal covers yet is betrayed by the rows themselves.
    fresh = [f.code for f in after(ctx, f"DELETE FROM core_rowchange WHERE id = {changes[-1]}")]
    assert fresh == ["row_unrecorded"]
    with scope(ctx.company_id, read_only=True):
        last = AuditEntry.objects.visible_to(ctx).order_by("-pk")[0].pk
    says = after(ctx, f"DELETE FROM core_auditsubject WHERE entry_id = {last}", f"DELETE FROM core_auditentry WHERE id = {last}")
    assert [f.code for f in says] == ["cause_missing"]


def test_a_seal_that_was_changed_or_removed_is_named(ctx: Context) -> None:
    for statement, code in (
        ("UPDATE core_auditseal SET hash = md5(hash) || md5(hash) WHERE number = 1", "seal_broken"),
        ("UPDATE core_auditseal SET sealed_at = sealed_at - interval '1 day' WHERE number = 2", "seal_broken"),
        ("UPDATE core_auditseal SET last_change = last_change + 1 WHERE number = 2", "seal_broken"),
        ("UPDATE core_auditseal SET marks = digests WHERE number = 1", "seal_broken"),
        ("DELETE FROM core_auditseal WHERE number = 1", "seal_broken"),
        ("DELETE FROM core_auditseal WHERE number = 2", "seal_missing"),
        ("DELETE FROM core_auditseal", "seal_missing"),
    ):
        assert code in {f.code for f in after(ctx, statement)}, statement


def test_whoever_seals_anew_is_betrayed_by_what_was_published(ctx: Context) -> None:
    """A forged entry and the chain recomputed over it."""
    entry = keys(ctx, AuditEntry)[0]
    with scope(ctx.company_id, read_only=True):
        seals = list(AuditSeal.objects.visible_to(ctx).order_by("number"))
    with suppress(_Undo), tampering(ctx) as cursor:
        cursor.execute("UPDATE core_auditentry SET channel = 'page' WHERE id = %s", [entry])
        previous, reached = chain.CHAIN_START, sealing.reached(None)
        for seal in seals:
            block = [line for kind in sealing.KINDS for line in sealing.lines(ctx, kind, reached[kind], sealing.reached(seal)[kind])]
            seal.previous, seal.digests = previous, chain.pack_digests((line.key, line.digest) for line in block)
            seal.marks, reached = b"".join(line.marks for line in block), sealing.reached(seal)
            previous = chain.seal_hash(seal.head, seal.digests + seal.marks)
            cursor.execute(
                "UPDATE core_auditseal SET previous = %s, hash = %s, digests = %s, marks = %s WHERE id = %s",
                [seal.previous, previous, seal.digests, seal.marks, seal.pk],
            )
        assert verify_record(ctx)[0].code == "seal_broken"
        raise _Undo


def test_a_row_that_was_changed_unseen_is_named_with_its_column(ctx: Context) -> None:
    role = keys(ctx, Role)[-1]
    view = keys(ctx, SavedView)[-1]
    says = after(ctx, f"UPDATE core_role SET permissions = ARRAY['*'] WHERE id = {role}")
    assert [(f.code, f.ref) for f in says] == [("row_altered", f"core.role:{role}")]
    assert 'permissions is ["*"] instead of ["core.save_view"]' in says[0].sentence
    assert [(f.code, f.ref) for f in after(ctx, f"DELETE FROM core_savedview WHERE id = {view}")] == [
        ("row_gone", f"core.savedview:{view}")
    ]
    columns = "company_id, resource, name, query, owner_id, shared, roles"
    text = f"INSERT INTO core_savedview (id, {columns}) SELECT 9999, {columns.replace('name', 'name || 1')} FROM core_savedview LIMIT 1"
    assert [(f.code, f.ref) for f in after(ctx, text)] == [("row_unrecorded", "core.savedview:9999")]


RANDOM = [
    "UPDATE {table} SET id = id + 100000 WHERE id = {key}",
    "UPDATE {table} SET at = at + interval '{n} microseconds' WHERE id = {key}",
    "UPDATE {table} SET {words} = {words} || '{n}' WHERE id = {key}",
    "DELETE FROM core_auditsubject WHERE entry_id = {key}; DELETE FROM {table} WHERE id = {key}",
]
WORDS = {"core_auditentry": "result", "core_rowchange": "ref", "core_evententry": "name"}


def test_a_hundred_random_tamperings_are_found(ctx: Context) -> None:
    dice = random.Random(7)
    with scope(ctx.company_id, read_only=True):
        until = sealing.reached(AuditSeal.objects.visible_to(ctx).order_by("-number")[0])
    tables = zip(MODELS.items(), ("entry", "change", "event"), strict=True)
    sealed = {table: [k for k in keys(ctx, model) if k <= until[kind]] for (table, model), kind in tables}
    silent = []
    for _ in range(100):
        table = dice.choice(list(sealed))
        key, n = dice.choice(sealed[table]), dice.randint(1, 99)
        statement = dice.choice(RANDOM).format(table=table, key=key, n=n, words=WORDS[table])
        if not any(finding.ref == f"{LABEL[table]}:{key}" for finding in after(ctx, statement)):
            silent.append(statement)
    assert silent == []
    assert found(ctx) == []


def test_many_write_while_it_is_sealed(ctx: Context) -> None:
    """Sealing waits for those who write, they never for it, and no line is left between two seals."""

    def work(number: int) -> int:
        made = 0
        for n in range(8):
            if number == 0:
                with suppress(Refusal):
                    seal_audit(ctx)
            else:
                save_view(ctx, resource="core.auditentry", name=f"{number} {n}")
            made += 1
        return made

    assert race(8, work) == [8] * 8
    seal_audit_of(ctx)
    assert found(ctx) == []
    with scope(ctx.company_id, read_only=True):
        assert sealing.unsealed_count(ctx) == OF_A_SEAL
        sealed = sum(s.entry_count for s in AuditSeal.objects.visible_to(ctx))
        assert sealed == AuditEntry.objects.visible_to(ctx).count() - 1


def test_a_transaction_that_does_not_end_puts_the_seal_off(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PATIENCE_S", 0.2)
    writes, may_end = threading.Event(), threading.Event()

    def write_long() -> None:
        try:
            with scope(ctx.company_id):
                SavedView.objects.create(company=ctx.company, owner=ctx.user, resource="core.auditentry", name="Slow")
                writes.set()
                may_end.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=write_long)
    thread.start()
    writes.wait(30)
    with pytest.raises(Refusal) as refused:
        seal_audit(ctx)
    assert refused.value.code == "still_writing"
    may_end.set()
    thread.join()
    seal_audit(ctx)
    assert found(ctx) == []


def test_the_clock_seals_what_is_open_and_rests_when_nothing_happens(ctx: Context) -> None:
    assert seal_audit_of(ctx) == 1
    assert seal_audit_of(ctx) == 0
    assert found(ctx) == []


def test_the_seal_of_one_company_says_nothing_of_another(ctx: Context) -> None:
    other = make_ctx(make_company("Other"), "*")
    save_view(other, resource="core.auditentry", name="Theirs")
    seal_audit(other)
    seal_audit(ctx)
    assert found(ctx) == found(other) == []


def test_every_column_of_a_line_is_sealed(ctx: Context) -> None:
    """What is added to a line later has to enter its form (sql/audit_seals.sql)."""
    with scope(ctx.company_id, read_only=True), connection.cursor() as cursor:
        for kind, model in (("entry", AuditEntry), ("change", RowChange), ("event", EventEntry)):
            cursor.execute("SELECT form FROM core_audit_lines(%s, %s, 0, 9223372036854775807) LIMIT 1", [ctx.company_id, kind])
            form = cursor.fetchone()[0]
            names = list(json.loads(form) if isinstance(form, str) else form)
            assert {f.name for f in model._meta.concrete_fields} <= set(names), kind
            assert names == COLUMNS[kind]

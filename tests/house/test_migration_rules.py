"""The rules for migrations under two versions at once: each breach is named, and what is done beside the work is none."""

from typing import Any

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q

from enfilade.site.management.commands.migrate import made_at_once, swaps_remembered
from enfilade.site.migration_rules import breaches, breaches_of_pending

CHECK = models.CheckConstraint(condition=~Q(name=""), name="thing_named")
INDEX = models.Index(fields=["name"], name="thing_name")
do = migrations


def before() -> ProjectState:
    """A table in use."""
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
    ]
    state = ProjectState()
    state.add_model(ModelState("shop", "Thing", fields))
    return state


def judged(*operations: Any) -> list[str]:
    """What is said about one migration."""
    migration = migrations.Migration("0002_next", "shop")
    migration.operations = list(operations)
    return list(breaches([migration], before()))


BREACHES = [
    (do.RenameField("thing", "name", "title"), "renames thing.name"),
    (do.RenameModel("Thing", "Item"), "renames the table of Thing"),
    (do.AlterModelTable("thing", "item"), "renames the table of thing"),
    (do.RemoveField("thing", "note"), "removes thing.note"),
    (do.DeleteModel("Thing"), "removes the table of Thing"),
    (do.AddField("thing", "size", models.IntegerField(default=0)), "give it db_default or null=True"),
    (do.AddField("thing", "code", models.CharField(max_length=9, null=True, unique=True)), "builds an index for thing.code"),
    (do.AddField("thing", "other", models.ForeignKey("shop.Thing", null=True, on_delete=models.PROTECT)), "use db_index=False"),
    (do.AddField("thing", "mark", models.UUIDField(db_default=RandomUUID())), "writes the table anew"),
    (do.AlterField("thing", "name", models.CharField(max_length=20, db_index=True)), "builds an index for thing.name"),
    (do.AlterField("thing", "note", models.TextField(default="")), "makes thing.note required"),
    (do.AlterField("thing", "name", models.IntegerField()), "from varchar(20) to integer"),
    (do.AlterField("thing", "name", models.CharField(max_length=10)), "from varchar(20) to varchar(10)"),
    (do.AddIndex("thing", INDEX), "use AddIndexConcurrently"),
    (do.AddConstraint("thing", CHECK), "use AddConstraintNotValid"),
    (do.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="thing_once")), "builds thing_once"),
    (do.RunSQL("CREATE INDEX thing_name ON shop_thing (name)"), "builds an index while nobody may write shop_thing"),
    (do.RunSQL(["ALTER TABLE shop_thing\n  DROP COLUMN note"]), "takes away or renames a part of shop_thing"),
    (do.RunSQL("DO $a$ BEGIN ALTER TABLE shop_thing RENAME TO shop_old; END $a$"), "takes away or renames a part of shop_thing"),
    (do.RunSQL('ALTER TABLE "shop_thing" ALTER COLUMN name TYPE text'), "changes a type in shop_thing"),
    (do.RunSQL("ALTER TABLE shop_thing ALTER note SET NOT NULL"), "makes a part of shop_thing required"),
    (do.RunSQL("DROP TABLE shop_thing"), "removes the table shop_thing"),
]
FINE = [
    do.AddField("thing", "size", models.IntegerField(null=True)),
    do.AddField("thing", "size", models.IntegerField(db_default=0)),
    do.AlterField("thing", "name", models.CharField(max_length=40)),
    do.AlterField("thing", "name", models.TextField()),
    do.AlterField("thing", "name", models.CharField(max_length=20, help_text="Said anew.")),
    do.RemoveConstraint("thing", "thing_named"),
    AddIndexConcurrently("thing", INDEX),
    AddConstraintNotValid("thing", CHECK),
    do.AddField("thing", "other", models.ForeignKey("shop.Thing", null=True, on_delete=models.PROTECT, db_index=False)),
    do.RunSQL("CREATE INDEX CONCURRENTLY thing_name ON shop_thing (name)"),
    do.RunSQL("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE shop_thing; END $$; -- DROP TABLE shop_thing"),
]


@pytest.mark.parametrize(("operation", "words"), BREACHES)
def test_each_breach_is_named(operation: Any, words: str) -> None:
    (sentence,) = judged(operation)
    assert sentence.startswith("shop.0002_next: ")
    assert words in sentence


def test_what_is_done_beside_the_work_is_none() -> None:
    for operation in FINE:
        state = before()
        if isinstance(operation, do.RemoveConstraint):
            do.AddConstraint("thing", CHECK).state_forwards("shop", state)
        migration = migrations.Migration("0002_next", "shop")
        migration.operations = [operation]
        assert list(breaches([migration], state)) == [], operation


def test_a_table_that_is_made_on_the_way_is_empty() -> None:
    made = do.CreateModel("Part", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))])
    assert judged(made, do.AddIndex("part", models.Index(fields=["name"], name="part_name")), do.RemoveField("part", "name")) == []


def test_a_table_is_made_with_its_constraints_and_indexes() -> None:
    """Each in one step with its table, in their order; what follows a new column or SQL of our own stays behind it."""
    part = do.CreateModel("Part", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))])
    thing = do.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20))])
    number, code = do.AddField("Thing", "number", models.IntegerField()), do.RunSQL("SELECT 1")
    late, later = do.AddConstraint("Thing", CHECK), do.AddIndex("part", models.Index(fields=["name"], name="part_late"))
    first = do.AddIndex("thing", INDEX), do.AddIndex("part", models.Index(fields=["name"], name="part_name"))
    once = do.AddConstraint("part", models.UniqueConstraint(fields=["name"], name="part_once"))
    made = made_at_once([part, thing, *first, number, late, once, code, later])
    assert [type(step) for step in made] == [do.CreateModel, do.CreateModel, *map(type, (number, late, code, later))]
    assert made[2:] == [number, late, code, later]
    states = []
    for steps in ([part, thing, *first, number, late, once, code, later], made):
        state = ProjectState()
        for step in steps:
            step.state_forwards("shop", state)
        states.append({key: (model.fields.keys(), model.options) for key, model in state.models.items()})
    assert states[0] == states[1]


@pytest.mark.django_db
def test_every_migration_of_the_house_can_be_judged() -> None:
    """From an empty database all tables are made on the way; on a migrated one nothing is left to judge."""
    loader = MigrationLoader(connection)
    plan = [loader.graph.nodes[key] for target in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(target)]
    ours = list(dict.fromkeys(m for m in plan))
    assert len(ours) > 20
    list(breaches(ours, ProjectState()))
    assert breaches_of_pending() == []


def test_by_which_setting_a_model_is_swapped_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although a migration clears what Django remembers; afterwards all is as before."""
    usual = Apps.get_swappable_settings_name
    with swaps_remembered():
        assert apps.get_swappable_settings_name("core.User") == "AUTH_USER_MODEL"
        apps.clear_cache()
        with monkeypatch.context() as patched:
            patched.setattr(Apps, "get_models", lambda *_, **__: pytest.fail("All models were gone through again."))
            assert apps.get_swappable_settings_name("core.User") == "AUTH_USER_MODEL"
    assert Apps.get_swappable_settings_name is usual

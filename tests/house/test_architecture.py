"""What no import checker sees: foreign keys, events, declarations, and the second wall on every table."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from enfilade.core.command import REGISTRY
from enfilade.core.events import REACTIONS
from enfilade.core.models import Department, Record, User
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.columns import field_at
from enfilade.core.resource.listing import is_sortable
from enfilade.core.rows import departments_of, owners_of
from enfilade.core.secure import link_models
from enfilade.site.modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
READ_BEFORE_SCOPE = {"core.ApiToken", "core.Elevation", "core.Department", "core.Membership", "core.Role"}
ORDER = ["enfilade.core", *MODULES]


def level(dotted: str) -> int:
    """How high in the house a module lies."""
    return max(i for i, m in enumerate(ORDER) if dotted == m or dotted.startswith(f"{m}."))


def our_models() -> list[type[models.Model]]:
    """Every table of ours."""
    return [m for m in apps.get_models() if m.__module__.startswith("enfilade.")]


def test_import_contracts_hold() -> None:
    """Commands go down, facts go up; no circles; the anatomy inside a module."""
    done = subprocess.run([str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_foreign_keys_point_down() -> None:
    """Strings hide links from the import checker; the tables do not."""
    wrong = [
        f"{m._meta.label}.{f.name} -> {f.related_model._meta.label}"
        for m in our_models()
        for f in m._meta.concrete_fields
        if isinstance(f, models.ForeignKey)
        and f.related_model.__module__.startswith("enfilade.")
        and level(f.related_model.__module__) > level(m.__module__)
    ]
    assert wrong == []


def test_events_go_up() -> None:
    """A reaction lives above (or in) the module that publishes."""
    wrong = [r.name for kind, found in REACTIONS.items() for r in found if level(r.run.__module__) < level(kind.__module__)]
    assert wrong == []


def test_every_constraint_has_a_sentence() -> None:
    """Nobody reads the name of a constraint."""
    wrong = [
        f"{m._meta.label}.{c.name}"
        for m in our_models()
        for c in m._meta.constraints
        if "%(name)s" in str(c.violation_error_message) or not str(c.violation_error_message).strip().endswith(".")
    ]
    assert wrong == []


def test_every_command_is_a_verb_with_a_meaning() -> None:
    """verb_noun, an imperative line, and arguments that are explained where the name does not say it."""
    wrong = [
        n
        for n, c in REGISTRY.items()
        if "_" not in c.verb or not c.summary.endswith(".") or c.verb.split("_")[0] in {"process", "handle", "update", "do"}
    ]
    assert wrong == []


def test_every_resource_names_real_fields() -> None:
    """Columns exist; filters and search are database fields; what is typed is editable."""
    for resource in RESOURCES.values():
        for path in (*resource.filters, *resource.search):
            assert field_at(resource.model, path) is not None, f"{resource.label}: {path}"
        for path in (*resource.columns, *resource.facts):
            assert field_at(resource.model, path) is not None or hasattr(resource.model, path.split("__")[0]), f"{resource.label}: {path}"
        for name in resource.fields:
            field = resource.model._meta.get_field(name)
            assert field.editable, f"{resource.label}: {name}"
        # A number that the house draws finds a row again, although nobody types it.
        key = resource.model._meta.get_field(resource.import_key) if resource.import_key else None
        drawn = key is not None and (key.primary_key or not key.editable)
        assert not resource.import_key or drawn or resource.import_key in resource.fields, resource.label


def test_state_tables_name_commands_and_states() -> None:
    """Every move is a registered command of the same module, from and to states that exist."""
    verbs = {c.verb for c in REGISTRY.values()}
    for model in our_models():
        states = getattr(model, "states", None)
        if states is None:
            continue
        known = {k for k, _ in model._meta.get_field(states.field).flatchoices}
        for verb, (starts, ends) in states.moves.items():
            assert verb in verbs, f"{model._meta.label}: {verb}"
            assert {*starts, *([ends] if isinstance(ends, str) else ends)} <= known, f"{model._meta.label}: {verb}"


def test_states_are_total() -> None:
    """Every command in every state is either in the table or refused with a sentence."""
    from enfilade.core.context import Refusal

    for model in our_models():
        states = getattr(model, "states", None)
        if states is None:
            continue
        for state, _ in model._meta.get_field(states.field).flatchoices:
            row = model(**{states.field: state})
            for verb, (starts, _) in states.moves.items():
                if state in starts:
                    states.check_start(row, verb)
                else:
                    with pytest.raises(Refusal) as refused:
                        states.check_start(row, verb)
                    assert str(refused.value).endswith(".")


@pytest.mark.django_db
def test_every_company_table_has_the_second_wall() -> None:
    """Row-level security with a policy, forced but for what sign-in reads; append-only tables with their trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity")
        walled = dict(cursor.fetchall())
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname = 'append_only'")
        guarded = {r[0] for r in cursor.fetchall()}
    for model in our_models():
        if issubclass(model, Record):
            assert walled.get(model._meta.db_table) == (not model.read_before_scope), model._meta.label
            assert not model.append_only or model._meta.db_table in guarded, model._meta.label
    assert {m._meta.label for m in our_models() if getattr(m, "read_before_scope", False)} == READ_BEFORE_SCOPE
    assert {m._meta.db_table for m in link_models()} <= walled.keys()


def test_whose_rows_are_is_told_by_real_columns() -> None:
    """Owners are users, departments are departments, a part has a whole; a limited scope of a role stands on them."""
    for model in our_models():
        if issubclass(model, Record):
            for path, wanted in [*((p, User) for p in owners_of(model)), *((p, Department) for p in departments_of(model))]:
                assert target_of(model, path) is wanted, f"{model._meta.label}: {path}"


def target_of(model: type[models.Model], path: str) -> type[models.Model]:
    """The model at the end of a path of links."""
    for part in path.split("__"):
        model = model._meta.get_field(part).related_model
    return model


def test_no_signals_for_business() -> None:
    """Facts travel as events."""
    for file in (ROOT / "src" / "enfilade").rglob("*.py"):
        text = file.read_text()
        assert "@receiver(" not in text, file
        if "core/apps.py" not in str(file):
            assert ".connect(" not in text or "psycopg" in text or "socket" in text, file


def test_public_things_are_documented() -> None:
    """Modules, classes and functions of ours say what they are for."""
    missing = []
    for name, module in sorted(sys.modules.items()):
        if (
            name.startswith("enfilade.")
            and ".tests" not in name
            and ".migrations" not in name
            and getattr(module, "__file__", None)
            and not module.__file__.endswith("__init__.py")
        ):
            missing += [name] if not module.__doc__ else []
            for attribute, value in vars(module).items():
                if (
                    (inspect.isfunction(value) or inspect.isclass(value))
                    and value.__module__ == name
                    and not attribute.startswith("_")
                    and not value.__doc__
                ):
                    missing.append(f"{name}.{attribute}")
    assert missing == []


def test_every_list_opens_in_an_order_it_can_be_sorted_by() -> None:
    """A list whose own order is refused would answer everybody with a sentence."""
    wrong = [f"{r.label}: {r.ordering}" for r in RESOURCES.values() if not is_sortable(r, r.ordering.lstrip("-"))]
    assert wrong == []

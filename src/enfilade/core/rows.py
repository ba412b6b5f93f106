"""Which rows of a model belong to whom, and the condition that a scope of a role puts on them.

A model says `rows_of = RowsOf(own=("owner",), department=("queue__department",))`. Rows of a department are those that name it
(or one below it), and those that belong to a colleague in it. A part of a record (`part_of="case"`) belongs to whom the record
belongs to, and is not seen where the record is not. A model that says nothing has no rows for a limited scope: deny by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q

from .grants import COMPANY, DEPARTMENT, OWN, Reach

if TYPE_CHECKING:
    from .context import Context


@dataclass(frozen=True)
class RowsOf:
    """own: paths to the people a row belongs to; department: paths to the departments it belongs to.

    part_of: the foreign key to the record a row is a part of.
    """

    own: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    part_of: str = ""


NOBODYS = RowsOf()


# What one must hold to read rows of a model, where it is not `module.view_model`: filled by the declarations.
SEEN_WITH: dict[type[Model], str] = {}


def view_permission(model: type[Model]) -> str:
    """What one must hold to read rows of a model."""
    return SEEN_WITH.get(model) or f"{model._meta.app_label}.view_{model._meta.model_name}"


def seen_rows(ctx: Context, model: Any, prefix: str = "") -> Q:
    """The rows a limited caller sees: her reach of the model's view permission, and of the records its rows are parts of.

    Where she holds the permission for the whole company, or not at all, nothing is narrowed: in the second case no page,
    report or program shows her the rows, and what names them in passing asks for its own permission.
    """
    reach = ctx.reach(view_permission(model))
    found = reached(ctx, model, reach, prefix) if reach and COMPANY not in reach else Q()
    part_of = model.rows_of.part_of
    return found & seen_rows(ctx, _target(model, part_of), f"{prefix}{part_of}__") if part_of else found


def reached(ctx: Context, model: Any, reach: Reach, prefix: str = "") -> Q:
    """The rows of a model that lie within a reach; no row where the reach is empty or the model does not say whose its rows are."""
    if COMPANY in reach:
        return Q()
    own, department = owners_of(model), departments_of(model)
    found = Q(pk__in=[])
    if OWN in reach:
        for path in own:
            found |= _at(model, prefix, path, ctx.user.pk)
    if DEPARTMENT in reach and ctx.departments:
        for path in department:
            found |= _at(model, prefix, f"{path}__in", ctx.departments)
        for path in own:
            found |= _at(model, prefix, f"{path}__in", _colleagues(ctx))
    return found


def _at(model: Any, prefix: str, path: str, value: Any) -> Q:
    """The rows of which a path leads to a value. Through a link to many, a row that matches twice is still one row."""
    if _is_single(model, path):
        return Q(**{f"{prefix}{path}": value})
    return Q(**{f"{prefix}pk__in": model.objects.filter(**{path: value}).values("pk")})


def _is_single(model: Any, path: str) -> bool:
    for part in path.removesuffix("__in").split("__"):
        field = model._meta.get_field(part)
        if field.one_to_many or field.many_to_many:
            return False
        model = field.related_model
    return True


def in_reach(ctx: Context, row: Model, *permissions: str) -> set[str]:
    """Those permissions of a caller that she holds for this row. One query for each limited reach; none without limits."""
    held = {p: ctx.reach(p) for p in permissions}
    if not ctx.limited or not hasattr(type(row), "rows_of"):
        return {p for p, reach in held.items() if reach}
    asked = {r for r in held.values() if r and COMPANY not in r}
    rows = type(row).objects.filter(pk=row.pk)  # type: ignore[attr-defined]
    within = {r for r in asked if rows.filter(reached(ctx, type(row), r)).exists()}
    return {p for p, reach in held.items() if COMPANY in reach or reach in within}


def owners_of(model: Any) -> tuple[str, ...]:
    """Paths from a row to the people it belongs to, those of the record it is a part of included."""
    rows = model.rows_of
    above = owners_of(_target(model, rows.part_of)) if rows.part_of else ()
    return (*rows.own, *(f"{rows.part_of}__{path}" for path in above))


def departments_of(model: Any) -> tuple[str, ...]:
    """Paths from a row to the departments it belongs to."""
    rows = model.rows_of
    above = departments_of(_target(model, rows.part_of)) if rows.part_of else ()
    return (*rows.department, *(f"{rows.part_of}__{path}" for path in above))


def has_owners(model: Any) -> bool:
    """Whether a limited scope can mean any row of a model."""
    return bool(owners_of(model) or departments_of(model))


def _colleagues(ctx: Context) -> Any:
    """Users in the caller's departments, whether or not they still work here: what they left behind is the department's."""
    memberships = _target(ctx.user, "memberships")
    return memberships.objects.filter(company_id=ctx.company_id, departments__in=ctx.departments).values("user_id")


def _target(model: Any, name: str) -> Any:
    return model._meta.get_field(name).related_model

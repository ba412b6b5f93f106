"""The rows that a command names: fetched fresh under the caller's rights, and locked in one order, so that nobody waits in a circle."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import models

from enfilade.core.context import Context, NotFound, OutOfReach
from enfilade.core.models import Record, RecordQuerySet
from enfilade.core.one_row import one_row
from enfilade.core.rows import seen_rows

from .inputs import UNSET, Parameter

if TYPE_CHECKING:
    from .registry import Command
    from .work import Work

_OF_COMPANY = RecordQuerySet.visible_to


@dataclass(frozen=True, slots=True)
class _Named:
    """A row as an input names it: by its key, or as the row itself."""

    input: str
    model: type[models.Model]
    key: int
    shared: bool
    given: Any


def lock_rows(command: Command, ctx: Context, inputs: dict[str, Any], permission: str) -> dict[str, Any]:
    """Inputs with every row that was named, fresh and visible: those that change locked, in the order of table and key.

    permission: narrows the rows to what the caller's roles grant it for; "" where nothing is narrowed.
    The rows of a table come by one query, however many an input names.
    Refuses: not_found, out_of_reach, for the first that is missing.
    """
    work = cast("Work", ctx.work)
    rows: dict[tuple[type[models.Model], int], models.Model] = {}
    wanted: dict[tuple[str, bool], list[_Named]] = defaultdict(list)
    for name, parameter in _of_rows(command.parameters, inputs):
        for given in inputs[name] if parameter.many else [inputs[name]]:
            named = _Named(name, parameter.kind, _key(given), parameter.meta.shared, given)
            known = work.rows.get((named.model, named.key))
            if known is not None and (known is given or not isinstance(given, models.Model)):
                rows[named.model, named.key] = known
            else:
                wanted[named.model._meta.db_table, named.shared].append(named)
    # A row that one input changes and another refers to is the locked one in both.
    for _, group in sorted(wanted.items()):
        for key, row in _fetch(ctx, sorted(group, key=lambda n: (n.key, n.input)), permission).items():
            rows.setdefault((group[0].model, key), row)
    bound = dict(inputs)
    for name, parameter in _of_rows(command.parameters, inputs):
        found = [rows[parameter.kind, _key(given)] for given in (inputs[name] if parameter.many else [inputs[name]])]
        bound[name] = found if parameter.many else found[0]
    return bound


def find_rows(parameters: dict[str, Parameter], ctx: Context, inputs: dict[str, Any], permission: str) -> dict[str, Any]:
    """Inputs with every row that was named, visible to whoever reads: nothing is locked. A row that is given as itself is taken as it is.

    permission: narrows the rows to those that the caller may see at all. Refuses: not_found.
    """
    bound = dict(inputs)
    for name, parameter in _of_rows(parameters, inputs):
        given = inputs[name] if parameter.many else [inputs[name]]
        named = [_Named(name, parameter.kind, _key(one), True, one) for one in given if not isinstance(one, models.Model)]
        rows = _fetch(ctx, named, permission) if named else {}
        found = [one if isinstance(one, models.Model) else rows[_key(one)] for one in given]
        bound[name] = found if parameter.many else found[0]
    return bound


def reads_as_company(model: Any) -> bool:
    """Whether inside a command all rows of the company are visible, and nothing else is asked of them."""
    rows = getattr(model.objects, "_queryset_class", None)
    return issubclass(model, Record) and len(model._meta.pk_fields) == 1 and getattr(rows, "visible_to", None) is _OF_COMPANY


def _of_rows(parameters: dict[str, Parameter], inputs: dict[str, Any]) -> list[tuple[str, Parameter]]:
    return [(n, p) for n, p in parameters.items() if p.is_row and inputs.get(n) is not None and inputs[n] is not UNSET]


def _key(given: Any) -> int:
    return int(getattr(given, "pk", given))


def _fetch(ctx: Context, group: list[_Named], permission: str) -> dict[int, models.Model]:
    """Rows of one table, all to be changed or all referred to."""
    model, shared = group[0].model, group[0].shared
    # What is never changed needs no lock, and the application role may take none.
    lock = not shared and not getattr(model, "append_only", False)
    keys = {named.key for named in group}
    seen: Any = None
    if len(keys) == 1 and not permission and ctx.work is not None and reads_as_company(model):
        row = one_row(model, lock=lock, company_id=ctx.company_id, pk=group[0].key)
        found = {} if row is None else {row.pk: row}
    else:
        rows = model.objects.visible_to(ctx)  # type: ignore[attr-defined]
        seen = rows = rows.filter(seen_rows(ctx, model)) if permission and issubclass(model, Record) else rows
        rows = rows.within(ctx, permission) if permission and not shared and issubclass(model, Record) else rows
        rows = rows.select_for_update(of=("self",), no_key=True) if lock else rows
        found = {row.pk: row for row in (rows.filter(pk__in=keys) if len(keys) > 1 else rows.filter(pk=group[0].key)).order_by("pk")}
    for named in group:
        if named.key in found:
            continue
        if permission and seen.filter(pk=named.key).exists():
            raise OutOfReach(permission, ctx.reach(permission))
        raise NotFound(str(model._meta.verbose_name), named.key, field=named.input)
    if not shared:
        for row in found.values():
            cast("Work", ctx.work).remember(row)
    return found

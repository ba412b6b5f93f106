"""How a list opens: saved views of one's own and of colleagues, and which columns are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from enfilade.core.context import Context, Invalid
from enfilade.core.models import ListChoice, RecordQuerySet, SavedView

from .columns import field_at, public_name
from .declare import Resource
from .filtering import column_named


def views_for(ctx: Context, resource: str) -> RecordQuerySet:
    """Saved views of a list that the caller sees: her own, those for one of her roles, those for everybody."""
    seen = Q(owner=ctx.user) | Q(shared=True) | Q(roles__overlap=sorted(ctx.roles))
    return SavedView.objects.visible_to(ctx).filter(seen, resource=resource).order_by("name", "pk")


def choice_of(ctx: Context, resource: str) -> ListChoice | None:
    """How the caller wants the list to open, where she said so."""
    return ListChoice.objects.visible_to(ctx).filter(user=ctx.user, resource=resource).select_related("view").first()


def choosable(resource: Resource) -> tuple[str, ...]:
    """Columns that a list can show: its own, and every field of the record page that is a column of the table."""
    more = [n for n in resource.shown() if field_at(resource.model, n) is not None]
    return tuple(dict.fromkeys((*resource.columns, *more)))


def shown_columns(resource: Resource, params: Mapping[str, Any], choice: ListChoice | None) -> tuple[str, ...]:
    """The columns of this page: those that the address names, else those that the caller chose, else those of the house.

    Refuses a column that the list does not have.
    """
    known = choosable(resource)
    given = params.getlist("columns") if hasattr(params, "getlist") else [params.get("columns") or ""]
    named = [column_named(n, known) for text in given for n in str(text).split(",") if n]
    if unknown := [n for n in named if n not in known]:
        raise Invalid({"columns": [f"There is no column called {unknown[0][:60]!r}."]})
    own = [c for c in choice.columns if c in known] if choice is not None else []
    return tuple(dict.fromkeys(named)) or tuple(own) or resource.columns


def column_text(columns: tuple[str, ...]) -> str:
    """Columns as an address carries them."""
    return ",".join(public_name(c) for c in columns)

"""References by text: `billing.invoice:42` names a row without a foreign key, so that a lower module can point upward."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Model

from .rows import seen_rows, view_permission

if TYPE_CHECKING:
    from .context import Context

_KEY = re.compile("[0-9]{1,19}")


def ref(row: Model) -> str:
    """The reference of a saved row."""
    return f"{row._meta.label_lower}:{row.pk}"


def key_of(text: str) -> int | None:
    """A primary key as an address or a form carries it, None for a text that is none."""
    return int(text) if _KEY.fullmatch(text) and int(text) < 2**63 else None


def split(reference: str) -> tuple[str, int]:
    """Model label and primary key of a reference."""
    label, _, pk = reference.partition(":")
    return label, int(pk)


def model_of(reference: str) -> type[Model] | None:
    """The model a reference points to, or None when there is no such model (any more)."""
    try:
        return apps.get_model(reference.partition(":")[0])
    except (LookupError, ValueError):
        return None


def resolve(ctx: Context, reference: str) -> Model | None:
    """The row behind a reference, or None when the caller can't see it."""
    model = model_of(reference)
    if model is None:
        return None
    return model.objects.visible_to(ctx).filter(pk=split(reference)[1]).first()  # type: ignore[attr-defined]


def named_row(ctx: Context, reference: str) -> Model | None:
    """The row that a caller names by a reference, None where there is none that she may see.

    Why not resolve: inside a command that sees the whole company, and a name that comes from outside opens nothing.
    """
    model, key = model_of(reference), key_of(reference.partition(":")[2])
    if model is None or key is None or not hasattr(model, "rows_of") or not ctx.may(view_permission(model)):
        return None
    return model.objects.visible_to(ctx).filter(seen_rows(ctx, model), pk=key).first()  # type: ignore[attr-defined]

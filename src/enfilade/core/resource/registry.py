"""Which resource shows which model: filled by the declarations, asked by cells, pages and references."""

from __future__ import annotations

from typing import Any

from django.db import models

from enfilade.core.context import NotFound

RESOURCES: dict[str, Any] = {}


def resource_named(label: str) -> Any:
    """The resource of a model label, or NotFound."""
    found = RESOURCES.get(label.lower())
    if found is None:
        raise NotFound("kind of record", label)
    return found


def resource_for(model: type[models.Model] | models.Model) -> Any:
    """The resource of a model or of a row of one, None when it has none. A row that is loaded lazily is not of its model by its type."""
    return RESOURCES.get(model._meta.label_lower)

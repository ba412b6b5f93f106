"""The one column of appointments that is more than a plain value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .rules import needs_text, read_needs


class NeedsFormField(forms.CharField):
    """One need a line; programs may send a list of lists."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> Any:
        """A list of lists of tags."""
        try:
            return read_needs(value or "")
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """Lines of text."""
        return value if isinstance(value, str) or value is None else needs_text(value)


class NeedsField(models.JSONField):
    """What a service needs: a list of needs, each a list of tags of which one is enough."""

    def formfield(self, **options: Any) -> Any:
        """Lines of text."""
        return NeedsFormField(required=True, label=options.get("label"), help_text=self.help_text)

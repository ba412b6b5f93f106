"""Form widgets that Django lacks. Each one draws itself from core/widgets/<name>.html and works without scripts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from enfilade.core.ui.format import amount_major, currency_symbol, format_amount


class DateBox(forms.DateInput):
    """A calendar day, by the browser's own picker."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Fix the format to the one browsers exchange."""
        super().__init__(attrs, format="%Y-%m-%d")


class TimeBox(forms.TimeInput):
    """A time of day in minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Fix the format to the one browsers exchange."""
        super().__init__(attrs, format="%H:%M")


class InstantBox(forms.DateTimeInput):
    """A day and a time of day, in the active time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Fix the format to the one browsers exchange."""
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class AmountBox(forms.TextInput):
    """An amount typed in major units ("120.50") beside its currency."""

    template_name = "core/widgets/amount.html"

    def __init__(self, currency: str = "", attrs: dict[str, Any] | None = None) -> None:
        """currency: ISO 4217 code shown before the figure; empty shows none."""
        self.currency = currency
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the currency's symbol."""
        context = super().get_context(name, value, attrs)
        context["symbol"] = currency_symbol(self.currency) if self.currency else ""
        context["currency"] = self.currency
        return context


class DurationBox(forms.NumberInput):
    """A length in whole minutes."""

    template_name = "core/widgets/duration.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Count from zero in steps of five, without forbidding other minutes."""
        super().__init__({"min": 0, "inputmode": "numeric", **(attrs or {})})


class PhoneBox(forms.TextInput):
    """A telephone number in any spelling."""

    input_type = "tel"
    template_name = "core/widgets/phone.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Ask phones for their telephone keyboard."""
        super().__init__({"autocomplete": "off", "inputmode": "tel", **(attrs or {})})


class RepeatBox(forms.TextInput):
    """How often something comes again, as a rule of RFC 5545."""

    template_name = "core/widgets/repeats.html"


class FileDrop(forms.ClearableFileInput):
    """A file, chosen or dropped on the field."""

    template_name = "core/widgets/file.html"


class FilesDrop(FileDrop):
    """Several files."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Let people choose more than one."""
        super().__init__({"multiple": True, **(attrs or {})})


class RefBox(forms.Widget):
    """Another record, found by typing; the input carries its id.

    search_url: answers ?q= with a JSON list of {id, label, hint}.
    create_url: opens a dialog that makes a new one and answers with the event ref-created {id, label}.
    label_of: gives the words for an id that the form already holds.
    """

    template_name = "core/widgets/ref.html"

    def __init__(
        self,
        search_url: str = "",
        *,
        create_url: str = "",
        label_of: Callable[[Any], str] | None = None,
        multiple: bool = False,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        """Remember where to search, where to create, and how to name what is chosen."""
        super().__init__(attrs)
        self.search_url = search_url
        self.create_url = create_url
        self.label_of = label_of
        self.multiple = multiple

    def chosen(self, value: Any) -> list[dict[str, str]]:
        """Return id and label of each chosen record."""
        values = value if isinstance(value, list | tuple) else [value]
        found = [one for one in values if one not in (None, "")]
        return [{"id": str(one), "label": self.label_of(one) if self.label_of else str(one)} for one in found]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add what is chosen and where to look for more."""
        context = super().get_context(name, value, attrs)
        context.update(chosen=self.chosen(value), search_url=self.search_url, create_url=self.create_url, multiple=self.multiple)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> Any:
        """Return one id, or a list of ids where several may be chosen."""
        if self.multiple and hasattr(data, "getlist"):
            return [one for one in data.getlist(name) if one]
        return data.get(name)


class CodeBox(forms.TextInput):
    """A text that names records by their codes, which are found by typing a name as well.

    search_url: answers ?q= with a JSON list of {id, label, hint}, where id is the code. several: codes with blanks between.
    """

    template_name = "core/widgets/code_box.html"

    def __init__(self, search_url: str, *, several: bool = False, attrs: dict[str, Any] | None = None) -> None:
        """Remember where to search."""
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.search_url, self.several = search_url, several

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where to look, and whether for more than one."""
        return {**super().get_context(name, value, attrs), "search_url": self.search_url, "several": self.several}


class CashCount(forms.Widget):
    """Coins and notes counted by denomination; the value is {denomination in minor units: pieces}."""

    template_name = "core/widgets/cash.html"

    def __init__(self, currency: str, denominations_minor: Sequence[int], attrs: dict[str, Any] | None = None) -> None:
        """denominations_minor: from the largest note to the smallest coin, in minor units."""
        super().__init__(attrs)
        self.currency = currency
        self.denominations_minor = tuple(denominations_minor)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add one row for each denomination and the total."""
        context = super().get_context(name, value, attrs)
        counts = {int(key): int(pieces or 0) for key, pieces in (value or {}).items()}
        context["rows"] = [self.row(minor, counts.get(minor, 0)) for minor in self.denominations_minor]
        total_minor = sum(minor * pieces for minor, pieces in counts.items())
        context.update(total=format_amount(total_minor, self.currency), currency=self.currency)
        return context

    def row(self, minor: int, pieces: int) -> dict[str, Any]:
        """Return what the template needs to draw one denomination."""
        return {
            "minor": minor,
            "major": amount_major(minor, self.currency),
            "label": format_amount(minor, self.currency),
            "pieces": pieces or "",
            "total": format_amount(minor * pieces, self.currency),
        }

    def value_from_datadict(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> dict[int, Any]:
        """Return the pieces of each denomination, from single inputs or from one JSON object."""
        if isinstance(data.get(name), Mapping):
            return {int(minor): pieces for minor, pieces in data[name].items()}
        typed = {minor: data.get(f"{name}-{minor}") for minor in self.denominations_minor}
        return {minor: pieces for minor, pieces in typed.items() if pieces not in (None, "")}

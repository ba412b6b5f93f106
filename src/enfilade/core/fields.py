"""Model fields for values that are more than one column type: one adapter each, both ways.

An amount is an integer number of minor units (cents) in the database and in Python; people and programs read and
write it as a decimal number in major units, with as many decimals as the currency has (ISO 4217).
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .minor import minor_digits

AMOUNT_MAX_MINOR = 10**15


def read_major(text: object) -> Decimal:
    """An amount in major units as a text says it, of whatever currency."""
    try:
        number = Decimal(str(text).strip().replace("\u00a0", "").replace("'", ""))
    except InvalidOperation:
        raise ValidationError("Enter an amount such as 120.50.", code="invalid") from None
    if not number.is_finite() or abs(number) >= AMOUNT_MAX_MINOR:
        raise ValidationError("This amount is out of range.", code="range")
    return number


def to_minor(text: object, currency: str) -> int:
    """Minor units of a decimal text in major units. Refuses more decimals than the currency has; no rounding."""
    minor = read_major(text).scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise ValidationError(f"An amount in {currency} has at most {minor_digits(currency)} decimals.", code="decimals")
    return int(minor)


def to_major(minor: int, currency: str) -> Decimal:
    """Decimal amount in major units, with exactly the decimals of the currency."""
    places = minor_digits(currency)
    return Decimal(minor).scaleb(-places).quantize(Decimal(1).scaleb(-places))


class AmountFormField(forms.CharField):
    """What a person types for an amount; gives minor units. The currency is set by the form (company or document)."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-amount": ""})
    currency = "EUR"

    def __init__(self, *, signed: bool = False, **options: Any) -> None:
        options.pop("max_length", None)
        super().__init__(max_length=32, **options)
        self.signed = signed

    def clean(self, value: Any) -> Any:
        """Minor units in the field's own currency, None when empty and not required."""
        return self.clean_in(value, self.currency)

    def clean_in(self, value: Any, currency: str) -> Any:
        """Minor units in `currency`, None when empty and not required."""
        text = super().clean("" if value is None else value)
        if not text:
            return None
        minor = to_minor(text, currency)
        if minor < 0 and not self.signed:
            raise ValidationError("An amount here can't be negative.", code="negative")
        return minor

    def prepare_value(self, value: Any) -> Any:
        """Minor units to the text shown; a text that a person typed stays as it is."""
        return str(to_major(value, self.currency)) if isinstance(value, int) else value


class AmountField(models.BigIntegerField):
    """Column of minor units. The currency is the row's `currency` where it has one, else the company's; with `own` always the company's."""

    def __init__(self, *args: Any, signed: bool = False, own: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.signed = signed
        self.own = own

    def formfield(self, **options: Any) -> forms.Field:
        """The form field that reads major units."""
        kept = {k: v for k, v in options.items() if k in {"label", "help_text", "initial", "required"}}
        kept.setdefault("required", not (self.blank or self.has_default()))
        kept.setdefault("label", str(self.verbose_name).capitalize())
        kept.setdefault("help_text", self.help_text)
        return AmountFormField(signed=self.signed, **kept)


def currency_of(row: models.Model, field: object, own: str) -> str:
    """The currency of an amount of a row: the row's, where it has one and the column is not always in the company's, else own."""
    return own if getattr(field, "own", False) else getattr(row, "currency", "") or own


def is_worth(path: str) -> bool:
    """Whether a figure that the row itself works out is in the company's currency, by its name."""
    return path.endswith("_worth_minor")


class LongTextField(models.TextField):
    """Text of several lines; a plain TextField is one line."""

    def formfield(self, **options: Any) -> forms.Field:
        """A text area."""
        return forms.CharField(
            required=not self.blank,
            label=str(self.verbose_name).capitalize(),
            help_text=self.help_text,
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

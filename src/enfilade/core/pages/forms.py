"""A command as an HTML form: one Django form, and one formset per lines input."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.utils.crypto import get_random_string

from enfilade.core.command import Command
from enfilade.core.command.currencies import Amounts, RowCurrency, currency_of_rows
from enfilade.core.command.fields import LinesField, RowField, RowsField
from enfilade.core.command.inputs import Parameter
from enfilade.core.command.reading import html_name, plain
from enfilade.core.context import Context, Invalid, Refusal
from enfilade.core.fields import AmountFormField
from enfilade.core.language.words import name_of, say
from enfilade.core.models import StoredFile
from enfilade.core.refs import key_of
from enfilade.core.resource import RESOURCES, resource_for
from enfilade.core.scope import scope
from enfilade.core.ui import widgets


class InputsForm(forms.Form):
    """A form that knows which of its fields are wanted seldom. shows_seldom: one of those holds something, so all of them are shown.

    A template that asks a form for a name is given the field of that name, where there is one: what a form says of itself ends in words
    that no input has.
    """

    seldom_names: frozenset[str] = frozenset()
    shows_seldom: bool

    @property
    def usual_fields(self) -> list[forms.BoundField]:
        """The fields that are always shown, in the order in which a dialog wants them."""
        return [one for one in self.visible_fields() if one.name not in self.seldom_names]

    @property
    def seldom_fields(self) -> list[forms.BoundField]:
        """The fields that are folded away."""
        return [one for one in self.visible_fields() if one.name in self.seldom_names]

    def add_prefix(self, field_name: str) -> str:
        """The name of an input in the page."""
        return super().add_prefix(html_name(field_name))


@dataclass
class CommandForm:
    """What templates draw. values: raw values by input name; errors: path -> sentences."""

    command: Command
    ctx: Context
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    key: str = field(default_factory=lambda: get_random_string(24))
    _rows: RowCurrency = field(init=False)

    def __post_init__(self) -> None:
        self._rows = currency_of_rows(self.ctx)

    def context(self) -> dict[str, Any]:
        """form, form_key, line_sets and refusal for core/parts/form_body.html."""
        plain_fields = {n: p for n, p in self.command.parameters.items() if not p.is_lines}
        form = self._form(plain_fields, self.values, self.errors, "")
        line_sets = [self._lines(n, p) for n, p in self.command.parameters.items() if p.is_lines]
        multipart = form.is_multipart() or any(lines["empty_form"].is_multipart() for lines in line_sets)
        return {"form": form, "form_key": self.key, "line_sets": line_sets, "multipart": multipart}

    def refused(self, no: Refusal) -> dict[str, Any]:
        """The same form with the refusal on it; what was typed stays."""
        self.errors = no.errors if isinstance(no, Invalid) else {no.field: [str(no)]}
        elsewhere = " ".join(s for path, found in self.errors.items() if not self._is_shown(path) for s in found)
        message = elsewhere or (str(no) if no.hints else "")
        return {**self.context(), "refusal": {"message": message, "hints": no.hints} if message else None}

    def field_alone(self, name: str, no: Refusal | None = None) -> forms.BoundField:
        """One field without the others, named for screen readers; whatever a refusal says stands at it."""
        errors = (
            {}
            if no is None
            else {name: list(dict.fromkeys(s for e in no.errors.values() for s in e))}
            if isinstance(no, Invalid)
            else {name: [str(no)]}
        )
        bound = self._form({name: self.command.parameters[name]}, self.values, errors, "")[name]
        bound.field.widget.attrs["aria-label"] = say(str(bound.label))
        return bound

    def _is_shown(self, path: str) -> bool:
        """Whether the form has a place for what is wrong with an input."""
        name = path.partition("[")[0].partition(".")[0]
        return name in self.command.parameters and name not in self.hidden

    def _form(self, parameters: dict[str, Parameter], values: dict[str, Any], errors: dict[str, list[str]], prefix: str) -> InputsForm:
        amounts = self._amounts(parameters, values, inside=bool(prefix))
        fields = {n: self._field(p, amounts, hidden=not prefix and n in self.hidden) for n, p in parameters.items()}
        cls = type("CommandInputs", (InputsForm,), fields)
        form = cls(initial={n: values.get(n, self._initial(p, amounts)) for n, p in parameters.items()}, prefix=prefix or None)
        form.is_bound = bool(errors)
        form._errors = forms.utils.ErrorDict(renderer=form.renderer)
        form.cleaned_data = {}
        if errors:
            # The sentences come from the one validator; Django's form only draws them.
            form.data = {form.add_prefix(n): v for n, v in form.initial.items() if v is not None}
            # What belongs to no field is said by the refusal above the form, or beside the lines as a whole.
            for name, sentences in errors.items():
                if name in form.fields or prefix:
                    form.add_error(name if name in form.fields else None, sentences)
        form.seldom_names = frozenset(n for n, p in parameters.items() if p.meta.seldom)
        # What holds something, or is wrong, is not hidden from whoever has to see it.
        form.shows_seldom = any(values.get(n) not in (None, "", False, parameters[n].default) or n in errors for n in form.seldom_names)
        return form

    def _amounts(self, parameters: dict[str, Parameter], values: dict[str, Any], *, inside: bool = False) -> Amounts:
        """In what currencies these inputs are read. inside: they are a line of the command's."""
        own = self.ctx.company.currency
        usual = (
            self._amounts(self.command.parameters, self.values).usual if inside and any(p.meta.amount for p in parameters.values()) else ""
        )
        return Amounts(parameters, values, own, self._rows, usual)

    def _initial(self, parameter: Parameter, amounts: Amounts) -> Any:
        prefill = parameter.meta.prefill
        if prefill == "ctx.today":
            return self.ctx.today.isoformat()
        if prefill == "ctx.month":
            return self.ctx.today.replace(day=1).isoformat()
        if prefill == "ctx.now":
            return self.ctx.now
        default = parameter.default
        if not parameter.required and default is not None and isinstance(default, int) and parameter.meta.amount:
            return plain(parameter, default, amounts.of(parameter))
        return default if isinstance(default, str | int | bool) else None

    def _field(self, parameter: Parameter, amounts: Amounts, *, hidden: bool) -> forms.Field:
        made = copy.deepcopy(parameter.field)
        if hidden:
            made.widget = forms.HiddenInput()
        elif isinstance(made, RowField | RowsField):
            made.widget = self._row_widget(made, parameter)
        elif isinstance(made, AmountFormField):
            made.currency = amounts.of(parameter)
            made.widget = widgets.AmountBox(made.currency)
        elif parameter.meta.codes_of:
            made.widget = code_box(self.ctx, parameter)
        elif parameter.meta.widget == "phone":
            made.widget = widgets.PhoneBox()
        elif parameter.meta.widget == "repeats":
            made.widget = widgets.RepeatBox()
        elif parameter.name.endswith("_min") and parameter.kind is int:
            made.widget = widgets.DurationBox()
        made.widget.is_required = made.required
        if made.max_length if hasattr(made, "max_length") else None:
            made.widget.attrs.setdefault("maxlength", str(made.max_length))  # type: ignore[attr-defined]
        return made

    def _row_widget(self, made: RowField | RowsField, parameter: Parameter) -> forms.Widget:
        if made.model is StoredFile:
            return widgets.FilesDrop() if isinstance(made, RowsField) else widgets.FileDrop()
        return row_box(self.ctx, made, parameter, creatable=True)

    def _lines(self, name: str, parameter: Parameter) -> dict[str, Any]:
        columns = parameter.line_parameters
        given = self.values.get(name) or []
        rows = given if isinstance(given, list) and all(isinstance(r, dict) for r in given) else []
        filled = []
        for number, row in enumerate(rows or [{}]):
            own = {p.removeprefix(f"{name}[{number}]").lstrip("."): e for p, e in self.errors.items() if p.startswith(f"{name}[{number}]")}
            filled.append(self._form(columns, row, own, f"{name}-{number}"))
        whole = [s for p, e in self.errors.items() if p == name for s in e]
        assert isinstance(parameter.field, LinesField)  # noqa: S101 - lines parameters have lines fields
        return {
            "name": name,
            "label": parameter.label,
            "help": parameter.help,
            "forms": filled,
            "errors": whole,
            "empty_form": self._form(columns, {}, {}, f"{name}-__prefix__"),
            "unfolded": any(form.shows_seldom for form in filled),
            "seldom": parameter.meta.seldom,
            "open": bool(rows or whole),
            "summed": [n for n, p in columns.items() if p.meta.summed],
        }


def inputs_form(ctx: Context, parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> forms.Form:
    """Inputs that are no command's: those of a report, or what an import asks for. A row is searched for by its name."""
    made = type("Inputs", (forms.Form,), {n: _input(ctx, p) for n, p in parameters.items()})
    first = {n: p.default for n, p in parameters.items() if p.default is not None}
    form: forms.Form = made(initial={**first, **values})
    return form


def _input(ctx: Context, parameter: Parameter) -> forms.Field:
    made = copy.deepcopy(parameter.field)
    if isinstance(made, RowField | RowsField):
        made.widget = row_box(ctx, made, parameter, creatable=False)
        made.widget.is_required = made.required
    elif parameter.meta.codes_of:
        made.widget = code_box(ctx, parameter)
    return made


def code_box(ctx: Context, parameter: Parameter) -> forms.Widget:
    """The text that names rows by their codes, with a search; without one where the caller may not see the list."""
    resource = RESOURCES[parameter.meta.codes_of]
    if not ctx.may(resource.view_permission):
        return forms.TextInput()
    query = f"&{parameter.meta.query}" if parameter.meta.query else ""
    return widgets.CodeBox(f"{resource.list_url()}options/?by=code{query}", several=parameter.meta.several)


def row_box(ctx: Context, made: RowField | RowsField, parameter: Parameter, *, creatable: bool) -> forms.Widget:
    """The search box for a row, or for several; a number where the caller may not see the list. creatable: with a form for a new one."""
    resource = resource_for(made.model)
    if resource is None or not ctx.may(resource.view_permission):
        return forms.NumberInput()
    query = f"?{parameter.meta.query}" if parameter.meta.query else ""
    create = f"{resource.list_url()}new/?dialog=subdialog" if creatable and resource.may_add(ctx) else ""
    return widgets.RefBox(
        f"{resource.list_url()}options/{query}",
        create_url=create,
        label_of=lambda pk: _label(ctx, made.model, pk),
        multiple=isinstance(made, RowsField),
    )


def _label(ctx: Context, model: type[models.Model], pk: Any) -> str:
    if isinstance(pk, models.Model):
        return str(pk)
    key = key_of(str(pk))
    if key is None:
        return str(pk)
    with scope(ctx.company_id, read_only=True):
        row = model.objects.visible_to(ctx).filter(pk=key).first()  # type: ignore[attr-defined]
    return name_of(row) if row is not None else str(pk)

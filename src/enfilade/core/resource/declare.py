"""The declaration: settings of one model, and what follows from them directly."""

from __future__ import annotations

import functools
from typing import Any, ClassVar, cast

from django.db import models
from django.utils.text import slugify

from enfilade.core.command.inputs import UNSET, Input, Parameter
from enfilade.core.command.registry import REGISTRY, Command, Deprecated, commands_on, register
from enfilade.core.command.runner import execute
from enfilade.core.context import Context, NotFound
from enfilade.core.models import Record, RecordQuerySet, SearchWord
from enfilade.core.rows import SEEN_WITH, in_reach
from enfilade.core.states import States
from enfilade.core.words import Kept

from .cells import Cell, cell
from .columns import field_at, label_of, parameter_of, plain_value, public_name, related_paths
from .hooks import office_of
from .registry import RESOURCES


class Resource:
    """Subclass with settings; the subclass registers itself.

    columns: list columns, in order (`party__name` follows a link, a property or method is shown but not sorted by).
    filters: fields one may filter by. search: text fields the search box looks into.
    words: the table of words that search reads instead, where there may be very many rows (core.words).
    words_through: links to records whose words find a row as well; their resources keep words too.
    fields: what a person may type; nothing else is writable by add and change. Empty: no add or change.
    import_key: the field that decides whether an imported row is new.
    lines: related rows shown on the record page and in JSON: {related_name: columns}.
    ordering: default sort column, with `-` for newest first.
    facts: fields of the record page; the columns and fields when empty.
    deprecated: programs that read it are told when it goes and what to use instead.
    board: the column of states that a board shows side by side. calendar: the date or time by which rows stand in a calendar.
    charts: columns by which rows can be counted and drawn; every choice, link and date when left out.
    bulk: verbs offered for many chosen rows at once; every command that one form can serve when left out.
    verbs: commands on no row that the list offers as buttons, by verb; the first one stands out.
    menu: whether it has a menu entry; icon: a Lucide name; order: place in its department.
    """

    model: ClassVar[type[Record]]
    columns: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[tuple[str, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[type[SearchWord] | None] = None
    words_through: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[tuple[str, ...]] = ()
    import_key: ClassVar[str] = ""
    lines: ClassVar[dict[str, tuple[str, ...]]] = {}
    ordering: ClassVar[str] = "-id"
    facts: ClassVar[tuple[str, ...]] = ()
    board: ClassVar[str] = ""
    calendar: ClassVar[str] = ""
    charts: ClassVar[tuple[str, ...] | None] = None
    bulk: ClassVar[tuple[str, ...] | None] = None
    verbs: ClassVar[tuple[str, ...]] = ()
    menu: ClassVar[bool] = True
    icon: ClassVar[str] = "table"
    order: ClassVar[int] = 50
    empty: ClassVar[str] = ""
    title: ClassVar[str] = ""
    addable: ClassVar[bool] = True
    changeable: ClassVar[bool] = True
    deprecated: ClassVar[Deprecated | None] = None

    def __init_subclass__(cls) -> None:
        made = cls()
        RESOURCES[made.label] = made
        SEEN_WITH[cls.model] = made.view_permission
        if cls.fields:
            _register_plain_commands(made)

    @property
    def label(self) -> str:
        """`billing.invoice`: the name on the command line, in references and permissions."""
        return self.model._meta.label_lower

    @property
    def module(self) -> str:
        """`billing`."""
        return self.model._meta.app_label

    @property
    def name(self) -> str:
        """`invoice`."""
        return cast("str", self.model._meta.model_name)

    @property
    def target(self) -> str:
        """Name of the input of `change_x` that is the row: the model's, unless a column is called the same."""
        return "record" if self.name in self.fields else self.name

    @property
    def slug(self) -> str:
        """`invoices`: the last part of its address."""
        return slugify(str(self.model._meta.verbose_name_plural))

    @property
    def plural(self) -> str:
        """Heading of the list."""
        text = self.title or str(self.model._meta.verbose_name_plural)
        return text[:1].upper() + text[1:]

    @property
    def singular(self) -> str:
        """`invoice`, in words."""
        return str(self.model._meta.verbose_name)

    @property
    def office(self) -> str:
        """front, middle or back."""
        return office_of(self.model.__module__)

    @property
    def states(self) -> States | None:
        """The state table of the model, where it has one."""
        return getattr(self.model, "states", None)

    @property
    def view_permission(self) -> str:
        """What one must hold to read."""
        return f"{self.module}.view_{self.name}"

    @property
    def add_command(self) -> Command | None:
        """The command that makes a row, where there is one."""
        return REGISTRY.get(f"{self.module}.add_{self.name}")

    @property
    def change_command(self) -> Command | None:
        """The command that changes a row's typed fields, where there is one."""
        return REGISTRY.get(f"{self.module}.change_{self.name}")

    @property
    def kept(self) -> Kept | None:
        """Where search finds its words, where they are kept."""
        if self.words is None:
            return None
        links: list[Any] = [self.model._meta.get_field(name) for name in self.words_through]
        return Kept(self.words, tuple((link.attname, RESOURCES[link.related_model._meta.label_lower].words) for link in links))

    def may_add(self, ctx: Context) -> bool:
        """Whether the caller gets a form for a new row."""
        command = self.add_command
        return command is not None and not command.hidden and ctx.may(command.permission)

    def list_url(self) -> str:
        """Address of the list."""
        return f"/{self.module}/{self.slug}/"

    def api_url(self) -> str:
        """Address of the collection in the API."""
        return f"/api/v1/{self.module}/{self.slug}/"

    def url(self, row: models.Model) -> str:
        """Address of a record page."""
        return f"{self.list_url()}{row.pk}/"

    def queryset(self) -> RecordQuerySet:
        """Override to annotate or to prefetch; never to filter by caller."""
        return cast("RecordQuerySet", self.model.objects.all())

    def rows(self, ctx: Context) -> RecordQuerySet:
        """Every row the caller may see, with what the columns need joined."""
        ctx.require(self.view_permission)
        related = related_paths(self.model, (*self.columns, *self.fields, *self.facts))
        rows = self.queryset().visible_to(ctx)
        return rows.select_related(*related) if related else rows

    def get(self, ctx: Context, pk: int) -> Record:
        """One row, or NotFound."""
        row = self.rows(ctx).filter(pk=pk).first()
        if row is None:
            raise NotFound(self.singular, pk)
        return cast("Record", row)

    def shown(self) -> tuple[str, ...]:
        """Fields of the record page and of JSON: facts, or columns and fields without repetition."""
        return self.facts or tuple(dict.fromkeys((*self.columns, *self.fields)))

    def cells(self, ctx: Context, row: models.Model, columns: tuple[str, ...] | None = None) -> list[Cell]:
        """The cells of a row; the first one leads to the record."""
        return [cell(ctx, row, c) for c in (self.columns if columns is None else columns)]

    def told_with(self, _ctx: Context, _row: models.Model) -> list[str]:
        """Override to name other records of this kind whose timeline is shown together with that of a row."""
        return []

    def tone(self, _ctx: Context, _row: models.Model) -> str:
        """Override to colour a row of the list that needs somebody: bad, warn, ok or info."""
        return ""

    def label_of(self, column: str) -> str:
        """Heading of a column."""
        return label_of(self.model, column)

    def as_json(self, ctx: Context, row: models.Model, *, lines: bool = False) -> dict[str, Any]:
        """A row for programs: id, ref, label, every shown field; foreign keys by id with a `_label` beside."""
        found: dict[str, Any] = {"id": row.pk, "ref": f"{self.label}:{row.pk}", "label": str(row)}
        for path in dict.fromkeys((*self.columns, *self.shown())):
            found[public_name(path)] = plain_value(row, path, ctx.company.currency)
            if isinstance(field_at(self.model, path), models.ForeignKey):
                target = getattr(row, path.split("__")[0]) if "__" not in path else None
                found[f"{path}_label"] = str(target) if target is not None else None
        if lines:
            for name, columns in self.lines.items():
                found[name] = [
                    {"id": r.pk, **{public_name(c): plain_value(r, c, ctx.company.currency) for c in columns}}
                    for r in self.line_rows(ctx, row, name)
                ]
        return found

    def line_rows(self, ctx: Context, row: models.Model, name: str) -> list[models.Model]:
        """The related rows of one lines table, in order of entry."""
        related = getattr(row, name)
        columns = self.lines[name]
        joins = related_paths(related.model, columns)
        rows = related.all().visible_to(ctx).order_by("pk")
        return list(rows.select_related(*joins) if joins else rows)

    def sleeps(self, ctx: Context) -> bool:
        """Whether the caller would find more to do here if she elevated herself."""
        if not ctx.sleeping:
            return False
        add = self.add_command
        made = [*commands_on(self.model), *([add] if add is not None and not add.hidden else [])]
        return any(ctx.wakes(c.permission) for c in made)

    def commands(self, ctx: Context, row: models.Model | None = None) -> list[Command]:
        """Commands whose button belongs on a record of this model, that the caller may run and the record's state allows."""
        found = []
        for made in commands_on(self.model):
            if not ctx.may(made.permission):
                continue
            if row is not None and made.offered is not None and not made.offered(row):
                continue
            states = self.states
            if row is not None and states is not None:
                move = states.moves.get(made.verb)
                if move is not None and getattr(row, states.field) not in move[0]:
                    continue
            found.append(made)
        if row is not None and ctx.limited:
            held = in_reach(ctx, row, *(c.permission for c in found))
            found = [c for c in found if c.permission in held]
        return found


def _register_plain_commands(resource: Resource) -> None:
    """add_x and change_x: the commands of a plain record, made from its declaration, unless the module wrote its own of that name."""
    if resource.addable and resource.add_command is None:
        _file(
            resource, "add", {public_name(n): parameter_of(_field(resource, n), partial=False) for n in resource.fields}, _adder(resource)
        )
    if resource.changeable and resource.change_command is None:
        row = Parameter(resource.target, resource.model, many=False, required=True, default=None, meta=Input(), help="")
        parameters = {resource.target: row} | {public_name(n): parameter_of(_field(resource, n), partial=True) for n in resource.fields}
        _file(resource, "change", parameters, _changer(resource))


def _field(resource: Resource, name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", resource.model._meta.get_field(name))


def _file(resource: Resource, verb: str, parameters: dict[str, Parameter], body: Any) -> None:
    name = f"{verb}_{resource.name}"
    body.__name__ = name
    body.__annotations__ = {**body.__annotations__, "return": resource.model}
    body.__doc__ = f"{verb.capitalize()} {'an' if resource.singular[0] in 'aeiou' else 'a'} {resource.singular}."
    made = Command(
        resource.module,
        name,
        f"{resource.module}.{name}",
        body,
        None,
        f"{verb.capitalize()} {resource.singular}",
        "",
        False,
        "" if verb == "add" else resource.target,
        parameters,
    )
    register(made, functools.partial(execute, made))


def _adder(resource: Resource) -> Any:
    def body(ctx: Context, **values: Any) -> Record:
        row = resource.model(company=ctx.company, **{n: values[public_name(n)] for n in resource.fields})
        row.save()
        return row

    return body


def _changer(resource: Resource) -> Any:
    def body(ctx: Context, **values: Any) -> Record:
        row = values.pop(resource.target)
        given = {n: values[public_name(n)] for n in resource.fields if values[public_name(n)] is not UNSET}
        for name, value in given.items():
            setattr(row, name, value)
        if given:
            row.save(update_fields=list(given))
        return cast("Record", row)

    return body

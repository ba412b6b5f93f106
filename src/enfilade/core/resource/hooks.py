"""What upper modules may add to pages of lower ones, and pages that no resource can express.

panel: a tab on a record page; flow: the steps of the flow strip; report: figures with their own page, API and command
line; page: an ordinary view with a menu entry.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from django.db import models

from enfilade.core.command.inputs import Parameter, parameters_of
from enfilade.core.command.locking import find_rows
from enfilade.core.command.registry import CommandFunction
from enfilade.core.context import Context, NotFound

OFFICES = ("front", "middle", "back")


@dataclass(frozen=True)
class Step:
    """One station of the flow strip. state: done, now, held or todo; office: front, middle or back."""

    label: str
    office: str
    state: str
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """A tab: `build(ctx, row)` returns the context of its template, or None when there is nothing to show."""

    title: str
    icon: str
    template: str
    permission: str
    build: Callable[[Context, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Dialog:
    """The inside of a command's form, where the generic one is not kind enough: `build(ctx, values)` adds to its context.

    template: stands in for core/parts/form_body.html, with the same context; values: raw values by input name.
    What it says of the form itself: field_order: names of inputs that come first, in this order; field_labels: other labels by name.
    """

    template: str
    build: Callable[[Context, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Rehearsal:
    """A part of what a rehearsal shows, whatever the command: `build(ctx)` runs inside it and gives the context of its template, or None.

    name: what programs read its facts under. permission: of whoever may see it.
    """

    name: str
    template: str
    permission: str
    build: Callable[[Context], dict[str, Any] | None]


class Column(TypedDict):
    """A column of a report. kind: text, number, amount, date, datetime or percent; it says how a value is drawn.

    currency_in: field of the row that says the currency of its amounts, where it is not that of the report. url_in: field of the row that
    says where a value leads.
    """

    name: str
    label: str
    kind: NotRequired[str]
    currency_in: NotRequired[str]
    url_in: NotRequired[str]


class Tile(TypedDict):
    """One figure above the table, as people read it."""

    label: str
    value: str
    hint: NotRequired[str]
    tone: NotRequired[str]


class Figures(TypedDict):
    """A report: a table, and what stands around it. Amounts are minor units where the name ends in `_minor`."""

    columns: list[Column]
    rows: list[dict[str, Any]]
    totals: NotRequired[dict[str, Any]]
    tiles: NotRequired[list[Tile]]
    notes: NotRequired[list[str]]


@dataclass(frozen=True, eq=False)
class Report:
    """`build(ctx, **inputs)` returns Figures, perhaps with more beside; `figures` asks it, for page, API and command line alike."""

    module: str
    name: str
    title: str
    permission: str
    build: Callable[..., Any]
    parameters: dict[str, Parameter]
    template: str
    icon: str
    order: int
    menu: bool = True

    @property
    def label(self) -> str:
        """`ledger.trial_balance`."""
        return f"{self.module}.{self.name}"

    @property
    def office(self) -> str:
        """front, middle or back, by the room it lives in."""
        return office_of(self.build.__module__)

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.build) or "").partition("\n")[0]

    def figures(self, ctx: Context, inputs: dict[str, Any]) -> Any:
        """What it says to inputs as `read` gives them: the rows that they name are found first. Refuses: not_found, and as it does."""
        return self.build(ctx, **find_rows(self.parameters, ctx, inputs, self.permission))


@dataclass(frozen=True)
class Page:
    """A view of a module's own, with a menu entry unless `menu` is false."""

    module: str
    path: str
    title: str
    permission: str
    view: Callable[..., Any]
    icon: str
    order: int
    menu: bool = True
    office: str = field(default="")


@dataclass(frozen=True)
class OpenPage:
    """A view that nobody signs in for: whoever has the address may read. It proves by itself that the address was given out."""

    module: str
    path: str
    view: Callable[..., Any]
    methods: tuple[str, ...] = ("GET", "HEAD")


PANELS: dict[type[models.Model], list[Panel]] = defaultdict(list)
FLOWS: dict[type[models.Model], list[Callable[[Context, Any], list[Step]]]] = defaultdict(list)
FLOWS_OF_ALL: list[Callable[[Context, Any], list[Step]]] = []
DIALOGS: dict[str, Dialog] = {}
REHEARSALS: list[Rehearsal] = []
REPORTS: dict[str, Report] = {}
OPEN_PAGES: dict[str, OpenPage] = {}
PAGES: dict[str, Page] = {}


def office_of(dotted: str) -> str:
    """`enfilade.back.billing.pages` lives in the back office; what lies in base or core shows where it is used most: the back."""
    part = dotted.split(".")[1] if "." in dotted else ""
    return part if part in OFFICES else "back"


def module_of(dotted: str) -> str:
    """`enfilade.back.billing.pages` -> billing; core stays core."""
    parts = dotted.split(".")
    return parts[2] if len(parts) > 3 else parts[1]


def panel(*, on: type[models.Model], title: str, permission: str, template: str, icon: str = "list") -> Callable[[Any], Any]:
    """Add a tab to the record page of a model, also of a lower module."""

    def wrap(build: Callable[[Context, Any], dict[str, Any] | None]) -> Any:
        PANELS[on].append(Panel(title, icon, template, permission, build))
        return build

    return wrap


def rehearsal(name: str, *, template: str, permission: str) -> Callable[[Any], Any]:
    """Show a part of what commands would do, before they do it: what a module wrote inside the rehearsal (`ctx.work.written`)."""

    def wrap(build: Callable[[Context], dict[str, Any] | None]) -> Any:
        REHEARSALS.append(Rehearsal(name, template, permission, build))
        return build

    return wrap


def rehearsed_parts(ctx: Context) -> list[dict[str, Any]]:
    """What the modules show of a rehearsal that is under way to this caller. Shape: contexts, each with its name and template."""
    built = [(part, part.build(ctx)) for part in REHEARSALS if ctx.may(part.permission)]
    return [{"name": part.name, "template": part.template, **context} for part, context in built if context is not None]


def flow(*, on: type[models.Model]) -> Callable[[Any], Any]:
    """Add steps to the flow strip of a model's record page; modules are asked from the bottom of the house up."""

    def wrap(build: Callable[[Context, Any], list[Step]]) -> Any:
        FLOWS[on].append(build)
        return build

    return wrap


def flow_of_records(build: Callable[[Context, Any], list[Step]]) -> Callable[[Context, Any], list[Step]]:
    """Add steps to the flow strip of every record, whatever module it is of: what somebody does about it."""
    FLOWS_OF_ALL.append(build)
    return build


def dialog(command: CommandFunction, *, template: str) -> Callable[[Any], Any]:
    """Draw the form of a command by a template of the module's own, wherever the form is opened."""

    def wrap(build: Callable[[Context, dict[str, Any]], dict[str, Any]]) -> Any:
        DIALOGS[command.command.name] = Dialog(template, build)
        return build

    return wrap


def report(
    *,
    title: str,
    permission: str,
    template: str = "core/report.html",
    icon: str = "chart-line",
    order: int = 50,
    menu: bool = True,
) -> Callable[[Any], Any]:
    """File `def trial_balance(ctx, *, on: date)` as a report."""

    def wrap(build: Callable[..., Any]) -> Any:
        module = module_of(build.__module__)
        made = Report(module, build.__name__, title, permission, build, parameters_of(build), template, icon, order, menu)
        REPORTS[made.label] = made
        return build

    return wrap


def page(path: str, *, title: str, permission: str, icon: str = "square", order: int = 50, menu: bool = True) -> Callable[[Any], Any]:
    """File `def view(request, ...)` under /<module>/<path>; the dispatcher has checked the permission and opened the scope."""

    def wrap(view: Callable[..., Any]) -> Any:
        module = module_of(view.__module__)
        PAGES[f"{module}.{view.__name__}"] = Page(module, path, title, permission, view, icon, order, menu, office_of(view.__module__))
        return view

    return wrap


def open_page(path: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[Any], Any]:
    """File `def view(request, company, ...)` under /<module>/open/<company>/<path>, for programs and people that can't sign in.

    The dispatcher has opened a read-only scope of the company, unless a form is sent: that runs outside of a transaction and changes things
    by commands only. NotFound is an answer without a word.
    """

    def wrap(view: Callable[..., Any]) -> Any:
        module = module_of(view.__module__)
        OPEN_PAGES[f"{module}.{view.__name__}"] = OpenPage(module, path, view, methods)
        return view

    return wrap


def report_named(label: str) -> Report:
    """The report of a name, or NotFound."""
    found = REPORTS.get(label)
    if found is None:
        raise NotFound("report", label)
    return found


def panels_of(ctx: Context, row: models.Model) -> list[tuple[Panel, dict[str, Any]]]:
    """Panels with something to show to this caller."""
    built = [(p, p.build(ctx, row)) for p in PANELS[type(row)] if ctx.may(p.permission)]
    return [(p, context) for p, context in built if context is not None]


def flow_of(ctx: Context, row: models.Model) -> list[Step]:
    """The steps of a record from front to back, [] when it takes part in no flow. What its own flow shows is not shown twice."""
    own = [step for build in FLOWS[type(row)] for step in build(ctx, row)]
    shown = {step.url for step in own if step.url}
    return own + [step for build in FLOWS_OF_ALL for step in build(ctx, row) if step.url not in shown]

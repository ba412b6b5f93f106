"""Every permission there is, read off the declarations: what it opens, and of which model's rows it speaks."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from .command import REGISTRY
from .grants import COMPANY, EVERYTHING, Grant
from .models import Record
from .resource.hooks import PAGES, PANELS, REPORTS
from .resource.registry import RESOURCES
from .rows import has_owners


@dataclass(frozen=True)
class Permission:
    """name: `work.take_case`; opens: what one can do with it, in words; models: whose rows it is about; commands: names of operations."""

    name: str
    opens: tuple[str, ...]
    models: tuple[Any, ...]
    commands: tuple[str, ...]

    @property
    def is_reading(self) -> bool:
        """Whether nothing is written with it, so that the audit can't know when it was last used."""
        return not self.commands


def all_permissions() -> dict[str, Permission]:
    """Every permission that something in the house asks for, by name."""
    opens: dict[str, list[str]] = defaultdict(list)
    models: dict[str, list[Any]] = defaultdict(list)
    commands: dict[str, list[str]] = defaultdict(list)
    for resource in RESOURCES.values():
        opens[resource.view_permission].append(f"see {resource.plural.lower()}")
        models[resource.view_permission].append(resource.model)
    for page in PAGES.values():
        opens[page.permission].append(f"open the page “{page.title}”")
    for report in REPORTS.values():
        opens[report.permission].append(f"open the report “{report.title}”")
    for found in PANELS.values():
        for panel in found:
            opens[panel.permission].append(f"see the tab “{panel.title}”")
    for command in REGISTRY.values():
        opens[command.permission].append(command.label.lower())
        commands[command.permission].append(command.name)
        if command.target_model is not None:
            models[command.permission].append(command.target_model)
    return {
        name: Permission(name, tuple(dict.fromkeys(words)), tuple(dict.fromkeys(models[name])), tuple(commands[name]))
        for name, words in sorted(opens.items())
    }


def permission_problem(grant: Grant) -> str:
    """What is wrong with a line of a role: it names nothing, or a scope that can mean no row. "" when nothing is."""
    known = all_permissions()
    name = grant.permission
    module, _, action = name.partition(".")
    meant = [p for n, p in known.items() if name in (n, EVERYTHING) or (action == "*" and n.startswith(f"{module}."))]
    if not meant:
        near = difflib.get_close_matches(name, known, n=1)
        return f"There is no permission {name}." + (f" Did you mean {near[0]}?" if near else "")
    if grant.scope == COMPANY:
        return ""
    if not any(_is_scoped(p) for p in meant):
        return f"{name} can't be given for {grant.scope} rows: what it opens belongs to nobody in particular, so nothing would be left."
    return ""


def _is_scoped(permission: Permission) -> bool:
    return any(issubclass(m, Record) and has_owners(m) for m in permission.models)

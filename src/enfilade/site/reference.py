"""The reference pages of the documentation, written from the registries: `python -m enfilade.site.reference docs/reference`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")

import django

django.setup()

# The registries are full only now.
from enfilade.core.command import REGISTRY  # noqa: E402 - after setup
from enfilade.core.command.inputs import Parameter  # noqa: E402
from enfilade.core.events import EVENTS, REACTIONS  # noqa: E402
from enfilade.core.http.catalogue import problems  # noqa: E402
from enfilade.core.resource import RESOURCES  # noqa: E402
from enfilade.core.resource.hooks import REPORTS  # noqa: E402


def main(folder: str) -> None:
    """Write all pages."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    pages = {"commands": commands, "resources": resources, "reports": reports, "events": events, "problems": refusals}
    for name, write in pages.items():
        (target / f"{name}.md").write_text(write(), encoding="utf-8")
        sys.stdout.write(f"{target / name}.md\n")


def commands() -> str:
    """Every command: meaning, permission, inputs, door."""
    parts = [
        "# Commands\n\n",
        "Each is a form, an API operation `POST /api/v1/do/<module>/<verb>/`, a line `enfilade run <name>` and an entry of the audit.\n",
    ]
    module = ""
    for name in sorted(REGISTRY):
        command = REGISTRY[name]
        if command.module != module:
            module = command.module
            parts.append(f"\n## {module}\n")
        door = "; has a door" if command.door else ""
        part = "; a part of other commands" if command.hidden else ""
        parts.append(f"\n### {name}\n\n{_body(command.doc)}\n\nPermission `{command.permission}`{door}{part}.\n")
        if command.parameters:
            parts.append("\n| input | type | needed | meaning |\n|---|---|---|---|\n")
            parts += [
                f"| `{n}` | {_kind(p)} | {'yes' if p.required and not p.partial else ''} | {p.help.replace('|', '/')} |\n"
                for n, p in command.parameters.items()
            ]
    return "".join(parts)


def _body(doc: str) -> str:
    return "\n".join(f"- {line.strip()}" if line.startswith(("Refuses:", "Source:", "Why:")) else line for line in doc.splitlines())


def _kind(parameter: Parameter) -> str:
    name = getattr(parameter.kind, "__name__", str(parameter.kind))
    text = f"[{name}]" if parameter.many else name
    return f"{text} (amount)" if parameter.meta.amount else text


def resources() -> str:
    """Every resource: columns, filters, what may be typed."""
    parts = [
        "# Resources\n\n",
        "Each has a list, record pages, `GET /api/v1/<module>/<name>/`, `enfilade list <label>`, CSV out, and CSV in where it has a key.\n",
    ]
    for label in sorted(RESOURCES):
        resource = RESOURCES[label]
        parts.append(f"\n## {label}\n\n{(resource.model.__doc__ or '').strip().splitlines()[0]}\n\n")
        rows: list[tuple[str, Any]] = [
            ("columns", resource.columns),
            ("filters", resource.filters),
            ("search", resource.search),
            ("typed", resource.fields),
            ("lines", tuple(resource.lines)),
            ("import key", (resource.import_key,) if resource.import_key else ()),
        ]
        parts += [f"- {what}: {', '.join(f'`{v}`' for v in values)}\n" for what, values in rows if values]
        states = resource.states
        if states is not None:
            parts.append("\n| command | from | to |\n|---|---|---|\n")
            parts += [
                f"| `{verb}` | {', '.join(starts)} | {ends if isinstance(ends, str) else ', '.join(ends)} |\n"
                for verb, (starts, ends) in states.moves.items()
            ]
    return "".join(parts)


def reports() -> str:
    """Every report."""
    parts = ["# Reports\n\n`enfilade report <name>`, `GET /api/v1/reports/<module>/<name>/`, and a page.\n"]
    for label in sorted(REPORTS):
        report = REPORTS[label]
        inputs = ", ".join(f"`{n}`" for n in report.parameters) or "none"
        parts.append(f"\n## {label}\n\n{report.summary}\n\nInputs: {inputs}. Permission `{report.permission}`.\n")
    return "".join(parts)


def refusals() -> str:
    """Every code of a problem document, what it says, and which commands name it."""
    parts = [
        "# Problems\n\nWhat the API refuses it answers as a problem document (RFC 9457).\n",
        "`code` is stable, `detail` is the sentence for people, `errors` names the inputs, `retryable` says whether the same may be sent\n",
        "again. … stands for what differs.\n\n| code | sentence | said by | commands |\n|---|---|---|---|\n",
    ]
    for problem in problems().values():
        named, sentence = ", ".join(f"`{n}`" for n in problem.commands), problem.sentence.replace("|", "/")
        parts.append(f'| <span id="{problem.code}"></span>`{problem.code}` | {sentence} | {problem.where} | {named} |\n')
    return "".join(parts)


def events() -> str:
    """Every event and who reacts."""
    parts = ["# Events\n\nFacts go up: a module publishes, modules above react.\n\n| event | meaning | reactions |\n|---|---|---|\n"]
    for name in sorted(EVENTS):
        kind = EVENTS[name]
        who = ", ".join(f"`{r.name}`{' (later)' if r.later else ''}" for r in REACTIONS.get(kind, []))
        parts.append(f"| `{name}` | {(kind.__doc__ or '').strip().splitlines()[0]} | {who} |\n")
    return "".join(parts)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")

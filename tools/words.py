"""Brings the catalogues of all languages up to date: `make words`.

Each module keeps the words it says first in locale/<language>.po. What nobody says any more goes; what is new waits with an empty
translation, and the exit code is 1 until it has one.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")

import django
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from django.apps import apps
from django.db import models

from enfilade.core.language.markup import Message
from enfilade.core.language.words import LANGUAGES, ORIGIN, SOURCE, STATE, catalogues

OFFICES = ("core", "base", "front", "middle", "back", "site", "kinds")
WIDTH = 0
# A file that says when, by what and for whom it was written differs each time it is.
DATED = tuple(
    f'"{name}'
    for name in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Report-Msgid-Bugs-To",
        "Project-Id-Version",
        "Language-Team",
    )
)

# Words that are a button in one place, and in another say how something is or what a column holds.
TWO_MEANINGS = {"Answer", "Did not come", "Done", "Open", "Settled", "To"}


def said() -> dict[Path, list[Message]]:
    """What each module says, by its folder; what several say belongs to the one that others build on."""
    from enfilade.core.language import collect

    found: list[tuple[Path, Message]] = [
        (_home(Path(where)), message)
        for source in (collect.of_templates(), collect.of_python(), collect.of_sql(), collect.of_scripts(SOURCE))
        for where, message in source
    ]
    found += [(Path("core"), message) for _, message in collect.of_scripts(SOURCE.parents[1] / "frontend" / "src")]
    homes = {home.name: home for home, _ in found}
    found += [(homes.get(module, Path("core")), message) for module, message in of_registries() if message.text.strip()]
    owners: dict[Message, Path] = {}
    for home, message in sorted(found, key=lambda one: (OFFICES.index(one[0].parts[0]), str(one[0]))):
        owners.setdefault(message, home)
    out: dict[Path, list[Message]] = {}
    for message, home in owners.items():
        out.setdefault(home, []).append(message)
    return {home: sorted(messages, key=lambda m: (m.text, m.many, m.context)) for home, messages in out.items()}


def of_registries() -> Iterator[tuple[str, Message]]:
    """Words that nobody wrote as a text: headings made of the names of fields, inputs explained by docstrings, labels made of verbs."""
    from enfilade.core.command import REGISTRY
    from enfilade.core.pages.context import DEPARTMENTS
    from enfilade.core.resource import RESOURCES

    for model in apps.get_models():
        if model.__module__.startswith("enfilade.") and ".tests." not in model.__module__:
            for message in _of_model(model):
                yield model._meta.app_label, message
    for resource in (r for r in RESOURCES.values() if ".tests." not in r.model.__module__):
        for text in _of_resource(resource):
            for message in _label(text):
                yield resource.module, message
    for command in (c for c in REGISTRY.values() if ".tests." not in c.body.__module__):
        for text in (command.label, command.summary):
            yield command.module, Message(text)
        for parameter in command.parameters.values():
            for one in (parameter, *(parameter.line_parameters.values() if parameter.is_lines else ())):
                yield command.module, Message(one.label)
                yield command.module, Message(one.help)
    yield from _of_reports()
    for module, (label, *_) in DEPARTMENTS.items():
        yield module, Message(label)


def _of_reports() -> Iterator[tuple[str, Message]]:
    from enfilade.core.resource.hooks import REPORTS

    for report in REPORTS.values():
        if ".tests." not in report.build.__module__:
            yield report.module, Message(report.summary)


def _of_resource(resource: Any) -> Iterator[str]:
    """What it is called, and the headings of its columns and of those of its lines."""
    from enfilade.core.resource.columns import label_of

    yield from (resource.singular, resource.plural, *(resource.label_of(column) for column in resource.columns))
    for name, columns in resource.lines.items():
        made = resource.model._meta.get_field(name).related_model
        yield from (label_of(made, column) for column in columns)


def _of_model(model: type[models.Model]) -> Iterator[Message]:
    from enfilade.core.resource.columns import label_of

    yield Message(str(model._meta.verbose_name))
    yield Message(str(model._meta.verbose_name_plural))
    for field in model._meta.get_fields():
        if isinstance(field, models.Field) and field.name not in {"id", "company"}:
            yield from _label(label_of(model, field.name))
            yield Message(str(field.help_text))
            for _, label in field.flatchoices:
                yield from _label(str(label))


def _label(text: str) -> Iterator[Message]:
    """A heading or a choice: what would be a button elsewhere is told apart."""
    yield Message(text)
    if text in TWO_MEANINGS:
        yield Message(text, context=STATE)


def _home(where: Path) -> Path:
    return Path(where.parts[0]) if where.parts[0] in {"core", "site"} else Path(*where.parts[:2])


def known(language: str) -> dict[Message, str | tuple[str, ...]]:
    """Every translation there is, wherever it stands."""
    out: dict[Message, str | tuple[str, ...]] = {}
    for catalogue in catalogues(language):
        for message in catalogue:
            if message.id:
                key = Message(*message.id) if isinstance(message.id, tuple) else Message(message.id, context=message.context or "")
                out[key] = tuple(message.string) if isinstance(message.string, tuple | list) else str(message.string or "")
    return out


def update(language: str, words: dict[Message, str | tuple[str, ...]]) -> Iterator[Message]:
    """Write the catalogues of a language; yields what has no translation yet."""
    kept = set()
    for home, messages in said().items():
        catalogue = Catalog(locale=language, project="Enfilade", charset="utf-8", header_comment=f"# {home}", fuzzy=False)
        for message in messages:
            string = words.get(message, "")
            catalogue.add((message.text, message.many) if message.many else message.text, string or None, context=message.context or None)
            if not string or (message.many and not all(string)):
                yield message
        file = SOURCE / home / "locale" / f"{language}.po"
        file.parent.mkdir(exist_ok=True)
        with file.open("wb") as stream:
            write_po(stream, catalogue, width=WIDTH, omit_header=False, sort_output=False, no_location=True)
        _without_dates(file)
        kept.add(file)
    for file in SOURCE.rglob(f"locale/{language}.po"):
        if file not in kept:
            file.unlink()


def _without_dates(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(DATED)))


def main() -> int:
    """Update every language, and say what is left to translate."""
    django.setup()
    left = 0
    for language in LANGUAGES:
        if language != ORIGIN:
            for message in update(language, known(language)):
                left += 1
                print(f"{language}: {message.text}")
    print(f"{left} sentences have no translation." if left else "Every language has every sentence.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

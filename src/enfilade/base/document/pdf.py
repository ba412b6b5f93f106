"""PDF out, by typst: the layout is a template of ours, what is printed comes in as JSON and never as markup.

Templates are .typ files in <module>/templates/<module>/. They read their values with `#let data = json(bytes(sys.inputs.data))` and may
import the letter with `#import "/document/letter.typ": *`. The same template and values give the same bytes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.apps import apps
from django.conf import settings

from enfilade.core.audit import jsonable

# Archivable and readable by a screen reader; where a letter has no glyph in our fonts the standard forbids the file, not the print.
ARCHIVE, ACCESSIBLE = "a-3a", "ua-1"
_LOCK = threading.Lock()


class LayoutError(Exception):
    """A template of ours is wrong; the message says where."""


@dataclass(frozen=True)
class Attached:
    """A file inside a PDF. name: as a reader shows it; relationship: source, data, alternative or supplement (PDF/A-3)."""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: str = "source"


def render_pdf(template: str, data: dict[str, Any], *, at: datetime | None = None, attached: Sequence[Attached] = ()) -> bytes:
    """A PDF of a template and the values it prints.

    template: `billing/invoice.typ`, or typst source (anything with a line end).
    data: texts, numbers, lists and dictionaries; amounts and dates already as people read them.
    attached: files to go inside; the template takes them in with `#attachments(data)`.
    at: when it was issued. With it the file is PDF/A-3a, which has to be dated; the same instant gives the same bytes.
    """
    source = template if "\n" in template else template_source(template)
    named = [{"name": a.name, "media_type": a.media_type, "description": a.description, "relationship": a.relationship} for a in attached]
    values = {**data, "attached": named} if named else data
    inputs = {"data": json.dumps(jsonable(values), ensure_ascii=False), "dated": "yes" if at else ""}
    stamp = (at or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    files = {"main": source.encode(), **library()}
    with _LOCK, _on_disk(files, attached) as given:
        try:
            return _compile(given, inputs, stamp, [ARCHIVE, ACCESSIBLE] if at else [ACCESSIBLE])
        except typst.TypstError:
            try:
                return _compile(given, inputs, stamp, [])
            except typst.TypstError as error:
                raise LayoutError(f"{template.splitlines()[0][:80]}: {error.diagnostic or error.message}") from error


@contextmanager
def _on_disk(files: dict[str, bytes], attached: Sequence[Attached]) -> Iterator[dict[str, bytes] | Path]:
    """The files in memory; with attachments, in a folder of their own, since typst takes no binary content from memory."""
    if not attached:
        yield files
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        for at, one in enumerate(attached):
            files[f"attached/{at}"] = one.content
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        yield folder


def template_source(name: str) -> str:
    """The text of `billing/invoice.typ`. Raises LayoutError where there is none."""
    module, _, file = name.partition("/")
    path = Path(apps.get_app_config(module).path) / "templates" / module / file
    if path.suffix != ".typ" or ".." in path.parts or not path.is_file():
        raise LayoutError(f"There is no template {name}.")
    return path.read_text(encoding="utf-8")


@cache
def library() -> dict[str, bytes]:
    """What templates may import, under the paths by which they do."""
    return {"document/letter.typ": template_source("document/letter.typ").encode()}


@cache
def fonts() -> typst.Fonts:
    """Inter as the pages use it where the front end was built, the fonts of the machine for other scripts, and typst's own last."""
    dist = dict(settings.STATICFILES_DIRS).get("dist")
    folder = Path(dist) / "fonts" if dist else None
    paths = [str(folder)] if folder and folder.is_dir() else []
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=paths)


def _compile(files: dict[str, bytes] | Path, inputs: dict[str, str], stamp: datetime, standards: list[str]) -> bytes:
    # The stub does not know that a document may be given as files in memory, and narrows the standards to literals.
    where: Any = {"input": files / "main", "root": files} if isinstance(files, Path) else {"input": files}
    made = typst.compile(  # type: ignore[call-overload]
        **where, font_paths=fonts(), sys_inputs=inputs, format="pdf", pdf_standards=standards, timestamp=stamp
    )
    if not isinstance(made, bytes):
        raise LayoutError("A document has to be one PDF.")
    return made

"""Finds every sentence of the house, so that each language can be shown to be complete: in templates, in Python, in SQL, in scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .markup import Message, translate_source
from .words import SOURCE

# Folders and files that say nothing to people who work in the house: tests, migrations, the gallery of parts, what operators and the
# programs of others read, and letters that have their languages beside them.
_SILENT = {
    "tests",
    "migrations",
    "gallery",
    "gallery.html",
    "site",
    "language",
    "openapi.py",
    "catalogue.py",
    "testing.py",
    "metrics.py",
    "letters.py",
    "demo.py",
}
# The help of the command line is read by people, although what lies beside it is not.
_SPOKEN = {"site/cli.py"}
# Tables of what other programs call things.
_TABLES = {
    "back/auditing/formats/datev.py",
    "back/auditing/formats/fec.py",
    "back/auditing/formats/gdpdu.py",
    "back/auditing/formats/saft.py",
    "back/banking/formats/camt_names.py",
    "back/direct_debits/formats/iso_names.py",
    "back/statements/headings.py",
    "base/party/formats/text.py",
    "base/party/formats/vcard_names.py",
}
# What these are given is for programs, operators or PostgreSQL.
_DEAF = {
    "SQL",
    "RunSQL",
    "RunPython",
    "RuntimeError",
    "TypeError",
    "AssertionError",
    "ImproperlyConfigured",
    "NotImplementedError",
    "TypeVar",
    "cast",
    "compile",
    "execute",
    "executemany",
    "getLogger",
    "log",
    "match",
    "re",
    "search",
    "sub",
    "Counter",
    "Gauge",
    "Histogram",
    "startswith",
    "endswith",
    "split",
    "replace",
    "strip",
    "import_string",
    "filter",
    "exclude",
    "values",
    "values_list",
    "order_by",
    "annotate",
    "Q",
    "F",
    "field",
}
_CODE = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|WHERE|FROM|EXISTS|COALESCE|ORDER BY|SET LOCAL|GRANT)\b"
    r"|^<|[<>]=|\n|\||::|//|\|\||</|#\w+\(|^[a-z]+:[a-z]"
)
_SENTENCE = re.compile(r"[A-Z“‘][^_]*[a-z]|.*[a-z]{2,} .*[a-z]{2,}")
_NAMES = re.compile(
    r"[A-Z]\w*(?:-[A-Z]\w+)+$|"
    r"[A-Z][a-z]+(?:[A-Z][a-z]+)+$|"
    r"[\w.-]+\.(?:html|py|css|js|typ|json)$|"
    r"[A-Za-z-]+: ?[\w/+*;=.-]+$"
)
_RAISE = re.compile(r"RAISE\s+EXCEPTION\s+(?:USING\s+MESSAGE\s*=\s*)?'((?:[^']|'')+)'", re.IGNORECASE)
_SCRIPT_WORDS = re.compile(r"""\bword\((['"])(.+?)\1""")


def of_templates() -> Iterator[tuple[str, Message]]:
    """Sentences of the pages, with the file that says them."""
    for file in _files("*.html"):
        for message in translate_source(file.read_text())[1]:
            yield _where(file), message


def of_python() -> Iterator[tuple[str, Message]]:
    """Sentences of commands, resources, constraints, reports and pages: literals, and f-strings with names for their values."""
    for file in _files("*.py"):
        if _where(file) in _TABLES:
            continue
        tree = ast.parse(file.read_text())
        names = dict(_named_by(file, tree)) if "models" in (file.stem, file.parent.name) else {}
        for node, text in _literals(tree, names):
            yield _where(file), Message(text, context=names.get(id(node), ""))


def of_sql() -> Iterator[tuple[str, Message]]:
    """Sentences with which the database itself refuses."""
    for file in [*_files("*.sql"), *(f for f in sorted(SOURCE.rglob("*.py")) if "migrations" in f.parts)]:
        for found in _RAISE.findall(file.read_text()):
            first, *rest = found.replace("''", "'").split("%")
            yield _where(file), Message(first + "".join(f"{{value{number}}}{text}" for number, text in enumerate(rest, 1)))


def of_scripts(folder: Path) -> Iterator[tuple[str, Message]]:
    """Sentences of the scripts in a folder, given to `word`."""
    for file in sorted(folder.rglob("*.js")):
        for _, text in _SCRIPT_WORDS.findall(file.read_text()):
            yield file.name, Message(text)


def _files(pattern: str) -> Iterator[Path]:
    for file in sorted(SOURCE.rglob(pattern)):
        if not _SILENT & set(file.parts) or _where(file) in _SPOKEN:
            yield file


def _where(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def _named_by(file: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What stands in the `__str__` of a model is the name of its records. Shape: (node, label of the model)."""
    parts = file.relative_to(SOURCE).parts
    app = parts[0] if parts[0] == "core" else parts[1]
    for model in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for method in model.body:
            if isinstance(method, ast.FunctionDef) and method.name == "__str__":
                yield from ((id(node), f"{app}.{model.name.lower()}") for node in ast.walk(method))


def _literals(tree: ast.Module, names: dict[int, str]) -> Iterator[tuple[ast.AST, str]]:
    """Texts of a module that read like words for people; of what is a name also what only has a day or a word of the house in it."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                silent.add(id(first.value))
        elif isinstance(node, ast.Call) and _called(node) in _DEAF:
            silent |= {id(inner) for argument in [*node.args, *node.keywords] for inner in ast.walk(argument)}
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(inner) for inner in ast.iter_child_nodes(node)}
        elif isinstance(node, ast.Compare | ast.Subscript):
            silent |= {id(inner) for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.Constant)}
    for node in ast.walk(tree):
        text = "" if id(node) in silent else _text(node)
        if isinstance(node, ast.JoinedStr) and not (_says(text) or (id(node) in names and _worded(node))):
            continue
        named = isinstance(node, ast.JoinedStr) and id(node) in names
        if named or (text and _SENTENCE.match(text) and not _CODE.search(text) and not _NAMES.match(text)):
            yield node, text


def _says(text: str) -> bool:
    """Whether a text has words besides its values."""
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"{\w+}", "", text)))


def _worded(node: ast.JoinedStr) -> bool:
    """Whether one of the values is a day, or a word of the house."""
    return "{" in ast.unparse(node) and bool(re.search(r"%Y|_display\(|\.weekday_name", ast.unparse(node)))


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value.strip() if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    out, taken = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            out += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            source = ast.unparse(part.value)
            words = re.findall(r"[a-z_]+", source.lower())
            number, name = 1, next((word for word in reversed(words) if len(word) > 1), "value")
            while taken.get(found := name if number == 1 else f"{name}{number}", source) != source:
                number += 1
            taken[found] = source
            out += f"{{{found}}}"
    return out.strip()
